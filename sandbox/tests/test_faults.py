"""Trouble on order: every kind does what it says, as often as it was asked."""

import asyncio
from datetime import timedelta

import pytest

from sandbox.calcom.embedded import Cal, Json

START, LATER = "2027-03-02T09:00:00Z", "2027-03-02T10:00:00Z"


async def stored(cal: Cal) -> list[Json]:
    bookings: list[Json] = (await cal.client.get("/admin/bookings")).json()
    return bookings


async def test_fail_after_create_answers_500_and_leaves_the_booking(cal: Cal) -> None:
    event_type = await cal.event_type()
    await cal.fault("fail_after_create")
    answer = await cal.book(event_type, START)
    assert (answer.status_code, answer.json()["statusCode"]) == (500, 500)
    assert len(await stored(cal)) == 1
    assert (await cal.book(event_type, START)).status_code == 400
    assert (await cal.book(event_type, LATER)).status_code == 201


async def test_server_error_does_nothing(cal: Cal) -> None:
    event_type = await cal.event_type()
    await cal.fault("server_error")
    assert (await cal.book(event_type, START)).status_code == 500
    assert await stored(cal) == []


async def test_timeout_after_create_holds_the_answer_back(cal: Cal) -> None:
    event_type = await cal.event_type()
    await cal.fault("timeout_after_create", seconds=60)
    booking = asyncio.create_task(cal.book(event_type, START))
    async with asyncio.timeout(20):
        while not await stored(cal):  # noqa: ASYNC110 - nobody tells
            await asyncio.sleep(0.01)
    done, _ = await asyncio.wait({booking}, timeout=0.1)
    assert not done
    booking.cancel()
    assert [each["status"] for each in await stored(cal)] == ["accepted"]


async def test_delay_waits_first(cal: Cal) -> None:
    event_type = await cal.event_type()
    await cal.fault("delay", delay_ms=60_000)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.1):
            await cal.book(event_type, START)
    assert await stored(cal) == []


async def test_rate_limit_looks_like_an_overrun_and_does_nothing(cal: Cal) -> None:
    event_type = await cal.event_type()
    await cal.fault("rate_limit", seconds=7)
    answer = await cal.book(event_type, START)
    assert (answer.status_code, answer.json()["error"]["code"]) == (429, "ThrottlerException")
    assert answer.headers["X-RateLimit-Remaining-Default"] == "0"
    assert answer.headers["X-RateLimit-Reset-Default"] == "7"
    assert await stored(cal) == []


@pytest.mark.parametrize(("kind", "deliveries"), [("drop_webhook", 0), ("repeat_webhook", 2)])
async def test_webhooks_get_lost_or_come_twice(cal: Cal, kind: str, deliveries: int) -> None:
    event_type = await cal.event_type()
    await cal.subscribe("BOOKING_CREATED")
    await cal.fault(kind)
    await cal.booked(event_type, START)
    assert len(cal.receiver.requests) == deliveries
    assert len((await cal.client.get("/admin/deliveries")).json()) == deliveries


async def test_a_stale_list_shows_the_state_of_some_seconds_ago(cal: Cal) -> None:
    event_type = await cal.event_type()
    await cal.fault("stale_list", "^/v2/bookings", "GET", seconds=5, count=10)
    uid = (await cal.booked(event_type, START))["uid"]
    assert (await cal.call("GET", "/v2/bookings")).json()["data"] == []
    assert (await cal.call("GET", f"/v2/bookings/{uid}")).status_code == 404
    cal.clock.advance(timedelta(seconds=5))
    await cal.cancel(uid)
    assert (await cal.get(uid))["status"] == "accepted"
    cal.clock.advance(timedelta(seconds=5))
    assert (await cal.get(uid))["status"] == "cancelled"


@pytest.mark.parametrize(("verb", "status"), [("reschedule", "cancelled"), ("cancel", "cancelled")])
async def test_faults_strike_reschedule_and_cancel_too(cal: Cal, verb: str, status: str) -> None:
    uid = (await cal.booked(await cal.event_type(), START))["uid"]
    await cal.fault("fail_after_create", f"/{verb}$")
    answer = await (cal.cancel(uid) if verb == "cancel" else cal.reschedule(uid, LATER))
    assert answer.status_code == 500
    assert (await cal.get(uid))["status"] == status


async def test_a_fault_strikes_as_often_as_ordered(cal: Cal) -> None:
    await cal.fault("server_error", "^/v2/me$", "GET", count=2)
    codes = [(await cal.call("GET", "/v2/me")).status_code for _ in range(3)]
    assert codes == [500, 500, 200]
    assert [(fault["left"], fault["struck"]) for fault in (await cal.client.get("/admin/faults")).json()] == [
        (0, 2)
    ]


async def test_a_fault_after_success_waits_for_one(cal: Cal) -> None:
    event_type = await cal.event_type()
    await cal.fault("fail_after_create")
    assert (await cal.book(event_type, "2027-03-02T03:00:00Z")).status_code == 400
    assert (await cal.book(event_type, START)).status_code == 500


async def test_a_probability_is_repeatable_by_its_seed(cal: Cal) -> None:
    async def run() -> list[int]:
        await cal.fault("server_error", "^/v2/me$", "GET", probability=0.5, seed=7)
        codes = [(await cal.call("GET", "/v2/me")).status_code for _ in range(20)]
        await cal.client.delete("/admin/faults")
        return codes

    first = await run()
    assert await run() == first
    assert {200, 500} == set(first)


async def test_an_order_that_makes_no_sense_is_refused(cal: Cal) -> None:
    for order in (
        {"kind": "explode"},
        {"kind": "delay", "match": {"path": "("}},
        {"kind": "delay", "often": 3},
    ):
        assert (await cal.client.post("/admin/faults", json=order)).status_code == 422


async def test_the_request_log_shows_times_faults_and_overlap(cal: Cal) -> None:
    event_type = await cal.event_type()
    await cal.fault("server_error", "^/v2/me$", "GET")
    await cal.call("GET", "/v2/me")
    await asyncio.gather(cal.book(event_type, START), cal.book(event_type, LATER))
    failed, one, two = (await cal.client.get("/admin/requests")).json()[-3:]
    assert (failed["status"], failed["faults"], failed["caller"]) == (500, ["server_error"], "vera")
    assert two["startedOrder"] < one["endedOrder"]
    assert one["startedAt"] == "2027-03-01T08:00:00.000Z"
