"""Calls that are over and whose claims nobody has checked yet, shared out among the replicas."""

import json
from collections.abc import Sequence
from datetime import datetime, timedelta

from chassis.postgres import Pool
from telephony_gateway.domain.truth import Case, Told
from telephony_gateway.usecases.check_truth import EndedCall

BATCH = 20
SETTLED = timedelta(seconds=2)
"""After the hang-up: the ledger is written behind the answers."""
LONGEST_CALL = timedelta(hours=2, minutes=15)
"""A call that was heard of so long ago is over, told or not (TG-18, OB-10)."""
AGAIN = timedelta(seconds=60)
"""When a call is looked at again whose check has not come to an end."""


class UncheckedCalls:
    """The table ``call``, as a queue."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def take(self, *, now: datetime) -> list[EndedCall]:
        """Some calls, which no other replica gets for a while."""
        rows = await self._pool.fetch(
            "UPDATE call SET check_after = $1::timestamptz + $2::interval WHERE call_id IN ("
            " SELECT call_id FROM call WHERE checked_at IS NULL AND tenant_id IS NOT NULL"
            " AND (check_after IS NULL OR check_after <= $1)"
            " AND (ended_at <= $1::timestamptz - $3::interval"
            " OR first_heard_at <= $1::timestamptz - $4::interval)"
            " ORDER BY first_heard_at LIMIT $5 FOR UPDATE SKIP LOCKED)"
            " RETURNING call_id, tenant_id, first_heard_at",
            now, AGAIN, SETTLED, LONGEST_CALL, BATCH,
        )  # fmt: skip
        return [
            EndedCall(
                row["call_id"], str(row["tenant_id"]), row["first_heard_at"], await self._told(row["call_id"])
            )
            for row in rows
        ]

    async def _told(self, call_id: str) -> tuple[Told, ...]:
        rows = await self._pool.fetch(
            "SELECT name, received_at, answer FROM function_call WHERE call_id = $1"
            " ORDER BY received_at, request_id",
            call_id,
        )
        return tuple(Told(row["name"], row["received_at"], json.loads(row["answer"] or "{}")) for row in rows)

    async def settle(self, call: EndedCall, cases: Sequence[Case], *, now: datetime) -> None:
        """Write down what was found and be done with the call."""
        async with self._pool.acquire() as connection, connection.transaction():
            for case in cases:
                await connection.execute(
                    "INSERT INTO truth_case (call_id, tenant_id, kind, subject, found_at)"
                    " VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING",
                    call.call_id, call.tenant_id, case.kind, case.subject, now,
                )  # fmt: skip
            await connection.execute(
                "UPDATE call SET checked_at = $2, ended_at = coalesce(ended_at, $2) WHERE call_id = $1",
                call.call_id, now,
            )  # fmt: skip
