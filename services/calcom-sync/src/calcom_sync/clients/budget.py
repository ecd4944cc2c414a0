"""How much may be asked of Cal.com: per API key a token bucket, a line and a circuit breaker in Redis, shared by all workers."""

import hashlib
import logging
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from importlib import resources
from uuid import UUID

from redis.asyncio import Redis
from redis.exceptions import RedisError

from calcom_sync.domain.answers import Answer, NoAnswer, Page
from calcom_sync.domain.budget import BudgetState
from calcom_sync.domain.settling import reset_of
from calcom_sync.domain.setup import Account
from calcom_sync.usecases.ports import Place, Urgency
from signals.metrics import Counter

WITHOUT_REDIS = timedelta(seconds=5)
"""Nobody can say how much was asked already: rather late than locked out."""
WATCHED_MAX = 200
BY_REDIS = -1
"""Told to the scripts in place of a time."""
_log = logging.getLogger(__name__)
_waits = Counter(
    "rufbuch_calcom_sync_budget_waits",
    "Times that work was put off for lack of budget",
    {"urgency": [one.value for one in Urgency]},
)
_pauses = Counter("rufbuch_calcom_sync_throttled", "Times that Cal.com throttled a key")
_broken = Counter("rufbuch_calcom_sync_circuit_opened", "Times that a key rested since nothing was answered")


@dataclass(frozen=True)
class Breaker:
    """After ``failures`` requests in a row without a usable answer a key rests, then one batch tries, for up to ``probe``;
    each rest is twice as long as the one before."""

    failures: int = 8
    first_rest: timedelta = timedelta(seconds=5)
    longest_rest: timedelta = timedelta(seconds=60)
    probe: timedelta = timedelta(seconds=30)


