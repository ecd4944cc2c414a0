"""The last step before a booking, over real gRPC, PostgreSQL and Redis."""

from datetime import timedelta

import pytest

from availability.testing.answers import fault
from availability.testing.peers import BookingPeer, RegistryPeer
from availability.testing.replicas import Running, eventually
from availability.testing.salon import at, booked, explain, known, salon, search, stamp
from chassis.testing import SettableClock
from rufbuch.availability.v1 import service_pb2 as pb
from rufbuch.booking.v1 import appointment_pb2
from rufbuch.booking.v1 import service_pb2 as booking_pb2

SIX_MINUTES = timedelta(minutes=6)


async def offered(service: Running, call: str, hour: float = 13, person: str = "anna") -> pb.Option:
    found = await service.stub.SearchSlots(search(at(hour), person_id=known(person), call_id=call))
    assert found.outcome == pb.SEARCH_OUTCOME_AVAILABLE
    return found.options[0]


def claim_of(option_id: str, call: str, **fields: str) -> pb.ClaimOptionRequest:
    asked = {"tenant_id": known("salon"), "branch_id": known("branch"), **fields}
    return pb.ClaimOptionRequest(option_id=option_id, call_id=call, **asked)


def call_of(call: str) -> dict[str, str]:
    return {"tenant_id": known("salon"), "branch_id": known("branch"), "call_id": call}


async def test_a_claim_gives_back_what_was_offered(service: Running) -> None:
    """AV-09, AV-11: what is booked is what was offered, by its id."""
    option = await offered(service, "a")
    claimed = await service.stub.ClaimOption(claim_of(option.option_id, "a"))
    option.ClearField("hold_expire_time")
    option.ClearField("voucher")
    assert (claimed.option, claimed.service_name) == (option, "Schnitt")


async def test_claiming_again_gives_the_same(service: Running) -> None:
    option = await offered(service, "a")
    request = claim_of(option.option_id, "a")
    assert await service.stub.ClaimOption(request) == await service.stub.ClaimOption(request)


async def test_a_lapsed_hold_is_taken_again_while_the_time_is_free(
    service: Running, clock: SettableClock
) -> None:
    """AV-21, AV-22: the caller took longer than the hold lasts, and nobody else came."""
    option = await offered(service, "a")
    clock.advance(SIX_MINUTES)
    await service.stub.ClaimOption(claim_of(option.option_id, "a"))
    found = await service.stub.SearchSlots(search(at(13), person_id=known("anna"), call_id="b"))
    assert found.outcome == pb.SEARCH_OUTCOME_ALTERNATIVES


async def test_a_lapsed_hold_whose_time_somebody_holds_is_taken(
    service: Running, clock: SettableClock
) -> None:
    option = await offered(service, "a")
    clock.advance(SIX_MINUTES)
    await offered(service, "b")
    assert (await fault(service.stub.ClaimOption(claim_of(option.option_id, "a")))).reason == "SLOT_TAKEN"


async def test_a_lapsed_hold_whose_time_was_booked_is_taken(
    service: Running, booking: BookingPeer, clock: SettableClock
) -> None:
    option = await offered(service, "a")
    clock.advance(SIX_MINUTES)
    await booking.book(booked("anna", at(13.5), at(14.5)), now=clock.now())

    async def is_taken() -> bool:
        found = await service.stub.SearchSlots(search(at(13), person_id=known("anna")))
        return found.outcome == pb.SEARCH_OUTCOME_ALTERNATIVES

    await eventually(is_taken)
    assert (await fault(service.stub.ClaimOption(claim_of(option.option_id, "a")))).reason == "SLOT_TAKEN"


