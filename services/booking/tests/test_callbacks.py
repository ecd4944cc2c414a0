"""Somebody is promised a call, and somebody sees to it."""

import asyncio
from datetime import UTC, timedelta
from typing import TYPE_CHECKING, Any

import asyncpg
import grpc
import pytest

from booking.testing.calls import refused, told
from booking.testing.samples import BRANCH, NOW, NUMBER, TENANT, a_request
from chassis.grpc_client import fault_of
from chassis.testing import SettableClock
from rufbuch.booking.v1 import care_pb2, service_pb2

if TYPE_CHECKING:
    from rufbuch.booking.v1.service_pb2_grpc import BookingServiceAsyncStub

HIGH = care_pb2.CALLBACK_PRIORITY_HIGH
IN_PROGRESS = care_pb2.CALLBACK_STATE_IN_PROGRESS


def wanted(**changed: Any) -> service_pb2.RequestCallbackRequest:
    words = {
        "tenant_id": TENANT, "branch_id": BRANCH, "call_id": "call_0001", "phone_number": NUMBER,
        "name": "Anna Beispiel", "topic": "Farbe", "request_id": "callback-1",
    }  # fmt: skip
    return service_pb2.RequestCallbackRequest(**(words | changed))


async def listed(booking: "BookingServiceAsyncStub", **changed: Any) -> service_pb2.ListCallbacksResponse:
    return await booking.ListCallbacks(service_pb2.ListCallbacksRequest(tenant_id=TENANT, **changed))


async def test_a_promise_needs_neither_number_nor_name_nor_customer(
    booking: "BookingServiceAsyncStub",
) -> None:
    """BK-20, BK-04."""
    answer = await booking.RequestCallback(wanted(phone_number="", name="", topic=""))

    assert answer.callback.call_id == "call_0001"
    assert answer.callback.state == care_pb2.CALLBACK_STATE_OPEN
    assert (await listed(booking)).callbacks == [answer.callback]


async def test_what_is_urgent_is_due_within_the_hour(booking: "BookingServiceAsyncStub") -> None:
    normal = await booking.RequestCallback(wanted())
    high = await booking.RequestCallback(wanted(priority=HIGH, topic="Preis", request_id="2"))

    assert normal.callback.due_time.ToDatetime(UTC) == NOW + timedelta(days=1)
    assert high.callback.due_time.ToDatetime(UTC) == NOW + timedelta(hours=1)
    assert (await listed(booking)).callbacks == [high.callback, normal.callback]


async def test_twenty_twins_make_one_promise_and_one_event(
    booking: "BookingServiceAsyncStub", pool: asyncpg.Pool
) -> None:
    answers = await asyncio.gather(*(booking.RequestCallback(wanted()) for _ in range(20)))

    assert len({answer.callback.callback_id for answer in answers}) == 1
    assert await pool.fetchval("SELECT count(*) FROM event") == 1


async def test_a_number_that_is_said_later_belongs_to_the_promise_that_there_is(
    booking: "BookingServiceAsyncStub",
) -> None:
    """Two promises for one wish: the customer is called twice, or at the number that she did not want."""
    first = await booking.RequestCallback(wanted(phone_number=""))
    later = wanted(phone_number="+493023125002", name="", priority=HIGH, request_id="callback-2")
    second = await booking.RequestCallback(later)

    (callback,) = (await listed(booking)).callbacks
    assert second.callback == callback == (await booking.RequestCallback(later)).callback
    assert callback.callback_id == first.callback.callback_id
    assert (callback.phone_number, callback.name) == ("+493023125002", "Anna Beispiel")
    assert callback.priority == HIGH
    assert callback.due_time.ToDatetime(UTC) == NOW + timedelta(hours=1)
    events = await told(booking, 2)
    assert events[1].callback_changed.callback == callback


async def test_what_is_left_out_later_stays(booking: "BookingServiceAsyncStub") -> None:
    first = await booking.RequestCallback(wanted(priority=HIGH))
    again = await booking.RequestCallback(wanted(phone_number="", name="", request_id="callback-2"))

    assert again == first
    assert len(await told(booking, 1)) == 1


async def test_two_numbers_at_once_make_one_promise(booking: "BookingServiceAsyncStub") -> None:
    numbers = [f"+4930231250{number:02}" for number in range(10)]
    await asyncio.gather(
        *(booking.RequestCallback(wanted(phone_number=each, request_id=each)) for each in numbers)
    )

    (callback,) = (await listed(booking)).callbacks
    assert callback.phone_number in numbers


