"""What others do at Cal.com becomes busy time, by webhook or by pulling, whatever the order."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from itertools import permutations
from typing import TYPE_CHECKING, Any
from uuid import UUID

import httpx
import pytest
from starlette.applications import Starlette

from calcom_sync.domain.appointment import SyncState
from calcom_sync.domain.busy import Span, without
from calcom_sync.domain.intent import State
from calcom_sync.webhook_routes import webhook_routes
from rufbuch.staff.v1 import business_pb2
from sandbox.calcom.embedded import HOST_KEY

if TYPE_CHECKING:
    from conftest import Stage

SECRET = "whsec-of-the-salon"
TENANT = UUID("9e8e4e5b-1dc2-5f56-8e55-4847ce9ef1b4")
ALWAYS = Span(datetime(2027, 1, 1, tzinfo=UTC), datetime(2028, 1, 1, tzinfo=UTC))
TRIGGERS = (
    "BOOKING_CREATED",
    "BOOKING_REQUESTED",
    "BOOKING_RESCHEDULED",
    "BOOKING_CANCELLED",
    "BOOKING_REJECTED",
)


@pytest.fixture
async def http(stage: "Stage") -> AsyncIterator[httpx.AsyncClient]:
    """Cal.com's webhooks come in, as they are delivered."""
    await stage.cal.subscribe(*TRIGGERS, secret=SECRET)
    app = Starlette(routes=webhook_routes(stage.directory, stage.worker.webhooks, stage.cal.clock))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://sync.test") as client:
        yield client


async def _deliver(
    stage: "Stage", http: httpx.AsyncClient, order: tuple[int, ...] | None = None
) -> list[int]:
    """Hand on what was delivered, in an order, and look at it."""
    requests = stage.cal.receiver.requests
    answers = [
        await http.post(
            f"/calcom/webhook/{TENANT}",
            content=requests[place].content,
            headers={"X-Cal-Signature-256": requests[place].headers["X-Cal-Signature-256"]},
        )
        for place in order or range(len(requests))
    ]
    for row in await stage.pool.fetch(
        "SELECT webhook_id FROM webhook WHERE state IN ('stored', 'unverified')"
    ):
        await stage.worker.processor.process(row["webhook_id"])
    return [answer.status_code for answer in answers]


async def _busy(stage: "Stage") -> list[str]:
    """Starts of what takes time."""
    return [
        f"{one.span.start:%d %H:%M}" for one in await stage.parts.backing.busy.between(TENANT, ALWAYS, [])
    ]


async def _told(stage: "Stage", count: int) -> list[tuple[str, bool]]:
    """The first changes. A log shows what is older than every transaction of the server, those of other tests included."""
    async with asyncio.timeout(10):
        while len(events := await stage.parts.backing.busy.log.read("")) < count:  # noqa: ASYNC110 - nobody tells
            await asyncio.sleep(0.02)
    return [
        (f"{datetime.fromisoformat(one.payload['start']):%d %H:%M}", one.payload["gone"]) for one in events
    ]


async def _settled(stage: "Stage") -> Any:
    ref = await stage.book()
    await stage.settled(ref)
    stage.cal.receiver.requests.clear()
    return ref


async def test_a_booking_of_others_takes_the_persons_time(stage: "Stage", http: httpx.AsyncClient) -> None:
    foreign = await stage.cal.booked(await stage.cal.event_type(), "2027-03-03T09:00:00Z")
    assert await _deliver(stage, http) == [200]
    assert await _busy(stage) == ["03 09:00"]

    await stage.cal.reschedule(foreign["uid"], "2027-03-04T10:00:00Z")
    await _deliver(stage, http)
    assert await _busy(stage) == ["04 10:00"]
    assert await _told(stage, 3) == [("03 09:00", False), ("03 09:00", True), ("04 10:00", False)]


@pytest.mark.parametrize("order", list(permutations(range(3))))
async def test_any_order_and_any_repetition_end_the_same(
    stage: "Stage", http: httpx.AsyncClient, order: tuple[int, ...]
) -> None:
    """CS-10: webhooks come late, twice, or not in order."""
    foreign = await stage.cal.booked(await stage.cal.event_type(), "2027-03-03T09:00:00Z")
    moved = (await stage.cal.reschedule(foreign["uid"], "2027-03-04T10:00:00Z")).json()["data"]
    await stage.cal.cancel(moved["uid"])
    await stage.cal.booked(await stage.cal.event_type(), "2027-03-05T09:00:00Z")

    await _deliver(stage, http, (*order, 3, *order))

    assert await _busy(stage) == ["05 09:00"]


