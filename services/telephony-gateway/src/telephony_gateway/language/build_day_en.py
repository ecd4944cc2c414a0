"""What the English rules make of days that are counted from another one; None refuses a match."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from telephony_gateway.language.build_day import LONGEST_COUNT, Unit, weekday
from telephony_gateway.language.days import (
    DayExpression,
    DayOfMonth,
    Mode,
    Reading,
    RelativeDay,
    Span,
    Week,
    Weekday,
    add_months,
    shift,
)
from telephony_gateway.language.feasts import Feast
from telephony_gateway.language.periods import Either, NthWeekday

Length = tuple[int, Unit]
_DAYS_IN: dict[Unit, int] = {"day": 1, "week": 7}
_MONTHS_IN: dict[Unit, int] = {"month": 1, "year": 12}
_LONGEST_WEEKS = 52


@dataclass(frozen=True, slots=True)
class CountedFrom:
    """So long after a day (before it, if negative): "two weeks after the third of October", "a week next Friday"."""

    day: DayExpression
    count: int
    unit: Unit

    def resolve(self, today: date) -> Reading:
        """One day for each that the other may be, and its doubt."""
        reading = self.day.resolve(today)
        return Reading(tuple(Span(self._from(span.first or today)) for span in reading.spans), reading.doubt)

    def _from(self, day: date) -> date:
        if self.unit in _MONTHS_IN:
            return add_months(day, self.count * _MONTHS_IN[self.unit])
        return shift(day, self.count * _DAYS_IN[self.unit])


_SINGLE = (RelativeDay, Weekday, DayOfMonth, Feast, NthWeekday, CountedFrom)


def counted_from(length: Length, day: DayExpression) -> DayExpression | None:
    """ "three days from tomorrow", "a week after Easter Monday"; nothing counts from a stretch of days."""
    count, unit = length
    if not isinstance(day, _SINGLE) or abs(count) > LONGEST_COUNT:
        return None
    if isinstance(day, RelativeDay) and unit in _DAYS_IN:
        return RelativeDay(day.days + count * _DAYS_IN[unit])
    if day == Weekday(getattr(day, "weekday", 0)) and unit == "week" and 0 < count <= _LONGEST_WEEKS:
        return Weekday(day.weekday, weeks_later=count)
    return CountedFrom(day, count, unit)


def counted_back(length: Length, day: DayExpression) -> DayExpression | None:
    """ "two days before the third of October"."""
    return counted_from((-length[0], length[1]), day)


def weeks_on(length: Length, day: DayExpression) -> DayExpression | None:
    """ "a week tomorrow", "two weeks on Friday": said of weeks alone."""
    return counted_from(length, day) if length[1] == "week" else None


def weekday_weeks_on(mode: Mode | None, value: int, weeks: int) -> DayExpression | None:
    """ "Friday fortnight", "next Thursday week"."""
    return counted_from((weeks, "week"), weekday(mode, value))


def the_one_after(day: DayExpression, unit: Unit, count: int) -> DayExpression | None:
    """ "the day after", "the week after", said of a day or week before it."""
    if unit == "week":
        return replace(day, offset=day.offset + count) if isinstance(day, Week) else None
    return counted_from((count, "day"), day)


def month_and_day(first: int, second: int, year: int | None = None) -> DayExpression | None:
    """ "12/25" is Christmas, "25/12" too, and "10/2" may be in October or in February."""
    if max(first, second) > 31 or min(first, second) > 12:
        return None
    american, european = DayOfMonth(second, first, year), DayOfMonth(first, second, year)
    if first == second or second > 12:
        return american
    return european if first > 12 else Either((american, european))
