"""What somebody knowingly overbooks: planned without being free, and taken like everything else."""

import pytest

from availability.testing.answers import fault, hour_of, outcome
from availability.testing.peers import BookingPeer
from availability.testing.replicas import Running, eventually
from availability.testing.salon import at, booked, known, stamp
from chassis.testing import SettableClock
from rufbuch.availability.v1 import service_pb2 as pb
from rufbuch.booking.v1 import appointment_pb2
from rufbuch.booking.v1.service_pb2 import AppointmentCancelled as cancelled  # noqa: N813 - said of an appointment

ALTERNATIVES, AVAILABLE = pb.SEARCH_OUTCOME_ALTERNATIVES, pb.SEARCH_OUTCOME_AVAILABLE


def plan(hour: float, **changed: str) -> pb.PlanSlotRequest:
    asked = {
        "tenant_id": known("salon"),
        "branch_id": known("branch"),
        "service_id": known("colour"),
        "person_id": known("anna"),
    }
    return pb.PlanSlotRequest(start_time=stamp(at(hour)), **(asked | changed))


async def test_a_start_is_planned_whatever_is_in_its_way(
    service: Running, booking: BookingPeer, clock: SettableClock
) -> None:
    """Off the grid, outside hours and over an appointment: what it takes is the same as of any other start."""
    await booking.book(booked("anna", at(4), at(6)), now=clock.now())

    planned = await service.stub.PlanSlot(plan(4.1))

    assert planned.service_name == "Farbe"
    assert not planned.option.option_id
    assert not planned.option.HasField("hold_expire_time")
    assert [phase.name for phase in planned.option.phases] == ["Auftragen", "Einwirken", "Ausspülen"]
    edges = [hour_of(edge) for each in planned.option.occupied for edge in (each.start_time, each.end_time)]
    assert edges == pytest.approx([4.1, 4.6, 5.6, 6.1])


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"branch_id": known("elsewhere")}, "BRANCH_UNKNOWN"),
        ({"service_id": known("massage")}, "SERVICE_UNKNOWN"),
        ({"person_id": known("nobody")}, "PERSON_UNKNOWN"),
        ({"person_id": ""}, "PERSON_UNKNOWN"),
        ({"tenant_id": "x"}, "BRANCH_UNKNOWN"),
    ],
)
async def test_what_is_unknown_is_not_planned(service: Running, changed: dict[str, str], reason: str) -> None:
    assert (await fault(service.stub.PlanSlot(plan(13, **changed)))).reason == reason


async def test_a_start_within_a_minute_is_not_planned(service: Running) -> None:
    refusal = await fault(service.stub.PlanSlot(plan(13 + 1 / 7200)))

    assert (refusal.reason, refusal.metadata) == ("WISH_INVALID", {"field": "start_time"})


async def test_overbooked_time_is_taken_until_both_are_gone(
    service: Running, booking: BookingPeer, clock: SettableClock
) -> None:
    """A caller is never offered what an operator has filled, also after the other appointment was called off."""
    first, second = booked("anna", at(13), at(14)), booked("anna", at(13.5), at(14.5))
    second.overbooking_reason, second.overbooked_by = "kommt eigens aus Köln", "Kim"

    async def becomes(hour: float, wanted: int) -> None:
        async def so() -> bool:
            return await outcome(service, hour, person_id=known("anna")) == wanted

        await eventually(so)

    await booking.book(first, now=clock.now())
    await booking.book(second, now=clock.now())
    await becomes(13.5, ALTERNATIVES)
    first.state = appointment_pb2.APPOINTMENT_STATE_CANCELLED
    await booking.tell(clock.now(), appointment_cancelled=cancelled(appointment=first))
    await becomes(12.5, AVAILABLE)
    assert await outcome(service, 13.5, person_id=known("anna")) == ALTERNATIVES
