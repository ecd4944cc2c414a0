"""What callers heard, beside what PostgreSQL and Cal.com say when all has settled; asked of both directly."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

import httpx
import psycopg
from psycopg.rows import dict_row

from local_stack.waiting import NotInTimeError, until
from rufbuch_cli.chaos.calling import Heard, Story
from rufbuch_cli.installation import Running

SETTLED_WITHIN_S = 300.0
_APPOINTMENTS = """
SELECT appointment_id::text AS id, call_id, state, start_time, rescheduled_to_id::text AS moved_to
  FROM booking.appointment"""
_PHASES = """
SELECT p.appointment_id::text AS appointment_id, p.start_time, p.end_time, p.person_id::text AS person
  FROM booking.phase p JOIN booking.appointment a USING (tenant_id, appointment_id)
 WHERE a.state = 'booked' AND p.kind = 'active'"""
Row = dict[str, Any]


@dataclass(frozen=True)
class Compared:
    """What was looked at, and what was wrong."""

    sentences: int
    appointments: int
    copies: int
    false_sentences: tuple[str, ...]
    unsettled: tuple[str, ...]
    """Differences between PostgreSQL and Cal.com that stayed."""

    @property
    def faults(self) -> tuple[str, ...]:
        """All of it."""
        return self.false_sentences + self.unsettled


def compare(running: Running, stories: list[Story]) -> Compared:
    """Wait until Cal.com and PostgreSQL agree, or for five minutes; then judge every sentence."""
    found: list[str] = ["not looked at"]

    def agree() -> bool:
        found[:] = _copies_that_differ(running)
        return not found

    # What still differs then is told.
    with suppress(NotInTimeError):
        until(agree, within_s=SETTLED_WITHIN_S, what="agreement of PostgreSQL and Cal.com", pause_s=0.5)
    appointments = _rows(running, _APPOINTMENTS)
    wrong = [*untrue(stories, appointments), *_overlaps(_rows(running, _PHASES))]
    sentences = sum(len(story.heard) for story in stories)
    return Compared(sentences, len(appointments), len(_bookings(running)), tuple(wrong), tuple(found))


def _rows(running: Running, query: str) -> list[Row]:
    with psycopg.connect(running["DATABASE_URL"], row_factory=dict_row) as connection:
        return connection.execute(query).fetchall()


def untrue(stories: list[Story], appointments: list[Row]) -> Iterator[str]:
    """What callers heard that is not so; ``appointments`` are all there are."""
    by_call: dict[str, list[Row]] = defaultdict(list)
    for row in appointments:
        by_call[row["call_id"]].append(row)
    for story in stories:
        for fault in _of_story(story, by_call[story.line.call_id]):
            yield f"{story.line.call_id}: {fault}"


def _of_story(story: Story, rows: list[Row]) -> Iterator[str]:
    states = {row["id"]: row for row in rows}
    options = {
        option["option_id"]: option for heard in story.heard for option in heard.body.get("options") or ()
    }
    for place, heard in enumerate(story.heard):
        after = story.heard[place + 1 :]
        yield from _of_sentence(heard, after, states, options)
    asked = [heard for heard in story.heard if heard.function in {"start_booking", "reschedule_appointment"}]
    if rows and not any(each.is_open or each.status in {"booked", "rescheduled"} for each in asked):
        yield f"has {len(rows)} appointments that nobody was told of"


def _of_sentence(
    heard: Heard, after: list[Heard], states: dict[str, Row], options: dict[str, dict[str, Any]]
) -> Iterator[str]:
    row = states.get(str(heard.body.get("appointment_id", "")))
    if heard.status in {"booked", "rescheduled"}:
        if row is None:
            yield f"was told {heard.status}, and there is no such appointment"
        elif row["state"] not in _states_after(after):
            yield f"was told {heard.status}, and the appointment is {row['state']}"
        elif not _is_at(row, options.get(str(heard.arguments.get("option_id", "")))):
            yield f"was told {heard.status} at another time than {row['start_time']}"
    if heard.status == "cancelled" and not any(each["state"] == "cancelled" for each in states.values()):
        yield "was told cancelled, and nothing is"
    if heard.status == "taken" and any(
        _is_at(each, options.get(str(heard.arguments.get("option_id", "")))) for each in states.values()
    ):
        yield "was told taken, and holds the time"
    if heard.status == "not_found" and any(each["state"] == "booked" for each in states.values()):
        yield "was told that there is no appointment, and there is one"


def _states_after(after: list[Heard]) -> set[str]:
    """In which states an appointment may be, after what was heard later in the call."""
    allowed = {"booked"}
    for heard in after:
        if heard.function == "cancel_appointment":
            allowed = {"cancelled"} if heard.status == "cancelled" else allowed
            allowed |= {"cancelled"} if heard.is_open else set()
        if heard.function == "reschedule_appointment":
            allowed = {"rescheduled"} if heard.status == "rescheduled" else allowed
            allowed |= {"rescheduled"} if heard.is_open else set()
    return allowed


def _is_at(row: Row, option: dict[str, Any] | None) -> bool:
    return option is not None and _instant(option["start"]) == row["start_time"]


def _overlaps(phases: list[Row]) -> Iterator[str]:
    by_person: dict[str, list[Row]] = defaultdict(list)
    for row in phases:
        by_person[row["person"]].append(row)
    for rows in by_person.values():
        rows.sort(key=lambda row: row["start_time"])
        for first, second in pairwise(rows):
            if second["start_time"] < first["end_time"]:
                yield f"appointments {first['appointment_id']} and {second['appointment_id']} overlap"


def _bookings(running: Running) -> list[Row]:
    answer = httpx.get(f"{running['CALCOM_BASE_URL']}/admin/bookings", timeout=20, trust_env=False)
    return [each for each in answer.raise_for_status().json() if each["status"] == "accepted"]


def _copies_that_differ(running: Running) -> list[str]:
    """Each active phase has one booking, and each booking stands for one. A booking that was moved keeps the id of the
    appointment that it was made for, so both sides go by the first one in a chain of moves."""
    firsts = _firsts(_rows(running, _APPOINTMENTS))
    ours = Counter(
        (firsts[row["appointment_id"]], row["start_time"], row["end_time"]) for row in _rows(running, _PHASES)
    )
    theirs = Counter(
        (_first_of(booking, firsts), _instant(booking["start"]), _instant(booking["end"]))
        for booking in _bookings(running)
    )
    missing = [
        f"no booking at Cal.com for {first}, {start} to {end}"
        for first, start, end in (ours - theirs).elements()
    ]
    extra = [
        f"a booking at Cal.com for {first}, {start} to {end}"
        for first, start, end in (theirs - ours).elements()
    ]
    return missing + extra


def _firsts(appointments: list[Row]) -> dict[str, str]:
    """The first appointment in each one's chain of moves."""
    before = {row["moved_to"]: row["id"] for row in appointments if row["moved_to"]}
    firsts = {}
    for row in appointments:
        first = row["id"]
        while first in before:
            first = before[first]
        firsts[row["id"]] = first
    return firsts


def _first_of(booking: Row, firsts: dict[str, str]) -> str:
    marks = (booking.get("metadata") or {}).values()
    return next((firsts[mark] for mark in marks if mark in firsts), f"nobody ({booking['uid']})")


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)
