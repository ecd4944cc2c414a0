"""What a caller is offered, over real gRPC, PostgreSQL and Redis."""

import asyncio
from datetime import datetime, timedelta
from typing import Any

import pytest
from google.protobuf.timestamp_pb2 import Timestamp

from availability.testing.answers import outcome, reason, starts
from availability.testing.peers import BookingPeer, RegistryPeer
from availability.testing.replicas import Running, Surroundings, eventually
from availability.testing.salon import at, booked, known, salon, search, stamp
from chassis.testing import SettableClock
from rufbuch.availability.v1 import service_pb2 as pb

AVAILABLE, ALTERNATIVES = pb.SEARCH_OUTCOME_AVAILABLE, pb.SEARCH_OUTCOME_ALTERNATIVES


def window(begin: float, end: float) -> pb.TimeWindow:
    return pb.TimeWindow(start_time=stamp(at(begin)), end_time=stamp(at(end)))


async def test_a_free_wish_is_answered_with_itself_and_held(service: Running, clock: SettableClock) -> None:
    """AV-08"""
    found = await service.stub.SearchSlots(search(at(13), call_id="a"))
    assert (found.outcome, found.hold_state, starts(found)) == (AVAILABLE, pb.HOLD_STATE_HELD, [13])
    assert found.options[0].hold_expire_time == stamp(clock.now() + timedelta(minutes=5))


async def test_an_option_says_all_that_it_occupies(service: Running) -> None:
    """AV-13, AV-26: its length is the sum of its phases."""
    found = await service.stub.SearchSlots(search(at(13), service_id=known("colour"), call_id="a"))
    option = found.options[0]
    assert [(phase.name, phase.kind) for phase in option.phases] == [
        ("Auftragen", pb.PHASE_KIND_ACTIVE), ("Einwirken", pb.PHASE_KIND_GAP_FREE), ("Ausspülen", pb.PHASE_KIND_ACTIVE)
    ]  # fmt: skip
    spans = [(each.start_time, each.end_time) for each in option.occupied]
    assert spans == [(stamp(at(13)), stamp(at(13.5))), (stamp(at(14.5)), stamp(at(15)))]
    assert option.end_time == stamp(at(15))


async def test_a_wish_off_the_grid_is_answered_with_the_nearest_starts(service: Running) -> None:
    """AV-08: a near match is an alternative with its real time."""
    found = await service.stub.SearchSlots(search(at(13 + 5 / 60), call_id="a"))
    assert (found.outcome, starts(found)) == (ALTERNATIVES, [13, 13.5, 12.5])


async def test_what_another_call_holds_is_answered_with_alternatives_that_are_held(service: Running) -> None:
    """AV-28, BK-01"""
    for call in ("a", "b"):
        assert (await service.stub.SearchSlots(search(at(13), call_id=call))).outcome == AVAILABLE
    found = await service.stub.SearchSlots(search(at(13), call_id="c"))
    assert (found.outcome, found.hold_state, len(found.options)) == (ALTERNATIVES, pb.HOLD_STATE_HELD, 3)
    assert all(option.HasField("hold_expire_time") for option in found.options)
    assert starts(found) == [12, 14, 11.5]


async def test_a_second_search_of_the_call_ignores_its_own_holds(service: Running) -> None:
    """AV-20"""
    asked = search(at(13), call_id="a", person_id=known("anna"))
    for _ in range(2):
        assert (await service.stub.SearchSlots(asked)).outcome == AVAILABLE


async def test_searching_only_holds_nothing(service: Running) -> None:
    found = await service.stub.SearchSlots(search(at(13)))
    assert (found.hold_state, found.options[0].HasField("hold_expire_time")) == (pb.HOLD_STATE_NONE, False)
    for call in ("a", "b"):
        assert (await service.stub.SearchSlots(search(at(13), call_id=call))).outcome == AVAILABLE


async def test_searching_only_sees_the_holds_of_all_calls(service: Running) -> None:
    asked = search(at(13), person_id=known("anna"), call_id="a")
    await service.stub.SearchSlots(asked)
    assert (await service.stub.SearchSlots(search(at(13), person_id=known("anna")))).outcome == ALTERNATIVES


async def test_who_asks_for_a_person_gets_that_person(service: Running) -> None:
    """AV-16"""
    for _ in range(2):
        found = await service.stub.SearchSlots(search(at(13), person_id=known("ben"), call_id="a"))
        assert [option.person_id for option in found.options] == [known("ben")]


