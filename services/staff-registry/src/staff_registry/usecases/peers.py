"""What resolutions need of the other services. Every method raises PeerUnavailableError where one does not answer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID


@dataclass(frozen=True)
class Overlap:
    """Two appointments that take the same human at the same time."""

    appointment_id: str
    other_id: str
    start: datetime
    end: datetime


@dataclass(frozen=True)
class Described:
    """What others keep under the ids of two people, by what it is, in the order of the ids; and what would overlap."""

    counts: Mapping[str, tuple[int, int]]
    overlaps: tuple[Overlap, ...] = ()


@dataclass(frozen=True)
class Seen:
    """What availability knows under one id."""

    same_as: str
    """The id that it stands for; "": none."""
    appointments: int


@dataclass(frozen=True)
class Named:
    """Which change, and of whom."""

    tenant_id: UUID
    resolution_id: UUID
    person_id: UUID
    alias_id: UUID
    operator: str


class Bookings(Protocol):
    """Appointments."""

    async def describe(self, tenant_id: UUID, people: Sequence[UUID]) -> Described:
        """Of two people."""
        ...

    async def unite(self, named: Named) -> None:
        """Make two ids one human; harmless to repeat."""
        ...

    async def separate(self, named: Named, *, validate_only: bool) -> Sequence[str]:
        """Take it back; harmless to repeat. What contradicts it since: then nothing was done."""
        ...


class Copies(Protocol):
    """What is at Cal.com."""

    async def describe(self, tenant_id: UUID, people: Sequence[UUID]) -> Described:
        """Of two people."""
        ...

    async def reassign(self, named: Named, accounts: Mapping[UUID, UUID]) -> None:
        """Everything of the alias is the person's; ``accounts`` that go, each with its twin. Harmless to repeat."""
        ...

    async def give_back(self, named: Named) -> None:
        """Take it back; harmless to repeat."""
        ...


class Calendars(Protocol):
    """Availability."""

    async def describe(self, tenant_id: UUID, people: Sequence[UUID]) -> Described:
        """Of two people."""
        ...

    async def seen(self, tenant_id: UUID, person_id: UUID) -> Seen:
        """What is known under one id."""
        ...


@dataclass(frozen=True)
class Peers:
    """All of them."""

    bookings: Bookings
    copies: Copies
    calendars: Calendars
