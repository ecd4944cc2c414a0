"""Who gets what needs a room: as fairly shared as everything else, and enough for a party."""

from datetime import timedelta

import pytest

from availability.testing.answers import changed, hour_of
from availability.testing.peers import BookingPeer, RegistryPeer
from availability.testing.replicas import Running, eventually
from availability.testing.salon import at, booked, known, salon, search, stamp
from chassis.testing import SettableClock
from rufbuch.availability.v1 import service_pb2 as pb


@pytest.fixture
async def practice(service: Running, registry: RegistryPeer) -> Running:
    """What begins with a cut begins in one of two rooms."""
    business = salon()
    for name in ("room 1", "room 2"):
        business.branches[0].resources.add(resource_id=known(name), key=name, group="rooms")
    business.services[0].phases[0].resource_groups.append("rooms")
    await changed(service, registry, business)
    return service


async def test_whoever_has_least_to_do_that_day_gets_what_needs_a_room(
    practice: Running, booking: BookingPeer, clock: SettableClock
) -> None:
    await booking.book(booked("anna", at(16), at(17)), now=clock.now())

    async def goes_to_ben() -> bool:
        clock.advance(timedelta(seconds=1))
        option = (await practice.stub.SearchSlots(search(at(13), call_id="a"))).options[0]
        return (option.person_id, hour_of(option.start_time)) == (known("ben"), 13)

    await eventually(goes_to_ben)


async def test_two_of_a_party_get_a_person_and_a_room_each(practice: Running) -> None:
    """Also where the second one wants whoever would do the first one's as well."""
    anybody, anna = (
        pb.WantedSlot(service_id=known("cut"), person_id=person_id, start_time=stamp(at(13)))
        for person_id in ("", known("anna"))
    )
    held = await practice.stub.HoldOptions(
        pb.HoldOptionsRequest(
            tenant_id=known("salon"), branch_id=known("branch"), call_id="a", slots=[anybody, anna]
        )
    )
    assert {option.person_id for option in held.options} == {known("anna"), known("ben")}
    rooms = {each.resource_id for option in held.options for each in option.occupied if each.resource_id}
    assert rooms == {known("room 1"), known("room 2")}


async def test_one_who_does_a_whole_visit_goes_before_two_who_share_it(
    practice: Running, booking: BookingPeer, clock: SettableClock
) -> None:
    """Ben has less to do that day, but not the time for all of it."""
    await booking.book(booked("anna", at(16), at(19)), now=clock.now())
    await booking.book(booked("ben", at(14), at(14.5)), now=clock.now())

    async def goes_to_anna_alone() -> bool:
        clock.advance(timedelta(seconds=1))
        asked = search(at(13), more_service_ids=[known("colour")], call_id="a")
        option = (await practice.stub.SearchSlots(asked)).options[0]
        return {phase.person_id for phase in option.phases} == {known("anna")}

    await eventually(goes_to_anna_alone)
