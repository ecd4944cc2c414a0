"""What a service takes of a person, and from when to when."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from availability.domain.instants import Interval, NaiveInstantError
from availability.domain.service import InvalidServiceError, Phase, PhaseKind, Service, occupied

START = datetime(2027, 3, 15, 9, tzinfo=UTC)


def phased(*phases: tuple[PhaseKind, int], before: int = 0, after: int = 0) -> Service:
    listed = tuple(Phase(kind, minutes) for kind, minutes in phases)
    return Service("s", listed, buffer_before_min=before, buffer_after_min=after)


def minutes(intervals: tuple[Interval, ...]) -> list[tuple[float, float]]:
    return [
        ((part.start - START) / timedelta(minutes=1), (part.end - START) / timedelta(minutes=1))
        for part in intervals
    ]


def test_the_duration_is_the_sum_of_the_phases_and_nothing_else() -> None:
    """AV-26"""
    service = phased(
        (PhaseKind.ACTIVE, 50), (PhaseKind.GAP_FREE, 15), (PhaseKind.ACTIVE, 70), before=10, after=5
    )

    assert service.duration_min == 135


def test_a_free_gap_is_not_occupied() -> None:
    """AV-02"""
    service = phased((PhaseKind.ACTIVE, 50), (PhaseKind.GAP_FREE, 15), (PhaseKind.ACTIVE, 5))

    assert minutes(occupied(service, START)) == [(0, 50), (65, 70)]


def test_a_blocked_gap_is_occupied_and_joins_its_neighbours() -> None:
    """AV-01"""
    service = phased((PhaseKind.ACTIVE, 50), (PhaseKind.GAP_BLOCKED, 15), (PhaseKind.ACTIVE, 5))

    assert minutes(occupied(service, START)) == [(0, 70)]


def test_buffers_are_occupied_around_the_whole_service() -> None:
    service = phased((PhaseKind.ACTIVE, 30), (PhaseKind.GAP_FREE, 30), before=10, after=5)

    assert minutes(occupied(service, START)) == [(-10, 30), (60, 65)]


def test_an_appointment_without_phases_occupies_its_whole_span() -> None:
    """AV-01: its rows of phases may be missing, its time is taken all the same."""
    assert minutes(occupied(phased((PhaseKind.ACTIVE, 135)), START)) == [(0, 135)]


def test_an_instant_without_a_zone_is_refused() -> None:
    """AV-04, AV-22"""
    with pytest.raises(NaiveInstantError):
        occupied(phased((PhaseKind.ACTIVE, 30)), START.replace(tzinfo=None))


def test_seconds_widen_an_interval_to_whole_minutes() -> None:
    taken = Interval.of(START + timedelta(seconds=30), START + timedelta(minutes=9, seconds=1))

    assert minutes((taken,)) == [(0, 10)]


def test_an_interval_without_a_minute_touches_nothing() -> None:
    assert not Interval(5, 5).touches(Interval(0, 10))
    assert not Interval(0, 5).touches(Interval(5, 10))
    assert Interval(0, 6).touches(Interval(5, 10))


def test_a_person_has_their_own_pace() -> None:
    service = phased((PhaseKind.ACTIVE, 50), (PhaseKind.GAP_FREE, 15), (PhaseKind.ACTIVE, 5))

    slower = service.with_minutes((60, 15, 10))

    assert minutes(occupied(slower, START)) == [(0, 60), (75, 85)]
    assert service.duration_min == 70


@pytest.mark.parametrize(
    "build",
    [
        phased,
        lambda: phased((PhaseKind.GAP_FREE, 15)),
        lambda: phased((PhaseKind.ACTIVE, 0)),
        lambda: phased((PhaseKind.ACTIVE, 10), before=-5),
        lambda: phased((PhaseKind.ACTIVE, 10)).with_minutes((10, 10)),
    ],
    ids=["no phases", "nothing active", "no length", "negative buffer", "a pace too many"],
)
def test_a_service_that_cannot_be_carried_out_is_refused(build: Callable[[], object]) -> None:
    with pytest.raises(InvalidServiceError):
        build()
