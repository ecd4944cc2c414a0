"""The queue of jobs: pgqueuer, under names of ours, in our schema.

A job is only a reminder that something may be due; what is due stands in the intents. So a reminder may come twice, and one
that got lost is given again by the sweep.
"""

from datetime import datetime, timedelta
from typing import cast
from uuid import UUID

import asyncpg
from pgqueuer.adapters.drivers.asyncpg import AsyncpgDriver
from pgqueuer.adapters.persistence.qb import (
    QueryBuilderEnvironment,
    QueryQueueBuilder,
    QuerySchedulerBuilder,
)
from pgqueuer.adapters.persistence.queries import Queries
from pgqueuer.domain.settings import DBSettings
from pgqueuer.domain.types import Channel
from pgqueuer.ports.driver import Driver

from calcom_sync.domain.appointment import AppointmentRef
from chassis.postgres import Connection, Pool

APPOINTMENT = "appointment"
WEBHOOK = "webhook"
CHANNEL = Channel("calcom_sync_job")
# Named here, since pgqueuer would otherwise take the names from the environment, even from a variable called CHANNEL.
_NAMES = DBSettings(
    prefix="",
    db_schema=None,
    channel=CHANNEL,
    function="job_changed",
    statistics_table="job_statistics",
    queue_status_type="job_status",
    queue_table="job",
    queue_table_log="job_log",
    trigger="job_changed",
    schedules_table="job_schedule",
)

_BRING_FORWARD = f"""
UPDATE {_NAMES.queue_table} SET execute_after = now() + $2::interval
 WHERE dedupe_key = ANY($1) AND status = 'queued' AND execute_after > now() + $2::interval
"""  # noqa: S608 - names of ours
FORGOTTEN_AT_ONCE = 5000
"""So many rows in one statement: the first time there may be millions, and a statement has seconds."""
_FORGET = f"""
DELETE FROM {{table}} WHERE id IN (SELECT id FROM {{table}} WHERE created < $1 AND {{over}} LIMIT {FORGOTTEN_AT_ONCE})
"""  # noqa: S608 - names of ours


def with_fixed_plans(url: str) -> str:
    """The URL of connections that plan each statement once: those of the queue and of the log are always the same, and planning
    one took longer than carrying it out. By indexes, also while a table is short: a plan that reads all of it, that of a
    foreign key among them, would be kept when it has grown."""
    return f"{url}{'&' if '?' in url else '?'}plan_cache_mode=force_generic_plan&enable_seqscan=off&jit=off"


def queries(driver: Driver) -> Queries:
    """pgqueuer's statements over a connection or a pool."""
    return Queries(
        driver,
        qbe=QueryBuilderEnvironment(_NAMES),
        qbq=QueryQueueBuilder(_NAMES),
        qbs=QuerySchedulerBuilder(_NAMES),
    )


async def install(url: str) -> None:
    """Bring pgqueuer's tables to what the installed version wants. Repeating it, or two at once, is harmless."""
    connection = await asyncpg.connect(url)
    try:
        ours = queries(AsyncpgDriver(connection))
        async with ours.schema_lock():
            if await ours.schema_is_installed():
                await ours.upgrade()
            else:
                await ours.install(create_schema=False)
    finally:
        await connection.close()


async def remind(connection: Connection, refs: list[AppointmentRef], after: timedelta = timedelta()) -> None:
    """Have appointments looked at, in the transaction that gave the reason; one that waits already, no later than then."""
    if not refs:
        return
    keys = await _enqueue(connection, refs, after)
    # By the database's clock, as the queue itself.
    await connection.execute(_BRING_FORWARD, keys, after)


async def remind_of_new(connection: Connection, refs: list[AppointmentRef]) -> None:
    """The same of appointments that nobody has heard of before, so that none of them waits already."""
    if refs:
        await _enqueue(connection, refs, timedelta())


async def _enqueue(connection: Connection, refs: list[AppointmentRef], after: timedelta) -> list[str | None]:
    keys: list[str | None] = [f"{APPOINTMENT}/{ref.tenant_id}/{ref.appointment_id}" for ref in refs]
    payloads: list[bytes | None] = [payload_of(ref) for ref in refs]
    await queries(_driver(connection)).enqueue(
        [APPOINTMENT] * len(refs),
        payloads,
        [0] * len(refs),
        [after] * len(refs),
        keys,
        on_conflict="skip",
    )
    return keys


async def announce_webhook(connection: Connection, webhook_id: int) -> None:
    """Have a stored webhook looked at."""
    key = f"{WEBHOOK}/{webhook_id}"
    await queries(_driver(connection)).enqueue(
        WEBHOOK, str(webhook_id).encode(), dedupe_key=key, on_conflict="skip"
    )


async def forget_jobs(pool: Pool, before: datetime) -> None:
    """Let go what the queue has noted of jobs that were over before an instant, since it never does so itself. What it has
    not summed up yet stays, and so does every job."""
    for table, over in ((_NAMES.queue_table_log, "aggregated"), (_NAMES.statistics_table, "true")):
        some = FORGOTTEN_AT_ONCE
        while some == FORGOTTEN_AT_ONCE:
            some = int((await pool.execute(_FORGET.format(table=table, over=over), before)).split()[1])


def payload_of(ref: AppointmentRef) -> bytes:
    """What a job carries."""
    return f"{ref.tenant_id}/{ref.appointment_id}".encode()


def ref_of(payload: bytes) -> AppointmentRef:
    """The other way round."""
    tenant_id, appointment_id = payload.decode().split("/")
    return AppointmentRef(UUID(tenant_id), UUID(appointment_id))


def _driver(connection: Connection) -> AsyncpgDriver:
    # A connection of the pool is one in all but its type.
    return AsyncpgDriver(cast("asyncpg.Connection", connection))
