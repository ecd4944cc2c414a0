"""Owns the holds in Redis: each operation is one Lua script on keys that a cluster keeps on one node.

A script judges expiry by the instant that the caller passes, so replicas whose clocks differ by some seconds see holds
end that much earlier or later; two live holds still never overlap, since every script first ends what is over for it.
"""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from hashlib import sha256
from itertools import chain
from typing import Any

from redis.asyncio import RedisCluster
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as RedisConnectionError

import redis_line
from availability.clients.offers import as_json, from_text, spans_of, to_text
from availability.clients.scripts import Script, ScriptRunner
from availability.domain.holds import Caller, Held, HoldRules, Offer, Scope, Taking
from availability.domain.instants import Interval
from availability.usecases.ports import Claim, Claiming, Extension, Placement, Placing, Terms
from signals.metrics import Counter

TIMEOUT_S = 0.2
"""The longest that a search or a claim waits for Redis."""
_holds = Counter(
    "rufbuch_availability_holds",
    "Options by what became of them: created, converted (claimed), expired (noticed), released, refused, unkept (free,"
    " but kept too long for callers who did not book: offered without being held)",
    {"outcome": ("created", "converted", "expired", "released", "refused", "unkept")},
)
_TAKEN, _PLACE, _EXTEND, _RELEASE, _CLAIM, _VACATE = map(
    Script, ("taken", "place", "extend", "release", "claim", "vacate")
)
_MS = timedelta(milliseconds=1)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@asynccontextmanager
async def connected(url: str, *, cluster: bool, timeout_s: float = TIMEOUT_S) -> AsyncIterator[ScriptRunner]:
    """Connections to Redis, opened when they are needed, and again after it was away."""
    client = _cluster(url, timeout_s) if cluster else redis_line.connect(url, timeout_s=timeout_s)
    try:
        yield client
    finally:
        await client.aclose()


def _cluster(url: str, timeout_s: float) -> RedisCluster:
    # A pooled connection that a restart has cut is replaced at once; the scripts are harmless to repeat.
    retry = Retry(NoBackoff(), 1, supported_errors=(RedisConnectionError,))
    options = {"socket_timeout": timeout_s, "socket_connect_timeout": timeout_s, "retry": retry}
    return RedisCluster.from_url(url, **options)


