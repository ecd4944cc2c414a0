"""Looks whether anything is wrong, again and again, and has it told to somebody."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID

from calcom_sync.domain.alarms import About, Alarm, AlarmKind, Change, Observed, changes
from calcom_sync.domain.budget import BudgetState
from calcom_sync.domain.notices import Channel, Delivery, Notice, Outcome
from calcom_sync.domain.peers import PeerHistory, Samples
from calcom_sync.usecases.ports import Clock
from signals.metrics import Age, Counter, Gauge

LAG_MAX_S = 120.0
TIGHT = 2.0
"""A key with fewer requests left waits for each of them."""
TIGHT_FOR = timedelta(minutes=5)
RESTING_FOR = timedelta(minutes=1)
FORGIVEN = timedelta(seconds=45)
"""So long something may look well without being over: a key that rests is tried in between."""
BEAT_EVERY = timedelta(seconds=60)
STUCK_AFTER = timedelta(minutes=10)
"""An alarm that has not arrived for so long: then no sign of life goes out either."""
KEPT_FOR = timedelta(days=30)
_NO_CHANNEL = Delivery(Outcome.NOT_SENT, "the channel is not set up any more")
_age = Age("rufbuch_calcom_sync_watch_age_seconds", "Since a look of the service's own watch came to its end")
_beats = Counter(
    "rufbuch_calcom_sync_heartbeats",
    "Signs of life to the dead man's switch",
    {"outcome": ("heard", "unheard", "withheld")},
)
_left = Gauge("rufbuch_calcom_sync_budget_left", "Requests that the key with the fewest may send at once")
_line = Gauge("rufbuch_calcom_sync_budget_waiting", "Changes that wait in the longest line of a key")


class Conditions(Protocol):
    """What is stored."""

    async def wrong(self, now: datetime) -> Sequence[Observed]:
        """All that is. Raises StorageUnavailableError."""
        ...


class Alarms(Protocol):
    """Where alarms are kept. All raise StorageUnavailableError."""

    async def open(self) -> Sequence[Alarm]:
        """Those that are not over."""
        ...

    async def store(
        self,
        changes: Sequence[Change],
        channels: Sequence[Channel],
        *,
        now: datetime,
        new_id: Callable[[], UUID],
    ) -> None:
        """Keep them, and note down what is to be told."""
        ...

    async def take(self, now: datetime) -> Notice | None:
        """The next to be sent."""
        ...

    async def settle(self, notice: Notice, delivery: Delivery, now: datetime) -> None:
        """What became of it."""
        ...

    async def waiting_since(self, channels: Sequence[Channel]) -> datetime | None:
        """Since when the oldest has not arrived over one of them."""
        ...

    async def forget(self, before: datetime) -> None:
        """What was over long ago."""
        ...


class Sender(Protocol):
    """A channel."""

    async def send(self, notice: Notice) -> Delivery:
        """Try to."""
        ...


class Peer(Protocol):
    """Another service."""

    async def read(self) -> Samples | None:
        """Its metrics; None: it does not answer."""
        ...


class Pulse(Protocol):
    """Whoever alarms when no sign of life comes."""

    async def beat(self) -> bool:
        """Whether it was heard."""
        ...


@dataclass
class Lasting:
    """Since when something has been so, short pauses forgiven."""

    since: datetime | None = None
    seen: datetime | None = None

    def look(self, now: datetime, *, is_so: bool) -> datetime | None:
        """Since when; None: it is not so."""
        if is_so:
            self.since, self.seen = self.since or now, now
        elif self.seen and now - self.seen > FORGIVEN:
            self.since = self.seen = None
        return self.since


@dataclass
class Watch:
    """One of them looks at a time, the same for as long as it lives: it remembers what it saw before."""

    conditions: Conditions
    alarms: Alarms
    senders: Mapping[Channel, Sender]
    peers: Sequence[tuple[PeerHistory, Peer]]
    pulse: Pulse | None
    lag_s: Callable[[], float]
    budgets: Callable[[datetime], Awaitable[Sequence[BudgetState] | None]]
    """None: nobody can say, and so nothing is sent."""
    clock: Clock
    new_id: Callable[[], UUID]
    repeat: timedelta
    burst: int
    """Requests that a key may send at once when nothing was asked for a while."""
    _tight: Lasting = field(default_factory=Lasting)
    _resting: Lasting = field(default_factory=Lasting)
    _unsaid: Lasting = field(default_factory=Lasting)
    _beaten_at: datetime | None = None

    async def look(self) -> None:
        """Once. Raises StorageUnavailableError."""
        now = self.clock.now()
        observed = [
            *await self.conditions.wrong(now),
            *await self._own(now),
            *await self._others(),
        ]
        found = changes(await self.alarms.open(), observed, now=now, repeat=self.repeat, new_id=self.new_id)
        await self.alarms.store(list(found), list(self.senders), now=now, new_id=self.new_id)
        await self.alarms.forget(now - KEPT_FOR)
        _age.renew()
        await self._show_life()

    async def test(self) -> Mapping[Channel, Delivery]:
        """Send a test over every channel now; nothing is kept of it."""
        now = self.clock.now()
        return {
            channel: await sender.send(
                Notice(self.new_id(), channel, About.TEST, None, "", "", since=now, created_at=now)
            )
            for channel, sender in self.senders.items()
        }

    async def deliver(self) -> None:
        """Send all that is due. Killed anywhere, what was not surely sent is sent again."""
        while (notice := await self.alarms.take(self.clock.now())) is not None:
            sender = self.senders.get(notice.channel)
            delivery = await sender.send(notice) if sender else _NO_CHANNEL
            await self.alarms.settle(notice, delivery, self.clock.now())

    async def _own(self, now: datetime) -> list[Observed]:
        lag, told = self.lag_s(), await self.budgets(now)
        budgets = told or ()
        left = min((one.tokens for one in budgets), default=float(self.burst))
        _left.set(left)
        _line.set(max((one.waiting for one in budgets), default=0))
        # A key that pauses was throttled, and leaves its tokens unused.
        is_tight = left < min(TIGHT, self.burst) or any(one.paused_until for one in budgets)
        lasting = (
            (AlarmKind.BUDGET_NEAR_END, TIGHT_FOR, self._tight.look(now, is_so=is_tight)),
            (AlarmKind.CALCOM_AWAY, RESTING_FOR, self._resting.look(now, is_so=any(one.rests_until for one in budgets))),
            (AlarmKind.REDIS_AWAY, RESTING_FOR, self._unsaid.look(now, is_so=told is None)),
        )  # fmt: skip
        found = [
            Observed(kind, "", since) for kind, after, since in lasting if since and now - since >= after
        ]
        if lag > LAG_MAX_S:
            found.append(
                Observed(AlarmKind.EVENT_LAG, "calcom-sync", now - timedelta(seconds=lag), f"{lag:.0f} s")
            )
        return found

    async def _others(self) -> list[Observed]:
        found: list[Observed] = []
        for history, peer in self.peers:
            samples, now = await peer.read(), self.clock.now()
            if samples is None:
                history.silent(now)
            else:
                history.told(samples, now)
            found += history.wrong(now)
        return found

    async def _show_life(self) -> None:
        now = self.clock.now()
        if self.pulse is None or (self._beaten_at and now - self._beaten_at < BEAT_EVERY):
            return
        waiting = await self.alarms.waiting_since(list(self.senders))
        if waiting and now - waiting > STUCK_AFTER:
            # Alarms do not arrive: then somebody else has to.
            _beats.labels("withheld").inc()
            return
        heard = await self.pulse.beat()
        _beats.labels("heard" if heard else "unheard").inc()
        if heard:
            self._beaten_at = now
