"""The service's own watch: what is wrong reaches somebody, once, whatever is killed meanwhile."""

import asyncio
import hmac
import json
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from own_watch import round_of, told_of, watch_on
from receivers import Hook, Mailbox, takes_and_hangs_up
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from calcom_sync.clients.alarm_email import AlarmEmail, MailServer
from calcom_sync.clients.alarm_webhook import AlarmWebhook, Heartbeat
from calcom_sync.clients.peer_metrics import PeerMetrics
from calcom_sync.domain.alarms import CALM_FOR
from calcom_sync.domain.budget import BudgetState
from calcom_sync.domain.notices import LEASE, Channel, Delivery, Notice, Outcome
from calcom_sync.domain.peers import PeerHistory
from calcom_sync.servicer_watch import watch_servicer
from calcom_sync.storage.alarms import SqlAlarms
from calcom_sync.storage.conditions import SqlConditions
from calcom_sync.usecases.watch import LAG_MAX_S, STUCK_AFTER, Watch
from calcom_sync.watching import Watching
from chassis.errors import StorageUnavailableError
from chassis.http_server import http_server
from chassis.testing import serving
from local_stack.embedded import free_port
from rufbuch.calendarsync.v1 import watch_pb2, watch_pb2_grpc

if TYPE_CHECKING:
    from conftest import Stage

SECRET = "of-the-alarms"
MINUTES, HOUR = timedelta(minutes=1), timedelta(hours=1)


@pytest.fixture
async def http() -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient() as client:
        yield client


@pytest.fixture
async def hook() -> Hook:
    return Hook()


@pytest.fixture
async def hook_url(hook: Hook) -> AsyncIterator[str]:
    async with hook.serving() as url:
        yield url


@pytest.fixture
async def watch(stage: "Stage", http: httpx.AsyncClient, hook_url: str) -> Watch:
    webhook = AlarmWebhook(http, url=f"{hook_url}/alarm", secret=SECRET, clock=stage.cal.clock)
    return watch_on(stage, {Channel.WEBHOOK: webhook})


async def failing(stage: "Stage") -> None:
    """Every request to Cal.com comes to nothing."""
    await stage.cal.fault("server_error", count=100_000)
    await stage.book()
    await stage.worker.work_once()


async def failing_for_minutes(stage: "Stage") -> None:
    """The worker does what it can meanwhile."""
    await failing(stage)
    for _ in range(11):
        stage.cal.clock.advance(MINUTES)
        await stage.worker.work_once()


async def test_what_stays_unknown_for_ten_minutes_is_told_once_and_when_it_is_over(
    stage: "Stage", watch: Watch, hook: Hook
) -> None:
    """OB-06: nobody was alerted, since the alarm was a line in a log. CS-17: what the provider left open went unnoticed."""
    await failing(stage)
    await round_of(watch)
    assert told_of(hook) == []
    for _ in range(11):
        stage.cal.clock.advance(MINUTES)
        await stage.worker.work_once()
    for _ in range(5):
        await round_of(watch)
    assert told_of(hook) == [("raised", "SyncStuck")]

    await stage.cal.client.delete("/admin/faults")
    await stage.drained()
    await round_of(watch)
    stage.cal.clock.advance(CALM_FOR)
    await round_of(watch)
    assert ("over", "SyncStuck") in told_of(hook)
    assert told_of(hook).count(("raised", "SyncStuck")) == 1


async def test_the_webhook_is_signed(stage: "Stage", watch: Watch, hook: Hook) -> None:
    await failing_for_minutes(stage)
    await round_of(watch)
    ((headers, body),) = hook.came
    signed = headers["x-rufbuch-timestamp"].encode() + b"." + body
    assert headers["x-rufbuch-signature"] == "sha256=" + hmac.new(SECRET.encode(), signed, sha256).hexdigest()
    assert headers["idempotency-key"] == json.loads(body)["notice_id"]


