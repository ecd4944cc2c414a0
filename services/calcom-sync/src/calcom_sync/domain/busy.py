"""Time that people are taken at Cal.com beside our appointments."""

import enum
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, order=True)
class Span:
    """Half open; aware."""

    start: datetime
    end: datetime


class Source(enum.Enum):
    """Where it is known from."""

    BOOKING = "booking"
    """Booked at Cal.com by others."""
    CALENDAR = "calendar"
    """In a calendar that is connected there."""


@dataclass(frozen=True)
class Owner:
    """Whose time it is, and by which account it is known."""

    tenant_id: UUID
    account_id: UUID
    person_id: UUID


@dataclass(frozen=True)
class Busy:
    """One span that is taken."""

    busy_id: UUID
    tenant_id: UUID
    person_id: UUID
    span: Span
    source: Source


def without(busy: Iterable[Span], own: Iterable[Span]) -> list[Span]:
    """What is left of spans where others are cut out: a connected calendar shows our own bookings as well."""
    left = sorted(busy)
    for cut in own:
        left = [piece for span in left for piece in _pieces(span, cut)]
    return left


def _pieces(span: Span, cut: Span) -> list[Span]:
    if cut.end <= span.start or span.end <= cut.start:
        return [span]
    before, after = Span(span.start, cut.start), Span(cut.end, span.end)
    return [piece for piece in (before, after) if piece.start < piece.end]