class RedisBudget:
    """Implements the port Budget. In any minute at most ``per_minute`` plus ``burst`` requests get through.
    ``by_redis``: the time is that of Redis, so that processes whose clocks differ share one budget; else whoever asks tells
    it, as long as their clocks differ by less than a minute."""

    def __init__(
        self,
        redis: Redis,
        *,
        per_minute: int,
        burst: int,
        breaker: Breaker | None = None,
        by_redis: bool = False,
    ) -> None:
        self._redis, self._per_ms, self._burst = redis, per_minute / 60_000, burst
        self._by_redis = by_redis
        self._asked: dict[UUID, Account] = {}
        self._breaker = breaker or Breaker()
        scripts = resources.files("calcom_sync.clients")
        clock, take, heed = (
            (scripts / f"budget_{name}.lua").read_text() for name in ("clock", "take", "heed")
        )
        self._take, self._heed = redis.register_script(clock + take), redis.register_script(clock + heed)

    async def take(
        self,
        account: Account,
        requests: int,
        now: datetime,
        *,
        urgency: Urgency = Urgency.CHANGE,
        place: Place | None = None,
    ) -> timedelta:
        """Take all or nothing. Zero: taken; else how long to wait before asking again."""
        self._remember(account)
        in_line = place if urgency is Urgency.CHANGE else None
        args = [
            self._told(now), requests, self._per_ms, self._burst,
            self._reserve(urgency),
            urgency.value, in_line.name if in_line else "", _ms(in_line.since if in_line else now),
            _whole(self._breaker.probe),
        ]  # fmt: skip
        try:
            wait_ms = await self._take(keys=_keys(account), args=args)
        except RedisError as error:
            _log.warning("the budget cannot be read", extra={"error": type(error).__name__})
            return WITHOUT_REDIS
        if wait_ms:
            _waits.labels(urgency.value).inc()
        return timedelta(milliseconds=int(wait_ms))

    @property
    def burst(self) -> int:
        """Requests that a key may send at once when nothing was asked for a while."""
        return self._burst

    def _remember(self, account: Account) -> None:
        """For the watch; of many accounts those that were asked last."""
        self._asked.pop(account.account_id, None)
        self._asked[account.account_id] = account
        if len(self._asked) > WATCHED_MAX:
            del self._asked[next(iter(self._asked))]

    async def states(self, now: datetime) -> list[BudgetState] | None:
        """How the keys fare that were used by this process; None where Redis does not answer."""
        try:
            await self._redis.ping()
            return [await self.state(account, now) for account in list(self._asked.values())]
        except RedisError:
            return None

    def _reserve(self, urgency: Urgency) -> int:
        """How much is left to the others."""
        return {Urgency.SURVEY: self._burst // 2, Urgency.HOLD: self._burst * 3 // 5}.get(urgency, 0)

    async def heed(self, account: Account, result: Answer | NoAnswer | Page, now: datetime) -> None:
        """What a request brought tells how the key fares: throttled, nearly used up, or nobody answers."""
        throttled = isinstance(result, Answer) and result.status == 429
        remaining = None if isinstance(result, NoAnswer) else result.remaining
        pause = reset_of(result) if throttled and not isinstance(result, Page) else timedelta()
        if throttled:
            _pauses.inc()
        await self._tell(
            account,
            now,
            failed=is_failure(result),
            remaining=-1 if remaining is None or throttled else remaining.requests,
            reset=remaining.reset if remaining else timedelta(),
            pause=pause,
        )

    async def _tell(
        self,
        account: Account,
        now: datetime,
        *,
        failed: bool,
        remaining: int,
        reset: timedelta,
        pause: timedelta,
    ) -> None:
        breaker = self._breaker
        args = [
            self._told(now), int(failed), remaining, _whole(reset), _whole(pause), breaker.failures,
            _whole(breaker.first_rest), _whole(breaker.longest_rest), self._per_ms, self._burst,
        ]  # fmt: skip
        try:
            opened = await self._heed(keys=_keys(account), args=args)
        except RedisError as error:
            _log.warning("an answer cannot be heeded", extra={"error": type(error).__name__})
            return
        if opened:
            _broken.inc()
            _log.warning("a key rests", extra={"account_id": str(account.account_id)})

    def _told(self, now: datetime) -> int:
        return BY_REDIS if self._by_redis else _ms(now)

    async def _ms_now(self, now: datetime) -> int:
        if not self._by_redis:
            return _ms(now)
        seconds, micros = await self._redis.time()
        return int(seconds) * 1000 + int(micros) // 1000

    async def wake(self, account: Account, now: datetime) -> None:
        """End the key's rest: somebody says that Cal.com is back. One batch tries, as after any rest."""
        bucket = _keys(account)[0]
        try:
            opened = await self._redis.hget(bucket, "open_until")
            at = await self._ms_now(now)
            if _later(float(opened) if opened else None, at):
                await self._redis.hset(bucket, "open_until", str(at))
        except RedisError as error:
            _log.warning("a key cannot be woken", extra={"error": type(error).__name__})

    async def state(self, account: Account, now: datetime) -> BudgetState:
        """How the key fares now. Raises RedisError."""
        bucket, line, _ = _keys(account)
        known = await self._redis.hmget(bucket, ["tokens", "at", "paused_until", "open_until"])
        tokens, at, paused, opened = [float(value) if value else None for value in known]
        time = await self._ms_now(now)
        grown = max(0, time - at) * self._per_ms if at is not None else 0
        return BudgetState(
            tokens=min(self._burst, (self._burst if tokens is None else tokens) + grown),
            waiting=int(await self._redis.zcard(line)),
            paused_until=_later(paused, time),
            rests_until=_later(opened, time),
        )


def is_failure(result: Answer | NoAnswer | Page) -> bool:
    """Whether a request says that Cal.com is not well."""
    return isinstance(result, NoAnswer) or (isinstance(result, Answer) and result.status >= 500)


def _keys(account: Account) -> list[str]:
    """By key, as Cal.com counts: two accounts, even of two tenants, may have the same one. Never the key itself. All in one
    slot of a cluster."""
    digest = hashlib.sha256(account.api_key.encode()).hexdigest()[:32]
    return [f"rufbuch:calcom-sync:budget:{{{digest}}}{part}" for part in ("", ":line", ":back")]


def _ms(instant: datetime) -> int:
    return round(instant.timestamp() * 1000)


def _whole(length: timedelta) -> int:
    return round(length.total_seconds() * 1000)


def _later(at_ms: float | None, now_ms: int) -> datetime | None:
    """An instant that is still ahead."""
    if at_ms is None or at_ms <= now_ms:
        return None
    return datetime.fromtimestamp(at_ms / 1000, UTC)
