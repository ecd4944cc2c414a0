"""Webhooks as they came."""

import hashlib
from datetime import datetime, timedelta
from uuid import UUID

from calcom_sync.domain.appointment import AppointmentRef
from calcom_sync.domain.webhook import WebhookContent, WebhookState
from calcom_sync.storage.queue import announce_webhook
from calcom_sync.usecases.process_webhook import StoredWebhook
from chassis import rows
from chassis.postgres import Pool

UNVERIFIED_MAX = 1000
"""Anybody can send what cannot be verified yet."""
KEPT_FOR = timedelta(days=7)
"""How long the words of a webhook stay after it was looked at: they name people."""

_IS_FORGOTTEN = """
SELECT a.attendee_email = '' FROM appointment a JOIN intent i USING (tenant_id, appointment_id) WHERE i.phase_id = $1
   FOR SHARE OF a
"""


class SqlWebhooks:
    """The table webhook, and the bookings that are copies of ours."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def keep(self, tenant_id: UUID, body: bytes, now: datetime) -> bool:
        """Store a webhook and have it looked at later. False: the same bytes are here already."""
        return await self._store(tenant_id, body, WebhookState.STORED, "", now)

    async def keep_unverified(self, tenant_id: UUID, body: bytes, signature: str, now: datetime) -> bool:
        """Store one whose secret is out of reach. False: too many wait already."""
        with rows.of_everybody("who cannot be verified may name any business"):
            waiting = await self._pool.fetchval("SELECT count(*) FROM webhook WHERE state = 'unverified'")
        if waiting >= UNVERIFIED_MAX:
            return False
        await self._store(tenant_id, body, WebhookState.UNVERIFIED, signature, now)
        return True

    async def _store(
        self, tenant_id: UUID, body: bytes, state: WebhookState, signature: str, now: datetime
    ) -> bool:
        # What is not verified must not stand in the way of the same bytes with a good signature.
        digest = hashlib.sha256(body + signature.encode()).digest()
        async with self._pool.acquire() as connection, connection.transaction():
            number = await connection.fetchval(
                "INSERT INTO webhook (tenant_id, body, body_sha256, received_at, state, signature)"
                " VALUES ($1, $2, $3, $4, $5, $6)"
                " ON CONFLICT (tenant_id, body_sha256) DO NOTHING RETURNING webhook_id",
                tenant_id, body, digest, now, state.value, signature,
            )  # fmt: skip
            if number is None:
                return False
            await announce_webhook(connection, number)
        return True

    async def load(self, webhook_id: int) -> StoredWebhook | None:
        """None: there is none with the number, or it was looked at long ago."""
        row = await self._pool.fetchrow(
            "SELECT tenant_id, body, state, signature FROM webhook WHERE webhook_id = $1", webhook_id
        )
        if row is None:
            return None
        return StoredWebhook(row["tenant_id"], row["body"], WebhookState(row["state"]), row["signature"])

    async def phase_of(self, tenant_id: UUID, content: WebhookContent) -> UUID | None:
        """The phase of ours that it is about: by our id, or by the uid of a booking that is known to be ours."""
        uids = [uid for uid in (content.booking_uid, content.former_uid) if uid]
        found: UUID | None = await self._pool.fetchval(
            "SELECT phase_id FROM intent WHERE tenant_id = $1 AND (phase_id::text = $2 OR booking_uid = ANY($3))",
            tenant_id, content.phase_id, uids,
        )  # fmt: skip
        return found

    async def of_booking(self, tenant_id: UUID, uid: str) -> tuple[AppointmentRef, UUID] | None:
        """The phase whose copy a booking is."""
        row = await self._pool.fetchrow(
            "SELECT appointment_id, phase_id FROM intent WHERE tenant_id = $1 AND booking_uid = $2 AND booking_uid <> ''",
            tenant_id, uid,
        )  # fmt: skip
        return (AppointmentRef(tenant_id, row["appointment_id"]), row["phase_id"]) if row else None

    async def note(
        self, webhook_id: int, state: WebhookState, content: WebhookContent | None, phase_id: UUID | None
    ) -> None:
        """Store what it turned out to be. Of what nobody signed nothing is kept, nor of an attendee who is forgotten."""
        async with self._pool.acquire() as connection, connection.transaction():
            # Until this is stored nobody can be forgotten, and whoever is forgotten after it is found by it.
            forgotten = await connection.fetchval(_IS_FORGOTTEN, phase_id) if phase_id else False
            await connection.execute(
                "UPDATE webhook SET state = $2, trigger_event = $3, booking_uid = $4, phase_id = $5,"
                " body = CASE WHEN $6 THEN '' ELSE body END WHERE webhook_id = $1",
                webhook_id, state.value, content.trigger if content else "", content.booking_uid if content else "",
                phase_id, bool(forgotten) or state is WebhookState.REFUSED,
            )  # fmt: skip

    async def unseen(self, before: datetime, *, limit: int = 500) -> list[int]:
        """Those that came before an instant and were not looked at yet."""
        rows = await self._pool.fetch(
            "SELECT webhook_id FROM webhook WHERE state IN ('stored', 'unverified') AND received_at <= $1"
            " ORDER BY webhook_id LIMIT $2",
            before, limit,
        )  # fmt: skip
        return [row["webhook_id"] for row in rows]

    async def fade(self, now: datetime) -> None:
        """Empty those that were looked at long ago."""
        await self._pool.execute(
            "UPDATE webhook SET body = '' WHERE received_at < $1 AND body <> '' AND state NOT IN ('stored', 'unverified')",
            now - KEPT_FOR,
        )  # fmt: skip