@pytest.mark.parametrize("changed", [{"topic": "Preis"}, {"call_id": "call_0002"}])
async def test_another_topic_or_call_is_another_promise(
    booking: "BookingServiceAsyncStub", changed: dict[str, str]
) -> None:
    await booking.RequestCallback(wanted())
    await booking.RequestCallback(wanted(request_id="callback-2", **changed))

    assert len((await listed(booking)).callbacks) == 2


async def test_who_was_called_and_asks_again_is_promised_another_call(
    booking: "BookingServiceAsyncStub",
) -> None:
    first = (await booking.RequestCallback(wanted())).callback
    done = service_pb2.ResolveCallbackRequest(
        tenant_id=TENANT, callback_id=first.callback_id, operator="Kim", resolution="erreicht"
    )
    await booking.ResolveCallback(done)
    second = (await booking.RequestCallback(wanted(request_id="callback-2"))).callback

    assert second.callback_id != first.callback_id
    assert second.state == care_pb2.CALLBACK_STATE_OPEN


async def test_the_event_holds_the_promise(booking: "BookingServiceAsyncStub") -> None:
    made = (await booking.BookAppointment(a_request())).appointment
    promised = await booking.RequestCallback(wanted(appointment_id=made.appointment_id))

    events = await told(booking, 2)

    assert events[1].callback_requested.callback == promised.callback


async def test_pages_follow_each_other_without_holes(booking: "BookingServiceAsyncStub") -> None:
    for number in range(5):
        await booking.RequestCallback(wanted(topic=f"Farbe {number}", request_id=str(number)))

    seen, token = [], ""
    while True:
        page = await listed(booking, page_size=2, page_token=token)
        seen += [callback.callback_id for callback in page.callbacks]
        token = page.next_page_token
        if not token:
            break

    assert len(seen) == len(set(seen)) == 5
    assert (await refused(listed(booking, page_token="x"))).reason == "PAGE_TOKEN_INVALID"


async def test_a_promise_is_seen_to_once(booking: "BookingServiceAsyncStub") -> None:
    promised = (await booking.RequestCallback(wanted())).callback
    ids = {"tenant_id": TENANT, "callback_id": promised.callback_id}
    by_kim = service_pb2.ResolveCallbackRequest(**ids, operator="Kim", resolution="erreicht")

    outcomes = await asyncio.gather(
        *(booking.ResolveCallback(by_kim) for _ in range(5)), return_exceptions=True
    )
    nobody = await refused(booking.ResolveCallback(service_pb2.ResolveCallbackRequest(**ids)))

    faults = [fault_of(one).reason for one in outcomes if isinstance(one, grpc.aio.AioRpcError)]
    assert faults == ["ILLEGAL_MOVE"] * 4
    assert nobody.reason == "REQUEST_INVALID"
    assert not (await listed(booking, state=care_pb2.CALLBACK_STATE_OPEN)).callbacks
    (resolved,) = (await listed(booking, state=care_pb2.CALLBACK_STATE_RESOLVED)).callbacks
    assert (resolved.resolved_by, resolved.resolution) == ("Kim", "erreicht")


async def test_a_promise_of_another_business_is_unknown(booking: "BookingServiceAsyncStub") -> None:
    """SE-09."""
    promised = (await booking.RequestCallback(wanted())).callback
    request = service_pb2.ResolveCallbackRequest(
        tenant_id=BRANCH, callback_id=promised.callback_id, operator="Kim"
    )

    assert (await refused(booking.ResolveCallback(request))).reason == "CALLBACK_UNKNOWN"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("tenant_id", ""), ("branch_id", "x"), ("call_id", ""), ("request_id", ""), ("phone_number", "030"),
        ("name", "x" * 10_000), ("topic", "\x07"), ("appointment_id", BRANCH), ("priority", 99),
    ],
)  # fmt: skip
async def test_what_is_malformed_is_refused(
    booking: "BookingServiceAsyncStub", field: str, value: Any
) -> None:
    fault = await refused(booking.RequestCallback(wanted(**{field: value})))

    assert (fault.reason, fault.metadata) == ("REQUEST_INVALID", {"field": field})
    assert not (await listed(booking)).callbacks


