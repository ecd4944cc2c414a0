"""Runs the service's own watch: its channels, its rounds, one replica at a time."""

import asyncio
import logging
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import httpx
from opentelemetry.instrumentation.utils import suppress_instrumentation

from calcom_sync.clients.alarm_email import AlarmEmail, MailServer
from calcom_sync.clients.alarm_webhook import AlarmWebhook, Heartbeat
from calcom_sync.clients.budget import RedisBudget
from calcom_sync.clients.peer_metrics import PeerMetrics, name_of
from calcom_sync.domain.notices import Channel
from calcom_sync.domain.peers import PeerHistory
from calcom_sync.rounds import every
from calcom_sync.storage.alarms import SqlAlarms
from calcom_sync.storage.conditions import SqlConditions
from calcom_sync.usecases.ports import Clock
from calcom_sync.usecases.watch import Sender, Watch
from calcom_sync.watch_settings import WatchSettings
from chassis.errors import StorageUnavailableError
from chassis.postgres import Connection, Pool, reaching_storage

DELIVER_EVERY_S = 1.0
LOOK_FOR_LEADER_S = 5.0
_LOCK = "hashtextextended('watch of ' || current_schema(), 0)"
_log = logging.getLogger(__name__)


def senders_of(settings: WatchSettings, http: httpx.AsyncClient, clock: Clock) -> dict[Channel, Sender]:
    """The channels that are set up."""
    found: dict[Channel, Sender] = {}
    if settings.recipients:
        found[Channel.EMAIL] = AlarmEmail(
            MailServer.of(settings.alarm_smtp_url.get_secret_value()),
            sender=settings.alarm_email_from,
            recipients=settings.recipients,
        )
    if settings.alarm_webhook_url:
        found[Channel.WEBHOOK] = AlarmWebhook(
            http,
            url=settings.alarm_webhook_url,
            secret=settings.alarm_webhook_secret.get_secret_value(),
            clock=clock,
        )
    return found


def watch_of(
    settings: WatchSettings,
    pool: Pool,
    http: httpx.AsyncClient,
    budget: RedisBudget,
    lag_s: Callable[[], float],
    clock: Clock,
) -> Watch:
    """Nothing is looked at yet."""
    return Watch(
        conditions=SqlConditions(pool),
        alarms=SqlAlarms(pool),
        senders=senders_of(settings, http, clock),
        peers=[(PeerHistory(name_of(url)), PeerMetrics(http, url)) for url in settings.watched],
        pulse=Heartbeat(http, settings.heartbeat_url) if settings.heartbeat_url else None,
        lag_s=lag_s,
        budgets=budget.states,
        clock=clock,
        new_id=uuid.uuid4,
        repeat=timedelta(seconds=settings.alarm_repeat_s),
        burst=budget.burst,
    )


@dataclass(frozen=True)
class Watching:
    """The loops."""

    watch: Watch
    pool: Pool
    every_s: float

    async def look(self) -> None:
        """Look again and again, until cancelled; while another replica does, only wait to take its place."""
        while True:
            await self._try()
            await asyncio.sleep(LOOK_FOR_LEADER_S)

    async def _try(self) -> None:
        """Look for as long as nobody else does and the database answers."""
        try:
            with suppress_instrumentation(), reaching_storage():
                async with self.pool.acquire() as connection:
                    await self._as_leader(connection)
        except StorageUnavailableError as error:
            # The sign of life stays away with it.
            _log.warning("nobody looks whether anything is wrong", extra={"error": str(error)})

    async def _as_leader(self, connection: Connection) -> None:
        if not await connection.fetchval(f"SELECT pg_try_advisory_lock({_LOCK})"):
            return
        try:
            while True:
                await self.watch.look()
                await asyncio.sleep(self.every_s)
                # Raises where the connection is gone, and with it the lock.
                await connection.fetchval("SELECT 1")
        finally:
            # The pool undoes nothing: the lock ends with its connection, however it comes to its end.
            connection.terminate()

    async def deliver(self) -> None:
        """Tell again and again, until cancelled; any replica may."""
        await every(DELIVER_EVERY_S, "alarms", self.watch.deliver)