async def test_an_e_mail_says_it_in_words_that_an_owner_understands(stage: "Stage") -> None:
    mailbox = Mailbox()
    async with mailbox.serving() as port:
        server = MailServer.of(f"smtp+insecure://127.0.0.1:{port}")
        email = AlarmEmail(server, sender="rufbuch@example.org", recipients=["owner@example.org"])
        await failing_for_minutes(stage)
        await round_of(watch_on(stage, {Channel.EMAIL: email}))
    (letter,) = mailbox.letters
    assert letter["Subject"] == "[Rufbuch] Termine stehen seit über 10 Minuten nicht sicher bei Cal.com."
    text = letter.get_content()
    assert "docs/operations.md#syncstuck" in text
    assert "Appointments have not been safely at Cal.com" in text


async def test_killed_between_sending_and_noting_it_is_sent_again_under_the_same_id(
    stage: "Stage", watch: Watch, hook: Hook
) -> None:
    """Twice does less harm than never; whoever minds can tell by the id."""
    await failing_for_minutes(stage)
    await watch.look()

    class Killed(SqlAlarms):
        async def settle(self, notice: Notice, delivery: Delivery, now: datetime) -> None:
            raise asyncio.CancelledError

    with suppress(asyncio.CancelledError):
        await replace(watch, alarms=Killed(stage.pool)).deliver()
    await watch.deliver()
    assert len(hook.came) == 1
    stage.cal.clock.advance(LEASE)
    await watch.deliver()
    assert len(hook.came) == 2
    assert len({headers["idempotency-key"] for headers, _ in hook.came}) == 1


async def test_killed_between_the_look_and_the_sending_it_is_still_sent(
    stage: "Stage", watch: Watch, hook: Hook
) -> None:
    await failing_for_minutes(stage)
    await watch.look()
    another = replace(watch, alarms=SqlAlarms(stage.pool))
    await another.look()
    await another.deliver()
    assert told_of(hook) == [("raised", "SyncStuck")]


async def test_two_that_look_at_once_raise_one_alarm(stage: "Stage", watch: Watch, hook: Hook) -> None:
    await failing_for_minutes(stage)
    others = [replace(watch, alarms=SqlAlarms(stage.pool)) for _ in range(4)]
    await asyncio.gather(*(one.look() for one in others))
    await asyncio.gather(*(one.deliver() for one in others))
    assert told_of(hook) == [("raised", "SyncStuck")]


async def test_a_receiver_that_refuses_is_tried_again_until_it_takes_it(
    stage: "Stage", watch: Watch, hook: Hook
) -> None:
    await failing_for_minutes(stage)
    hook.status = 500
    await round_of(watch)
    assert len(hook.came) == 1
    hook.status = 204
    stage.cal.clock.advance(MINUTES)
    await watch.deliver()
    stage.cal.clock.advance(HOUR)
    await watch.deliver()
    assert len(hook.came) == 2


async def test_an_answer_that_is_lost_is_unknown_and_sent_again(
    stage: "Stage", http: httpx.AsyncClient
) -> None:
    await failing_for_minutes(stage)
    async with takes_and_hangs_up() as (url, taken):
        watch = watch_on(
            stage, {Channel.WEBHOOK: AlarmWebhook(http, url=url, secret=SECRET, clock=stage.cal.clock)}
        )
        await round_of(watch)
        stage.cal.clock.advance(MINUTES)
        await watch.deliver()
    keys = {line for one in taken for line in one.splitlines() if line.lower().startswith(b"idempotency-key")}
    assert (len(taken), len(keys)) == (2, 1)


async def test_bookings_without_a_webhook_for_hours_are_an_alarm(
    stage: "Stage", watch: Watch, hook: Hook
) -> None:
    await stage.settled(await stage.book())
    stage.cal.clock.advance(1 * HOUR)
    await round_of(watch)
    assert told_of(hook) == []
    stage.cal.clock.advance(2 * HOUR)
    await round_of(watch)
    assert told_of(hook) == [("raised", "CalcomWebhooksSilent")]


