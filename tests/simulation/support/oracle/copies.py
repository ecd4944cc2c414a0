"""Owns the checks of what stands at Cal.com against what was agreed, phase by phase."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from oracle.facts import Facts, Row
from oracle.violation import Violation, found

_STANDING = {"accepted", "pending"}
_OVER = {"cancelled", "rescheduled"}
"""Where nothing of it stands, nobody has to be told that it could not be made."""


def _by_phase(facts: Facts) -> dict[str, list[Row]]:
    """Bookings that stand, by the phase that they stand for. Where Cal.com has moved one it keeps the mark of the phase that
    gave way: then it stands for the same phase of what took its place, wherever in that chain its time is."""
    appointment_of = {
        phase["phase_id"]: (row["appointment_id"], phase["position"])
        for row in facts.appointments.values()
        for phase in row["phases"]
    }
    standing: dict[str, list[Row]] = defaultdict(list)
    for booking in facts.bookings:
        mark = (booking.get("metadata") or {}).get("rufbuch_phase")
        if mark and booking["status"] in _STANDING:
            chain = _chain(facts, *appointment_of[mark]) if mark in appointment_of else []
            at_its_time = [phase for phase in chain if phase["start_time"] == _instant(booking["start"])]
            standing[at_its_time[0]["phase_id"] if at_its_time else mark].append(booking)
    return standing


def _chain(facts: Facts, appointment_id: str, position: int) -> list[Row]:
    """The phase at a position, of an appointment and of all that took its place, the latest first."""
    phases, seen = [], set()
    while appointment_id in facts.appointments and appointment_id not in seen:
        seen.add(appointment_id)
        row = facts.appointments[appointment_id]
        phases += [phase for phase in row["phases"] if phase["position"] == position]
        appointment_id = str(row["rescheduled_to_id"])
    return phases[::-1]


def _touched(facts: Facts, record: Any) -> set[str]:
    """Appointments whose copies somebody at the salon has moved or cancelled at Cal.com."""
    kinds = {"cancelled there", "moved there"}
    deeds = [deed for deed in record.deeds if deed.kind in kinds]
    return {each for deed in deeds for each in facts.followed(deed.details.get("appointment_id"))}


def _excused(facts: Facts, record: Any) -> set[str]:
    """Those of them for which a person has a case, or had one; the case is that of what took their place, if they moved on."""
    cases = {row["appointment_id"] for row in facts.cases}
    return {each for each in _touched(facts, record) if facts.followed(each) & cases}


def standing(facts: Facts, record: Any) -> Iterable[Violation]:
    """Each active phase of a booked appointment stands there exactly once, at its time, and none of any other does."""
    there, excused = _by_phase(facts), _excused(facts, record)
    assert facts.settled_at
    for row in facts.appointments.values():
        if row["tenant_id"] not in facts.synced_tenants or row["start_time"] <= facts.settled_at:
            continue
        given_up = _given_up(facts, record, row)
        for phase in row["phases"]:
            bookings = there.get(phase["phase_id"], [])
            wanted = row["state"] == "booked" and phase["kind"] == "active" and not given_up
            if row["appointment_id"] in excused:
                continue
            if len(bookings) != (1 if wanted else 0):
                yield found(
                    f"{row['appointment_id']} ({row['state']}) phase {phase['position']}: {len(bookings)} at Cal.com "
                    f"{[one['uid'] for one in bookings]} {_sync(facts, phase['phase_id'])}",
                    record.calls.get(row["call_id"], -1),
                )
            elif wanted and _instant(bookings[0]["start"]) != phase["start_time"]:
                yield found(
                    f"{row['appointment_id']} phase {phase['position']}: stands at {bookings[0]['start']}"
                )


def _given_up(facts: Facts, record: Any, row: Row) -> bool:
    """Whether Cal.com has no place for it, rightly: somebody else has booked the person there, or the salon has moved a
    booking into the way. Then none of its phases stands, a person has a case, and somebody calls the customer."""
    intents = [one for one in facts.intents if one["appointment_id"] == row["appointment_id"]]
    stand = any(one["state"] == "synced" for one in intents)
    has_case = any(case["appointment_id"] == row["appointment_id"] for case in facts.cases)
    has_call = any(call["appointment_id"] == row["appointment_id"] for call in facts.callbacks)
    return not stand and has_case and has_call and any(_in_the_way(facts, record, one) for one in intents)


def _in_the_way(facts: Facts, record: Any, intent: Row) -> bool:
    moved = _touched(facts, record)
    return intent["appointment_id"] in moved or any(
        (booking.get("metadata") or {}).get("rufbuch_appointment", "") in {"", *moved}
        and _instant(booking["start"]) < intent["end_time"]
        and _instant(booking["end"]) > intent["start_time"]
        and booking["hosts"][0]["name"] in facts.names_of(intent["person_id"])
        for booking in facts.bookings
    )


def _sync(facts: Facts, phase_id: str) -> str:
    for one in facts.intents:
        if one["phase_id"] == phase_id:
            return f"{one['state']} {one['last_error']!r} cases {[c['kind'] for c in facts.cases if c['phase_id'] == phase_id]}"
    return "no intent"


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text)


def orphans(facts: Facts, _: Any) -> Iterable[Violation]:
    """Nothing that bears our mark belongs to no appointment."""
    phases = {phase["phase_id"] for row in facts.appointments.values() for phase in row["phases"]}
    for phase_id, bookings in _by_phase(facts).items():
        if phase_id not in phases:
            yield found(
                f"bookings {[one['uid'] for one in bookings]} of a phase that is not there: {phase_id}"
            )


def strangers(facts: Facts, record: Any) -> Iterable[Violation]:
    """What others booked at Cal.com stands as they left it, and is nobody's copy."""
    ours = {one["booking_uid"] for one in facts.intents if one["booking_uid"]}
    by_uid = {booking["uid"]: booking for booking in facts.bookings}
    for deed in record.deeds:
        uid = deed.details.get("uid")
        if deed.kind != "booked there" or not deed.done:
            continue
        if uid in ours:
            yield found(f"adopted: {uid}")
        if by_uid.get(uid, {}).get("status") != "accepted" and not deed.details.get("cancelled later"):
            yield found(f"changed: {uid} is {by_uid.get(uid, {}).get('status')}")


def settled(facts: Facts, record: Any) -> Iterable[Violation]:
    """Nothing is left half done: what is said to stand does, and what is not in order has a case."""
    excused, by_uid = _excused(facts, record), {booking["uid"]: booking for booking in facts.bookings}
    cases = {row["phase_id"] for row in facts.cases}
    for one in facts.intents:
        row = facts.appointments.get(one["appointment_id"])
        if row is None:
            yield found(f"a copy of {one['appointment_id']}, which is not there")
        elif one["state"] in {"pending", "in_flight", "unknown"} and facts.settled_at < one["end_time"]:
            yield found(
                f"{one['appointment_id']} phase {one['position']} is still {one['state']}: {one['last_error']}"
            )
        elif one["state"] == "failed" and one["phase_id"] not in cases and row["state"] not in _OVER:
            yield found(f"{one['appointment_id']} phase {one['position']} has failed, and nobody was told")
        elif (
            one["state"] == "synced" and by_uid.get(one["booking_uid"], {}).get("status") not in _STANDING
            and row["appointment_id"] not in excused and facts.settled_at < one["start_time"]
        ):  # fmt: skip
            yield found(
                f"{one['appointment_id']} phase {one['position']} is said to stand as {one['booking_uid']}"
            )