async def test_a_service_that_the_person_cannot_be_booked_for_is_not_offered(
    service: Running, registry: RegistryPeer
) -> None:
    """AV-17"""
    changed = salon()
    del changed.people[0].bookable_service_ids[:]
    await registry.change(changed)

    async def is_gone() -> bool:
        found = await service.stub.SearchSlots(search(at(13), person_id=known("anna"), call_id="a"))
        return found.outcome == pb.SEARCH_OUTCOME_UNAVAILABLE

    await eventually(is_gone)


@pytest.mark.parametrize(
    ("wish", "outcome", "first"),
    [
        (at(6.5), pb.SEARCH_OUTCOME_PAST, None),
        (at(7.5), pb.SEARCH_OUTCOME_TOO_SOON, 8),
        (at(24 * 70 + 13), pb.SEARCH_OUTCOME_TOO_FAR, None),
        (at(24 * 5 + 13), pb.SEARCH_OUTCOME_CLOSED, 24 * 7 + 13),
        (at(24 * 31 + 13), pb.SEARCH_OUTCOME_CLOSED, 24 * 35 + 13),
        (at(20), ALTERNATIVES, 16),
    ],
    ids=["past", "inside the notice", "beyond the horizon", "Saturday", "Christmas", "after hours"],
)  # fmt: skip
async def test_a_wish_that_cannot_be_is_answered_with_the_reason(
    service: Running, wish: datetime, outcome: int, first: float | None
) -> None:
    """AV-07, AV-12, AV-15: whatever is offered instead is a real start, with its own date."""
    found = await service.stub.SearchSlots(search(wish, call_id="a"))
    assert found.outcome == outcome
    assert next(iter(starts(found)), None) == first
    assert (found.min_notice_minutes, found.horizon_days) == (60, 60)


async def test_a_window_is_answered_with_its_first_starts(service: Running) -> None:
    found = await service.stub.SearchSlots(search(windows=[window(13, 17)], call_id="a", max_options=2))
    assert (found.outcome, starts(found)) == (AVAILABLE, [13, 13.5])


async def test_windows_are_used_best_first(service: Running) -> None:
    asked = search(windows=[window(15.5, 16), window(9, 10)], call_id="a")
    assert starts(await service.stub.SearchSlots(asked)) == [15.5, 15.75, 9]


async def test_alternatives_come_out_of_the_windows_where_there_are_some(service: Running) -> None:
    for call in ("a", "b"):
        await service.stub.SearchSlots(search(at(13), call_id=call))
    found = await service.stub.SearchSlots(search(at(13), windows=[window(15, 16)], call_id="c"))
    assert (found.outcome, starts(found)) == (ALTERNATIVES, [15, 15.5, 15.25])


async def test_what_the_caller_does_not_want_to_hear_again_is_left_out(service: Running) -> None:
    """AV-27"""
    asked = search(at(13), excluded_start_times=[stamp(at(13)), stamp(at(13.25))], call_id="a")
    found = await service.stub.SearchSlots(asked)
    assert (found.outcome, starts(found)) == (ALTERNATIVES, [12.75, 13.5, 12.25])


async def test_a_booking_is_seen_through_its_event(
    service: Running, booking: BookingPeer, clock: SettableClock
) -> None:
    """AV-03, AV-05"""
    for person in ("anna", "ben"):
        await booking.book(booked(person, at(12.5), at(13.5)), now=clock.now())

    async def is_taken() -> bool:
        return (await service.stub.SearchSlots(search(at(13), call_id="a"))).outcome == ALTERNATIVES

    await eventually(is_taken)


async def test_an_appointment_that_does_not_say_what_it_occupies_takes_its_whole_span(
    service: Running, booking: BookingPeer, clock: SettableClock
) -> None:
    """AV-01, AV-25"""
    appointment = booked("anna", at(12.5), at(13.5))
    del appointment.occupied[:]
    await booking.book(appointment, now=clock.now())

    async def is_taken() -> bool:
        return await outcome(service, 13, person_id=known("anna")) == ALTERNATIVES

    await eventually(is_taken)
    assert await outcome(service, 13.5, person_id=known("anna")) == AVAILABLE


async def test_a_free_gap_takes_another_appointment_and_an_active_phase_does_not(service: Running) -> None:
    """AV-02: both directions, with an option that is held."""
    asked = search(at(13), service_id=known("colour"), person_id=known("anna"), call_id="a")
    await service.stub.SearchSlots(asked)
    found = [await outcome(service, hour, person_id=known("anna")) for hour in (13.25, 13.5, 13.75)]
    assert found == [ALTERNATIVES, AVAILABLE, ALTERNATIVES]


