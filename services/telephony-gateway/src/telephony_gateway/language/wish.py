"""The date and time arguments of a tool call into one wish: the model's fragments, its invented years, the policy's bounds."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

from telephony_gateway.language.days import Doubt
from telephony_gateway.language.languages import language_of
from telephony_gateway.language.normalise import shapes
from telephony_gateway.language.understand import ENDS_WITH_THE_PAST, has_passed, understand
from telephony_gateway.language.understanding import Candidate, Outcome, Slot, Understanding

# A date of the model's that lies longer ago than this has an invented year, not a slip of days.
INVENTED_AFTER = timedelta(days=7)
# Moved to the next year in which it lies ahead, such a date is believed only if it is this near.
BELIEVED_WITHIN = timedelta(days=92)
# Only to ask whether a word names an hour, which hangs on no date.
_ANY_TIME = datetime(2025, 1, 1, tzinfo=UTC)
_MACHINE_SHAPES = frozenset({"iso", "instant", "dmy"})


@dataclass(frozen=True, slots=True)
class Bounds:
    """From when and until when this branch takes bookings, as lengths from now."""

    notice: timedelta = timedelta(minutes=15)
    horizon: timedelta = timedelta(days=365)


def resolve_wish(
    date_text: str | None,
    time_text: str | None,
    *,
    reference: datetime,
    bounds: Bounds | None = None,
    language: str | None = None,
) -> Understanding:
    """The wish of one tool call: both arguments together, or either alone, either holding both.

    `reference` is now, aware and in the branch's zone. The outcome is MISSING where no day was said, and never a
    default; a time that was not said leaves the outcome alone and is named in `missing`.
    """
    day, clock = _halves(date_text, time_text, language)
    said = understand(day, clock=clock, reference=reference, language=language)
    if said.outcome is Outcome.PAST and _written_by_a_machine(date_text):
        said = _with_believable_year(said, reference)
    if said.outcome not in {Outcome.RESOLVED, Outcome.AMBIGUOUS}:
        return said
    if Slot.DATE in said.missing:
        return replace(said, outcome=Outcome.MISSING)
    return _within(said, reference, bounds or Bounds())


def _halves(date_text: str | None, time_text: str | None, language: str | None) -> tuple[str, str]:
    """What makes one sentence; a bare number in the time's place is an hour."""
    day, clock = (date_text or "").strip(), (time_text or "").strip()
    if clock and clock.casefold() in day.casefold():
        return day, ""
    if len(clock.split()) != 1:
        return day, clock
    at = "at" if language_of(shapes(f"{day} {clock}"), language).code == "en" else "um"
    bare_hour = understand(f"{at} {clock}", reference=_ANY_TIME).first.time is not None
    return day, f"{at} {clock}" if bare_hour else clock


def _written_by_a_machine(date_text: str | None) -> bool:
    return any(shape.name in _MACHINE_SHAPES for shape in shapes(date_text or ""))


def _with_believable_year(said: Understanding, reference: datetime) -> Understanding:
    """A year that the model invented: repaired where the date is near in the next year, else asked."""
    first = said.first
    if first.date is None or first.date_end is not None or reference.date() - first.date <= INVENTED_AFTER:
        return said
    moved = replace(first, date=_next_anniversary(first.date, reference.date()))
    if has_passed(moved, reference):
        return said
    assert moved.date is not None  # noqa: S101 - set two lines above
    near = moved.date - reference.date() <= BELIEVED_WITHIN
    outcome = Outcome.RESOLVED if near else Outcome.AMBIGUOUS
    return replace(
        said,
        outcome=outcome,
        candidates=(moved,),
        doubts=frozenset() if near else frozenset({Doubt.INVENTED_YEAR}),
    )


def _next_anniversary(day: date, today: date) -> date:
    for year in (today.year, today.year + 1):
        # The 29th of February becomes the 1st of March where there is none.
        moved = date(year, 3, 1) if (day.month, day.day) == (2, 29) else day.replace(year=year)
        if moved >= today:
            return moved
    return day


def _within(said: Understanding, reference: datetime, bounds: Bounds) -> Understanding:
    """The candidates that the branch can take; TOO_SOON or TOO_FAR where none is left."""
    soon = [candidate for candidate in said.candidates if _too_soon(candidate, reference, bounds.notice)]
    far = [candidate for candidate in said.candidates if _too_far(candidate, reference, bounds.horizon)]
    left = tuple(candidate for candidate in said.candidates if candidate not in soon and candidate not in far)
    if not left:
        return replace(said, outcome=Outcome.TOO_SOON if soon else Outcome.TOO_FAR)
    if len(left) == 1 and len(said.candidates) > 1 and said.doubts <= ENDS_WITH_THE_PAST:
        return replace(said, outcome=Outcome.RESOLVED, candidates=left, doubts=frozenset())
    return said if left == said.candidates else replace(said, candidates=left)


def _too_soon(candidate: Candidate, reference: datetime, notice: timedelta) -> bool:
    if candidate.date is None or candidate.time is None:
        return False
    at = datetime.combine(candidate.date, candidate.time, tzinfo=reference.tzinfo)
    # Both in UTC: wall-clock arithmetic would gain or lose an hour when the clocks change.
    return at.astimezone(UTC) < reference.astimezone(UTC) + notice


def _too_far(candidate: Candidate, reference: datetime, horizon: timedelta) -> bool:
    first = candidate.date or candidate.date_end
    return first is not None and first > reference.date() + horizon
