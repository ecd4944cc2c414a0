"""Helpers for tests: offers on one fixed day."""

from datetime import UTC, datetime, timedelta

from availability.domain.holds import Offer, PlannedPhase, Taking
from availability.domain.instants import Interval
from availability.domain.service import PhaseKind

TODAY = datetime(2025, 11, 24, tzinfo=UTC)
"""A Monday."""


def at(hour: float) -> datetime:
    """An instant of the day that the tests play on, by its hour in UTC."""
    return TODAY + timedelta(hours=hour)


def offer(option_id: str, *spans: tuple[float, float], person: str = "anna") -> Offer:
    """An option over spans in hours of the day; what lies between two spans is a free gap."""
    taken = tuple(Taking(person, Interval.of(at(begin), at(end))) for begin, end in spans)
    phases = tuple(
        PlannedPhase(2 * index, "Färben", PhaseKind.ACTIVE, at(begin), at(end))
        for index, (begin, end) in enumerate(spans)
    )
    start, end = at(spans[0][0]), at(spans[-1][1])
    return Offer(option_id, "branch", "service", "Farbe", person, start, end, phases, taken)
