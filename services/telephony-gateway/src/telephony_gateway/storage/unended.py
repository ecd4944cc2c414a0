"""Calls whose end nobody has told of: a lost webhook must not leave them "in progress" for ever (TG-18, OB-10)."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from chassis.postgres import Pool
from telephony_gateway.domain.envelope import Caller
from telephony_gateway.storage.unchecked import LONGEST_CALL

SILENT = timedelta(minutes=10)
"""After so long without a question or an event a call is asked about."""
AGAIN = timedelta(minutes=10)
BATCH = 50


@dataclass(frozen=True)
class UnendedCall:
    """A call that goes on, as far as we know."""

    caller: Caller
    tenant_id: str
    branch_id: str
    """Both "" where the dialled number was nobody's."""
    first_heard_at: datetime

    def is_older_than_any(self, now: datetime) -> bool:
        """Whether no call lasts that long."""
        return now - self.first_heard_at >= LONGEST_CALL


class UnendedCalls:
    """The table ``call``, as a queue that the replicas share."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def take(self, *, now: datetime) -> list[UnendedCall]:
        """Some of which nothing has been heard for a while; no other replica gets them for as long again."""
        rows = await self._pool.fetch(
            "UPDATE call SET look_after = $1::timestamptz + $2::interval WHERE call_id IN ("
            " SELECT c.call_id FROM call c WHERE c.ended_at IS NULL AND c.first_heard_at <= $1::timestamptz - $3::interval"
            " AND (c.look_after IS NULL OR c.look_after <= $1)"
            " AND NOT EXISTS (SELECT FROM function_call f WHERE f.call_id = c.call_id"
            "  AND f.received_at > $1::timestamptz - $3::interval)"
            " ORDER BY c.first_heard_at LIMIT $4 FOR UPDATE SKIP LOCKED)"
            " RETURNING call_id, tenant_id, branch_id, dialled_number, caller_number, first_heard_at",
            now, AGAIN, SILENT, BATCH,
        )  # fmt: skip
        return [
            UnendedCall(
                Caller(row["call_id"], row["dialled_number"], row["caller_number"]),
                str(row["tenant_id"] or ""),
                str(row["branch_id"] or ""),
                row["first_heard_at"],
            )
            for row in rows
        ]

    async def end(self, call_id: str, *, at: datetime) -> None:
        """It is over since then, unless its end was told after all; never before it was first heard of (TG-28)."""
        await self._pool.execute(
            "UPDATE call SET ended_at = coalesce(ended_at, greatest($2, first_heard_at)) WHERE call_id = $1",
            call_id, at,
        )  # fmt: skip
