"""Sign-ins through another provider that are under way, in PostgreSQL."""

from datetime import datetime

from chassis.postgres import Pool, reaching_storage
from console.usecases.ports import UnderWay


class SqlUnderWay:
    """The table sign_in_under_way."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def add(self, state_digest: bytes, browser_digest: bytes, going: UnderWay, now: datetime) -> None:
        """See SignInsUnderWay."""
        with reaching_storage():
            await self._pool.execute(
                "INSERT INTO sign_in_under_way (state_digest, browser_digest, nonce, verifier, target, begun_at)"
                " VALUES ($1, $2, $3, $4, $5, $6)",
                state_digest, browser_digest, going.nonce, going.verifier, going.target, now,
            )  # fmt: skip

    async def take(
        self, state_digest: bytes, browser_digest: bytes, *, begun_after: datetime
    ) -> UnderWay | None:
        """See SignInsUnderWay."""
        with reaching_storage():
            row = await self._pool.fetchrow(
                "DELETE FROM sign_in_under_way WHERE state_digest = $1 AND browser_digest = $2 AND begun_at > $3"
                " RETURNING nonce, verifier, target",
                state_digest, browser_digest, begun_after,
            )  # fmt: skip
        return UnderWay(**dict(row)) if row else None

    async def forget(self, *, before: datetime) -> None:
        """See SignInsUnderWay."""
        with reaching_storage():
            await self._pool.execute("DELETE FROM sign_in_under_way WHERE begun_at < $1", before)
