"""All businesses, page by page; and what some are called."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from chassis.errors import PositionInvalidError
from staff_registry.domain.ids import Ids, parse_id
from staff_registry.domain.rules import is_slug
from staff_registry.errors import RequestInvalidError

PAGE_SIZE = 100
PAGE_SIZE_MAX = 500


@dataclass(frozen=True)
class Page:
    """Ids in the order of the keys, and the token of the next page; "" after the last."""

    tenant_ids: tuple[UUID, ...]
    next_page_token: str


class Keys(Protocol):
    """The keys of all businesses."""

    async def keys_after(self, key: str, *, limit: int) -> Sequence[str]:
        """The next keys in their order."""
        ...


async def list_businesses(page_size: int, page_token: str, *, keys: Keys) -> Page:
    """The businesses after a token ("": from the first); a size below 1 means 100. Raises PositionInvalidError."""
    # The token is the last key that was told, so businesses that come or go in between shift nothing.
    if page_token and not is_slug(page_token):
        raise PositionInvalidError("a page token has the form it was given out in")
    size = min(page_size, PAGE_SIZE_MAX) if page_size > 0 else PAGE_SIZE
    found = await keys.keys_after(page_token, limit=size + 1)
    here = found[:size]
    return Page(tuple(Ids(key).tenant for key in here), here[-1] if len(found) > size else "")


@dataclass(frozen=True)
class Called:
    """What a business is called."""

    tenant_id: UUID
    key: str
    name: str


class Names(Protocol):
    """What businesses are called."""

    async def names_of(self, tenant_ids: Sequence[UUID]) -> Mapping[UUID, tuple[str, str]]:
        """Key and name of those that are known."""
        ...


async def names_of(tenant_ids: Sequence[str], *, names: Names) -> list[Called]:
    """In the order of the ids, without those that are unknown. Raises RequestInvalidError."""
    if len(tenant_ids) > PAGE_SIZE_MAX:
        raise RequestInvalidError(f"at most {PAGE_SIZE_MAX} businesses", field="tenant_ids")
    wanted = [found for each in tenant_ids if (found := parse_id(each))]
    known = await names.names_of(wanted)
    return [Called(each, *known[each]) for each in wanted if each in known]
