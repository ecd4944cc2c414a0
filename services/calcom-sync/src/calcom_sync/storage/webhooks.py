"""Webhooks as they came."""

import hashlib
from datetime import datetime
from uuid import UUID

from calcom_sync.domain.webhook import WebhookContent, WebhookState
from calcom_sync.storage.queue import announce_webhook
from chassis.postgres import Pool


class SqlWebhooks:
    """The table webhook."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def keep(self, tenant_id: UUID, body: bytes, now: datetime) -> bool:
        """Store a webhook and have it looked at later. False: the same bytes are here already."""
        async with self._pool.acquire() as connection, connection.transaction():
            number = await connection.fetchval(
                "INSERT INTO webhook (tenant_id, body, body_sha256, received_at) VALUES ($1, $2, $3, $4)"
                " ON CONFLICT (tenant_id, body_sha256) DO NOTHING RETURNING webhook_id",
                tenant_id, body, hashlib.sha256(body).digest(), now,
            )  # fmt: skip
            if number is None:
                return False
            await announce_webhook(connection, number)
        return True

    async def body(self, webhook_id: int) -> tuple[UUID, bytes] | None:
        """Whose it is, and what it says; None: there is none with the number."""
        row = await self._pool.fetchrow(
            "SELECT tenant_id, body FROM webhook WHERE webhook_id = $1", webhook_id
        )
        return (row["tenant_id"], row["body"]) if row else None

    async def phase_of(self, tenant_id: UUID, content: WebhookContent) -> UUID | None:
        """The phase of ours that it is about: by our id, or by the uid of a booking that is known to be ours."""
        found: UUID | None = await self._pool.fetchval(
            "SELECT phase_id FROM intent WHERE tenant_id = $1"
            " AND (phase_id::text = $2 OR (booking_uid <> '' AND booking_uid = $3))",
            tenant_id, content.phase_id, content.booking_uid,
        )  # fmt: skip
        return found

    async def note(
        self, webhook_id: int, state: WebhookState, content: WebhookContent | None, phase_id: UUID | None
    ) -> None:
        """Store what it turned out to be."""
        await self._pool.execute(
            "UPDATE webhook SET state = $2, trigger_event = $3, booking_uid = $4, phase_id = $5 WHERE webhook_id = $1",
            webhook_id, state.value, content.trigger if content else "", content.booking_uid if content else "",
            phase_id,
        )  # fmt: skip

    async def unseen(self, before: datetime, *, limit: int = 500) -> list[int]:
        """Those that came before an instant and were not looked at yet."""
        rows = await self._pool.fetch(
            "SELECT webhook_id FROM webhook WHERE state = 'stored' AND received_at <= $1 ORDER BY webhook_id LIMIT $2",
            before, limit,
        )  # fmt: skip
        return [row["webhook_id"] for row in rows]
