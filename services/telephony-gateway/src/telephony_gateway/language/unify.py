"""Two day phrases that speak of the same day become one; None where they cannot."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from telephony_gateway.language.beside import Beside, both_sides
from telephony_gateway.language.days import (
    AnyWeek,
    Between,
    CalendarWeek,
    DayExpression,
    DayOfMonth,
    Offset,
    RelativeDay,
    Week,
    Weekday,
)
from telephony_gateway.language.feasts import Feast, FeastSide
from telephony_gateway.language.periods import (
    THIS_WEEK,
    DayWithin,
    Month,
    NextDays,
    OnWeekday,
    PartOfWeek,
    WeekdayWithin,
    Weekend,
    WorkingWeek,
    Year,
)

Merge = Callable[[Any, Any], DayExpression | None]


def unify(first: DayExpression, second: DayExpression) -> DayExpression | None:
    """The day that both speak of."""
    if first == second:
        return first
    merge = _MERGES.get((type(first), type(second)))
    return merge(first, second) if merge else None


def _weekday_week(day: Weekday, week: AnyWeek) -> Weekday | None:
    return replace(day, week=week, mode="plain") if day.week is None else None


def _weekday_offset(day: Weekday, offset: Offset) -> Weekday | None:
    weeks = offset.weeks()
    return None if weeks is None or day.weeks_later else replace(day, weeks_later=weeks, mode="plain")


def _offset_weekday(offset: Offset, day: Weekday) -> Weekday | None:
    later = _weekday_offset(day, offset)
    return later and replace(later, week_first=True)


def _weekday_within(day: Weekday, stretch: DayExpression) -> WeekdayWithin | None:
    return WeekdayWithin(day, stretch) if day == Weekday(day.weekday) else None


def _day_within(day: DayExpression, stretch: Between | FeastSide) -> DayWithin | None:
    closed = isinstance(stretch, Between) and stretch.start is not None and stretch.end is not None
    return None if closed else DayWithin(day, stretch)


def _weekday_day(weekday: Weekday, day: Feast | RelativeDay) -> OnWeekday | None:
    return OnWeekday(day, weekday.weekday) if weekday == Weekday(weekday.weekday) else None


def _relative_offset(day: RelativeDay, offset: Offset) -> RelativeDay | Offset | None:
    """ "heute in acht Tagen" is a week, "morgen in vierzehn Tagen" two."""
    weeks = offset.weeks()
    if weeks is not None:
        return RelativeDay(day.days + 7 * weeks)
    if day.days == 0 and offset.unit != "day":
        return offset
    return RelativeDay(day.days + offset.count) if offset.unit == "day" and not offset.past else None


def _weekday_date(day: Weekday, date: DayOfMonth) -> DayOfMonth:
    return replace(date, weekday=day.weekday)


def _date_month(day: DayOfMonth, month: Month) -> DayOfMonth | None:
    if day.month is not None:
        return None
    if month.number is None:
        return replace(day, months_ahead=month.ahead)
    return replace(day, month=month.number, year=month.year)


def _date_year(day: DayOfMonth, year: Year) -> DayOfMonth | None:
    return replace(day, year_ahead=year.ahead) if day.year is None and day.month is not None else None


def _month_year(month: Month, year: Year) -> Month:
    return replace(month, of_year=year.ahead, year=year.number)


def _feast_year(feast: Feast, year: Year) -> Feast:
    return replace(feast, year_ahead=year.ahead, year=year.number)


def _week_weekend(week: AnyWeek, weekend: Weekend) -> Weekend:
    return replace(weekend, week=week, mode="plain")


def _weekend_offset(weekend: Weekend, offset: Offset) -> Weekend | None:
    weeks = offset.weeks()
    return None if weeks is None else replace(weekend, weeks_later=weeks)


def _week_working(week: AnyWeek, days: WorkingWeek) -> WorkingWeek:
    return replace(days, week=week)


def _week_part(week: AnyWeek, part: PartOfWeek) -> PartOfWeek | None:
    return replace(part, week=week) if part.week == THIS_WEEK else None


def _week_between(week: AnyWeek, span: Between) -> Between | None:
    """ "nächste Woche ab Mittwoch", "nächste Woche von Montag bis Mittwoch"."""
    start, end = (_into(week, side) for side in (span.start, span.end))
    return Between(start, end) if (start, end) != (span.start, span.end) else None


def _into(week: AnyWeek, side: DayExpression | None) -> DayExpression | None:
    return (_weekday_week(side, week) or side) if isinstance(side, Weekday) else side


def _swapped(merge: Merge) -> Merge:
    return lambda first, second: merge(second, first)


def _day_beside(day: DayExpression, side: Beside) -> DayWithin:
    return DayWithin(day, side)


_SIDES = (Between, Beside, FeastSide)
_ONE_WAY: dict[tuple[type, type], Merge] = {
    (Weekday, Week): _weekday_week,
    (Weekday, CalendarWeek): _weekday_week,
    (Weekday, DayOfMonth): _weekday_date,
    (RelativeDay, Offset): _relative_offset,
    (DayOfMonth, Month): _date_month,
    (DayOfMonth, Year): _date_year,
    **{
        (Weekday, stretch): _weekday_within
        for stretch in (Weekend, Month, Year, NextDays, PartOfWeek, WorkingWeek)
    },
    **{(day, Between): _day_within for day in (Weekday, RelativeDay, DayOfMonth)},
    **{(day, FeastSide): _day_within for day in (Weekday, RelativeDay, DayOfMonth)},
    (Weekday, Feast): _weekday_day,
    (Weekday, RelativeDay): _weekday_day,
    (Month, Year): _month_year,
    (Feast, Year): _feast_year,
    (Week, Weekend): _week_weekend,
    (CalendarWeek, Weekend): _week_weekend,
    (Weekend, Offset): _weekend_offset,
    (Week, WorkingWeek): _week_working,
    (Week, PartOfWeek): _week_part,
    (CalendarWeek, PartOfWeek): _week_part,
    (Week, Between): _week_between,
    (CalendarWeek, Between): _week_between,
    **{(side, other): both_sides for side in _SIDES for other in _SIDES},
    **{(day, Beside): _day_beside for day in (Weekday, RelativeDay, DayOfMonth)},
}
_MERGES: dict[tuple[type, type], Merge] = {
    **{(right, left): _swapped(merge) for (left, right), merge in _ONE_WAY.items()},
    **_ONE_WAY,
    (Weekday, Offset): _weekday_offset,
    (Offset, Weekday): _offset_weekday,
}
