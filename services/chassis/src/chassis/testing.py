"""Helpers for tests: a clock that is set by hand, a server and a channel inside the test's process."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime, timedelta

import grpc

from chassis import rows
from chassis.eventlog import Event, EventLog
from chassis.grpc_client import channel
from chassis.grpc_server import Servicer, grpc_server


def see_all_rows() -> None:
    """Let this process look into every owner's rows, from now on: tests do. Servers and loops that they start still say for
    themselves whose rows they see."""
    rows._whose.set(rows.EVERYBODY)  # noqa: SLF001 - for good, which no service may say


class SettableClock:
    """Stands still until it is moved."""

    def __init__(self, now: datetime) -> None:
        if now.tzinfo is None:
            raise ValueError("an instant is aware")
        self._now = now

    def now(self) -> datetime:
        """The instant that was set."""
        return self._now

    def set(self, now: datetime) -> None:
        """Jump to an instant."""
        self._now = now

    def advance(self, by: timedelta) -> None:
        """Jump ahead."""
        self._now += by


@asynccontextmanager
async def serving(*servicers: Servicer, retried: Sequence[str] = ()) -> AsyncIterator[grpc.aio.Channel]:
    """The real server with its interceptors on a free port, and a channel to it."""
    async with (
        grpc_server(servicers, host="127.0.0.1", port=0, drain_s=1) as server,
        channel(f"127.0.0.1:{server.port}", default_deadline_s=5, retried=retried) as opened,
    ):
        await server.set_ready(ready=True)
        yield opened


async def everything_told(log: EventLog) -> list[Event]:
    """All events of what was committed before this call. Readers wait for every transaction that runs on the server, and
    other tests have theirs on the same one."""
    pool = log._pool  # noqa: SLF001 - tests see behind the log
    border = await pool.fetchval("SELECT pg_current_xact_id()::text")
    async with asyncio.timeout(30):
        while await pool.fetchval(  # noqa: ASYNC110 - nobody tells when a transaction of others ends
            "SELECT pg_snapshot_xmin(pg_current_snapshot()) <= $1::text::xid8", border
        ):
            await asyncio.sleep(0.01)
    return await log.read("")
