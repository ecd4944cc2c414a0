"""Runs the queue's jobs."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import TypeAlias

from opentelemetry.instrumentation.utils import suppress_instrumentation
from pgqueuer.adapters.drivers.asyncpg import AsyncpgPoolDriver
from pgqueuer.core.qm import QueueManager
from pgqueuer.domain.errors import FailingListenerError, RetryRequested
from pgqueuer.domain.models import Job

from booking.storage.jobs import CHANNEL, at_once, queries
from chassis.errors import StorageUnavailableError
from chassis.postgres import Pool, reaching_storage
from chassis.service import background

Handler: TypeAlias = Callable[[str], Awaitable[timedelta | None]]
"""Looks at a thing, and says after what time to come back; None: it is done."""
AT_ONCE_MAX = 8
BATCH = 4
STALLED_AFTER = timedelta(seconds=30)
"""A worker that was silent for so long is gone, and its jobs are done by others."""
POLL_EVERY = timedelta(seconds=1)
"""pgqueuer notifies of new jobs, but not of one that was put off: an idle worker would sleep through its time."""
AGAIN_S = 1.0
_log = logging.getLogger(__name__)


@asynccontextmanager
async def working(
    pool: Pool, handlers: Mapping[str, Handler], *, stop: asyncio.Event, drain_s: float
) -> AsyncIterator[None]:
    """Take jobs while inside, each kind to its handler; at the end take no more, and let those begun end."""
    shift = _Shift(pool, handlers)
    async with background(shift.run, name="jobs", stop=stop):
        try:
            yield
        finally:
            await shift.end(drain_s)


class _Shift:
    """Runs pgqueuer's loop under our start and stop, and again when the database was away."""

    def __init__(self, pool: Pool, handlers: Mapping[str, Handler]) -> None:
        self._pool, self._handlers = pool, handlers
        self._manager: QueueManager | None = None
        self._ending = False
        self._over = asyncio.Event()

    async def run(self) -> None:
        """Until told to end."""
        while not self._ending:
            try:
                with suppress_instrumentation(), reaching_storage():
                    await self._manage()
            except (StorageUnavailableError, FailingListenerError) as error:
                _log.warning("the queue is out of reach", extra={"error": str(error)})
                await asyncio.sleep(AGAIN_S)
        self._over.set()
        # The loop ends only by being cancelled; its end would mean that something is wrong.
        await asyncio.Event().wait()

    async def _manage(self) -> None:
        manager = QueueManager(queries(AsyncpgPoolDriver(self._pool)), CHANNEL)
        for kind, handler in self._handlers.items():
            manager.entrypoint(kind, accepts_context=False)(_job_for(handler))
            manager.entrypoint(at_once(kind), accepts_context=False)(_job_at_once_for(handler))
        self._manager = manager
        if not self._ending:
            await manager.run(
                dequeue_timeout=POLL_EVERY,
                batch_size=BATCH,
                max_concurrent_tasks=AT_ONCE_MAX,
                heartbeat_timeout=STALLED_AFTER,
                shutdown_on_listener_failure=True,
            )

    async def end(self, drain_s: float) -> None:
        """Take no more jobs; wait for those begun, up to a bound. What is cut off is given to others when it stalls."""
        self._ending = True
        if self._manager:
            self._manager.shutdown.set()
        try:
            await asyncio.wait_for(self._over.wait(), drain_s)
        except TimeoutError:
            _log.warning("jobs did not end in time")


def _job_for(handler: Handler) -> Callable[[Job], Awaitable[None]]:
    async def job(job: Job) -> None:
        again = await handler((job.payload or b"").decode())
        if again is not None:
            raise RetryRequested(max(again, timedelta()))

    return job


def _job_at_once_for(handler: Handler) -> Callable[[Job], Awaitable[None]]:
    async def job(job: Job) -> None:
        # When to come back is known to the reminder that waits.
        await handler((job.payload or b"").decode())

    return job
