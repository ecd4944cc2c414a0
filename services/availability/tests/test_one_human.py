"""Two ids that are one human: one calendar and one set of holds, whichever id is named (SR-01)."""

from datetime import timedelta

import pytest

from availability.testing.peers import BookingPeer, CalendarPeer, RegistryPeer
from availability.testing.replicas import Running, Surroundings, eventually
from availability.testing.salon import at, booked, known, salon, search, stamp
from chassis.testing import SettableClock
from rufbuch.availability.v1 import people_pb2
from rufbuch.availability.v1 import service_pb2 as pb
from rufbuch.booking.v1 import service_pb2 as booking_pb2
from rufbuch.calendarsync.v1 import service_pb2 as calendar_pb2
from rufbuch.staff.v1 import business_pb2

PAIRS = pytest.mark.parametrize(("one", "other"), [("anna", "ben"), ("ben", "anna")])


def one_human(*, listed: bool) -> business_pb2.Business:
    """Ben is another name of Anna; while it is being made so, both are listed."""
    business = salon(("anna", "ben") if listed else ("anna",))
    business.people[0].alias_ids.append(known("ben"))
    return business


async def free(service: Running, person: str, hour: float, call: str = "") -> bool:
    found = await service.stub.SearchSlots(search(at(hour), person_id=known(person), call_id=call))
    return found.outcome == pb.SEARCH_OUTCOME_AVAILABLE


async def records(service: Running) -> dict[str, people_pb2.PersonRecords]:
    people = [known("anna"), known("ben")]
    request = people_pb2.DescribePeopleRequest(tenant_id=known("salon"), person_ids=people)
    answer = await service.stub.DescribePeople(request)
    return dict(zip(("anna", "ben"), answer.people, strict=True))


async def become_one(service: Running, registry: RegistryPeer, *, listed: bool) -> None:
    await registry.change(one_human(listed=listed))

    async def heard() -> bool:
        return (await records(service))["ben"].same_as_person_id == known("anna")

    await eventually(heard)


@PAIRS
async def test_an_appointment_under_one_id_takes_the_time_of_both(
    service: Running, registry: RegistryPeer, booking: BookingPeer, one: str, other: str
) -> None:
    await booking.book(booked(one, at(10), at(11)), now=at(7))

    async def seen() -> bool:
        return not await free(service, one, 10)

    await eventually(seen)
    assert await free(service, other, 10)
    await become_one(service, registry, listed=True)
    assert not await free(service, other, 10)
    # What comes after it is known, as well.
    later = booked(one, at(13), at(14))
    await booking.book(later, now=at(7))

    async def taken() -> bool:
        return not await free(service, one, 13) and not await free(service, other, 13)

    await eventually(taken)
    cancelled = booked(one, at(13), at(14), state=2)
    cancelled.appointment_id = later.appointment_id
    await booking.tell(at(7), appointment_cancelled=booking_pb2.AppointmentCancelled(appointment=cancelled))

    async def back() -> bool:
        return await free(service, one, 13) and await free(service, other, 13)

    await eventually(back)


@PAIRS
async def test_a_hold_under_one_id_takes_the_time_of_both(
    service: Running, registry: RegistryPeer, one: str, other: str
) -> None:
    assert await free(service, one, 10, call="before")
    await become_one(service, registry, listed=True)
    assert not await free(service, other, 10, call="b")
    assert await free(service, one, 13, call="after")
    assert not await free(service, other, 13, call="c")


async def test_what_an_outside_calendar_says_of_either_takes_the_time_of_both(
    service: Running, registry: RegistryPeer, outside: CalendarPeer
) -> None:
    await become_one(service, registry, listed=False)
    for number, (person, hour) in enumerate((("anna", 10), ("ben", 13))):
        await outside.tell(
            calendar_pb2.BusyTime(
                busy_id=known(str(number)), tenant_id=known("salon"), person_id=known(person),
                start_time=stamp(at(hour)), end_time=stamp(at(hour + 1)),
            ),
            now=at(7),
        )  # fmt: skip

    async def both() -> bool:
        return not await free(service, "anna", 10) and not await free(service, "anna", 13)

    await eventually(both)
    assert await free(service, "anna", 15)


async def test_who_asks_for_the_old_id_gets_the_person(service: Running, registry: RegistryPeer) -> None:
    """Customers' usual person, sessions in flight."""
    await become_one(service, registry, listed=False)
    found = await service.stub.SearchSlots(search(at(10), person_id=known("ben")))
    assert found.options[0].person_id == known("anna")
    assert {each.person_id for each in found.options[0].occupied} == {known("anna")}
    day = pb.GetDayRequest(
        tenant_id=known("salon"), branch_id=known("branch"), person_id=known("ben"), date="2025-11-24"
    )
    assert (await service.stub.GetDay(day)).entries


async def test_a_hold_of_the_person_is_one_entry_of_the_day(service: Running, registry: RegistryPeer) -> None:
    await become_one(service, registry, listed=False)
    assert await free(service, "anna", 10, call="a")
    day = pb.GetDayRequest(
        tenant_id=known("salon"), branch_id=known("branch"), person_id=known("anna"), date="2025-11-24"
    )
    kinds = [entry.kind for entry in (await service.stub.GetDay(day)).entries]
    assert kinds.count(pb.DAY_ENTRY_KIND_HOLD) == 1


@pytest.mark.parametrize("lapsed", [False, True])
async def test_an_option_that_was_offered_under_the_old_id_can_still_be_had(
    service: Running, registry: RegistryPeer, clock: SettableClock, lapsed: bool
) -> None:
    found = await service.stub.SearchSlots(search(at(13), person_id=known("ben"), call_id="a"))
    await become_one(service, registry, listed=False)
    if lapsed:
        clock.advance(timedelta(minutes=6))
    request = pb.ClaimOptionRequest(
        tenant_id=known("salon"), branch_id=known("branch"), option_id=found.options[0].option_id, call_id="a"
    )
    claimed = await service.stub.ClaimOption(request)
    assert claimed.option.option_id == found.options[0].option_id
    assert not await free(service, "anna", 13, call="b")


async def test_what_is_kept_under_each_id_is_told(
    service: Running, registry: RegistryPeer, booking: BookingPeer
) -> None:
    await booking.book(booked("ben", at(10), at(11)), now=at(7))
    assert await free(service, "ben", 13, call="a")

    async def seen() -> bool:
        return (await records(service))["ben"].appointments == 1

    await eventually(seen)
    told = await records(service)
    assert (told["ben"].holds, told["anna"].holds) == (1, 0)
    moved = booked("anna", at(10), at(11))
    assert not told["ben"].same_as_person_id
    moved.appointment_id = booking.log.messages[0].appointment_booked.appointment.appointment_id
    reassigned = booking_pb2.AppointmentReassigned(appointment=moved, previous_person_id=known("ben"))
    await booking.tell(at(7), appointment_reassigned=reassigned)

    async def moved_over() -> bool:
        told = await records(service)
        return (told["anna"].appointments, told["ben"].appointments) == (1, 0)

    await eventually(moved_over)


async def test_whoever_is_away_is_so_under_both_ids(
    surroundings: Surroundings, registry: RegistryPeer
) -> None:
    business = one_human(listed=True)
    away = business_pb2.Absence(start_time=stamp(at(10)), end_time=stamp(at(11)))
    business.people[1].absences.append(away)
    await registry.change(business)
    async with surroundings.running() as service:
        assert not await free(service, "anna", 10)
        assert not await free(service, "ben", 10)
        assert await free(service, "anna", 13)
