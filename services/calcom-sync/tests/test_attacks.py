"""What goes wrong beside the requests themselves: other businesses, an emptied Redis, clocks, a restarted database."""

import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import asyncpg
import httpx
import pytest
from killing import killed_at
from peers import SECRET, TENANT, named
from starlette.applications import Starlette

from calcom_sync.assembly import Terms, assemble
from calcom_sync.clients.budget import Breaker, RedisBudget
from calcom_sync.clients.calcom import CalcomCalendar, calcom_http
from calcom_sync.domain.answers import Answer, NoAnswer
from calcom_sync.domain.appointment import SyncState
from calcom_sync.domain.setup import Account
from calcom_sync.migration import migrate
from calcom_sync.storage.intake import SqlIntake
from calcom_sync.usecases.ports import Place
from calcom_sync.webhook_routes import SIGNATURE, webhook_routes
from calcom_sync.worker import Worker
from chassis import postgres
from local_stack.databases import MigratedDatabases
from local_stack.embedded import EmbeddedPostgres
from sandbox.calcom.delivery import signature

if TYPE_CHECKING:
    from conftest import Stage

OTHER = named("another business")
MINUTE = timedelta(minutes=1)


async def _sent(stage: "Stage", tenant: object, body: dict[str, Any], secret: str) -> int:
    raw = json.dumps(body).encode()
    app = Starlette(routes=webhook_routes(stage.directory, stage.worker.webhooks, stage.cal.clock))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://sync.test") as http:
        answer = await http.post(
            f"/calcom/webhook/{tenant}", content=raw, headers={SIGNATURE: signature(secret, raw)}
        )
    return answer.status_code


async def test_a_business_cannot_cancel_what_another_has(stage: "Stage") -> None:
    """A good signature of one business, sent to the address of another; and one of its own that names a booking there."""
    ref = await stage.book()
    uid = (await stage.settled(ref)).intents[0].booking_uid
    body = {"triggerEvent": "BOOKING_CANCELLED", "payload": {"uid": uid, "organizer": {"username": "vera"}}}

    assert await _sent(stage, TENANT, body, "whsec-of-another") == 401
    assert await _sent(stage, OTHER, body, SECRET) == 404
    await stage.worker.webhooks.keep(OTHER, json.dumps(body).encode(), stage.cal.clock.now())
    for number in await stage.worker.webhooks.unseen(stage.cal.clock.now()):
        await stage.worker.processor.process(number)

    assert (await stage.found(ref)).state is SyncState.SYNCED
    assert await stage.pool.fetchval("SELECT count(*) FROM plea") == 0


async def test_an_emptied_redis_does_not_make_a_minute_exceed_the_limit(stage: "Stage") -> None:
    """CS-20: the budget is forgotten in the middle of a minute, and a whole burst may go out again."""
    budget = RedisBudget(stage.redis, per_minute=100, burst=10)
    account = Account(named("account"), "vera", "cal_key", named("vera"))
    taken, now = 0, stage.cal.clock.now()
    for tenth in range(600):
        if tenth == 300:
            await stage.redis.flushdb()
        while not await budget.take(account, 1, now + tenth * MINUTE / 600):
            taken += 1
    assert 100 < taken <= 120


@pytest.mark.parametrize("jump", [-60 * MINUTE, 60 * MINUTE])
async def test_a_clock_that_jumps_neither_blocks_a_key_nor_lets_it_run(
    stage: "Stage", jump: timedelta
) -> None:
    budget = RedisBudget(stage.redis, per_minute=100, burst=10)
    account = Account(named("account"), "vera", "cal_key", named("vera"))
    now = stage.cal.clock.now()
    for _ in range(10):
        assert not await budget.take(account, 1, now)
    taken = 0
    while not await budget.take(account, 1, now + jump):
        taken += 1
    assert taken <= 10
    wait = await budget.take(account, 1, now + jump)
    assert wait <= MINUTE
    assert not await budget.take(account, 1, now + jump + wait), "what was announced is kept"
    assert await budget.take(account, 1, now + jump + wait)


@pytest.mark.parametrize("back", [timedelta(minutes=2), timedelta(hours=1), timedelta(days=1)])
async def test_a_clock_that_is_set_back_makes_no_pause_and_no_rest_longer(
    stage: "Stage", back: timedelta
) -> None:
    budget = RedisBudget(stage.redis, per_minute=100, burst=10, breaker=Breaker(failures=1))
    throttled, away = (
        Account(named(name), name, f"key of {name}", named(name)) for name in ("throttled", "away")
    )
    now = stage.cal.clock.now()
    for account, answer in ((throttled, Answer(429, reset=MINUTE)), (away, NoAnswer(sent=True, detail=""))):
        assert not await budget.take(account, 1, now)
        await budget.heed(account, answer, now)
    then = now - back
    assert await budget.take(throttled, 1, then) == MINUTE
    assert not await budget.take(throttled, 1, then + MINUTE)
    rest = await budget.take(away, 1, then)
    assert rest <= MINUTE
    assert not await budget.take(away, 1, then + rest)