@pytest.mark.parametrize("is_signed", [True, False])
async def test_a_webhook_since_the_booking_is_no_silence_if_somebody_signed_it(
    stage: "Stage", watch: Watch, hook: Hook, *, is_signed: bool
) -> None:
    ref = await stage.book()
    await stage.settled(ref)
    stage.cal.clock.advance(timedelta(seconds=1))
    if not is_signed:
        await stage.worker.webhooks.keep_unverified(ref.tenant_id, b"{}", "made up", stage.cal.clock.now())
        stage.cal.clock.advance(5 * HOUR)
        await round_of(watch)
        assert told_of(hook) == [("raised", "CalcomWebhooksSilent")]
        return
    await stage.worker.webhooks.keep(ref.tenant_id, b"{}", stage.cal.clock.now())
    stage.cal.clock.advance(5 * HOUR)
    await round_of(watch)
    assert told_of(hook) == []


async def test_a_part_that_is_left_is_an_alarm(stage: "Stage", watch: Watch, hook: Hook) -> None:
    """CS-04: partial is a state of its own, and alarms."""
    await stage.cal.booked(await stage.cal.event_type(), "2027-03-02T09:30:00Z")
    await stage.cal.fault("server_error", "/cancel$", count=1000)
    ref = await stage.book()
    for _ in range(12):
        await stage.worker.work_once()
        stage.cal.clock.set(
            max((await stage.found(ref)).next_due or stage.cal.clock.now(), stage.cal.clock.now())
        )
    stage.cal.clock.advance(6 * MINUTES)
    await round_of(watch)
    assert ("raised", "SyncPartial") in told_of(hook)


async def test_a_budget_that_stays_empty_is_an_alarm(stage: "Stage", watch: Watch, hook: Hook) -> None:
    tokens = [0.0]

    async def budgets(_: datetime) -> list[BudgetState]:
        return [BudgetState(tokens=tokens[0], waiting=3, paused_until=None, rests_until=None)]

    tight = replace(watch, budgets=budgets)
    await round_of(tight)
    for left in (0.0, 9.0, 0.0):
        tokens[0] = left
        stage.cal.clock.advance(2 * MINUTES)
        await round_of(tight)
    assert told_of(hook) == []
    for _ in range(12):
        stage.cal.clock.advance(MINUTES / 2)
        await round_of(tight)
    assert told_of(hook) == [("raised", "BudgetNearEnd")]


async def test_not_to_hear_of_bookings_is_an_alarm(stage: "Stage", watch: Watch, hook: Hook) -> None:
    """CS-09: events that were not made hid appointments for five days, and nobody was told."""
    await round_of(replace(watch, lag_s=lambda: LAG_MAX_S))
    assert told_of(hook) == []
    await round_of(replace(watch, lag_s=lambda: LAG_MAX_S + 1))
    assert told_of(hook) == [("raised", "EventLag")]
    assert json.loads(hook.came[0][1])["subject"] == "calcom-sync"
    await round_of(watch)
    stage.cal.clock.advance(CALM_FOR)
    await round_of(watch)
    assert told_of(hook)[-1] == ("over", "EventLag")


async def test_a_consumer_that_booking_does_not_answer_is_behind_for_as_long_as_it_tries(
    stage: "Stage", watch: Watch, hook: Hook
) -> None:
    following = replace(watch, lag_s=stage.consumer.lag_s)
    await round_of(following)
    assert told_of(hook) == []
    stage.cal.clock.advance(timedelta(seconds=LAG_MAX_S + 1))
    await round_of(following)
    assert told_of(hook) == [("raised", "EventLag")]


async def test_what_other_services_count_is_watched_too(
    stage: "Stage", watch: Watch, hook: Hook, http: httpx.AsyncClient
) -> None:
    counted, port = [0], free_port()

    def metrics(_: Request) -> PlainTextResponse:
        return PlainTextResponse(f'rufbuch_gateway_truth_cases_total{{kind="left_pending"}} {counted[0]}\n')

    watching = replace(
        watch, peers=[(PeerHistory("gateway"), PeerMetrics(http, f"http://127.0.0.1:{port}/metrics"))]
    )
    app = Starlette(routes=[Route("/metrics", metrics)])
    async with http_server(app, host="127.0.0.1", port=port, drain_s=1):
        await round_of(watching)
        counted[0] = 1
        await round_of(watching)
    assert told_of(hook) == [("raised", "TruthDifference")]
    await round_of(watching)
    stage.cal.clock.advance(2 * MINUTES)
    await round_of(watching)
    assert told_of(hook)[-1] == ("raised", "ServiceDown")


