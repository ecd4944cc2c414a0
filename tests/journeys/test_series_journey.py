"""A series and a knowing overbooking through the real processes: availability says what is free, booking what is booked."""

from datetime import datetime
from typing import TYPE_CHECKING

import grpc
import pytest
from journey_world import Caller, Whole, weekday

from chassis.grpc_client import channel, fault_of
from rufbuch.booking.v1 import appointment_pb2, service_pb2, service_pb2_grpc

if TYPE_CHECKING:
    from rufbuch.booking.v1.service_pb2_grpc import BookingServiceAsyncStub

pytestmark = pytest.mark.processes
REASONS = {"taken", "holiday", "absence", "closed", "too_far"}


async def test_a_series_says_booked_of_what_is_booked_and_names_the_rest(whole: Whole, anna: Caller) -> None:
    """Over twelve weeks there may be feasts; whatever date this is run on, what is said is what stands."""
    checked = await anna.wish(weekday("Freitag", weeks=2), "11 Uhr", service="Herrenhaarschnitt")
    first = checked.body["options"][0]

    booked = await anna.ask(
        "start_booking", option_id=first["option_id"], name="Erika Mustermann", repeat_weeks="jede Woche",
        repeat_count="zwölf",
    )  # fmt: skip
    again = await anna.ask(
        "start_booking", option_id=first["option_id"], name="Erika Mustermann", repeat_weeks="1",
        repeat_count="12",
    )  # fmt: skip

    series = booked.body["series"]
    assert (booked.body["status"], len(series), again.body["series"]) == ("booked", 12, series)
    assert {datetime.fromisoformat(date["start"]).time() for date in series} == {
        datetime.fromisoformat(first["start"]).time()
    }
    assert {date["reason"] for date in series if date["status"] == "not_booked"} <= REASONS
    told = {date["appointment_id"]: date["start"] for date in series if date["status"] == "booked"}
    async with channel(whole.running["BOOKING_ADDRESS"], default_deadline_s=5) as opened:
        stub: BookingServiceAsyncStub = service_pb2_grpc.BookingServiceStub(opened)
        kept = await stub.ListAppointments(
            service_pb2.ListAppointmentsRequest(
                tenant_id=whole.tenant_id,
                call_id=anna.line.call_id,
                state=appointment_pb2.APPOINTMENT_STATE_BOOKED,
            )
        )
    assert {one.appointment_id for one in kept.appointments} == told.keys()
    assert {one.series_position for one in kept.appointments} <= set(range(1, 13))


async def test_what_is_overbooked_stands_and_is_offered_to_nobody(
    whole: Whole, anna: Caller, bert: Caller
) -> None:
    checked = await anna.wish(
        weekday("Samstag", weeks=3), "10 Uhr", service="Herrenhaarschnitt", mitarbeiter="Anna"
    )
    option = checked.body["options"][0]
    booked = await anna.ask("start_booking", option_id=option["option_id"], name="Erika Mustermann")
    async with channel(whole.running["BOOKING_ADDRESS"], default_deadline_s=5) as opened:
        stub: BookingServiceAsyncStub = service_pb2_grpc.BookingServiceStub(opened)
        first = (
            await stub.GetAppointment(
                service_pb2.GetAppointmentRequest(
                    tenant_id=whole.tenant_id, appointment_id=booked.body["appointment_id"]
                )
            )
        ).appointment
        wanted = service_pb2.OverbookAppointmentRequest(
            tenant_id=whole.tenant_id, branch_id=first.branch_id, service_id=first.service_id,
            person_id=first.person_id, start_time=first.start_time, customer_name="Eva Beispiel", operator="Kim",
            reason="kommt eigens aus Köln", request_id=f"beside {first.appointment_id}",
        )  # fmt: skip
        second = (await stub.OverbookAppointment(wanted)).appointment
        unknown = service_pb2.OverbookAppointmentRequest()
        unknown.CopyFrom(wanted)
        unknown.person_id, unknown.request_id = first.appointment_id, "nobody"
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await stub.OverbookAppointment(unknown)
        await stub.CancelAppointment(
            service_pb2.CancelAppointmentRequest(
                tenant_id=whole.tenant_id,
                appointment_id=first.appointment_id,
                actor=service_pb2.Actor(operator="Kim"),
            )
        )

    fault = fault_of(caught.value)
    assert (fault.reason, fault.metadata) == ("REQUEST_INVALID", {"field": "person_id"})
    assert second.occupied == first.occupied
    assert second.overbooking_reason == "kommt eigens aus Köln"
    later = await bert.wish(
        weekday("Samstag", weeks=3), "10 Uhr", service="Herrenhaarschnitt", mitarbeiter="Anna"
    )
    assert option["start"] not in [one["start"] for one in later.body.get("options", ())]
