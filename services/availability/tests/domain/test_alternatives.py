"""Which few starts are offered instead of the wish."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from availability.domain.alternatives import SPACING_MIN, alternatives, nearest
from availability.domain.ask import Ask
from availability.domain.days import local_day
from availability.domain.lattice import Lattice
from availability.domain.search import from_now
from availability.domain.zone import midnight

Salon = Any
BERLIN = ZoneInfo("Europe/Berlin")
MONDAY = date(2027, 3, 22)
# Monday to Monday, with the night in it that is an hour short.
WEEK = Lattice.over(
    BERLIN,
    midnight(BERLIN, MONDAY),
    midnight(BERLIN, MONDAY + timedelta(days=8)),
    grid_step_min=15,
    grain_min=5,
)
POINTS = st.integers(0, WEEK.points - 1).map(lambda point: WEEK.origin_min + point * 15)


def minute(day: int, clock: str) -> int:
    wall = datetime.combine(MONDAY + timedelta(days=day), datetime.strptime(clock, "%H:%M").time(), BERLIN)  # noqa: DTZ007
    return int(wall.timestamp()) // 60


def points(minutes: Iterable[int]) -> int:
    return WEEK.mask_of((each, each + 1) for each in minutes)


def said(minutes: list[int]) -> list[str]:
    return [datetime.fromtimestamp(each * 60, BERLIN).strftime("%a %H:%M") for each in minutes]


def pick(free: list[int], wish: int, limit: int = 3, *, other_days: bool = True) -> list[str]:
    return said(nearest(WEEK, points(free), wish, limit=limit, other_days=other_days))


def test_the_nearest_come_first_and_stand_apart() -> None:
    """AV-08: a near time is offered as an alternative, with its real time."""
    free = [minute(0, clock) for clock in ("12:30", "12:45", "13:15", "13:30", "15:00")]

    assert pick(free, minute(0, "13:00")) == ["Mon 12:45", "Mon 13:15", "Mon 15:00"]


def test_neighbours_are_offered_where_there_is_nothing_else() -> None:
    free = [minute(0, clock) for clock in ("12:30", "12:45")]

    assert pick(free, minute(0, "13:00"), other_days=False) == ["Mon 12:45", "Mon 12:30"]


def test_the_wished_day_comes_before_any_other() -> None:
    """AV-12: a Saturday wish is answered with Saturday as long as Saturday has anything."""
    free = [minute(5, "18:00"), minute(4, "10:00"), minute(7, "10:00")]

    assert pick(free, minute(5, "10:00")) == ["Sat 18:00", "Fri 10:00", "Mon 10:00"]


def test_other_days_can_be_ruled_out() -> None:
    """AV-11"""
    free = [minute(1, "10:00"), minute(3, "10:00")]

    assert pick(free, minute(2, "10:00"), other_days=False) == []


def test_of_two_days_as_near_the_later_one_comes_first() -> None:
    free = [minute(1, "10:00"), minute(3, "10:00")]

    assert pick(free, minute(2, "10:00")) == ["Thu 10:00", "Tue 10:00"]


def test_another_day_gives_one_option_at_the_wished_time_of_day() -> None:
    free = [minute(1, clock) for clock in ("09:00", "14:45", "15:30", "18:00")]

    assert pick(free, minute(0, "15:00")) == ["Tue 14:45"]


def test_the_time_of_day_is_the_wall_clocks_on_either_side_of_a_change() -> None:
    free = [minute(7, "09:00"), minute(7, "10:00"), minute(7, "11:00")]

    assert pick(free, minute(5, "10:00")) == ["Mon 10:00"]


@given(free=st.frozensets(POINTS, max_size=60), wish=POINTS, limit=st.integers(0, 5))
def test_alternatives_are_few_free_different_and_honest_about_the_day(
    free: frozenset[int], wish: int, limit: int
) -> None:
    """AV-27, AV-15, AV-11: no duplicates, nothing made up, and the wished day exhausted before any other."""
    picked = nearest(WEEK, points(free), wish, limit=limit, other_days=True)

    same = [each for each in picked if local_day(WEEK, each) == local_day(WEEK, wish)]
    there = [each for each in free if local_day(WEEK, each) == local_day(WEEK, wish)]
    other_dates = [local_day(WEEK, each) for each in picked[len(same) :]]
    assert set(picked) <= free
    assert len(picked) == len(set(picked)) <= limit
    assert picked[: len(same)] == same
    assert len(same) == min(limit, len(there))
    assert len(other_dates) == len(set(other_dates))


@given(free=st.frozensets(POINTS, min_size=1, max_size=60), wish=POINTS)
def test_nothing_on_the_wished_day_is_nearer_than_the_first_alternative(
    free: frozenset[int], wish: int
) -> None:
    picked = nearest(WEEK, points(free), wish, limit=3, other_days=False)

    there = [abs(each - wish) for each in free if local_day(WEEK, each) == local_day(WEEK, wish)]
    assert [abs(each - wish) for each in picked[:1]] == ([min(there)] if there else [])


def test_an_alternative_comes_with_its_person_and_all_that_it_occupies(salon: Salon) -> None:
    """AV-13: what is offered fits in full."""
    salon.join("anna", salon.appointment("x", salon.span("15:00", "16:00")))
    salon.join("bert", salon.appointment("y", salon.span("09:00", "19:00")))
    asked = Ask({"bert": salon.perm, "anna": salon.perm}, salon.now)

    offered = alternatives(salon.branch, from_now(salon.branch, asked), salon.minute("14:45"), limit=2)

    assert [(option.person_id, option.start) for option in offered] == [
        ("anna", salon.instant("16:00")),
        ("anna", salon.instant("16:30")),
    ]
    assert all(option.end - option.start == timedelta(minutes=135) for option in offered)
    assert SPACING_MIN == 30
