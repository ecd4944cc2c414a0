"""Days counted from a day, and days on one side of it or on both."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Literal

from telephony_gateway.language.days import (
    Between,
    DayExpression,
    DayOfMonth,
    Doubt,
    ImpossibleDayError,
    Mode,
    Offset,
    Reading,
    RelativeDay,
    Span,
    Weekday,
    shift,
    with_month_of,
)
from telephony_gateway.language.feasts import Feast, FeastSide, WeekdayNearFeast
from telephony_gateway.language.periods import STRETCHES, DayWithin, Vaguely

Side = Literal["before", "after"]
Count = tuple[int, Literal["day", "week", "month", "year"]]


@dataclass(frozen=True, slots=True)
class Beside:
    """The days after a day or stretch, or those before it."""

    day: DayExpression
    side: Side

    def resolve(self, today: date) -> Reading:
        """An open range."""
        reading = self.day.resolve(today)
        if self.side == "after":
            return Reading(tuple(Span(shift(_last(span, today), 1)) for span in reading.spans), reading.doubt)
        return Reading(
            tuple(Span(None, shift(span.first or today, -1)) for span in reading.spans), reading.doubt
        )


def _last(span: Span, today: date) -> date:
    return span.last or span.first or today


@dataclass(frozen=True, slots=True)
class Counted:
    """So many days, weeks or months after a day that was said, or before it: "zwei Tage nach dem siebten März"."""

    day: DayExpression
    distance: Offset

    def resolve(self, today: date) -> Reading:
        """One day for every reading of the day and of the count ("acht Tage" may be a week)."""
        reading = self.day.resolve(today)
        found = [
            (counted.spans, counted.doubt)
            for span in reading.spans
            if span.first is not None
            for counted in (self.distance.resolve(span.first if self.distance.past else _last(span, today)),)
        ]
        spans = tuple(span for spans, _ in found for span in spans)
        doubt = next((doubt for _, doubt in found if doubt is not None), reading.doubt)
        return Reading(spans, doubt) if spans else reading


def counted_from(count: Count, day: DayExpression | int, side: Side) -> DayExpression:
    """ "zwei Tage nach dem siebten März", "am Tag vor Freitag"; from a stretch nobody can count."""
    day = DayOfMonth(day) if isinstance(day, int) else day
    if isinstance(day, STRETCHES) or count[0] > 60:
        return Vaguely(Beside(day, side))
    return Counted(day, Offset(*count, past=side == "before"))


def counted_on(count: Count, day: DayExpression | int) -> DayExpression:
    """ "zwei Wochen ab heute"; "eine Woche ab Freitag" may be the week itself."""
    found = counted_from(count, day, "after")
    return found if isinstance(day, RelativeDay) else Vaguely(found)


@dataclass(frozen=True, slots=True)
class WeekdayBeside:
    """The first such weekday after a date, or the last before it: "am Montag nach dem siebten März"."""

    weekday: int
    day: DayExpression
    side: Side

    def resolve(self, today: date) -> Reading:
        """One day for every reading of the date."""
        reading = self.day.resolve(today)
        return Reading(tuple(Span(self._near(span.first or today)) for span in reading.spans), reading.doubt)

    def _near(self, day: date) -> date:
        if self.side == "after":
            return day + timedelta(days=(self.weekday - day.weekday() - 1) % 7 + 1)
        return day - timedelta(days=(day.weekday() - self.weekday - 1) % 7 + 1)


def weekday_beside(weekday: DayExpression, day: DayExpression | int, side: Side) -> WeekdayBeside | None:
    """Of a weekday and a date only."""
    day = DayOfMonth(day) if isinstance(day, int) else day
    if (
        not isinstance(weekday, Weekday)
        or weekday.week
        or weekday.weeks_later
        or not isinstance(day, DayOfMonth)
    ):
        return None
    return WeekdayBeside(weekday.weekday, day, side)


def weekday_on_side(weekday: DayExpression, side: DayExpression) -> DayWithin | None:
    """ "nach dem siebten am Montag": no Monday the seventh."""
    is_plain = isinstance(weekday, Weekday) and weekday == Weekday(weekday.weekday)
    return DayWithin(weekday, side) if is_plain else None


@dataclass(frozen=True, slots=True)
class LastWeekdayBefore:
    """ "vor Ostern am Donnerstag": the last one before the feast, or the next one, and nobody can tell which."""

    weekday: int
    feast: Feast

    def resolve(self, today: date) -> Reading:
        """One day where the two are the same."""
        begin, _ = self.feast.bounds(today)
        last = begin - timedelta(days=(begin.weekday() - self.weekday - 1) % 7 + 1)
        following = Weekday(self.weekday).following(today)
        if last == following or following >= begin:
            return Reading((Span(max(last, following)),))
        return Reading((Span(following), Span(last)), Doubt.ALTERNATIVES)


def weekday_of_feast(mode: Mode | None, weekday: int, feast: Feast, side: Side) -> DayExpression:
    """ "am Samstag vor Weihnachten"; "am vorletzten", "am übernächsten" is a week further off."""
    near = WeekdayNearFeast(feast, weekday, side == "after")
    further = mode == ("beforelast" if side == "before" else "overnext")
    return Counted(near, Offset(1, "week", past=side == "before")) if further else near


def open_side(day: DayExpression) -> Side | None:
    """Where the days of an expression are open, as seen from its one end; None for a closed one."""
    if isinstance(day, Beside):
        return day.side
    if isinstance(day, FeastSide):
        return day.side if day.until is None else None
    if isinstance(day, Between) and (day.start is None) != (day.end is None):
        return "after" if day.end is None else "before"
    return None


@dataclass(frozen=True, slots=True)
class BothSides:
    """After one day and before another: "nach dem zehnten, aber vor dem zwanzigsten"."""

    after: DayExpression
    before: DayExpression

    def resolve(self, today: date) -> Reading:
        """A closed range; the end is read from the beginning on."""
        start = self.after.resolve(today)
        first = start.spans[0].first or today
        last = self.before.resolve(today).spans[0].last
        if last is None or last < first:
            last = self.before.resolve(shift(first, -1)).spans[0].last
        if last is None or last < first:
            raise ImpossibleDayError("the days after end before the days before")
        return Reading((Span(first, last if last != first else None),), start.doubt)


def both_sides(first: DayExpression, second: DayExpression) -> BothSides | None:
    """Of two that are open on different sides."""
    sides = {open_side(first): first, open_side(second): second}
    after, before = sides.get("after"), sides.get("before")
    if after is None or before is None:
        return None
    return BothSides(_in_month_of(after, before), before)


def _in_month_of(side: DayExpression, other: DayExpression) -> DayExpression:
    """ "nach dem siebten und vor dem vierzehnten April"."""
    inner = _inner(other)
    if isinstance(side, Beside):
        return replace(side, day=with_month_of(side.day, inner)) if inner else side
    if isinstance(side, Between) and side.start and inner:
        return replace(side, start=with_month_of(side.start, inner))
    return side


def _inner(side: DayExpression) -> DayExpression | None:
    if isinstance(side, Beside):
        return side.day
    return side.end if isinstance(side, Between) else None
