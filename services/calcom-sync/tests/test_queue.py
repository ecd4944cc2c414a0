"""The queue really runs the jobs, and everything that it could lose comes back."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import asyncpg
import pytest
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from pgqueuer.domain.settings import DBSettings
from prometheus_client import REGISTRY

from calcom_sync import worker as worker_module
from calcom_sync.domain.appointment import AppointmentRef, SyncState
from calcom_sync.migration import migrate
from calcom_sync.storage import queue
from calcom_sync.worker import working
from chassis.errors import StorageUnavailableError
from chassis.postgres import reaching_storage

if TYPE_CHECKING:
    from conftest import Stage


async def _until(condition: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(20):
        while not await condition():  # noqa: ASYNC110 - the database tells nobody when it changes
            await asyncio.sleep(0.02)


async def test_notes_of_the_queue_do_not_pile_up(stage: "Stage") -> None:
    """The queue writes down each job several times, and never forgets by itself."""
    await stage.book()
    # It stamps with the database's clock, which is years before the stage's.
    await stage.pool.execute("UPDATE job_log SET aggregated = true")
    await stage.book()
    assert await stage.pool.fetchval("SELECT count(*) FROM job_log") == 2
    await stage.worker.forget_once()

    assert await stage.pool.fetchval("SELECT count(*) FROM job_log") == 1
    assert await _jobs(stage, 2)


async def test_a_job_is_run_as_soon_as_its_event_is_taken_in(stage: "Stage") -> None:
    async with working(stage.worker, stop=asyncio.Event(), drain_s=5):
        ref = await stage.book()
        await _until(lambda: _synced(stage, ref))
        await _until(lambda: _jobs(stage, 0))


async def test_a_job_that_is_not_done_comes_back_when_more_is_due(stage: "Stage") -> None:
    await stage.cal.fault("fail_after_create", count=4)
    pause = timedelta(seconds=0.2)
    patience = replace(stage.worker.synchroniser.patience, first_look=pause)
    worker = replace(stage.worker, synchroniser=replace(stage.worker.synchroniser, patience=patience))
    async with working(worker, stop=asyncio.Event(), drain_s=5):
        ref = await stage.book()
        await _until(lambda: _unknown(stage, ref))
        stage.cal.clock.advance(pause)
        await _until(lambda: _synced(stage, ref))
        await _until(lambda: _jobs(stage, 0))


async def test_jobs_in_hand_end_before_the_worker_does(stage: "Stage") -> None:
    ref = await stage.book()
    begun, release = await stage.hanging()
    async with working(stage.worker, stop=asyncio.Event(), drain_s=5):
        await asyncio.wait_for(begun.wait(), 10)
        asyncio.get_running_loop().call_later(0.1, release.set)

    assert (await stage.found(ref)).state is SyncState.SYNCED
    assert await stage.posts() == 4


async def test_a_lost_reminder_is_given_again(stage: "Stage") -> None:
    """CS-29: nothing drove again what had failed. CS-09: nobody noticed."""
    await stage.book()
    await stage.pool.execute("DELETE FROM job")
    stage.cal.clock.advance(worker_module.LATE)

    await stage.worker._sweep_once()
    await stage.worker._sweep_once()

    assert await _jobs(stage, 1)
    assert REGISTRY.get_sample_value("rufbuch_calcom_sync_overdue") == 1


async def test_a_webhook_is_looked_at_by_the_queue(stage: "Stage") -> None:
    async with working(stage.worker, stop=asyncio.Event(), drain_s=5):
        await stage.worker.webhooks.keep(
            (await stage.book()).tenant_id, b'{"triggerEvent": "PING"}', stage.cal.clock.now()
        )
        await _until(lambda: _looked_at(stage))


async def test_the_queue_survives_that_the_database_cuts_its_connections(stage: "Stage") -> None:
    async with working(stage.worker, stop=asyncio.Event(), drain_s=5):
        first = await stage.book()
        await _until(lambda: _synced(stage, first))
        admin = await asyncpg.connect(stage.database_url)
        await admin.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        await admin.close()
        second = await _once_reconnected(lambda: stage.book_at(stage.start + timedelta(days=1)))
        await _until(lambda: _synced(stage, second))


async def test_the_work_links_to_the_call_that_caused_it(
    stage: "Stage", monkeypatch: pytest.MonkeyPatch
) -> None:
    spans = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(spans))
    monkeypatch.setattr(worker_module, "_tracer", provider.get_tracer("test"))
    ref = await stage.book()

    await stage.worker._traced(ref)

    (span,) = (one for one in spans.get_finished_spans() if one.name == "sync appointment")
    assert span.attributes
    assert span.attributes["rufbuch.call_id"] == "call_1"
    assert [f"{link.context.trace_id:032x}" for link in span.links] == ["0af7651916cd43dd8448eb211c80319c"]
    assert trace.get_current_span() is trace.INVALID_SPAN
    provider.shutdown()


@pytest.mark.parametrize("more", ["", "?application_name=calcom-sync"])
async def test_a_statement_of_the_queue_is_planned_once(database_url: str, more: str) -> None:
    """Planning to take jobs took longer than taking them."""
    connection = await asyncpg.connect(queue.with_fixed_plans(database_url + more))
    assert await connection.fetchval("SHOW plan_cache_mode") == "force_generic_plan"
    assert await connection.fetchval("SHOW enable_seqscan") == "off"
    await connection.close()


def test_migrating_twice_changes_nothing(database_url: str) -> None:
    migrate(database_url)


def test_the_names_do_not_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHANNEL", "elsewhere")
    monkeypatch.setenv("PGQUEUER_QUEUE_TABLE", "elsewhere")
    assert DBSettings().channel == "elsewhere"
    fresh = DBSettings.model_validate(queue._NAMES.model_dump())
    assert (fresh.channel, fresh.queue_table) == ("calcom_sync_job", "job")


async def _once_reconnected(book: Callable[[], Awaitable[AppointmentRef]]) -> AppointmentRef:
    """The pool of the test has lost its connections as well, one error for each."""
    for _ in range(20):
        with suppress(StorageUnavailableError), reaching_storage():
            return await book()
    raise AssertionError("no connection")


async def _synced(stage: "Stage", ref: AppointmentRef) -> bool:
    return (await stage.found(ref)).state is SyncState.SYNCED


async def _unknown(stage: "Stage", ref: AppointmentRef) -> bool:
    return {intent.state.value for intent in (await stage.found(ref)).intents} == {"unknown"}


async def _jobs(stage: "Stage", count: int) -> bool:
    found: int = await stage.pool.fetchval("SELECT count(*) FROM job WHERE status = 'queued'")
    running: int = await stage.pool.fetchval("SELECT count(*) FROM job WHERE status <> 'queued'")
    return (found, running) == (count, 0)


async def _looked_at(stage: "Stage") -> bool:
    return bool(await stage.pool.fetchval("SELECT state = 'nobodys' FROM webhook"))