async def test_our_own_bookings_moves_and_cancellations_are_no_busy_time(
    stage: "Stage", http: httpx.AsyncClient
) -> None:
    """CS-11: our own echo. CS-28: whose change it is does not depend on who made the booking."""
    made = stage.perm()
    await stage.settled(await stage.book(made))
    later = await stage.moved(made, stage.start + timedelta(days=1))
    await stage.settled(stage.ref(later))
    await _deliver(stage, http)
    assert (await stage.found(stage.ref(later))).state is SyncState.SYNCED

    await stage.call_off(later)
    await stage.settled(stage.ref(later))
    await _deliver(stage, http)

    assert await _busy(stage) == []
    assert await stage.cases() == []
    assert await stage.pool.fetchval("SELECT count(*) FROM plea") == 0


async def test_a_business_can_have_what_is_cancelled_there_be_a_case(
    stage: "Stage", http: httpx.AsyncClient
) -> None:
    stage.registry.calendar_terms.cancelled_there = business_pb2.CANCELLED_THERE_CASE
    ref = await _settled(stage)
    uid = (await stage.found(ref)).intents[1].booking_uid
    await stage.cal.cancel(uid)
    await _deliver(stage, http)
    await _deliver(stage, http)

    found = await stage.settled(ref)

    assert found.state is SyncState.PARTIAL
    assert [one.state for one in found.intents].count(State.CANCELLED) == 1
    assert await stage.cases() == ["cancelled_there"]
    assert await stage.posts() == 4


async def test_a_booking_of_ours_that_is_cancelled_there_cancels_the_appointment(
    stage: "Stage", http: httpx.AsyncClient
) -> None:
    ref = await _settled(stage)
    for intent in (await stage.found(ref)).intents:
        await stage.cal.cancel(intent.booking_uid)
    await _deliver(stage, http)

    pleas = await stage.parts.pleas.take(stage.cal.clock.now())

    assert [(one.kind.value, one.appointment.ref) for one in pleas] == [("cancel", ref)]
    assert await stage.cases() == []


async def test_a_booking_of_ours_that_is_moved_there_is_a_case_and_can_still_be_cancelled(
    stage: "Stage", http: httpx.AsyncClient
) -> None:
    made = stage.perm()
    await stage.settled(await stage.book(made))
    stage.cal.receiver.requests.clear()
    ref = stage.ref(made)
    uid = (await stage.found(ref)).intents[0].booking_uid
    await stage.cal.reschedule(uid, "2027-03-04T10:00:00Z")
    await _deliver(stage, http)

    assert await stage.cases() == ["moved_there"]
    assert await _busy(stage) == ["04 10:00"]
    assert (await stage.found(ref)).intents[0].start == stage.start

    await stage.call_off(made)
    await stage.settled(ref)
    await _deliver(stage, http)
    assert await stage.bookings() == []
    assert await _busy(stage) == []


async def test_webhooks_that_come_while_the_secret_is_out_of_reach_are_not_lost(
    stage: "Stage", http: httpx.AsyncClient
) -> None:
    """Cal.com sends each once."""
    stage.registry.away = True
    await stage.cal.booked(await stage.cal.event_type(), "2027-03-03T09:00:00Z")
    forged = json.dumps({"triggerEvent": "BOOKING_CANCELLED"}).encode()
    bad = await http.post(
        f"/calcom/webhook/{TENANT}", content=forged, headers={"X-Cal-Signature-256": "0" * 64}
    )
    request = stage.cal.receiver.requests[0]
    good = await http.post(
        f"/calcom/webhook/{TENANT}",
        content=request.content,
        headers={"X-Cal-Signature-256": request.headers["X-Cal-Signature-256"]},
    )
    assert (bad.status_code, good.status_code) == (202, 202)

    stage.registry.away = False
    for number in await stage.worker.webhooks.unseen(stage.cal.clock.now()):
        await stage.worker.processor.process(number)

    assert await _busy(stage) == ["03 09:00"]
    rows = await stage.pool.fetch("SELECT state, body FROM webhook ORDER BY webhook_id")
    assert [row["state"] for row in rows] == ["refused", "other"]
    assert rows[0]["body"] == b""


