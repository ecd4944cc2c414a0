"""A day takes only so many of a service, and not one less: a place is held, then claimed, then booked, and counts once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

import pytest

from availability.testing.answers import changed, reason
from availability.testing.peers import BookingPeer, RegistryPeer
from availability.testing.replicas import Running, eventually
from availability.testing.salon import at, booked, explain, known, salon, search, stamp
from chassis.testing import SettableClock
from rufbuch.availability.v1 import service_pb2 as pb

MINUTE = timedelta(minutes=1)
TODAY = pb.TimeWindow(start_time=stamp(at(0)), end_time=stamp(at(24)))


@dataclass
class Desk:
    """Callers of a salon whose days take two cuts."""

    service: Running
    booking: BookingPeer
    clock: SettableClock

    def _of(self, call: str) -> dict[str, str]:
        return {"tenant_id": known("salon"), "branch_id": known("branch"), "call_id": call}

    async def ask(self, call: str, hour: float, person: str = "", services: Sequence[str] = ("cut",)) -> str:
        """The option that today has for a caller; "": none."""
        first, *more = map(known, services)
        asked = search(
            at(hour), service_id=first, more_service_ids=more, person_id=person and known(person),
            call_id=call, windows=[TODAY],
        )  # fmt: skip
        found = await self.service.stub.SearchSlots(asked)
        return found.options[0].option_id if found.options else ""

    async def has_left(self) -> bool:
        """Whether the day has a place, to somebody who holds nothing."""
        return bool((await self.service.stub.SearchSlots(search(at(15), windows=[TODAY]))).options)

    def claim(self, call: str, option_id: str) -> pb.ClaimOptionRequest:
        return pb.ClaimOptionRequest(option_id=option_id, **self._of(call))

    async def take(self, call: str, option_id: str) -> None:
        """Claim it, book it, and wait until that is heard."""
        option = (await self.service.stub.ClaimOption(self.claim(call, option_id))).option
        start = option.start_time.ToDatetime(at(0).tzinfo)
        made = booked("anna", start, option.end_time.ToDatetime(at(0).tzinfo))
        made.person_id = option.person_id
        made.service_ids.extend(option.service_ids)
        del made.occupied[:]
        for each in option.occupied:
            made.occupied.add(person_id=each.person_id, start_time=each.start_time, end_time=each.end_time)
        await self.booking.book(made, now=self.clock.now())
        hour = (start - at(0)) / timedelta(hours=1)

        async def is_heard() -> bool:
            explained = await self.service.stub.ExplainSlot(explain(hour, person_id=option.person_id))
            return made.appointment_id in {each.appointment_id for each in explained.blockers}

        await eventually(is_heard)

    async def hang_on(self, call: str, minutes: int) -> None:
        """The caller stays on the phone."""
        for _ in range(minutes):
            self.clock.advance(MINUTE)
            await self.service.stub.ExtendHold(pb.ExtendHoldRequest(**self._of(call)))

    async def hang_up(self, call: str) -> None:
        await self.service.stub.ReleaseHolds(pb.ReleaseHoldsRequest(**self._of(call)))


@pytest.fixture
async def desk(service: Running, registry: RegistryPeer, booking: BookingPeer, clock: SettableClock) -> Desk:
    business = salon()
    for each in business.services:
        each.daily_cap = 2
    await changed(service, registry, business)
    return Desk(service, booking, clock)


async def test_who_stays_on_the_phone_keeps_the_last_place(desk: Desk) -> None:
    """One place is booked and one held, in whatever order they were given away."""
    first, last = await desk.ask("a", 9, "anna"), await desk.ask("x", 11, "ben")
    await desk.take("a", first)
    for minutes in (1, 4, 3):
        assert not await desk.ask("d", 13)
        assert not await desk.has_left()
        await desk.hang_on("x", minutes)
    await desk.take("x", last)
    assert not await desk.ask("d", 13)


@pytest.mark.parametrize("services", [("cut",), ("cut", "colour"), ("colour", "cut")])
async def test_a_place_that_was_just_booked_counts_once(desk: Desk, services: Sequence[str]) -> None:
    """Its hold outlasts the commit; whoever calls in these minutes is not told that the day is full."""
    await desk.take("a", await desk.ask("a", 9, "anna", services))
    for _ in range(8):
        assert await desk.has_left()
        assert await desk.ask("d", 13)
        assert not await desk.has_left()
        await desk.hang_up("d")
        desk.clock.advance(MINUTE)


async def test_a_hold_that_is_about_to_end_counts_beside_its_appointment(desk: Desk) -> None:
    """Who asks a moment later may see it ended, and would be given the other place."""
    await desk.take("a", await desk.ask("a", 9, "anna"))
    desk.clock.advance(5 * MINUTE - timedelta(seconds=4))
    assert not await desk.has_left()
    desk.clock.advance(timedelta(seconds=4))
    assert await desk.has_left()


async def test_a_place_that_is_claimed_and_not_booked_yet_counts(desk: Desk) -> None:
    for call, hour, person in (("a", 9, "anna"), ("b", 11, "ben")):
        option_id = await desk.ask(call, hour, person)
        await desk.service.stub.ClaimOption(desk.claim(call, option_id))
    assert not await desk.has_left()
    assert not await desk.ask("d", 13)


async def test_both_places_are_booked_and_heard_of(desk: Desk) -> None:
    await desk.take("a", await desk.ask("a", 9, "anna"))
    await desk.take("b", await desk.ask("b", 11, "anna"))
    for _ in range(6):
        assert not await desk.ask("d", 13)
        desk.clock.advance(MINUTE)


@pytest.mark.parametrize("others_hold", [True, False])
async def test_a_place_whose_hold_is_over_is_had_only_while_the_day_has_one(
    desk: Desk, others_hold: bool
) -> None:
    """The store sees that this very place is free, and not that no other is needed any more."""
    first, lapsed = await desk.ask("a", 9, "anna"), await desk.ask("x", 11, "ben")
    await desk.take("a", first)
    desk.clock.advance(6 * MINUTE)
    if others_hold:
        assert await desk.ask("d", 13)
        assert await reason(desk.service.stub.ClaimOption(desk.claim("x", lapsed))) == "SLOT_TAKEN"
    else:
        await desk.take("x", lapsed)
