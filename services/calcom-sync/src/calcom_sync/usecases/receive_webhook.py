"""Take a webhook of Cal.com in: who sent it is checked, and it is stored; nothing else, for Cal.com waits meanwhile."""

import enum
from datetime import datetime
from typing import Protocol
from uuid import UUID

from calcom_sync.domain.signature import signed_by
from calcom_sync.usecases.ports import Directory


class Received(enum.Enum):
    """What became of a delivery."""

    STORED = "stored"
    REPEATED = "repeated"
    """The same bytes are here already."""
    UNSIGNED = "unsigned"
    UNKNOWN_TENANT = "unknown_tenant"


class Keeper(Protocol):
    """Where webhooks are stored."""

    async def keep(self, tenant_id: UUID, body: bytes, now: datetime) -> bool: ...


async def receive_webhook(
    tenant_id: UUID, body: bytes, signature: str, *, directory: Directory, keeper: Keeper, now: datetime
) -> Received:
    """Raises SetupUnavailableError where the secret cannot be had."""
    setup = await directory.setup(tenant_id)
    if setup is None:
        return Received.UNKNOWN_TENANT
    if not signed_by(setup.webhook_secret, body, signature):
        return Received.UNSIGNED
    return Received.STORED if await keeper.keep(tenant_id, body, now) else Received.REPEATED
