"""Owns the checks of what callers were told against what is so."""

import re
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any

from oracle.facts import Facts, Row
from oracle.reader import ZONE, Item, Said, read
from oracle.violation import Violation, found

_NOT_FREE = re.compile(r"^.+? ist leider nicht frei,|^I am afraid .+? is not free,")
SKEW = timedelta(seconds=8)
"""Clocks differ by up to three seconds each way, and an answer takes time to be written."""
MERGED = timedelta(minutes=5)
"""So long after somebody has asked for it at most two rows are one person to everybody, services being killed meanwhile."""


def _said(facts: Facts, exchange: Any) -> Said:
    return read(exchange.message, exchange.heard_at, facts.people.values())


def booked(facts: Facts, record: Any) -> Iterable[Violation]:
    """Who was told "booked" has exactly the appointment that was said: time, service, person."""
    for one in record.heard("booked"):
        said, row = _said(facts, one), facts.appointments.get(str(one.answer.get("appointment_id")))
        if said.kind not in {"booked", "series"} or not said.items:
            yield found(f"booked, in words that say something else: {one.message!r}", one.entry)
        elif row is None:
            yield found(f"no such appointment: {one.message!r} {one.answer}", one.entry)
        elif reason := _differs(facts, said.items[0], row):
            yield found(f"{reason}: {one.message!r}", one.entry)
        elif said.kind == "series":
            yield from _series(facts, one, said)


def _series(facts: Facts, one: Any, said: Said) -> Iterable[Violation]:
    first = facts.appointments[str(one.answer["appointment_id"])]
    rows = [
        row
        for row in facts.appointments.values()
        if row["series_id"] and row["series_id"] == first["series_id"]
    ]
    days = {_local(row).date() for row in rows}
    head = one.message.split(" Nicht gebucht")[0].split(" Not booked")[0]
    claimed = {when.day for when in read(head, one.heard_at, ()).times if when}
    if not claimed <= days:
        yield found(f"a series with days that are not booked {claimed - days}: {one.message!r}", one.entry)


def _differs(facts: Facts, item: Item, row: Row) -> str:
    """Why what was said is not this appointment; "" where it is."""
    if item.when is None or item.when.local is None:
        return "no such day"
    if item.when.local != _local(row):
        return f"said {item.when.local}, is {_local(row)}"
    if item.service != row["service_name"]:
        return f"said {item.service}, is {row['service_name']}"
    if item.person and item.person not in facts.names_of(row["person_id"]):
        return f"said {item.person}, is {facts.person(row['person_id'])}"
    return ""


def _local(row: Row) -> datetime:
    start: datetime = row["start_time"]
    return start.astimezone(ZONE).replace(tzinfo=None)


def cancelled(facts: Facts, record: Any) -> Iterable[Violation]:
    """Who was told "cancelled" has that appointment no longer."""
    for one in record.heard("cancelled"):
        said, row = _said(facts, one), facts.appointments.get(str(one.answer.get("appointment_id")))
        if said.kind not in {"cancelled", "cancelled before"} or len(said.items) != 1 or row is None:
            yield found(f"cancelled, but what: {one.message!r} {one.answer}", one.entry)
        elif row["state"] != "cancelled":
            yield found(f"told cancelled, is {row['state']}: {one.message!r}", one.entry)
        elif reason := _differs(facts, said.items[0], row):
            yield found(f"{reason}: {one.message!r}", one.entry)


def moved(facts: Facts, record: Any) -> Iterable[Violation]:
    """Who was told "moved" has the new appointment, and it took the place of an old one."""
    for one in record.heard("rescheduled"):
        said, row = _said(facts, one), facts.appointments.get(str(one.answer.get("appointment_id")))
        if said.kind != "moved" or len(said.items) != 1 or row is None:
            yield found(f"moved, but where to: {one.message!r} {one.answer}", one.entry)
        elif reason := _differs(facts, said.items[0], row):
            yield found(f"{reason}: {one.message!r}", one.entry)
        elif not row["rescheduled_from_id"]:
            yield found(f"moved, but nothing gave way: {one.message!r}", one.entry)