@pytest.mark.parametrize(("minutes", "outcome"), [(60, "TOO_SOON"), (119, "PAST")])
async def test_a_lapsed_hold_cannot_be_taken_again_when_its_start_is_too_near_or_over(
    service: Running, clock: SettableClock, minutes: int, outcome: str
) -> None:
    """AV-07"""
    option = await offered(service, "a", hour=8.75)
    clock.advance(timedelta(minutes=minutes))
    refused = await fault(service.stub.ClaimOption(claim_of(option.option_id, "a")))
    assert (refused.reason, refused.metadata) == ("SLOT_NOT_BOOKABLE", {"outcome": outcome})


async def test_a_lapsed_hold_of_somebody_who_left_cannot_be_taken_again(
    service: Running, registry: RegistryPeer, clock: SettableClock
) -> None:
    option = await offered(service, "a")
    clock.advance(SIX_MINUTES)
    readings = registry.readings
    await registry.change(salon(["ben"]))

    async def is_known() -> bool:
        return registry.readings > readings

    await eventually(is_known)
    refused = await fault(service.stub.ClaimOption(claim_of(option.option_id, "a")))
    assert refused.reason == "SLOT_NOT_BOOKABLE"


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"call": "b"}, "OPTION_UNKNOWN"),
        ({"call": ""}, "OPTION_UNKNOWN"),
        ({"option_id": "o-99999999"}, "OPTION_UNKNOWN"),
        ({"option_id": ""}, "OPTION_UNKNOWN"),
        ({"option_id": "o|1\n"}, "OPTION_UNKNOWN"),
        ({"tenant_id": known("other")}, "BRANCH_UNKNOWN"),
        ({"branch_id": "other"}, "BRANCH_UNKNOWN"),
    ],
    ids=str,
)
async def test_only_what_was_offered_to_the_call_can_be_claimed(
    service: Running, fields: dict[str, str], reason: str
) -> None:
    option = await offered(service, "a")
    request = claim_of(**{"option_id": option.option_id, "call": "a", **fields})
    assert (await fault(service.stub.ClaimOption(request))).reason == reason


async def test_holds_live_while_the_call_does_and_end_with_it(service: Running, clock: SettableClock) -> None:
    await offered(service, "a")
    clock.advance(timedelta(minutes=4))
    extended = await service.stub.ExtendHold(pb.ExtendHoldRequest(**call_of("a")))
    assert (extended.extended, extended.hold_expire_time.ToSeconds()) == (1, int(at(7).timestamp()) + 540)
    clock.advance(timedelta(minutes=4))
    assert (await service.stub.ReleaseHolds(pb.ReleaseHoldsRequest(**call_of("a")))).released == 1
    await offered(service, "b")


@pytest.mark.parametrize(
    "fields",
    [{"tenant_id": known("other")}, {"branch_id": "x"}, {"call_id": "never heard of"}, {"call_id": ""}],
    ids=str,
)
async def test_calls_that_hold_nothing_are_no_error(service: Running, fields: dict[str, str]) -> None:
    asked = {**call_of("a"), **fields}
    extended = await service.stub.ExtendHold(pb.ExtendHoldRequest(**asked))
    released = await service.stub.ReleaseHolds(pb.ReleaseHoldsRequest(**asked))
    assert (extended.extended, extended.HasField("hold_expire_time"), released.released) == (0, False, 0)


async def test_what_is_given_back_right_after_it_was_booked_is_free_at_once(
    service: Running, booking: BookingPeer, clock: SettableClock
) -> None:
    """The claimed hold outlasts the commit; it does not outlast the appointment."""
    option = await offered(service, "a")
    await service.stub.ClaimOption(claim_of(option.option_id, "a"))
    made = booked("anna", at(13), at(14))
    await booking.book(made, now=clock.now())
    clock.advance(timedelta(seconds=1))
    await booking.tell(clock.now(), appointment_cancelled=cancelled(made))

    async def is_free() -> bool:
        found = await service.stub.SearchSlots(search(at(13), person_id=known("anna"), call_id="b"))
        return bool(found.outcome == pb.SEARCH_OUTCOME_AVAILABLE)

    await eventually(is_free)


