"""Owns the checks of what is stored against itself: overlaps, lost appointments, events, holds, calls."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

from oracle.facts import Facts, Row
from oracle.violation import Violation, found

AROUND = timedelta(seconds=90)
"""A question may take so long on its way, repetitions and skewed clocks included."""
SKEW = timedelta(seconds=8)
"""Two services' clocks differ by so much at most, and a little more."""
LEASE = timedelta(minutes=5)
"""For which a hold is made or renewed."""


def overlaps(facts: Facts, _: Any) -> Iterable[Violation]:
    """Nobody, and no device, is needed in two places at once."""
    spans: dict[str, list[tuple[datetime, datetime, Row]]] = defaultdict(list)
    for row in facts.appointments.values():
        if not _stands(facts, row["appointment_id"]):
            continue
        for phase in row["phases"]:
            if phase["kind"] != "gap_free":
                one = facts.occupants.get(phase["person_id"], {})
                spans[str(one.get("same_as") or phase["person_id"])].append(
                    (phase["start_time"], phase["end_time"], row)
                )
    for who, of_one in spans.items():
        of_one.sort(key=lambda span: (span[0], span[1]))
        for before, after in pairwise(of_one):
            if after[0] < before[1] and before[2] is not after[2]:
                yield found(
                    f"{facts.person(who)} at {after[0]}: {before[2]['appointment_id']} and {after[2]['appointment_id']}"
                )
    yield from _devices(facts)


def _devices(facts: Facts) -> Iterable[Violation]:
    """Devices have no phases: what the last event of each appointment says that it occupies."""
    spans: dict[str, list[tuple[str, str, str]]] = defaultdict(list)
    for appointment_id, made in _latest(facts).items():
        for one in (made.get("occupied") or ()) if _stands(facts, appointment_id) else ():
            who = _staying(facts, str(one.get("resource_id") or one.get("person_id")))
            spans[who].append((one["start_time"], one["end_time"], appointment_id))
    for who, of_one in spans.items():
        for before, after in pairwise(sorted(of_one)):
            if after[0] < before[1] and before[2] != after[2]:
                yield found(f"{facts.person(who) or who} at {after[0]}: {before[2]} and {after[2]}")


def _latest(facts: Facts) -> dict[str, dict[str, Any]]:
    """What the log says last of each appointment."""
    return {
        made["appointment_id"]: made for event in facts.events for made in _appointments_in(event["payload"])
    }


def _stands(facts: Facts, appointment_id: str) -> bool:
    row = facts.appointments.get(appointment_id)
    return row is not None and row["state"] == "booked" and appointment_id not in facts.overlaps_allowed


def _staying(facts: Facts, occupant_id: str) -> str:
    """Of the ids of one human the one that stays."""
    return str(facts.occupants.get(occupant_id, {}).get("same_as") or occupant_id)


def _appointments_in(payload: dict[str, Any]) -> Iterable[dict[str, Any]]:
    if "appointment_id" in payload and "start_time" in payload:
        yield payload
    for name in ("previous", "appointment"):
        if isinstance(payload.get(name), dict):
            yield payload[name]


def lost(facts: Facts, record: Any) -> Iterable[Violation]:
    """What was confirmed stands, unless somebody asked for it to be cancelled or moved, in that call, about then."""
    for one in record.heard("booked", "rescheduled"):
        row = facts.appointments.get(str(one.answer.get("appointment_id")))
        if row is None:
            yield found(f"gone: {one.message!r}", one.entry)
        elif row["state"] != "booked" and not row["changes"]:
            yield found(f"{row['state']} without a change: {one.message!r}", one.entry)
    for row in facts.appointments.values():
        if not row["phases"]:
            yield found(f"{row['appointment_id']} has no phases")
        for change in row["changes"]:
            ended = change["state_before"] == "booked" and change["state_after"] in _ASKING
            if ended and not _asked_for(change, row, facts, record):
                yield found(
                    f"{row['appointment_id']} became {change['state_after']} by {change['call_id'] or change['operator']}, "
                    f"and nobody asked: {change['reason']!r}"
                )


_ASKING = {"cancelled": "cancel_appointment", "rescheduled": "reschedule_appointment"}


def _asked_for(change: Row, row: Row, facts: Facts, record: Any) -> bool:
    at = change["changed_at"]
    if change["call_id"] and not change["operator"]:
        return any(
            one.call_id == change["call_id"]
            and one.function == _ASKING[change["state_after"]]
            and one.sent_at - AROUND <= at <= one.sent_at + AROUND
            for one in record.exchanges
        )
    return any(
        row["appointment_id"] in facts.followed(deed.details.get("appointment_id")) and deed.kind in {"operator cancels", "cancelled there"}
        and deed.at - AROUND <= at
        for deed in record.deeds
    )  # fmt: skip


def wishes(facts: Facts, record: Any) -> Iterable[Violation]:
    """One wish is one appointment: an option of a call became at most one, beside those of its series."""
    made: dict[tuple[str, str], list[str]] = defaultdict(list)
    for row in facts.appointments.values():
        if row["series_id"] is None and row["party_id"] is None:
            made[row["call_id"], row["option_id"]].append(row["appointment_id"])
    for (call_id, option), ids in made.items():
        if len(ids) > 1:
            yield found(f"{call_id} {option}: {ids}", record.calls.get(call_id, -1))
    for request in facts.requests:
        if request["appointment_id"] not in facts.appointments:
            yield found(f"a request with an answer that is not there: {request['request_id']}")


def holds(facts: Facts, _: Any) -> Iterable[Violation]:
    """After everything has settled nothing is held, but what is offered to somebody who waits, as long as that stands."""
    if facts.settled_at is None:
        return
    now_ms = facts.settled_at.timestamp() * 1000
    for option, ends in facts.holds:
        offered = facts.offers.get(option)
        # While the offer stands its hold is a lease, renewed until shortly before the end.
        stands = offered is not None and offered + SKEW > facts.settled_at
        stands_until_ms = (offered + LEASE + SKEW).timestamp() * 1000 if offered and stands else now_ms
        if ends > max(now_ms, stands_until_ms):
            yield found(f"{option} is held until {ends}")


def replayed(facts: Facts, _: Any) -> Iterable[Violation]:
    """The log, read from the beginning, ends in what is stored."""
    latest: dict[str, dict[str, Any]] = {}
    for event in facts.events:
        for made in _appointments_in(event["payload"]):
            known = latest.get(made["appointment_id"])
            if known is not None and made["version"] < known["version"]:
                yield found(f"{made['appointment_id']}: version {made['version']} after {known['version']}")
            latest[made["appointment_id"]] = made
    for appointment_id, row in facts.appointments.items():
        if difference := _differs(latest.get(appointment_id), row):
            yield found(f"{appointment_id}: {difference}")
    for appointment_id in latest.keys() - facts.appointments.keys():
        yield found(f"the log tells of {appointment_id}, which is not there")


def _differs(last: dict[str, Any] | None, row: Row) -> str:
    if last is None:
        return "no event tells of it"
    if (last["state"], last["version"]) != (row["state"], row["version"]):
        return f"events say {last['state']} {last['version']}, is {row['state']} {row['version']}"
    if (
        datetime.fromisoformat(last["start_time"]) != row["start_time"]
        or last["person_id"] != row["person_id"]
    ):
        return "events say another time or person"
    return ""


def ended(facts: Facts, _: Any) -> Iterable[Violation]:
    """Every call has its end."""
    for call_id, row in facts.calls.items():
        if row["ended_at"] is None:
            yield found(f"{call_id} goes on for ever")