async def test_of_fifty_callers_for_one_slot_exactly_one_holds_it(service: Running) -> None:
    """BK-01: and no two of what all of them hold overlap."""
    calls = [search(at(13), person_id=known("anna"), call_id=f"c-{n}") for n in range(50)]
    found = await asyncio.gather(*map(service.stub.SearchSlots, calls))
    assert [each.outcome for each in found].count(AVAILABLE) == 1
    assert [each.outcome for each in found].count(ALTERNATIVES) == 49
    owned = [
        (interval.start_time.seconds, interval.end_time.seconds, call)
        for call, each in enumerate(found)
        for option in each.options
        for interval in option.occupied
    ]
    overlaps = [
        (one, other) for one in owned for other in owned
        if one[2] < other[2] and one[0] < other[1] and other[0] < one[1]
    ]  # fmt: skip
    assert overlaps == []


async def test_a_number_that_holds_enough_is_refused(service: Running) -> None:
    asked = [
        search(at(24 * day + 13), person_id=known("anna"), call_id=f"c-{day}", caller_number="+493023125001")
        for day in (0, 1, 2, 3, 7, 8, 9, 10, 14, 15, 16)
    ]
    for request in asked[:10]:
        await service.stub.SearchSlots(request)
    assert await reason(service.stub.SearchSlots(asked[10])) == "TOO_MANY_HOLDS"


@pytest.mark.parametrize(
    ("seconds", "outcome"),
    [(-62_135_596_800, pb.SEARCH_OUTCOME_PAST), (253_402_300_740, pb.SEARCH_OUTCOME_TOO_FAR)],
    ids=["year 1", "year 9999"],
)
async def test_the_ends_of_time_are_past_and_too_far(service: Running, seconds: int, outcome: int) -> None:
    there = Timestamp(seconds=seconds)
    as_window = pb.TimeWindow(start_time=there, end_time=Timestamp(seconds=seconds + 59))
    for request in (search(start_time=there), search(windows=[as_window])):
        assert (await service.stub.SearchSlots(request)).outcome == outcome


async def test_a_window_may_be_as_wide_as_time(service: Running) -> None:
    ages = pb.TimeWindow(
        start_time=Timestamp(seconds=-62_135_596_800), end_time=Timestamp(seconds=253_402_300_799)
    )
    everything = await service.stub.SearchSlots(search(windows=[ages], call_id="a"))
    assert (everything.outcome, starts(everything)) == (AVAILABLE, [8, 32, 56])


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"tenant_id": known("other")}, "BRANCH_UNKNOWN"),
        ({"tenant_id": "'; --"}, "BRANCH_UNKNOWN"),
        ({"branch_id": known("other")}, "BRANCH_UNKNOWN"),
        ({"service_id": known("other")}, "SERVICE_UNKNOWN"),
        ({"service_id": ""}, "SERVICE_UNKNOWN"),
        ({"person_id": known("other")}, "PERSON_UNKNOWN"),
        ({"person_id": "x" * 36}, "PERSON_UNKNOWN"),
        ({"start_time": None}, "WISH_INVALID"),
        ({"windows": [window(10, 9)]}, "WISH_INVALID"),
        ({"call_id": "a\n"}, "WISH_INVALID"),
        ({"call_id": "a", "caller_number": "anonymous"}, "WISH_INVALID"),
    ],
    ids=str,
)
async def test_a_request_that_makes_no_sense_is_refused_with_its_reason(
    service: Running, fields: dict[str, Any], expected: str
) -> None:
    """AV-10: a search names its service."""
    request = search(at(13))
    for name, value in fields.items():
        request.ClearField(name)  # type: ignore[arg-type] # a name out of the parameters
        request.MergeFrom(pb.SearchSlotsRequest(**{name: value}))
    assert await reason(service.stub.SearchSlots(request)) == expected


async def test_replicas_see_what_was_booked_and_held_through_each_other(
    surroundings: Surroundings, booking: BookingPeer, clock: SettableClock
) -> None:
    async with surroundings.running() as one, surroundings.running() as other:
        asked = search(at(13), person_id=known("anna"), call_id="a")
        option = (await one.stub.SearchSlots(asked)).options[0]
        held = search(at(13), person_id=known("anna"), call_id="b")
        assert (await other.stub.SearchSlots(held)).outcome == ALTERNATIVES
        claim = pb.ClaimOptionRequest(
            tenant_id=known("salon"), branch_id=known("branch"), option_id=option.option_id, call_id="a"
        )
        claimed = await other.stub.ClaimOption(claim)
        await booking.book(booked("anna", at(13), at(14)), now=clock.now())
        clock.advance(timedelta(minutes=10))
        assert claimed.service_name == "Schnitt"

        async def both_know() -> bool:
            found = [
                await each.stub.SearchSlots(search(at(13), person_id=known("anna"))) for each in (one, other)
            ]
            return [each.outcome for each in found] == [ALTERNATIVES] * 2

        await eventually(both_know)
