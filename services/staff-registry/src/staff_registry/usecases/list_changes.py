"""Who has changed what in a business, page by page, the newest first."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from chassis.errors import PositionInvalidError
from staff_registry.domain.ids import Ids
from staff_registry.usecases.find_business import Businesses, find_business
from staff_registry.usecases.import_business import Record

PAGE_SIZE, PAGE_SIZE_MAX = 20, 100
_NEWEST = 2**63 - 1


@dataclass(frozen=True)
class Recorded:
    """One record, and the revision that came of it."""

    revision: int
    record: Record


class Records(Protocol):
    """The records of all businesses."""

    async def records(self, tenant_id: UUID, *, before: int, limit: int) -> Sequence[Recorded]:
        """Those below a revision, the newest first."""
        ...


async def list_changes(
    tenant_id: str, page_size: int, page_token: str, *, businesses: Businesses, records: Records
) -> tuple[Sequence[Recorded], str]:
    """A page and the token of the next, "" after the last. Raises BusinessUnknownError, PositionInvalidError."""
    if page_token and not re.fullmatch(r"[0-9]{1,18}", page_token):
        raise PositionInvalidError("a page token has the form it was given out in")
    found_id = Ids((await find_business(tenant_id, businesses=businesses)).business.key).tenant
    size = min(page_size, PAGE_SIZE_MAX) if page_size > 0 else PAGE_SIZE
    before = int(page_token) if page_token else _NEWEST
    found = await records.records(found_id, before=before, limit=size + 1)
    here = found[:size]
    return here, str(here[-1].revision) if len(found) > size else ""