@pytest.mark.parametrize("offered_before", [False, True])
async def test_what_somebody_claimed_since_then_stays_claimed(
    service: Running, booking: BookingPeer, clock: SettableClock, offered_before: bool
) -> None:
    """The event comes late, or is read again; and who claims now may have been offered it before somebody else had it."""
    option = await offered(service, "b")
    clock.advance(SIX_MINUTES)
    made, then = booked("anna", at(13), at(14)), clock.now()
    clock.advance(timedelta(seconds=1))
    if not offered_before:
        option = await offered(service, "b")
    await service.stub.ClaimOption(claim_of(option.option_id, "b"))
    await booking.tell(then, appointment_cancelled=cancelled(made))
    await booking.book(booked("ben", at(13), at(14)), now=clock.now())

    async def is_read() -> bool:
        found = await service.stub.SearchSlots(search(at(13), person_id=known("ben")))
        return bool(found.outcome != pb.SEARCH_OUTCOME_AVAILABLE)

    await eventually(is_read)
    found = await service.stub.SearchSlots(search(at(13), person_id=known("anna"), call_id="c"))
    assert found.outcome == pb.SEARCH_OUTCOME_ALTERNATIVES


async def test_a_moved_appointment_keeps_the_hold_of_its_new_time(
    service: Running, booking: BookingPeer, clock: SettableClock
) -> None:
    """AV-28: a phase of the new time covered one of the old, and its hold was ended with the old: a replica that had not heard
    of the move yet offered the time to others."""
    asked = search(at(14.5), service_id=known("colour"), person_id=known("anna"), call_id="a")
    (option, *_) = (await service.stub.SearchSlots(asked)).options
    await service.stub.ClaimOption(claim_of(option.option_id, "a"))
    clock.advance(timedelta(seconds=1))
    old, new = (cancelled(two_phases(hour)).appointment for hour in (13.0, 14.5))
    new.state = appointment_pb2.APPOINTMENT_STATE_BOOKED
    moved = booking_pb2.AppointmentRescheduled(previous=old, appointment=new)
    await booking.tell(clock.now(), appointment_rescheduled=moved)

    async def is_read() -> bool:
        return new.appointment_id in {each.appointment_id for each in await blockers()}

    async def blockers() -> list[pb.Blocker]:
        return list((await service.stub.ExplainSlot(explain(14.5, person_id=known("anna")))).blockers)

    await eventually(is_read)
    # The next event is dealt with after this one, wholly.
    await booking.book(booked("ben", at(13), at(14)), now=clock.now())

    async def is_over() -> bool:
        found = await service.stub.SearchSlots(search(at(13), person_id=known("ben")))
        return bool(found.outcome != pb.SEARCH_OUTCOME_AVAILABLE)

    await eventually(is_over)
    assert pb.BLOCKER_KIND_HOLD in {each.kind for each in await blockers()}


def two_phases(hour: float) -> appointment_pb2.Appointment:
    """A colour, with its gap."""
    made = booked("anna", at(hour), at(hour + 2))
    (first,) = made.occupied
    last = made.occupied.add(person_id=first.person_id)
    last.start_time.CopyFrom(stamp(at(hour + 1.5)))
    last.end_time.CopyFrom(first.end_time)
    first.end_time.CopyFrom(stamp(at(hour + 0.5)))
    return made


def cancelled(made: appointment_pb2.Appointment) -> booking_pb2.AppointmentCancelled:
    """As booking tells it: what it occupied is said by its phases alone."""
    gone = appointment_pb2.Appointment()
    gone.CopyFrom(made)
    gone.state = appointment_pb2.APPOINTMENT_STATE_CANCELLED
    for taken in made.occupied:
        gone.phases.add(
            kind=appointment_pb2.PHASE_KIND_ACTIVE,
            person_id=taken.person_id,
            start_time=taken.start_time,
            end_time=taken.end_time,
        )
    del gone.occupied[:]
    return booking_pb2.AppointmentCancelled(appointment=gone)
