"""What callers can ask for, page by page."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from chassis.errors import PositionInvalidError
from staff_registry.domain.business import Registered, Service
from staff_registry.domain.offers import services_offered
from staff_registry.usecases.find_business import Businesses, find_business

PAGE_SIZE, PAGE_SIZE_MAX = 100, 500


@dataclass(frozen=True)
class ServicePage:
    """Services in the operator's order, the business that they belong to, and the token of the next page."""

    of: Registered
    services: Sequence[Service]
    next_page_token: str


async def list_services(
    tenant_id: str,
    branch_id: str,
    page_size: int,
    page_token: str,
    *,
    businesses: Businesses,
    with_retired: bool,
) -> ServicePage:
    """The services after a token. Raises BusinessUnknownError, PositionInvalidError."""
    if page_token and not re.fullmatch(r"[0-9]{1,9}", page_token):
        raise PositionInvalidError("a page token has the form it was given out in")
    found = await find_business(tenant_id, businesses=businesses)
    offered = found.business.services if with_retired else services_offered(found.business, branch_id)
    first = int(page_token or 0)
    size = min(page_size, PAGE_SIZE_MAX) if page_size > 0 else PAGE_SIZE
    token = str(first + size) if len(offered) > first + size else ""
    return ServicePage(found, offered[first : first + size], token)
