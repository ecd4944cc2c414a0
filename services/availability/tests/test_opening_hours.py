"""People's hours as far as their branch is open."""

from datetime import date

import pytest

from availability.domain.hours import DailySpan, WeeklyRule
from availability.usecases.schedules import within_opening

WEEK = frozenset(range(1, 8))
EARLY, LATE = date(2027, 3, 1), date(2027, 6, 1)
Days = tuple[date | None, date | None]


def rule(days: Days, start: str = "09:00", end: str = "18:00", weekdays: frozenset[int] = WEEK) -> WeeklyRule:
    return WeeklyRule(weekdays, DailySpan.of(start, end), *days)


@pytest.mark.parametrize(
    ("own", "opening", "both"),
    [
        ((None, None), (None, None), [(None, None)]),
        ((EARLY, None), (None, None), [(EARLY, None)]),
        ((None, None), (None, LATE), [(None, LATE)]),
        ((EARLY, None), (LATE, None), [(LATE, None)]),
        ((None, EARLY), (None, LATE), [(None, EARLY)]),
        ((EARLY, None), (None, LATE), [(EARLY, LATE)]),
        ((EARLY, LATE), (LATE, None), [(LATE, LATE)]),
        ((LATE, None), (None, EARLY), []),
    ],
)
def test_nobody_can_be_booked_but_while_both_hold(own: Days, opening: Days, both: list[Days]) -> None:
    made = within_opening([rule(own)], [rule(opening)])
    assert [(one.valid_from, one.valid_to) for one in made] == both


def test_nor_where_the_branch_is_closed() -> None:
    """AV-15"""
    monday, sunday = frozenset({1}), frozenset({7})
    own = [rule((None, None), "08:00", "12:00"), rule((None, None), weekdays=sunday)]
    made = within_opening(own, [rule((None, None), "10:00", "20:00", monday)])
    assert made == (rule((None, None), "10:00", "12:00", monday),)
    # What begins when the other ends has nothing in common.
    assert not within_opening([rule((None, None), "08:00", "10:00")], [rule((None, None), "10:00", "12:00")])
