"""A look at calendars outside before a time is called free; and what is held is told to be shown there."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC
from typing import Any

import pytest

from availability.clients import mirrored_holds
from availability.clients.mirrored_holds import HoldTeller
from availability.testing.answers import hour_of, reason, starts
from availability.testing.peers import CalendarPeer, RegistryPeer
from availability.testing.replicas import Running, Surroundings, until
from availability.testing.salon import at, known, salon, search, stamp
from chassis.grpc_client import channel
from chassis.testing import SettableClock
from rufbuch.availability.v1 import service_pb2 as pb
from rufbuch.calendarsync.v1 import service_pb2 as calendar_pb2
from rufbuch.staff.v1 import business_pb2

AVAILABLE, ALTERNATIVES = pb.SEARCH_OUTCOME_AVAILABLE, pb.SEARCH_OUTCOME_ALTERNATIVES


def looking(**terms: Any) -> business_pb2.Business:
    business = salon(["anna"])
    business.calendar_sync = True
    business.calendar_terms.CopyFrom(business_pb2.CalendarTerms(**terms))
    return business


@pytest.fixture
def registry() -> RegistryPeer:
    return RegistryPeer(looking(live_check_after_minutes=30, mirror_holds=True))  # type: ignore[abstract] # enough


@pytest.fixture
async def service(surroundings: Surroundings) -> AsyncIterator[Running]:
    async with surroundings.running() as running:
        yield running


async def found(service: Running, hour: float = 13, **fields: Any) -> pb.SearchSlotsResponse:
    answer: pb.SearchSlotsResponse = await service.stub.SearchSlots(search(at(hour), call_id="c-1", **fields))
    return answer


async def test_a_time_that_somebody_outside_has_is_not_called_free(
    service: Running, outside: CalendarPeer
) -> None:
    """AV-03: what was booked outside and never told is seen before the caller hears of it."""
    outside.taken.add((known("anna"), at(13.5)))
    answer = await found(service)
    assert answer.outcome == ALTERNATIVES
    assert (13.0 in starts(answer), answer.calendars_unchecked) == (False, False)
    assert not any(12.5 < start <= 13.5 for start in starts(answer))


async def test_a_free_time_is_looked_at_once_for_all_that_it_takes(
    service: Running, outside: CalendarPeer
) -> None:
    answer = await found(service, service_id=known("colour"))
    (look,) = outside.looks
    assert (answer.outcome, answer.calendars_unchecked) == (AVAILABLE, False)
    assert [(hour_of(one.start_time), hour_of(one.end_time)) for one in look.times] == [
        (13, 13.5),
        (14.5, 15),
    ]


async def test_alternatives_are_looked_at_as_well(service: Running, outside: CalendarPeer) -> None:
    for hour in (13, 14, 15):
        outside.taken.add((known("anna"), at(hour)))
    answer = await found(service)
    assert len(outside.looks) > 1
    for option in answer.options:
        span = (option.start_time.ToDatetime(UTC), option.end_time.ToDatetime(UTC))
        assert not any(span[0] <= instant < span[1] for _, instant in outside.taken)


async def test_where_nobody_answers_in_time_it_is_said_to_be_free_as_far_as_known(
    service: Running, outside: CalendarPeer
) -> None:
    outside.silent = True
    begun = asyncio.get_running_loop().time()
    answer = await found(service)
    assert (answer.outcome, answer.calendars_unchecked) == (AVAILABLE, True)
    assert answer.hold_state == pb.HOLD_STATE_HELD
    assert 0.7 < asyncio.get_running_loop().time() - begun < 3


async def test_a_caller_with_less_patience_still_gets_an_answer(
    service: Running, outside: CalendarPeer
) -> None:
    """Where alternatives are looked for after a loss there is little time, and an answer too late is none."""
    await found(service)  # what is read once is read
    outside.silent = True
    answer = await service.stub.SearchSlots(search(at(13), call_id="c-2"), timeout=0.6)
    assert answer.calendars_unchecked


async def test_calendars_that_change_all_the_time_keep_no_caller_waiting(
    service: Running, outside: CalendarPeer
) -> None:
    outside.taken.update((known("anna"), at(hour / 4)) for hour in range(24, 100_000))
    answer = await found(service)
    assert answer.calendars_unchecked
    assert len(outside.looks) == 3


async def test_a_business_that_does_not_want_it_asks_nobody(
    surroundings: Surroundings, registry: RegistryPeer, outside: CalendarPeer
) -> None:
    registry.businesses[known("salon")] = looking()
    async with surroundings.running() as service:
        answer = await found(service)
        assert (answer.outcome, answer.calendars_unchecked) == (AVAILABLE, False)
    assert (outside.looks, outside.held) == ([], [])


async def test_starts_that_are_held_together_are_looked_at(service: Running, outside: CalendarPeer) -> None:
    outside.taken.add((known("anna"), at(15)))
    wanted = [pb.WantedSlot(service_id=known("cut"), start_time=stamp(at(hour))) for hour in (13, 15)]
    request = pb.HoldOptionsRequest(
        tenant_id=known("salon"), branch_id=known("branch"), call_id="c-1", slots=wanted
    )
    assert await reason(service.stub.HoldOptions(request)) == "SLOT_TAKEN"
    assert (await found(service, 13)).outcome == AVAILABLE


async def told(outside: CalendarPeer, count: int) -> calendar_pb2.MirrorHoldsRequest:
    await until(lambda: len(outside.held) >= count)
    return outside.held[-1]


async def test_what_is_held_is_told_with_the_places_of_its_phases(
    service: Running, outside: CalendarPeer, clock: SettableClock
) -> None:
    """CS-08: by the place of a phase in its own service, gaps counted."""
    answer = await found(service, service_id=known("colour"), more_service_ids=[known("cut")])
    request = await told(outside, 1)
    assert (request.call_id, request.expire_time) == ("c-1", answer.options[0].hold_expire_time)
    assert request.as_of_time == stamp(clock.now())
    assert [(one.service_id, one.phase_position, hour_of(one.start_time)) for one in request.phases] == [
        (known("colour"), 0, 13),
        (known("colour"), 2, 14.5),
        (known("cut"), 0, 15),
    ]


async def test_an_extension_and_the_end_of_a_call_are_told(
    service: Running, outside: CalendarPeer, clock: SettableClock
) -> None:
    await found(service)
    await told(outside, 1)
    clock.set(at(7.05))
    of_call = {"tenant_id": known("salon"), "branch_id": known("branch"), "call_id": "c-1"}
    extended = await service.stub.ExtendHold(pb.ExtendHoldRequest(**of_call))
    request = await told(outside, 2)
    assert (list(request.phases), request.expire_time) == ([], extended.hold_expire_time)
    await service.stub.ReleaseHolds(pb.ReleaseHoldsRequest(**of_call))
    request = await told(outside, 3)
    assert (list(request.phases), request.HasField("expire_time")) == ([], False)


async def test_what_comes_too_fast_is_dropped_and_nobody_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mirrored_holds, "WAITING_MAX", 2)
    async with channel("127.0.0.1:1", default_deadline_s=1) as nowhere:
        teller = HoldTeller(nowhere)
        for _ in range(5):
            teller.tell(calendar_pb2.MirrorHoldsRequest())
        assert teller._waiting.qsize() == 2