async def test_who_waited_in_the_line_when_the_clock_was_set_back_holds_nobody_up(stage: "Stage") -> None:
    """It may have been killed with the machine whose clock it was."""
    budget = RedisBudget(stage.redis, per_minute=100, burst=10)
    account, now = Account(named("account"), "vera", "cal_key", named("vera")), stage.cal.clock.now()
    assert not await budget.take(account, 10, now)
    assert await budget.take(account, 10, now, place=Place("killed", now - MINUTE))
    then = now - 60 * MINUTE
    wait = await budget.take(account, 1, then, place=Place("alive", then))
    assert not await budget.take(account, 1, then + wait, place=Place("alive", then))


async def test_two_replicas_whose_clocks_differ_share_one_budget(stage: "Stage") -> None:
    budget, ahead = RedisBudget(stage.redis, per_minute=100, burst=10), timedelta(seconds=50)
    account, begun = Account(named("account"), "vera", "cal_key", named("vera")), stage.cal.clock.now()
    taken = 0
    for tick in range(1200):
        now = begun + tick * MINUTE / 600
        taken += not await budget.take(account, 1, now + (ahead if tick % 2 else timedelta()))
    assert taken <= 2 * 100 + 10 + 100 * ahead / MINUTE


async def test_by_the_clock_of_redis_it_does_not_matter_what_time_it_is_elsewhere(stage: "Stage") -> None:
    budget = RedisBudget(stage.redis, per_minute=1, burst=10, by_redis=True)
    account, now = Account(named("account"), "vera", "cal_key", named("vera")), stage.cal.clock.now()
    taken = 0
    for hours in (0, 1, -1, 5, -24) * 5:
        taken += not await budget.take(account, 1, now + timedelta(hours=hours))
    assert taken == 10
    await budget.heed(account, Answer(429, reset=MINUTE), now)
    state = await budget.state(account, now)
    assert state.tokens < 1
    assert state.paused_until
    assert timedelta() < state.paused_until - datetime.now(UTC) <= MINUTE


async def test_a_clock_that_jumps_ahead_takes_a_lease_away_and_posts_nothing_twice(stage: "Stage") -> None:
    """CS-27: whoever takes over looks first; the answer that comes late is not stored."""
    ref = await stage.book()
    work, release = await stage.in_flight()
    stage.cal.clock.advance(timedelta(hours=1))
    await stage.worker.work_once()
    release.set()
    await work
    assert (await stage.settled(ref)).state is SyncState.SYNCED
    assert await stage.posts() == 4


class _RefusingPhones(httpx.AsyncBaseTransport):
    """A Cal.com whose event types do not like any number."""

    def __init__(self, inner: httpx.AsyncBaseTransport) -> None:
        self._inner = inner
        self.refused = 0

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        body = json.loads(request.content) if request.content else {}
        if request.url.path == "/v2/bookings" and "phoneNumber" in body.get("attendee", {}):
            self.refused += 1
            text = "responses - {attendeePhoneNumber}invalid_number, "
            return httpx.Response(
                400, json={"status": "error", "error": {"code": "BAD_REQUEST", "message": text}}
            )
        return await self._inner.handle_async_request(request)


@asynccontextmanager
async def _over(stage: "Stage", transport: httpx.AsyncBaseTransport) -> AsyncIterator[Worker]:
    async with calcom_http("http://calcom.test", timeout_s=5, transport=transport) as http:
        calendar = CalcomCalendar(http, timeout_s=5)
        yield replace(stage.worker, synchroniser=replace(stage.worker.synchroniser, calendar=calendar))


async def test_a_number_that_cal_com_refuses_costs_no_booking(stage: "Stage") -> None:
    """CS-16: every number was refused, and all bookings failed."""
    phones = _RefusingPhones(stage.cal.client._transport)
    async with _over(stage, phones) as stage.worker:
        ref = await stage.book()
        assert (await stage.settled(ref)).state is SyncState.SYNCED
    assert phones.refused == 4
    assert all("phoneNumber" not in one["attendees"][0] for one in await stage.bookings())


@pytest.fixture
def restartable() -> Iterator[tuple[EmbeddedPostgres, str]]:
    with (
        EmbeddedPostgres() as server,
        MigratedDatabases(server.url, run="restart")("calcom_sync", migrate) as url,
    ):
        yield server, url


async def test_a_database_that_is_restarted_in_the_middle_loses_nothing(
    stage: "Stage", restartable: tuple[EmbeddedPostgres, str]
) -> None:
    server, url = restartable
    async with postgres.pool(url, connections_max=8) as pool:
        await _restarted(stage, pool, server)


async def _restarted(stage: "Stage", pool: postgres.Pool, server: EmbeddedPostgres) -> None:
    terms = Terms(per_minute=100_000, burst=1000)
    parts = assemble(pool, stage.redis, stage.directory, stage.calendar, stage.cal.clock, terms)
    stage.pool, stage.intake, stage.worker = pool, SqlIntake(pool), parts.worker
    refs = [await stage.book_at(stage.start + timedelta(days=day)) for day in range(2)]
    await killed_at(25, stage.worker.work_once())
    server.stop()
    server.start()
    for _ in range(20):
        # What the pool still has of the old server breaks at its first use; the loops of the service come back as well.
        with suppress(asyncpg.PostgresConnectionError, asyncpg.InterfaceError, OSError):
            await stage.drained()
    assert {(await stage.found(ref)).state for ref in refs} == {SyncState.SYNCED}
    assert await stage.posts() == len(await stage.bookings()) == 8
