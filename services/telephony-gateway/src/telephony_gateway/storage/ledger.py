"""What was asked and answered in each call, written behind the answers so that no caller waits for it."""

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Sequence

from chassis.errors import StorageUnavailableError
from chassis.postgres import Pool, reaching_storage
from signals.metrics import Counter
from telephony_gateway.storage.entries import Answered, Asked, Entry, Found, Heard, Said, Told
from telephony_gateway.storage.ledger_statements import write_all

__all__ = ["Answered", "Asked", "Entry", "Found", "Heard", "Ledger", "Said", "Told"]

BACKLOG_MAX = 10_000
"""Entries that wait while the database is away; more are dropped and counted."""
RETRY_S = 0.5
TOGETHER_MAX = 200
"""So many entries are written in one go."""
GATHERED_S = 0.05
"""How long the first entry waits for others to go with it."""
FLUSH_S = 3.0
_log = logging.getLogger(__name__)
_dropped = Counter("rufbuch_gateway_ledger_dropped_total", "Ledger entries that were given up")


class Ledger:
    """A queue in memory, emptied into the database in order."""

    def __init__(self, pool: Pool, *, pause: Callable[[float], Awaitable[None]] = asyncio.sleep) -> None:
        self._pool, self._pause = pool, pause
        self._waiting: deque[Entry] = deque()
        self._some, self._none = asyncio.Event(), asyncio.Event()
        self._none.set()

    def record(self, *entries: Entry) -> None:
        """Note what happened; returns at once."""
        room = BACKLOG_MAX - len(self._waiting)
        if room < len(entries):
            _dropped.inc(len(entries) - room)
        self._waiting.extend(entries[:room])
        self._some.set()
        self._none.clear()

    async def write(self) -> None:
        """Write what waits, until cancelled."""
        while True:
            await self._some.wait()
            if len(self._waiting) < TOGETHER_MAX:
                await self._pause(GATHERED_S)
            together = min(len(self._waiting), TOGETHER_MAX)
            await self._write_patiently([self._waiting.popleft() for _ in range(together)])
            if not self._waiting:
                self._some.clear()
                self._none.set()

    async def flush(self) -> None:
        """Give what still waits a last, short chance."""
        try:
            await asyncio.wait_for(self._none.wait(), FLUSH_S)
        except TimeoutError:
            _log.warning("the ledger lost its last entries", extra={"entries": len(self._waiting)})

    async def _write_patiently(self, entries: Sequence[Entry]) -> None:
        while True:
            try:
                with reaching_storage():
                    await write_all(self._pool, entries)
            except StorageUnavailableError as error:
                _log.warning("the ledger waits for the database", extra={"error": str(error)})
                await asyncio.sleep(RETRY_S)
            except Exception:  # noqa: BLE001 - one entry must neither hold up the rest nor end the calls that go on
                await self._write_one_by_one(entries)
                return
            else:
                return

    async def _write_one_by_one(self, entries: Sequence[Entry]) -> None:
        """Where one of them is refused, it alone is given up."""
        if len(entries) > 1:
            for entry in entries:
                await self._write_patiently([entry])
            return
        _dropped.inc()
        _log.exception("a ledger entry was refused")
