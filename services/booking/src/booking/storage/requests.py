"""Lets request ids go."""

from datetime import datetime

from chassis.postgres import Pool, reaching_storage


class SqlRequests:
    """The port of forget_old over the service's own schema."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def forget(self, before: datetime) -> int:
        """See ``Old``."""
        with reaching_storage():
            gone = await self._pool.execute("DELETE FROM booking_request WHERE answered_at < $1", before)
            await self._pool.execute("DELETE FROM series WHERE created_at < $1", before)
        return int(gone.removeprefix("DELETE "))
