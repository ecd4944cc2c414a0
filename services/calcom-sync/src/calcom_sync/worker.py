"""Runs the queue's jobs, and gives reminders again that got lost."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta

from opentelemetry import context, trace
from opentelemetry.instrumentation.utils import suppress_instrumentation
from pgqueuer.adapters.drivers.asyncpg import AsyncpgPoolDriver
from pgqueuer.core.qm import QueueManager
from pgqueuer.domain.errors import FailingListenerError, RetryRequested
from pgqueuer.domain.models import Job

from calcom_sync.domain.appointment import AppointmentRef
from calcom_sync.rounds import every
from calcom_sync.storage.appointments import SqlAppointments
from calcom_sync.storage.queue import (
    APPOINTMENT,
    CHANNEL,
    WEBHOOK,
    announce_webhook,
    forget_jobs,
    queries,
    ref_of,
    remind,
)
from calcom_sync.storage.retention import OldCopies
from calcom_sync.storage.troubles import SqlTroubles
from calcom_sync.storage.webhooks import SqlWebhooks
from calcom_sync.usecases.ports import Clock, SetupUnavailableError
from calcom_sync.usecases.process_webhook import WebhookProcessor
from calcom_sync.usecases.synchronise import REGISTRY_PAUSE, Synchroniser
from chassis import rows
from chassis.errors import StorageUnavailableError
from chassis.postgres import Pool, reaching_storage
from chassis.service import background
from signals.metrics import Gauge
from signals.tracing import links_to

AT_ONCE_MAX = 32
BATCH = 8
STALLED_AFTER = timedelta(seconds=30)
"""A worker that was silent for so long is gone, and its jobs are done by others."""
POLL_EVERY = timedelta(seconds=1)
"""pgqueuer notifies of new jobs, but not of one that was put off: an idle worker would sleep through its time."""
SWEEP_EVERY_S = 5.0
LATE = timedelta(seconds=10)
"""What is overdue by so much has lost its reminder."""
FORGET_EVERY_S = 600.0
NOTES_KEPT = timedelta(days=7)
"""How long the queue's notes of jobs that are over are of any use."""
AGAIN_S = 1.0
_log = logging.getLogger(__name__)
_tracer = trace.get_tracer(__name__)
_overdue = Gauge("rufbuch_calcom_sync_overdue", "Appointments whose copies should have been worked at by now")


@dataclass(frozen=True)
class Worker:
    """The jobs, and what they need."""

    pool: Pool
    clock: Clock
    appointments: SqlAppointments
    webhooks: SqlWebhooks
    synchroniser: Synchroniser
    processor: WebhookProcessor
    troubles: SqlTroubles
    old: OldCopies

    async def work_once(self) -> int:
        """Do all that is due now without the queue, and say for how many appointments; the queue calls the same code."""
        refs = await self.appointments.overdue(self.clock.now())
        for ref in refs:
            await self.synchroniser.run(ref)
        return len(refs)

    async def appointment(self, job: Job) -> None:
        """Do what is due for one appointment, and come back when more will be."""
        ref = ref_of(job.payload or b"")
        with rows.only_of(ref.tenant_id):
            due = await self._traced(ref)
        if due is not None:
            raise RetryRequested(max(due, timedelta()))

    async def webhook(self, job: Job) -> None:
        """Look at one stored webhook; later, while nothing is known about the business."""
        try:
            await self.processor.process(int(job.payload or b""))
        except SetupUnavailableError:
            raise RetryRequested(REGISTRY_PAUSE) from None

    async def _traced(self, ref: AppointmentRef) -> timedelta | None:
        known = await self.appointments.load(ref)
        if known is None:
            return None
        # A trace of its own, not part of the queue's polling, that points to the call which caused it.
        token = context.attach(context.Context())
        try:
            with _tracer.start_as_current_span("sync appointment", links=links_to(known.traceparent)) as span:
                span.set_attribute("rufbuch.call_id", known.call_id)
                span.set_attribute("rufbuch.appointment_id", str(ref.appointment_id))
                due = await self.synchroniser.run(ref, known)
        finally:
            context.detach(token)
        return due - self.clock.now() if due else None

    async def forget(self) -> None:
        """Forget old notes of the queue again and again, until cancelled."""
        await every(FORGET_EVERY_S, "old notes", self.forget_once)

    async def forget_once(self) -> None:
        """What was noted, or over, long ago."""
        await forget_jobs(self.pool, self.clock.now() - NOTES_KEPT)
        await self.old.forget(self.clock.now())

    async def sweep(self) -> None:
        """Give reminders again, until cancelled. The queue is a help; what is due stands in the intents."""
        await every(SWEEP_EVERY_S, "sweep", self._sweep_once)

    async def _sweep_once(self) -> None:
        before = self.clock.now() - LATE
        late, unseen = await self.appointments.overdue(before), await self.webhooks.unseen(before)
        _overdue.set(len(late))
        await self.troubles.tell(self.clock.now())
        await self.webhooks.fade(self.clock.now())
        async with self.pool.acquire() as connection, connection.transaction():
            await remind(connection, late)
            for webhook_id in unseen:
                await announce_webhook(connection, webhook_id)


@asynccontextmanager
async def working(
    worker: Worker, *, stop: asyncio.Event, drain_s: float, queue: Pool | None = None
) -> AsyncIterator[None]:
    """Take jobs while inside; at the end take no more, and let those begun end. ``queue``: connections for the queue itself. It
    shows everybody's rows and a job its tenant's, and telling one connection so again and again costs a round trip each time."""
    shift = _Shift(worker, queue or worker.pool)
    async with background(shift.run, name="jobs", stop=stop):
        try:
            yield
        finally:
            await shift.end(drain_s)


class _Shift:
    """Runs pgqueuer's loop under our start and stop, and again when the database was away."""

    def __init__(self, worker: Worker, queue: Pool) -> None:
        self._worker, self._queue = worker, queue
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
        manager = QueueManager(queries(AsyncpgPoolDriver(self._queue)), CHANNEL)
        manager.entrypoint(APPOINTMENT, accepts_context=False)(self._worker.appointment)
        manager.entrypoint(WEBHOOK, accepts_context=False)(self._worker.webhook)
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
        """Take no more jobs; wait for those begun, up to a bound. What is cut off is recovered by its lease."""
        self._ending = True
        if self._manager:
            self._manager.shutdown.set()
        try:
            await asyncio.wait_for(self._over.wait(), drain_s)
        except TimeoutError:
            _log.warning("jobs did not end in time")