def taken(facts: Facts, record: Any) -> Iterable[Violation]:
    """Nobody is told "taken" who has the time, or for whom it was held."""
    offers = _offers(record)
    for one in record.heard("taken"):
        option = str(one.bound_to or one.arguments.get("option_id", ""))
        owned = [
            row for row in facts.appointments.values()
            if (row["call_id"], row["option_id"]) == (one.call_id, option) and row["created_at"] <= one.heard_at
            and _was_booked(row, one.heard_at)
        ]  # fmt: skip
        if owned and one.function == "start_booking":
            yield found(
                f"told taken while having it: {one.message!r} {owned[0]['appointment_id']}", one.entry
            )
        offer = offers.get((one.call_id, option))
        if offer and _was_held(offer, one, record) and not _given_away_rightly(facts, offer, one):
            yield found(f"told taken while holding it: {offer} {one.message!r}", one.entry)


def _offers(record: Any) -> dict[tuple[str, str], dict[str, Any]]:
    """By call and option: the option, when it was heard, and when the call's next search replaced it."""
    offers: dict[tuple[str, str], dict[str, Any]] = {}
    for one in record.exchanges:
        for option in (one.answer or {}).get("options", ()):
            key = (one.call_id, str(option["option_id"]))
            offers[key] = {
                **option,
                "heard_at": one.heard_at,
                "asked_at": one.sent_at,
                "call_id": one.call_id,
            }
    return offers


_SEARCHES = {
    "check_availability",
    "get_alternatives",
    "reschedule_appointment",
    "start_booking",
    "get_context",
    "join_waitlist",
}


def _was_held(offer: dict[str, Any], one: Any, record: Any) -> bool:
    """Whether the hold stood without a doubt when it was asked for: not over, not replaced, not lost with Redis."""
    if not offer.get("held_until"):
        return False
    ends = datetime.fromisoformat(offer["held_until"])
    if one.heard_at + SKEW >= ends:
        return False
    others = [
        other for other in record.exchanges
        if other.call_id == one.call_id and other is not one and other.function in _SEARCHES
        and other.sent_at >= offer["asked_at"] and other.sent_at <= one.heard_at
        and not (other.answer and any(o["option_id"] == offer["option_id"] for o in other.answer.get("options", ())))
    ]  # fmt: skip
    # An older question of this call may still have been under way when the offer was made.
    late = [
        other for other in record.exchanges
        if other.call_id == one.call_id and other.sent_at < offer["asked_at"] and other.answer is None
        and other.function in _SEARCHES and offer["asked_at"] - other.sent_at < timedelta(seconds=60)
    ]  # fmt: skip
    lost = [at for at in record.flushes if offer["asked_at"] <= at <= one.heard_at]
    return not others and not late and not lost


def _given_away_rightly(facts: Facts, offer: dict[str, Any], one: Any) -> bool:
    """What may come before a hold: a person of the business, or what somebody booked at Cal.com."""
    starts, ends = (datetime.fromisoformat(offer[name]) for name in ("start", "end"))
    by_operator = any(
        row["overbooked_by"] and row["start_time"] < ends and row["end_time"] > starts
        for row in facts.appointments.values()
    )
    outside = any(
        "rufbuch_phase" not in (booking.get("metadata") or {})
        and datetime.fromisoformat(booking["start"]) < ends
        and datetime.fromisoformat(booking["end"]) > starts
        for booking in facts.bookings
    )
    return by_operator or outside


def _was_booked(row: Row, at: datetime) -> bool:
    ended = _ends(row)
    return not ended or min(ended) > at + SKEW


def _ends(row: Row) -> list[datetime]:
    """When it was no longer booked; to be given to another row of the same person ends nothing."""
    return [
        change["changed_at"]
        for change in row["changes"]
        if change["state_before"] == "booked" and change["state_after"] != "booked"
    ]


def offered(facts: Facts, record: Any) -> Iterable[Violation]:
    """What is offered as held is free then: no appointment stood there before the question and after the answer."""
    active = [
        (phase["person_id"], phase["start_time"], phase["end_time"], row)
        for row in facts.appointments.values()
        for phase in row["phases"]
        if phase["kind"] != "gap_free"
    ]
    for one in record.exchanges:
        for option in (one.answer or {}).get("options", ()):
            if not option.get("held_until") or one.status == "taken":
                continue
            clash = _clash(facts, active, option, one, _names(facts, record, one))
            if clash:
                yield found(
                    f"offered {option['spoken']} at {one.heard_at}, taken by {clash}: {one.message!r}",
                    one.entry,
                )


def _moves_it(one: Any, row: Row, start: datetime) -> bool:
    """Whether the caller's own appointment stands there, and is being moved: its time is free for that, but where it stands is
    nothing that it can be moved to, unless that was asked for."""
    own = row["phone_number"] == one.number and one.function in {"reschedule_appointment", "get_alternatives"}
    return own and not (start == row["start_time"] and _NOT_FREE.search(one.message))


