"""Take a webhook of Cal.com in: who sent it is checked, and it is stored; nothing else, for Cal.com waits meanwhile."""

import enum
from datetime import datetime
from typing import Protocol
from uuid import UUID

from calcom_sync.domain.signature import looks_signed, signed_by
from calcom_sync.usecases.ports import Directory, SetupUnavailableError


class Received(enum.Enum):
    """What became of a delivery."""

    STORED = "stored"
    REPEATED = "repeated"
    """The same bytes are here already."""
    UNVERIFIED = "unverified"
    """Stored; the signature is checked when the secret can be had. Cal.com would not send it again."""
    UNSIGNED = "unsigned"
    UNKNOWN_TENANT = "unknown_tenant"


class Keeper(Protocol):
    """Where webhooks are stored."""

    async def keep(self, tenant_id: UUID, body: bytes, now: datetime) -> bool: ...

    async def keep_unverified(self, tenant_id: UUID, body: bytes, signature: str, now: datetime) -> bool:
        """False: too many wait already."""
        ...


async def receive_webhook(
    tenant_id: UUID, body: bytes, signature: str, *, directory: Directory, keeper: Keeper, now: datetime
) -> Received:
    """Raises SetupUnavailableError where the secret cannot be had, and too much waits for it already."""
    if not looks_signed(signature):
        return Received.UNSIGNED
    try:
        setup = await directory.setup(tenant_id)
    except SetupUnavailableError:
        if await keeper.keep_unverified(tenant_id, body, signature, now):
            return Received.UNVERIFIED
        raise
    if setup is None:
        return Received.UNKNOWN_TENANT
    if not signed_by(setup.webhook_secret, body, signature):
        return Received.UNSIGNED
    return Received.STORED if await keeper.keep(tenant_id, body, now) else Received.REPEATED
