"""Calls are forgotten when they have been kept long enough, their words sooner, and so is who looked at them (SE-17)."""

from datetime import datetime, timedelta

from chassis.postgres import Pool

BATCH = 500
DISCLOSURES_KEPT = timedelta(days=3 * 365)
"""Who has seen personal data is known longer than the data are: somebody may ask for it."""


class OldCalls:
    """Deletes in small steps, so that nobody waits for it."""

    def __init__(self, pool: Pool, kept: timedelta, *, words_kept: timedelta) -> None:
        self._pool, self._kept, self._words_kept = pool, kept, words_kept

    async def forget(self, *, now: datetime) -> int:
        """Delete the calls of before, with functions, events and cases, and the words of before; how many calls."""
        count = 0
        while gone := await self._forget_some(now - self._kept):
            count += gone
        await self._pool.execute("DELETE FROM utterance WHERE kept_since < $1", now - self._words_kept)
        await self._pool.execute("DELETE FROM disclosure WHERE disclosed_at < $1", now - DISCLOSURES_KEPT)
        return count

    async def _forget_some(self, before: datetime) -> int:
        rows = await self._pool.fetch(
            "DELETE FROM call WHERE call_id IN (SELECT call_id FROM call WHERE first_heard_at < $1"
            " ORDER BY first_heard_at LIMIT $2 FOR UPDATE SKIP LOCKED) RETURNING call_id",
            before, BATCH,
        )  # fmt: skip
        return len(rows)
