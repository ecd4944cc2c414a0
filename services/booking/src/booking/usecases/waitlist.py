"""Note wishes that cannot be met yet, show them, and take them back."""

from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from booking.domain.actor import Actor
from booking.domain.business import BusinessFacts
from booking.domain.listing import Place, WaitlistFilters
from booking.domain.waiting import WaitingChange, WaitingEntry, WaitingState
from booking.errors import RequestIdReusedError, WaitlistEntryUnknownError
from chassis.clock import Clock

ATTEMPTS = 5
"""Each but the first comes after somebody else's change; an entry has few of them."""


@dataclass(frozen=True)
class Kept:
    """An entry, and its number in the order of joining."""

    entry: WaitingEntry
    place: int


@dataclass(frozen=True)
class Noted:
    """What joining led to, now or when the request_id was used first."""

    entry: WaitingEntry
    fingerprint: str
    """Of the wish that the request_id stood for first."""


@dataclass(frozen=True)
class WaitlistPage:
    """Entries in the order of joining; ``next_token`` is "" on the last page."""

    entries: list[WaitingEntry]
    next_token: str


class Waitlist(Protocol):
    """Where waiting wishes are kept."""

    async def join(self, entry: WaitingEntry, request_id: str) -> Noted:
        """Keep it with its history and event; or the entry that the request_id has led to, or that the same wish has."""
        ...

    async def get(self, tenant_id: UUID, entry_id: UUID) -> WaitingEntry | None:
        """The entry, if this business has it."""
        ...

    async def list(self, filters: WaitlistFilters, *, after: Place | None, limit: int) -> list[Kept]:
        """The first ones in the order of joining, after where a page ended."""
        ...

    async def withdraw(self, before: WaitingEntry, after: WaitingEntry, change: WaitingChange) -> bool:
        """Keep that it was taken back, and have what was held for it passed on. False: it has changed since."""
        ...


class Businesses(Protocol):
    """Where the facts about businesses are."""

    async def facts(self, tenant_id: UUID) -> BusinessFacts:
        """Of one; nothing of one that there is not. Raises RegistryUnavailableError."""
        ...


class KeepWaitlist:
    """The use cases."""

    def __init__(self, waitlist: Waitlist, businesses: Businesses, *, clock: Clock) -> None:
        self._waitlist, self._businesses, self._clock = waitlist, businesses, clock

    async def join(self, entry: WaitingEntry, request_id: str) -> WaitingEntry:
        """Note a wish that the business can meet. Raises RequestInvalidError, RequestIdReusedError,
        RegistryUnavailableError."""
        wish = entry.wish
        wish.must_be_ahead(entry.create_time)
        facts = await self._businesses.facts(wish.tenant_id)
        facts.must_have(wish.branch_id, wish.service_id, wish.person_id)
        noted = await self._waitlist.join(entry, request_id)
        if noted.fingerprint != wish.fingerprint:
            raise RequestIdReusedError("the request_id was used for another wish")
        return noted.entry

    async def list(self, filters: WaitlistFilters, *, token: str, size: int) -> WaitlistPage:
        """A page, who joined first at its head. Raises PageTokenInvalidError."""
        after = Place.from_token(token, filters) if token else None
        found = await self._waitlist.list(filters, after=after, limit=size + 1)
        entries = [kept.entry for kept in found[:size]]
        more = len(found) > size
        return WaitlistPage(entries, Place(found[size - 1].place).token(filters) if more else "")

    async def leave(self, tenant_id: UUID, entry_id: UUID, actor: Actor, *, reason: str) -> WaitingEntry:
        """Take a wish back; again gives the same answer. Raises WaitlistEntryUnknownError, NotTheCustomerError,
        IllegalMoveError."""
        for _ in range(ATTEMPTS):
            before = await self._waitlist.get(tenant_id, entry_id)
            if before is None:
                raise WaitlistEntryUnknownError("this business has no such waiting wish")
            before.must_be_left_by(actor)
            if before.state is WaitingState.WITHDRAWN:
                return before
            change = WaitingChange(self._clock.now(), reason, actor.call_id, actor.operator)
            after = before.withdrawn()
            if await self._waitlist.withdraw(before, after, change):
                return after
        raise RuntimeError("a waiting wish that is changed by others all the time")
