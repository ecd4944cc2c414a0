"""A proposal from accounts at Cal.com; nothing is stored."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from staff_registry.domain.differences import Change, differences
from staff_registry.domain.ids import Ids
from staff_registry.domain.proposing import Proposal, propose
from staff_registry.domain.rules import is_slug
from staff_registry.domain.seen import SeenAccount
from staff_registry.errors import RequestInvalidError
from staff_registry.usecases.find_business import Businesses, find_business


class CalendarAccounts(Protocol):
    """Whoever can read accounts at Cal.com."""

    async def accounts(self, tenant_id: str, api_keys: Mapping[str, str]) -> Sequence[SeenAccount]:
        """Those of a business ("": of none), then those behind more keys. Raises CalendarUnavailableError, and
        RequestInvalidError for what is no key."""
        ...


@dataclass(frozen=True)
class Proposed:
    """The proposal, and what importing it would change."""

    proposal: Proposal
    changes: tuple[Change, ...]


async def propose_business(
    tenant_id: str,
    key: str,
    api_keys: Mapping[str, str],
    *,
    businesses: Businesses,
    calendars: CalendarAccounts,
) -> Proposed:
    """Of a known business (by its id or its key), or of a new one. Raises BusinessUnknownError for an id that is none,
    RequestInvalidError, CalendarUnavailableError."""
    for name in api_keys:
        if not is_slug(name):
            raise RequestInvalidError(
                "an account key has lower-case letters, digits, hyphens", field="api_keys"
            )
    if not tenant_id and not is_slug(key):
        raise RequestInvalidError("a key has lower-case letters, digits and single hyphens", field="key")
    known = Ids(key).tenant if not tenant_id else None
    stored = await businesses.find(known) if known else await find_business(tenant_id, businesses=businesses)
    if stored is None and not api_keys:
        raise RequestInvalidError("for a new business, keys of its accounts", field="api_keys")
    told = str(Ids(stored.business.key).tenant) if stored else ""
    seen = await calendars.accounts(told, api_keys)
    before = stored.business if stored else None
    proposal = propose(before, key, seen)
    return Proposed(proposal, differences(before, proposal.business.canonical()))
