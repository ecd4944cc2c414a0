"""Promise that somebody calls back, and see to it that somebody does."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol
from uuid import UUID
from zoneinfo import ZoneInfo

from booking.domain.callback import Callback
from booking.domain.listing import CallbackFilters, PageEnd
from booking.errors import CallbackUnknownError, RegistryUnavailableError

ATTEMPTS = 5
"""Each but the first comes after somebody else's change; a callback has few of them."""


@dataclass(frozen=True)
class CallbackPage:
    """Callbacks in order; ``next_token`` is "" on the last page."""

    callbacks: list[Callback]
    next_token: str


@dataclass(frozen=True)
class Handling:
    """Which callback, and who deals with it."""

    tenant_id: UUID
    callback_id: UUID
    operator: str


class Callbacks(Protocol):
    """Where promises are kept."""

    async def keep(self, callback: Callback, request_id: str) -> Callback:
        """The promise with its event; or the one that the request_id has led to before; or, while nobody has seen to it,
        the one of the same call about the same topic and appointment, with what is new.

        Raises RequestInvalidError where the appointment that it is about is none of this business.
        """
        ...

    async def get(self, tenant_id: UUID, callback_id: UUID) -> Callback | None:
        """The promise, if this business has it."""
        ...

    async def list(self, filters: CallbackFilters, *, after: PageEnd | None, limit: int) -> list[Callback]:
        """The first ones by when they are due, after where a page ended."""
        ...

    async def change(self, before: Callback, after: Callback, *, operator: str, now: datetime) -> bool:
        """Keep it with its history and its event; what is held for whom it is about is passed on, once it is resolved.
        False: somebody else was faster."""
        ...


class Branches(Protocol):
    """Where branches are known."""

    async def zone_of(self, tenant_id: UUID, branch_id: UUID) -> ZoneInfo:
        """Raises RequestInvalidError where there is no such branch, RegistryUnavailableError."""
        ...


async def must_be_of_a_branch(branches: Branches, callback: Callback) -> None:
    """Raises RequestInvalidError where there is no such branch.

    A promise is what is left where nothing else works: it is kept also while nobody can say whether there is the branch.
    """
    with suppress(RegistryUnavailableError):
        await branches.zone_of(callback.tenant_id, callback.branch_id)


async def request_callback(callbacks: Callbacks, callback: Callback, request_id: str) -> Callback:
    """Promise it, once for each request_id and each topic of a call. Raises RequestInvalidError."""
    due_time = callback.due_time.replace(microsecond=0)
    return await callbacks.keep(replace(callback, due_time=due_time), request_id)


async def list_callbacks(
    callbacks: Callbacks, filters: CallbackFilters, *, token: str, size: int
) -> CallbackPage:
    """A page, what is due first at its head. Raises PageTokenInvalidError."""
    after = PageEnd.from_token(token, filters) if token else None
    found = await callbacks.list(filters, after=after, limit=size + 1)
    page = found[:size]
    if len(found) == len(page):
        return CallbackPage(page, "")
    return CallbackPage(page, PageEnd(page[-1].due_time, page[-1].callback_id).token(filters))


async def resolve_callback(
    callbacks: Callbacks, who: Handling, *, resolution: str, now: datetime
) -> Callback:
    """Note who took care of it, and what came of it. Raises CallbackUnknownError, IllegalMoveError."""
    return await _changed(callbacks, who, lambda before: before.resolve(who.operator, resolution), now)


async def assign_callback(callbacks: Callbacks, who: Handling, *, assignee: str, now: datetime) -> Callback:
    """Hand it over; "": back to everybody. Raises CallbackUnknownError, IllegalMoveError."""
    return await _changed(callbacks, who, lambda before: before.hand_to(assignee), now)


async def _changed(
    callbacks: Callbacks, who: Handling, change: Callable[[Callback], Callback], now: datetime
) -> Callback:
    for _ in range(ATTEMPTS):
        before = await callbacks.get(who.tenant_id, who.callback_id)
        if before is None:
            raise CallbackUnknownError("this business has no such callback")
        after = change(before)
        if after == before or await callbacks.change(before, after, operator=who.operator, now=now):
            return after
    raise RuntimeError("a callback that is changed by others all the time")
