"""How much may be asked of Cal.com: a token bucket per API key in Redis, shared by all workers."""

import hashlib
import logging
from datetime import datetime, timedelta

from prometheus_client import Counter
from redis.asyncio import Redis
from redis.exceptions import RedisError

from calcom_sync.domain.setup import Account

WITHOUT_REDIS = timedelta(seconds=5)
"""Nobody can say how much was asked already: rather late than locked out."""
_log = logging.getLogger(__name__)
_waits = Counter("rufbuch_calcom_sync_budget_waits", "Times that work was put off for lack of budget")
_pauses = Counter("rufbuch_calcom_sync_throttled", "Times that Cal.com throttled a key")

# Tokens may go below zero by one batch, so that a batch larger than the bucket gets through at all; who comes next waits.
_TAKE = """
local now, wanted, per_ms, size = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local known = redis.call('HMGET', KEYS[1], 'tokens', 'at', 'paused_until')
local paused_until = tonumber(known[3] or 0)
if paused_until > now then return math.ceil(paused_until - now) end
local at = tonumber(known[2] or now)
local tokens = math.min(size, tonumber(known[1] or size) + math.max(0, now - at) * per_ms)
local needed = math.min(wanted, size)
local wait = 0
if tokens >= needed then tokens = tokens - wanted else wait = math.max(1, math.ceil((needed - tokens) / per_ms)) end
redis.call('HSET', KEYS[1], 'tokens', tostring(tokens), 'at', tostring(math.max(now, at)))
redis.call('PEXPIRE', KEYS[1], 3600000)
return wait
"""
_PAUSE = """
local until_ms = math.max(tonumber(redis.call('HGET', KEYS[1], 'paused_until') or 0), tonumber(ARGV[1]))
redis.call('HSET', KEYS[1], 'paused_until', tostring(until_ms))
redis.call('PEXPIRE', KEYS[1], 3600000)
return 0
"""


class RedisBudget:
    """Implements the port Budget. In any minute at most ``per_minute`` plus ``burst`` requests get through."""

    def __init__(self, redis: Redis, *, per_minute: int, burst: int) -> None:
        self._take, self._pause = redis.register_script(_TAKE), redis.register_script(_PAUSE)
        self._per_ms, self._burst = per_minute / 60_000, burst

    async def take(self, account: Account, requests: int, now: datetime) -> timedelta:
        """Take all or nothing. Zero: taken; else how long to wait before asking again."""
        args = [_ms(now), requests, self._per_ms, self._burst]
        try:
            wait_ms = await self._take(keys=[_key(account)], args=args)
        except RedisError as error:
            _log.warning("the budget cannot be read", extra={"error": type(error).__name__})
            return WITHOUT_REDIS
        if wait_ms:
            _waits.inc()
        return timedelta(milliseconds=int(wait_ms))

    async def pause(self, account: Account, length: timedelta, now: datetime) -> None:
        """Cal.com has throttled the key: nobody asks with it until the pause is over."""
        _pauses.inc()
        try:
            await self._pause(keys=[_key(account)], args=[_ms(now + length)])
        except RedisError as error:
            _log.warning("a pause cannot be stored", extra={"error": type(error).__name__})


def _key(account: Account) -> str:
    """By key, as Cal.com counts: two accounts, even of two tenants, may have the same one. Never the key itself."""
    return f"rufbuch:calcom-sync:budget:{hashlib.sha256(account.api_key.encode()).hexdigest()[:32]}"


def _ms(instant: datetime) -> int:
    return round(instant.timestamp() * 1000)