class RedisHolds:
    """Implements usecases.ports.Holds and Claims."""

    def __init__(self, redis: ScriptRunner, rules: HoldRules, *, timeout_s: float = TIMEOUT_S) -> None:
        self._redis, self._rules, self._timeout_s = redis, rules, timeout_s

    async def taken(
        self,
        scope: Scope,
        owners: Sequence[str],
        *,
        ignoring_call: str,
        kept: Sequence[str] = (),
        moved: Sequence[Taking] = (),
        now: datetime,
    ) -> tuple[Held, ...]:
        """See Holds."""
        lapsed, spans = await self._run(
            _TAKEN, scope, now, ignoring_call, as_json(owners), as_json(spans_of(moved)), as_json(kept)
        )
        _count(expired=lapsed)
        return _held(spans)

    async def place(
        self, scope: Scope, caller: Caller, offers: Sequence[Offer], terms: Terms, *, now: datetime
    ) -> Placement:
        """See Holds."""
        status, lapsed, released, refused, until_ms, options, spans = await self._run(
            _PLACE, scope, now, caller.call_id, _digest(caller.number),
            terms.lasting // _MS, terms.wanted, terms.at_least, self._rules.per_call, self._rules.per_number,
            _list_of(tuple(terms.owners)), int(terms.whole), self._rules.patience // _MS, _spans(terms.moved),
            _list_of(tuple(terms.kept)), int(terms.only_held),
            *chain.from_iterable([_candidate(offer, terms) for offer in offers]),
        )  # fmt: skip
        placing = Placing(_text(status))
        at_limit = placing is Placing.LIMIT or placing is Placing.WORN
        made = {"unkept" if placing is Placing.OFFERED else "created": len(options)}
        _count(expired=lapsed, released=released, refused=refused + at_limit, **made)
        expires = _instant(until_ms) if placing is Placing.HELD else None
        return Placement(placing, tuple(map(_text, options)), expires, _held(spans))

    async def extend(self, scope: Scope, call_id: str, *, lasting: timedelta, now: datetime) -> Extension:
        """See Holds."""
        lapsed, count, until_ms = await self._run(
            _EXTEND, scope, now, call_id, lasting // _MS, self._rules.cap // _MS
        )
        _count(expired=lapsed)
        return Extension(count, _instant(until_ms) if count else None)

    async def release(self, scope: Scope, call_id: str, *, kept: Sequence[str] = (), now: datetime) -> int:
        """See Holds."""
        lapsed, count = await self._run(_RELEASE, scope, now, call_id, as_json(kept))
        _count(expired=lapsed, released=count)
        return int(count)

    async def vacate(
        self,
        scope: Scope,
        takings: Sequence[Taking],
        *,
        kept: Sequence[Taking] = (),
        since: datetime,
        now: datetime,
    ) -> int:
        """See Claims."""
        spans = [as_json(spans_of(each)) for each in (takings, kept)]
        lapsed, count = await self._run(_VACATE, scope, now, (since - _EPOCH) // _MS, *spans)
        _count(expired=lapsed, released=count)
        return int(count)

    async def claim(
        self,
        scope: Scope,
        option_id: str,
        call_id: str,
        *,
        again: bool,
        moved: Sequence[Taking] = (),
        now: datetime,
    ) -> Claim:
        """See Holds."""
        status, lapsed, released, payload = await self._run(
            _CLAIM, scope, now, call_id, option_id, self._rules.claimed // _MS, int(again), _spans(moved),
        )  # fmt: skip
        outcome = _text(status)
        _count(expired=lapsed, released=released, converted=outcome == "claimed", refused=outcome == "taken")
        claiming = Claiming.CLAIMED if outcome == "repeated" else Claiming(outcome)
        return Claim(claiming, from_text(payload) if payload else None)

    async def _run(self, script: Script, scope: Scope, now: datetime, *arguments: str | int) -> list[Any]:
        root = f"holds:{{{scope.tenant_id}:{scope.group_id}}}"
        times = ((now - _EPOCH) // _MS, self._rules.remembered // _MS)
        return await script.run(self._redis, root, (*times, *arguments), timeout_s=self._timeout_s)


@lru_cache(maxsize=1024)
def _list_of(ids: tuple[str, ...]) -> str:
    """The same people are asked about again and again."""
    return as_json(ids)


def _spans(takings: Sequence[Taking]) -> str:
    return as_json(spans_of(takings)) if takings else "[]"


def _candidate(offer: Offer, terms: Terms) -> tuple[str | int, ...]:
    """Its id, all that it takes, itself, for who claims it, and how many of what it takes, the first ones, are counted as kept."""
    counted = 0 if terms.promised else len(offer.considered)
    return offer.option_id, as_json(spans_of(offer.held)), to_text(offer), counted


def _digest(number: str) -> str:
    """Callers' numbers are not written down."""
    return sha256(number.encode()).hexdigest()[:24] if number else ""


def _count(**outcomes: int) -> None:
    for outcome, count in outcomes.items():
        if count:
            _holds.labels(outcome).inc(count)


def _held(spans: Sequence[Sequence[Any]]) -> tuple[Held, ...]:
    return tuple(
        Held(_text(owner), Interval(begin, end), _instant(until_ms), _taking(*claimed) if claimed else None)
        for owner, begin, end, until_ms, claimed in spans
    )


def _taking(owner: bytes, begin: int, end: int) -> Taking:
    return Taking(_text(owner), Interval(begin, end))


def _text(value: bytes) -> str:
    return value.decode()


def _instant(milliseconds: int) -> datetime:
    return _EPOCH + milliseconds * _MS