async def test_nobody_is_promised_a_call_in_the_past(booking: "BookingServiceAsyncStub") -> None:
    late = wanted()
    late.due_time.FromDatetime(NOW - timedelta(minutes=1))

    assert (await refused(booking.RequestCallback(late))).metadata == {"field": "due_time"}


async def test_a_promise_is_handed_over_by_name_and_every_change_is_recorded(
    booking: "BookingServiceAsyncStub", pool: asyncpg.Pool
) -> None:
    promised = (await booking.RequestCallback(wanted())).callback
    ids = {"tenant_id": TENANT, "callback_id": promised.callback_id, "operator": "Kim"}

    taken = await booking.AssignCallback(service_pb2.AssignCallbackRequest(**ids, assignee="Robin"))
    again = await booking.AssignCallback(service_pb2.AssignCallbackRequest(**ids, assignee="Toni"))
    assert (taken.callback.state, taken.callback.assigned_to) == (IN_PROGRESS, "Robin")
    assert [each.assigned_to for each in (await listed(booking, assigned_to="Toni")).callbacks] == ["Toni"]
    assert not (await listed(booking, state=care_pb2.CALLBACK_STATE_OPEN)).callbacks
    back = await booking.AssignCallback(service_pb2.AssignCallbackRequest(**ids))
    # Given back twice, as by two operators at once, it is everybody's all the same.
    assert await booking.AssignCallback(service_pb2.AssignCallbackRequest(**ids)) == back
    assert (again.callback.state, back.callback.state) == (IN_PROGRESS, care_pb2.CALLBACK_STATE_OPEN)
    await booking.ResolveCallback(service_pb2.ResolveCallbackRequest(**ids, resolution="erreicht"))

    late = await refused(booking.AssignCallback(service_pb2.AssignCallbackRequest(**ids, assignee="Robin")))
    nobody = service_pb2.AssignCallbackRequest(tenant_id=TENANT, callback_id=promised.callback_id)
    assert (late.reason, (await refused(booking.AssignCallback(nobody))).reason) == (
        "ILLEGAL_MOVE", "REQUEST_INVALID",
    )  # fmt: skip
    history = await pool.fetch("SELECT state_after, assigned_after FROM callback_change ORDER BY version")
    assert [tuple(row) for row in history] == [
        ("in_progress", "Robin"), ("in_progress", "Toni"), ("open", ""), ("resolved", ""),
    ]  # fmt: skip
    events = await told(booking, 5)
    assert [event.callback_changed.callback.state for event in events[1:]] == [
        IN_PROGRESS, IN_PROGRESS, care_pb2.CALLBACK_STATE_OPEN, care_pb2.CALLBACK_STATE_RESOLVED,
    ]  # fmt: skip


async def test_what_is_overdue_is_seen(booking: "BookingServiceAsyncStub", clock: SettableClock) -> None:
    normal = (await booking.RequestCallback(wanted())).callback
    high = (await booking.RequestCallback(wanted(priority=HIGH, topic="Preis", request_id="2"))).callback
    assert not (await listed(booking, overdue=True)).callbacks

    clock.advance(timedelta(hours=2))
    assert (await listed(booking, overdue=True)).callbacks == [high]
    clock.advance(timedelta(days=1))
    first = await listed(booking, overdue=True, page_size=1)
    clock.advance(timedelta(seconds=1))
    second = await listed(booking, overdue=True, page_size=1, page_token=first.next_page_token)
    assert [*first.callbacks, *second.callbacks] == [high, normal]
    ids = {"tenant_id": TENANT, "callback_id": high.callback_id, "operator": "Kim"}
    await booking.ResolveCallback(service_pb2.ResolveCallbackRequest(**ids))
    assert (await listed(booking, overdue=True)).callbacks == [normal]


async def test_callbacks_are_found_by_call_number_and_priority(booking: "BookingServiceAsyncStub") -> None:
    one = (await booking.RequestCallback(wanted())).callback
    other = (
        await booking.RequestCallback(
            wanted(call_id="call_0002", phone_number="", priority=HIGH, request_id="2")
        )
    ).callback

    assert (await listed(booking, call_id="call_0002")).callbacks == [other]
    assert (await listed(booking, phone_number=NUMBER)).callbacks == [one]
    assert (await listed(booking, priority=HIGH)).callbacks == [other]
