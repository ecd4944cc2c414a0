"""Owns the form in which an offer is remembered in Redis."""

import json
from datetime import UTC, datetime
from typing import Any

from availability.domain.holds import Offer, PlannedPhase, Taking
from availability.domain.instants import Interval
from availability.domain.service import PhaseKind


def to_text(offer: Offer) -> str:
    """JSON; instants as epoch seconds, so that offers hold whole seconds."""
    return json.dumps(
        {
            "option": offer.option_id,
            "branch": offer.branch_id,
            "service": offer.service_id,
            "name": offer.service_name,
            "person": offer.person_id,
            "span": [_seconds(offer.start), _seconds(offer.end)],
            "phases": [
                [phase.position, phase.name, phase.kind.value, _seconds(phase.start), _seconds(phase.end)]
                for phase in offer.phases
            ],
            "occupied": spans_of(offer),
        }
    )


def from_text(text: str | bytes) -> Offer:
    """Read what to_text() has written."""
    record: dict[str, Any] = json.loads(text)
    start, end = record["span"]
    return Offer(
        option_id=record["option"],
        branch_id=record["branch"],
        service_id=record["service"],
        service_name=record["name"],
        person_id=record["person"],
        start=_instant(start),
        end=_instant(end),
        phases=tuple(
            PlannedPhase(position, name, PhaseKind(kind), _instant(begin), _instant(stop))
            for position, name, kind, begin, stop in record["phases"]
        ),
        occupied=tuple(Taking(person, Interval(begin, stop)) for person, begin, stop in record["occupied"]),
    )


def spans_of(offer: Offer) -> list[tuple[str, int, int]]:
    """What is held: person, and epoch minutes from and to."""
    return [(taking.person_id, *taking.interval) for taking in offer.occupied]


def _seconds(instant: datetime) -> int:
    return int(instant.timestamp())


def _instant(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
