"""Looking up one business by its id."""

from typing import Protocol
from uuid import UUID

from staff_registry.domain.business import Registered
from staff_registry.domain.ids import parse_id
from staff_registry.errors import BusinessUnknownError


class Businesses(Protocol):
    """Where businesses are read, each as of one moment."""

    async def find(self, tenant_id: UUID) -> Registered | None:
        """The business without its secrets."""
        ...

    async def find_with_secrets(self, tenant_id: UUID) -> Registered | None:
        """The business with its secrets."""
        ...


async def find_business(tenant_id: str, *, businesses: Businesses) -> Registered:
    """The business as it is now, without secrets. Raises BusinessUnknownError, also for what is no id at all."""
    parsed = parse_id(tenant_id)
    return _known(await businesses.find(parsed) if parsed else None)


async def find_with_secrets(tenant_id: str, *, businesses: Businesses) -> Registered:
    """The same with keys and webhook secret."""
    parsed = parse_id(tenant_id)
    return _known(await businesses.find_with_secrets(parsed) if parsed else None)


def _known(found: Registered | None) -> Registered:
    if found is None:
        raise BusinessUnknownError("there is no business with this id")
    return found
