"""The queue of jobs: pgqueuer, under names of ours, in our schema.

A job is only a reminder that something may be due; what is due stands in the tables of whoever asked for it. So a reminder
may come twice, and one that got lost is given again by a sweep.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import cast

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

from chassis.postgres import Connection

CHANNEL = Channel("booking_job")
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

FORGOTTEN_AT_ONCE = 5000
"""So many rows in one statement: the first time there may be millions, and a statement has seconds."""
_FORGET = f"""
DELETE FROM {{table}} WHERE id IN (SELECT id FROM {{table}} WHERE created < $1 AND {{over}} LIMIT {FORGOTTEN_AT_ONCE})
"""  # noqa: S608 - names of ours


@dataclass(frozen=True)
class Reminder:
    """That a thing may be due ``after`` a while. ``kind`` says who looks at it, ``thing`` what it is.

    ``at_once``: it has changed. It is looked at beside the reminder that may wait for later already, and stays there.
    """

    kind: str
    thing: str
    after: timedelta = timedelta()
    at_once: bool = False

    @property
    def entrypoint(self) -> str:
        """What the queue calls it."""
        return at_once(self.kind) if self.at_once else self.kind

    @property
    def dedupe_key(self) -> str | None:
        """Of equal keys one waits; whoever is looking just now may have looked too early, so news have none."""
        return None if self.at_once else f"{self.kind}/{self.thing}"


def at_once(kind: str) -> str:
    """What the queue calls a thing of a kind that has changed."""
    return f"{kind}_at_once"


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


async def remind(connection: Connection, reminders: Sequence[Reminder]) -> None:
    """Have things looked at, in the transaction that gave the reason. One that waits already is left alone."""
    if not reminders:
        return
    payloads: list[bytes | None] = [each.thing.encode() for each in reminders]
    # A connection of the pool is one in all but its type.
    await queries(AsyncpgDriver(cast("asyncpg.Connection", connection))).enqueue(
        [each.entrypoint for each in reminders],
        payloads,
        [0] * len(reminders),
        [max(each.after, timedelta()) for each in reminders],
        [each.dedupe_key for each in reminders],
        on_conflict="skip",
    )


async def forget_jobs(connection: Connection, before: datetime) -> int:
    """Let go what the queue has noted of jobs that were over before an instant, since it never does so itself; how much. What
    it has not summed up yet stays, and so does every job."""
    gone = 0
    for table, over in ((_NAMES.queue_table_log, "aggregated"), (_NAMES.statistics_table, "true")):
        some = FORGOTTEN_AT_ONCE
        while some == FORGOTTEN_AT_ONCE:
            some = int((await connection.execute(_FORGET.format(table=table, over=over), before)).split()[1])
            gone += some
    return gone