def _names(facts: Facts, record: Any, one: Any) -> Callable[[object, Row], set[str]]:
    """By whose names an appointment stood in the way of an answer: by all of a human's once they were known to be one."""
    merged = [deed.at for deed in record.deeds if deed.kind in {"merge", "link"}]
    if merged and min(merged) < one.sent_at - MERGED:
        return lambda person_id, _: facts.names_of(person_id)

    def before(person_id: object, row: Row) -> set[str]:
        now, given_on = {facts.person(person_id)}, _given_on(row)
        return facts.names_of(person_id) - now if given_on and max(given_on) > one.sent_at else now

    return before


def _given_on(row: Row) -> list[datetime]:
    """When it was given to another row of the same person."""
    return [
        change["changed_at"]
        for change in row["changes"]
        if change["state_before"] == change["state_after"] == "booked"
    ]


def _clash(
    facts: Facts,
    active: list[Any],
    option: dict[str, Any],
    one: Any,
    names: Callable[[object, Row], set[str]],
) -> str:
    """An appointment that stands at the very start of the option: its first minute is always needed."""
    start = datetime.fromisoformat(option["start"])
    for person_id, begins, ends, row in active:
        if begins <= start < ends and option["staff"] in names(person_id, row) and row["branch_id"]:
            if facts.tenants.get(one.business) != row["tenant_id"] or _moves_it(one, row, start):
                continue
            if (
                row["created_at"] < one.sent_at - SKEW
                and _was_booked(row, one.heard_at)
                and row["call_id"] != one.call_id
            ):
                return str(row["appointment_id"])
    return ""


def listed(facts: Facts, record: Any) -> Iterable[Violation]:
    """Who asks for their appointments hears all of their number's that stood the whole time, and none that did not."""
    for one in record.exchanges:
        if (
            one.function != "get_appointments"
            or one.status not in {"ok", "not_found"}
            or not one.number.startswith("+")
        ):
            continue
        own = [
            row for row in facts.appointments.values()
            if row["phone_number"] == one.number and row["tenant_id"] == facts.tenants.get(one.business)
        ]  # fmt: skip
        stood = [
            row for row in own
            if row["created_at"] < one.sent_at - SKEW and _was_booked(row, one.heard_at)
            and row["start_time"] > one.heard_at + SKEW
        ]  # fmt: skip
        told = {str(item["appointment_id"]) for item in (one.answer or {}).get("appointments", ())}
        if one.status == "not_found" and stood:
            yield found(
                f"told of none, has {[row['appointment_id'] for row in stood]}: {one.message!r}", one.entry
            )
        for row in own:
            gone = _ends(row)
            if row["appointment_id"] in told and gone and min(gone) < one.sent_at - SKEW:
                yield found(f"told of what is no more: {row['appointment_id']} {one.message!r}", one.entry)


def noted(facts: Facts, record: Any) -> Iterable[Violation]:
    """Promised calls and places on the waiting list are there."""
    called = {row["call_id"] for row in facts.callbacks}
    waiting = {row["call_id"] for row in facts.waiting}
    numbers = {(row["tenant_id"], row["phone_number"]) for row in facts.waiting}
    for one in record.heard("callback_noted"):
        if one.call_id not in called or _said(facts, one).kind != "callback":
            yield found(f"no callback for {one.call_id}: {one.message!r}", one.entry)
    for one in record.heard("waitlist_noted"):
        number = "+49" + str(one.arguments.get("phone_number", "")).replace(" ", "").lstrip("0")
        there = one.call_id in waiting or (facts.tenants.get(one.business), number) in numbers
        if not there or _said(facts, one).kind != "waiting":
            yield found(f"nobody waits for {one.call_id}: {one.message!r}", one.entry)


def dates(facts: Facts, record: Any) -> Iterable[Violation]:
    """No sentence names a day that does not exist, and what is offered in words is what is offered."""
    for one in record.exchanges:
        if not one.message or one.heard_at is None:
            continue
        said = _said(facts, one)
        if any(when is None for when in said.times):
            yield found(f"a day that cannot be: {one.message!r}", one.entry)
        options = (one.answer or {}).get("options", ())
        if one.status in {"available", "offered"} and options:
            meant = [datetime.fromisoformat(option["start"]).replace(tzinfo=None) for option in options]
            claimed = read(_NOT_FREE.sub("", one.message), one.heard_at, ()).times
            words = [when.local for when in claimed if when and when.local]
            if words and not set(words) <= set(meant):
                yield found(f"offers other times than it says: {one.message!r} {meant}", one.entry)
