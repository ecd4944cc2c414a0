"""The other services as resolutions see them, in memory: what was asked of them, and an outage on demand."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from staff_registry.errors import PeerUnavailableError
from staff_registry.usecases.peers import Described, Named, Overlap, Peers, Seen


@dataclass
class MemoryPeers:
    """All three in one. Each change is kept once, by its resolution, however often it is asked for."""

    overlaps: tuple[Overlap, ...] = ()
    heard: dict[UUID, str] = field(default_factory=dict)
    """What availability has heard: other ids, each with the one that it stands for."""
    conflicts: list[str] = field(default_factory=list)
    away: bool = False
    united: dict[UUID, Named] = field(default_factory=dict)
    separated: set[UUID] = field(default_factory=set)
    reassigned: dict[UUID, Mapping[UUID, UUID]] = field(default_factory=dict)
    given_back: set[UUID] = field(default_factory=set)
    asked: Counter[str] = field(default_factory=Counter)

    def all(self) -> Peers:
        """As the service takes them."""
        return Peers(_Bookings(self), _Copies(self), _Calendars(self))

    def ask(self, what: str) -> None:
        """Count it. Raises PeerUnavailableError during an outage."""
        self.asked[what] += 1
        if self.away:
            raise PeerUnavailableError("away")


@dataclass(frozen=True)
class _Bookings:
    of: MemoryPeers

    async def describe(self, tenant_id: UUID, people: Sequence[UUID]) -> Described:
        self.of.ask(f"describe {len(people)} of {tenant_id}")
        return Described({"appointments": (25, 20), "regular_customers": (3, 2)}, self.of.overlaps)

    async def unite(self, named: Named) -> None:
        self.of.ask("unite")
        self.of.united.setdefault(named.resolution_id, named)

    async def separate(self, named: Named, *, validate_only: bool) -> Sequence[str]:
        self.of.ask("separate")
        if not self.of.conflicts and not validate_only:
            self.of.separated.add(named.resolution_id)
        return self.of.conflicts


@dataclass(frozen=True)
class _Copies:
    of: MemoryPeers

    async def describe(self, tenant_id: UUID, people: Sequence[UUID]) -> Described:
        self.of.ask(f"describe {len(people)} of {tenant_id}")
        return Described({"copies": (25, 20), "busy_times": (1, 1)})

    async def reassign(self, named: Named, accounts: Mapping[UUID, UUID]) -> None:
        self.of.ask("reassign")
        self.of.reassigned.setdefault(named.resolution_id, accounts)

    async def give_back(self, named: Named) -> None:
        self.of.ask("give_back")
        self.of.given_back.add(named.resolution_id)


@dataclass(frozen=True)
class _Calendars:
    of: MemoryPeers

    async def describe(self, tenant_id: UUID, people: Sequence[UUID]) -> Described:
        self.of.ask(f"describe {len(people)} of {tenant_id}")
        return Described({"holds": (0, 1)})

    async def seen(self, tenant_id: UUID, person_id: UUID) -> Seen:
        self.of.ask(f"seen in {tenant_id}")
        return Seen(self.of.heard.get(person_id, ""), 0)