async def test_the_words_of_webhooks_fade(stage: "Stage", http: httpx.AsyncClient) -> None:
    await stage.cal.booked(await stage.cal.event_type(), "2027-03-03T09:00:00Z")
    await _deliver(stage, http)
    await stage.worker.webhooks.fade(stage.cal.clock.now() + timedelta(days=6))
    assert await stage.pool.fetchval("SELECT body <> '' FROM webhook")
    await stage.worker.webhooks.fade(stage.cal.clock.now() + timedelta(days=8))
    assert not await stage.pool.fetchval("SELECT body <> '' FROM webhook")


async def test_what_no_webhook_told_is_pulled(stage: "Stage") -> None:
    for number in range(120):
        day, place = divmod(number, 40)
        start = datetime(2027, 3, 2, 8, tzinfo=UTC) + timedelta(days=day, minutes=10 * place)
        await stage.cal.booked(await _ten_minutes(stage), f"{start:%Y-%m-%dT%H:%M:%SZ}")
    assert await stage.parts.backing.surveyor.round() == 1
    assert len(await _busy(stage)) == 120
    lists = [one for one in await stage.requests("GET", "/v2/bookings") if "upcoming" in one["path"]]
    assert len(lists) == 2

    gone = (await stage.bookings())[:3]
    for one in gone:
        await stage.cal.cancel(one["uid"])
    stage.cal.clock.advance(timedelta(minutes=20))
    await stage.parts.backing.surveyor.round()
    assert len(await _busy(stage)) == 117


async def _ten_minutes(stage: "Stage") -> int:
    known = [one.id for one in stage.cal.world.store.event_types.all() if one.fields["lengthInMinutes"] == 10]
    return known[0] if known else await stage.cal.event_type(lengthInMinutes=10)


async def test_calendars_that_are_connected_take_time_but_not_for_our_own_bookings(stage: "Stage") -> None:
    ref = await stage.book()
    found = await stage.settled(ref)
    own = found.intents[0]
    spans = [
        {"start": "2027-03-02T12:00:00Z", "end": "2027-03-02T13:00:00Z"},
        {"start": own.start.isoformat(), "end": (own.end + timedelta(minutes=10)).isoformat()},
    ]
    await stage.cal.client.put("/admin/users/vera/busy-times", json={"busyTimes": spans})

    await stage.parts.backing.surveyor.round()
    assert await _busy(stage) == ["02 08:50", "02 12:00"]

    await stage.cal.client.put("/admin/users/vera/busy-times", json={"busyTimes": []})
    stage.cal.clock.advance(timedelta(minutes=20))
    await stage.parts.backing.surveyor.round()
    assert await _busy(stage) == []

    await stage.cal.client.put("/admin/users/vera/busy-times", json={"busyTimes": spans[:1]})
    stage.cal.clock.advance(timedelta(minutes=20))
    await stage.parts.backing.surveyor.round()
    assert await _busy(stage) == ["02 12:00"]


def test_what_is_cut_out_of_busy_time_is_exactly_our_own() -> None:
    def span(first: int, last: int) -> Span:
        return Span(ALWAYS.start + timedelta(hours=first), ALWAYS.start + timedelta(hours=last))

    assert without([span(1, 5)], [span(2, 3), span(4, 6)]) == [span(1, 2), span(3, 4)]
    assert without([span(1, 2)], [span(2, 3)]) == [span(1, 2)]
    assert without([span(1, 2)], [span(0, 9)]) == []


async def test_a_pull_that_is_over_budget_goes_on_where_it_stopped(stage: "Stage") -> None:
    await stage.cal.user("vera", HOST_KEY, rateLimit=100_000)
    await stage.cal.booked(await stage.cal.event_type(), "2027-03-03T09:00:00Z")
    await stage.parts.backing.surveyor._register()
    setup = await stage.directory.setup(TENANT)
    assert setup
    account = next(iter(setup.accounts.values()))
    budget = stage.parts.backing.budget
    await budget.take(account, 1000, stage.cal.clock.now())

    assert await stage.parts.backing.surveyor.round() == 0
    assert await stage.requests("GET", "/v2/bookings") == []

    stage.cal.clock.advance(timedelta(minutes=2))
    assert await stage.parts.backing.surveyor.round() == 1
    assert await _busy(stage) == ["03 09:00"]
