"""Owns the form in which an offer is remembered in Redis."""

import json
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from availability.domain.holds import Offer, PlannedPhase, Taking
from availability.domain.instants import Interval
from availability.domain.service import PhaseKind

_ENCODER = json.JSONEncoder(check_circular=False, separators=(",", ":"))


def to_text(offer: Offer) -> str:
    """JSON; instants as epoch seconds, so that offers hold whole seconds."""
    return as_json(
        {
            "option": offer.option_id,
            "branch": offer.branch_id,
            "service": offer.service_id,
            "services": offer.service_ids,
            "name": offer.service_name,
            "person": offer.person_id,
            "span": [_seconds(offer.start), _seconds(offer.end)],
            "phases": [_from_phase(phase) for phase in offer.phases],
            "occupied": spans_of(offer.occupied),
            "devices": spans_of(offer.devices),
            "places": spans_of(offer.places),
            "moved": offer.moved_appointment_id,
            "names": spans_of(offer.other_names),
            "promised": offer.promised,
        }
    )


def as_json(value: object) -> str:
    """What it says once only: nothing here contains itself."""
    return _ENCODER.encode(value)


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
        phases=tuple(_to_phase(*phase) for phase in record["phases"]),
        occupied=_takings(record["occupied"]),
        devices=_takings(record["devices"]),
        places=_takings(record["places"]),
        service_ids=tuple(record["services"]),
        moved_appointment_id=record["moved"],
        # Not in what an older replica has written.
        other_names=_takings(record.get("names", [])),
        promised=record.get("promised", False),
    )


def spans_of(takings: Iterable[Taking]) -> list[tuple[str, int, int]]:
    """Whose time, and epoch minutes from and to."""
    return [(owner_id, begin_min, end_min) for owner_id, (begin_min, end_min) in takings]


def _from_phase(phase: PlannedPhase) -> list[Any]:
    position, name, kind, start, end, *whose = phase
    return [position, name, kind.value, _seconds(start), _seconds(end), *whose]


def _to_phase(position: int, name: str, kind: str, start: int, end: int, *whose: Any) -> PlannedPhase:  # noqa: ANN401 - out of JSON
    return PlannedPhase(position, name, PhaseKind(kind), _instant(start), _instant(end), *whose)


def _takings(spans: list[tuple[str, int, int]]) -> tuple[Taking, ...]:
    return tuple(Taking(owner_id, Interval(begin, end)) for owner_id, begin, end in spans)


def _seconds(instant: datetime) -> int:
    return int(instant.timestamp())


def _instant(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
