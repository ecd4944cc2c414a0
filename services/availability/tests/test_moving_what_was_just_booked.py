"""The claimed hold of an appointment outlasts its booking; it is no obstacle to moving that appointment, and to nobody else's."""

import pytest

from availability.testing.answers import changed
from availability.testing.peers import BookingPeer, RegistryPeer
from availability.testing.replicas import Running, eventually
from availability.testing.salon import at, booked, known, salon, search, stamp
from chassis.testing import SettableClock
from rufbuch.availability.v1 import service_pb2 as pb

CALL = {"tenant_id": known("salon"), "branch_id": known("branch")}
TODAY = pb.TimeWindow(start_time=stamp(at(0)), end_time=stamp(at(24)))


async def claimed(service: Running, hour: float, call: str) -> pb.Option:
    found = await service.stub.SearchSlots(search(at(hour), person_id=known("anna"), call_id=call))
    claim = pb.ClaimOptionRequest(option_id=found.options[0].option_id, call_id=call, **CALL)
    return (await service.stub.ClaimOption(claim)).option


async def just_booked(service: Running, booking: BookingPeer, clock: SettableClock, hour: float) -> str:
    """Its id; the service has heard of it."""
    await claimed(service, hour, "a")
    made = booked("anna", at(hour), at(hour + 1))
    await booking.book(made, now=clock.now())
    asked = pb.ExplainSlotRequest(
        service_id=known("cut"), person_id=known("anna"), start_time=stamp(at(hour)), **CALL
    )

    async def is_heard() -> bool:
        blockers = (await service.stub.ExplainSlot(asked)).blockers
        return any(each.appointment_id == made.appointment_id for each in blockers)

    await eventually(is_heard)
    return made.appointment_id


async def move_to(
    service: Running, appointment_id: str, hour: float, call: str = "a"
) -> pb.SearchSlotsResponse:
    asked = search(
        at(hour), person_id=known("anna"), call_id=call, moved_appointment_id=appointment_id, windows=[TODAY]
    )
    return await service.stub.SearchSlots(asked)


@pytest.mark.parametrize("hour", [12.5, 13.5])
async def test_who_has_just_booked_moves_it_by_half_an_hour(
    service: Running, booking: BookingPeer, clock: SettableClock, hour: float
) -> None:
    """AV-14"""
    appointment_id = await just_booked(service, booking, clock, 13)

    found = await move_to(service, appointment_id, hour)

    assert found.outcome == pb.SEARCH_OUTCOME_AVAILABLE
    claim = pb.ClaimOptionRequest(option_id=found.options[0].option_id, call_id="a", **CALL)
    assert (await service.stub.ClaimOption(claim)).option.start_time == stamp(at(hour))


async def test_a_move_whose_hold_has_lapsed_is_not_refused_for_its_own_appointment(
    service: Running, booking: BookingPeer, clock: SettableClock
) -> None:
    """The offer to move ends first where the claim was extended by another's look at it."""
    appointment_id = await just_booked(service, booking, clock, 13)
    found = await move_to(service, appointment_id, 13.5)
    await service.stub.ReleaseHolds(pb.ReleaseHoldsRequest(call_id="a", **CALL))

    claim = pb.ClaimOptionRequest(option_id=found.options[0].option_id, call_id="a", **CALL)
    assert (await service.stub.ClaimOption(claim)).option.start_time == stamp(at(13.5))


async def test_what_somebody_else_has_claimed_is_an_obstacle(
    service: Running, booking: BookingPeer, clock: SettableClock
) -> None:
    appointment_id = await just_booked(service, booking, clock, 13)
    await claimed(service, 14, "b")

    found = await move_to(service, appointment_id, 13.5)

    assert found.outcome == pb.SEARCH_OUTCOME_ALTERNATIVES


async def test_to_everybody_else_it_is_taken(
    service: Running, booking: BookingPeer, clock: SettableClock
) -> None:
    await just_booked(service, booking, clock, 13)
    other = await just_booked(service, booking, clock, 16)

    assert (await move_to(service, other, 13.5)).outcome == pb.SEARCH_OUTCOME_ALTERNATIVES
    asked = search(at(13.5), person_id=known("anna"), call_id="c")
    assert (await service.stub.SearchSlots(asked)).outcome == pb.SEARCH_OUTCOME_ALTERNATIVES


async def test_the_only_place_of_a_day_is_kept_by_the_one_who_moves_within_it(
    service: Running, registry: RegistryPeer, booking: BookingPeer, clock: SettableClock
) -> None:
    business = salon()
    for each in business.services:
        each.daily_cap = 1
    await changed(service, registry, business)
    appointment_id = await just_booked(service, booking, clock, 13)

    for hour in (13.5, 16):
        assert (await move_to(service, appointment_id, hour)).outcome == pb.SEARCH_OUTCOME_AVAILABLE
    assert not (await service.stub.SearchSlots(search(at(16), call_id="c", windows=[TODAY]))).options
