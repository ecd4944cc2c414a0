"""Promise that somebody calls back, and see to it that somebody does."""

from dataclasses import dataclass, replace
from typing import Protocol
from uuid import UUID

from booking.domain.callback import Callback
from booking.domain.listing import CallbackFilters, PageEnd
from booking.errors import CallbackUnknownError, IllegalMoveError


@dataclass(frozen=True)
class CallbackPage:
    """Callbacks in order; ``next_token`` is "" on the last page."""

    callbacks: list[Callback]
    next_token: str


class Callbacks(Protocol):
    """Where promises are kept."""

    async def keep(self, callback: Callback, request_id: str) -> Callback:
        """The promise with its event, or the one that the request_id has led to before.

        Raises RequestInvalidError where the appointment that it is about is none of this business.
        """
        ...

    async def get(self, tenant_id: UUID, callback_id: UUID) -> Callback | None:
        """The promise, if this business has it."""
        ...

    async def list(self, filters: CallbackFilters, *, after: PageEnd | None, limit: int) -> list[Callback]:
        """The first ones by when they are due, after where a page ended."""
        ...

    async def resolve(self, resolved: Callback) -> bool:
        """Keep how it ended. False: somebody else was faster."""
        ...


async def request_callback(callbacks: Callbacks, callback: Callback, request_id: str) -> Callback:
    """Promise it, once for each request_id. Raises RequestInvalidError."""
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
    callbacks: Callbacks, tenant_id: UUID, callback_id: UUID, *, operator: str, resolution: str
) -> Callback:
    """Note who took care of it, and what came of it. Raises CallbackUnknownError, IllegalMoveError."""
    found = await callbacks.get(tenant_id, callback_id)
    if found is None:
        raise CallbackUnknownError("this business has no such callback")
    resolved = found.resolve(operator, resolution)
    if not await callbacks.resolve(resolved):
        raise IllegalMoveError("it is resolved already", state=resolved.state.value)
    return resolved