async def test_a_sign_of_life_goes_out_while_the_watch_runs(
    stage: "Stage", watch: Watch, hook: Hook, hook_url: str, http: httpx.AsyncClient
) -> None:
    beating = replace(watch, pulse=Heartbeat(http, f"{hook_url}/beat"))
    for _ in range(3):
        await round_of(beating)
    assert hook.beats == 1
    stage.cal.clock.advance(MINUTES)
    await round_of(beating)
    assert hook.beats == 2


async def test_no_sign_of_life_goes_out_where_the_watch_cannot_look(
    stage: "Stage", watch: Watch, hook: Hook, hook_url: str, http: httpx.AsyncClient
) -> None:
    class Away(SqlConditions):
        async def wrong(self, now: datetime) -> Any:
            raise StorageUnavailableError("away")

    beating = replace(watch, conditions=Away(stage.pool), pulse=Heartbeat(http, f"{hook_url}/beat"))
    with pytest.raises(StorageUnavailableError):
        await beating.look()
    assert hook.beats == 0


async def test_no_sign_of_life_goes_out_while_alarms_do_not_arrive(
    stage: "Stage", watch: Watch, hook: Hook, hook_url: str, http: httpx.AsyncClient
) -> None:
    """An alarm that alarms when alarms stop: otherwise a wrong password of the mail server silences all for ever."""
    beating = replace(watch, pulse=Heartbeat(http, f"{hook_url}/beat"))
    beating.senders = {Channel.EMAIL: _Deaf()}
    await failing_for_minutes(stage)
    await round_of(beating)
    assert hook.beats == 1
    stage.cal.clock.advance(STUCK_AFTER + MINUTES)
    await round_of(beating)
    assert hook.beats == 1


class _Deaf:
    async def send(self, notice: Notice) -> Delivery:
        return Delivery(Outcome.NOT_SENT, "535 authentication failed")


async def test_one_replica_looks_and_another_takes_its_place(stage: "Stage") -> None:
    looks: list[str] = []

    def looking(name: str) -> Watching:
        class Counting(SqlConditions):
            async def wrong(self, now: datetime) -> Any:
                looks.append(name)
                return []

        return Watching(watch_on(stage, {}, Counting(stage.pool)), stage.pool, every_s=0.01)

    first = asyncio.create_task(looking("first").look())
    await _until(lambda: "first" in looks)
    await looking("second")._try()
    assert "second" not in looks
    first.cancel()
    await asyncio.gather(first, return_exceptions=True)
    second = asyncio.create_task(looking("second").look())
    await _until(lambda: "second" in looks)
    second.cancel()
    await asyncio.gather(second, return_exceptions=True)


async def _until(is_so: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not is_so():  # noqa: ASYNC110 - it looks in a loop of its own
            await asyncio.sleep(0.01)


async def test_whoever_asks_is_told_who_would_hear_of_an_alarm(
    stage: "Stage", watch: Watch, hook: Hook
) -> None:
    await failing_for_minutes(stage)
    await watch.look()
    async with serving(watch_servicer(watch, SqlAlarms(stage.pool))) as channel:
        stub: Any = watch_pb2_grpc.WatchServiceStub(channel)
        told = await stub.GetWatch(watch_pb2.GetWatchRequest())
        tested = await stub.SendTestAlarm(watch_pb2.SendTestAlarmRequest())
        hook.status = 500
        refused = await stub.SendTestAlarm(watch_pb2.SendTestAlarmRequest())
    assert (list(told.channels), told.has_heartbeat) == (["webhook"], False)
    assert [(one.name, one.severity) for one in told.alarms] == [("SyncStuck", "critical")]
    assert [one.delivered for one in (*tested.results, *refused.results)] == [True, False]
    assert ("test", "Test") in told_of(hook)
