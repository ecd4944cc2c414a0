"""Working time as it is written, and as it comes to pass."""

from collections.abc import Callable
from datetime import date
from zoneinfo import ZoneInfo

import pytest

from availability.domain.hours import DailySpan, DayException, InvalidHoursError, WeeklyRule, WorkingHours
from availability.domain.instants import Interval, merged
from availability.domain.zone import day_number, midnight, stretches

BERLIN = ZoneInfo("Europe/Berlin")
DAILY = frozenset(range(1, 8))
SPRING, AUTUMN = date(2027, 3, 28), date(2027, 10, 31)


def rule(start: str, end: str, weekdays: frozenset[int] = DAILY, **validity: date) -> WeeklyRule:
    return WeeklyRule(weekdays, DailySpan.of(start, end), **validity)


def minutes_worked(hours: WorkingHours, day: date) -> int:
    begin = midnight(BERLIN, day)
    end = midnight(BERLIN, date.fromordinal(day.toordinal() + 1))
    worked = merged(hours.expand(stretches(BERLIN, begin, end)))
    return sum(high - low for low, high in worked)


def test_rules_that_overlap_count_once() -> None:
    hours = WorkingHours((rule("09:00", "13:00"), rule("12:00", "18:00")))

    assert minutes_worked(hours, date(2027, 6, 1)) == 9 * 60


def test_the_day_ends_at_24_oclock() -> None:
    assert minutes_worked(WorkingHours((rule("22:00", "24:00"),)), date(2027, 6, 1)) == 120


@pytest.mark.parametrize(("day", "worked"), [(SPRING, 0), (AUTUMN, 60), (date(2027, 6, 1), 30)])
def test_half_past_two_comes_twice_in_autumn_and_never_in_spring(day: date, worked: int) -> None:
    assert minutes_worked(WorkingHours((rule("02:30", "03:00"),)), day) == worked


@pytest.mark.parametrize(("day", "worked"), [(SPRING, 23 * 60), (AUTUMN, 25 * 60)])
def test_a_whole_day_is_as_long_as_it_is(day: date, worked: int) -> None:
    assert minutes_worked(WorkingHours((rule("00:00", "24:00"),)), day) == worked


def test_the_repeated_hour_is_two_separate_hours_of_work() -> None:
    parts = stretches(BERLIN, midnight(BERLIN, AUTUMN), midnight(BERLIN, date(2027, 11, 1)))
    change = parts[1].begin_min

    found = merged(WorkingHours((rule("02:30", "03:00"),)).expand(parts))

    assert found == (Interval(change - 30, change), Interval(change + 30, change + 60))


def test_an_exception_replaces_the_day_and_beats_a_holiday() -> None:
    day = date(2027, 12, 25)
    week = (rule("09:00", "18:00"),)
    short = DayException(day, (DailySpan.of("10:00", "12:00"),))

    assert minutes_worked(WorkingHours(week, (short,), frozenset({day})), day) == 120
    assert minutes_worked(WorkingHours(week, (DayException(day),)), day) == 0
    assert minutes_worked(WorkingHours(week, (), frozenset({day})), day) == 0


def test_a_rule_holds_from_its_first_to_its_last_day() -> None:
    hours = WorkingHours((rule("09:00", "10:00", valid_from=date(2027, 6, 2), valid_to=date(2027, 6, 3)),))

    assert [minutes_worked(hours, date(2027, 6, day)) for day in (1, 2, 3, 4)] == [0, 60, 60, 0]


def test_a_rule_holds_on_its_weekdays_only() -> None:
    hours = WorkingHours((rule("09:00", "10:00", frozenset({6})),))

    assert [minutes_worked(hours, date(2027, 6, day)) for day in (4, 5, 6)] == [0, 60, 0]


@pytest.mark.parametrize("clock", ["24:01", "9", "09:60", "", "ab:cd", "-1:00"])
def test_what_is_no_time_of_day_is_refused(clock: str) -> None:
    with pytest.raises(InvalidHoursError):
        DailySpan.of(clock, "24:00")


@pytest.mark.parametrize(
    "build",
    [lambda: DailySpan.of("10:00", "10:00"), lambda: rule("09:00", "10:00", frozenset({0}))],
    ids=["an empty span", "a weekday 0"],
)
def test_hours_that_name_no_time_are_refused(build: Callable[[], object]) -> None:
    with pytest.raises(InvalidHoursError):
        build()


def test_days_are_counted_from_1970() -> None:
    assert day_number(date(1970, 1, 2)) == 1
