"""Service × phase × person × account: what is mapped, what is missing, what is broken (SR-10)."""

import enum
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from staff_registry.domain.business import Business, PhaseMapping
from staff_registry.domain.capability import bookable_service_keys


class CellState(enum.Enum):
    """How it is with one active phase of a service when one person does it."""

    COMPLETE = "COMPLETE"
    MISSING = "MISSING"
    BROKEN = "BROKEN"


@dataclass(frozen=True)
class Cell:
    """One cell; ``account_key`` "" and ``event_type_id`` 0: nothing is mapped."""

    service_key: str
    phase_position: int
    person_key: str
    account_key: str = ""
    event_type_id: int = 0
    state: CellState = CellState.MISSING
    faults: tuple[str, ...] = ()


@dataclass(frozen=True)
class Verdict:
    """What Cal.com says about one mapping; without faults it can be booked."""

    faults: tuple[str, ...]
    was_looked_at: bool = True
    """False: the budget did not allow it now."""


Spot = tuple[str, int, str]
"""Service key, phase position, person key."""
SpotOnAccount = tuple[str, int, str, str]
"""The same and account key: one human with two accounts may have a mapping on each."""


def cells(business: Business, verdicts: Mapping[SpotOnAccount, Verdict] | None = None) -> Iterator[Cell]:
    """Every active phase of everything that somebody is able to do; retired ones have no place in it."""
    mapped: dict[Spot, list[PhaseMapping]] = defaultdict(list)
    for one in business.mappings:
        mapped[one.service_key, one.phase_position, one.person_key].append(one)
    for service in business.services:
        for person in business.people:
            if service.retired or person.retired or service.key not in person.service_keys:
                continue
            for position in service.active_positions():
                spot = (service.key, position, person.key)
                if not mapped[spot]:
                    yield Cell(*spot)
                for one in mapped[spot]:
                    yield _mapped(spot, one, (verdicts or {}).get((*spot, one.account_key)))


def _mapped(spot: Spot, mapping: PhaseMapping, verdict: Verdict | None) -> Cell:
    is_broken = verdict is not None and verdict.was_looked_at and bool(verdict.faults)
    state = CellState.BROKEN if is_broken else CellState.COMPLETE
    faults = verdict.faults if verdict else ()
    return Cell(*spot, mapping.account_key, mapping.event_type_id, state, faults)


def capabilities(business: Business) -> Iterator[tuple[str, str, bool]]:
    """Person, service, and whether that is offered: only when every active phase is mapped (AV-17, SR-07)."""
    bookable = bookable_service_keys(business)
    for person in business.people:
        for service in business.services:
            if not person.retired and not service.retired and service.key in person.service_keys:
                yield person.key, service.key, service.key in bookable[person.key]
