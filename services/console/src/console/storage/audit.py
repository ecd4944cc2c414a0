"""What was done, in PostgreSQL."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from chassis import rows
from chassis.postgres import Pool, reaching_storage
from console.domain.deeds import Deed


@dataclass(frozen=True)
class AuditEntry:
    """A deed and how it ended."""

    deed: Deed
    begun_at: datetime
    outcome: str | None
    by: str = ""
    """The name of who did it; "": the account is gone."""


class SqlAuditTrail:
    """The table audit_entry."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def begin(self, deed: Deed, now: datetime) -> UUID:
        """See AuditTrail."""
        entry_id = uuid4()
        with rows.only_of(deed.tenant_id), reaching_storage():
            await self._pool.execute(
                """INSERT INTO audit_entry (entry_id, account_id, tenant_id, action, subject, words, begun_at)
                   VALUES ($1, $2, $3, $4, $5, $6, $7)""",
                entry_id, deed.account_id, deed.tenant_id, deed.action, deed.subject, deed.words, now,
            )  # fmt: skip
        return entry_id

    async def end(self, entry_id: UUID, outcome: str) -> None:
        """See AuditTrail."""
        with rows.of_everybody("it is found by the id that its beginning gave"), reaching_storage():
            await self._pool.execute(
                "UPDATE audit_entry SET outcome = $2 WHERE entry_id = $1", entry_id, outcome
            )

    async def forget(self, before: datetime) -> None:
        """Let go what was done before an instant, some at a time; the next round takes what is left."""
        with reaching_storage():
            await self._pool.execute(
                """DELETE FROM audit_entry WHERE entry_id IN (
                       SELECT entry_id FROM audit_entry WHERE begun_at < $1 LIMIT 5000 FOR UPDATE SKIP LOCKED)""",
                before,
            )

    async def latest(self, tenant_id: str, *, entries_max: int = 100) -> list[AuditEntry]:
        """The newest first."""
        with rows.only_of(tenant_id), reaching_storage():
            found = await self._pool.fetch(
                """SELECT account_id, tenant_id::text, action, subject, words, begun_at, outcome,
                          coalesce(account.name, '') AS by
                     FROM audit_entry LEFT JOIN account USING (account_id)
                    WHERE tenant_id = $1 ORDER BY begun_at DESC LIMIT $2""",
                tenant_id,
                entries_max,
            )
        return [
            AuditEntry(
                Deed(row["account_id"], row["tenant_id"], row["action"], row["subject"], row["words"]),
                row["begun_at"],
                row["outcome"],
                row["by"],
            )
            for row in found
        ]
