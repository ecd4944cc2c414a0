"""Puts together what goes on for messages while the service runs, for the process and for tests alike."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import grpc
from opentelemetry.instrumentation.utils import suppress_instrumentation

from booking.clients.message_setup import RegistrySetups
from booking.domain.messages.message import Channel, Kind, Message, MessageState
from booking.domain.messages.patience import Patience
from booking.errors import RegistryUnavailableError
from booking.storage.callbacks import SqlCallbacks
from booking.storage.lag import SqlLag
from booking.storage.messages.messages import SqlMessages
from booking.storage.messages.notes import SqlNotes
from booking.storage.messages.rows import MESSAGE, reminded_of
from booking.texts import FALLBACK, languages
from booking.usecases.callbacks import Callbacks
from booking.usecases.messages.note import NoteMessages
from booking.usecases.messages.open_cases import open_cases
from booking.usecases.messages.ports import Carrier, Setups
from booking.usecases.messages.send import SendMessage
from booking.worker import Handler
from chassis import rows
from chassis.clock import Clock
from chassis.errors import StorageUnavailableError
from chassis.eventlog import EventLog
from chassis.postgres import Pool, reaching_storage
from signals.metrics import Counter, Gauge

SWEEP_EVERY_S = 5.0
AGAIN_S = 1.0
_log = logging.getLogger(__name__)
_messages = Counter(
    "rufbuch_booking_messages_total",
    "Changes of messages, by kind, channel and the state that they came into",
    {
        "kind": [one.value for one in Kind],
        "channel": (*(one.value for one in Channel), "none"),
        "state": [one.value for one in MessageState],
    },
)
_due = Gauge("rufbuch_booking_messages_due", "Messages whose time to be sent has come")


@dataclass(frozen=True)
class MessageWork:
    """The jobs and the loops of messages; several processes may run them."""

    messages: SqlMessages
    note: NoteMessages
    send: SendMessage
    setups: Setups
    callbacks: Callbacks
    lag: SqlLag
    clock: Clock

    async def message(self, thing: str) -> timedelta | None:
        """The job that sends one message. What cannot be looked up now stays due, and the sweep reminds of it again."""
        tenant_id, message_id = reminded_of(thing)
        with rows.only_of(tenant_id):
            await self._reaching(lambda: self.work(tenant_id, message_id))
        return None

    async def work(self, tenant_id: UUID, message_id: UUID) -> None:
        """Do what is due for one message, and count what became of it."""
        _count(await self.send(tenant_id, message_id))

    async def sweep(self) -> None:
        """Remind of what is due, and open cases."""
        await self.lag.tell(self.clock.now())
        _due.set(await self.messages.remind(self.clock.now()))
        await open_cases(self.messages, self.callbacks, self.setups, clock=self.clock)

    @property
    def handlers(self) -> Mapping[str, Handler]:
        """By kind of reminder."""
        return {MESSAGE: self.message}

    @property
    def loops(self) -> Mapping[str, Callable[[], Awaitable[None]]]:
        """By name; each runs for as long as the service does."""
        return {"messages": self._follow, "message sweep": self._sweep}

    async def _follow(self) -> None:
        """Note messages down as the log tells of changes, until cancelled."""
        while True:
            if not await self._reaching(self.note):
                await asyncio.sleep(AGAIN_S)

    async def _sweep(self) -> None:
        while True:
            await self._reaching(self.sweep)
            await asyncio.sleep(SWEEP_EVERY_S)

    async def _reaching(self, do: Callable[[], Awaitable[object]]) -> bool:
        try:
            with suppress_instrumentation(), reaching_storage():
                await do()
        except (StorageUnavailableError, RegistryUnavailableError) as error:
            _log.warning("messages wait", extra={"error": str(error)})
            return False
        return True


def _count(message: Message | None) -> None:
    if message:
        channel = message.channel.value if message.channel else "none"
        _messages.labels(message.kind.value, channel, message.state.value).inc()


def message_work(
    pool: Pool,
    registry: grpc.aio.Channel,
    carriers: Mapping[Channel, Carrier],
    *,
    clock: Clock,
    events: EventLog,
    own_pool: Pool | None = None,
) -> MessageWork:
    """Over the service's database, a channel to the staff registry, and the ways out. ``own_pool``: connections for what follows
    the log of all owners; None: the same."""
    setups, messages = RegistrySetups(registry, clock=clock), SqlMessages(pool)
    return MessageWork(
        messages=messages,
        note=NoteMessages(SqlNotes(own_pool or pool, events), setups, clock=clock, noted=_count),
        send=SendMessage(
            messages, setups, carriers, languages(), clock=clock, patience=Patience(), fallback=FALLBACK
        ),
        setups=setups,
        callbacks=SqlCallbacks(pool, events),
        lag=SqlLag(pool),
        clock=clock,
    )
