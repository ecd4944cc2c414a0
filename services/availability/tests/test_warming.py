"""Every business is in memory before its first caller asks for it."""

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date, timedelta
from functools import partial

import pytest

from availability.clients.registry import StaffRegistry
from availability.testing.answers import outcome
from availability.testing.peers import BookingPeer, RegistryPeer
from availability.testing.replicas import Surroundings, eventually, until
from availability.testing.salon import at, booked, known, salon
from availability.usecases.businesses import BusinessChanged, Businesses
from availability.usecases.calendars import Calendars
from availability.usecases.following import StreamHealth
from availability.usecases.warming import StillColdError, Warming
from chassis.service import background
from chassis.testing import SettableClock, serving
from rufbuch.availability.v1 import service_pb2 as pb
from rufbuch.booking.v1 import appointment_pb2
from rufbuch.booking.v1 import service_pb2 as booking_pb2
from rufbuch.staff.v1 import business_pb2

NAMES = ("salon", "one", "two", "three", "four")


def business(name: str) -> business_pb2.Business:
    made = salon()
    made.tenant_id = known(name)
    return made


@pytest.fixture
def registry() -> RegistryPeer:
    return RegistryPeer(*map(business, NAMES))  # type: ignore[abstract] # availability asks for no more than it has


async def test_every_business_is_read_before_anybody_asks(
    surroundings: Surroundings, registry: RegistryPeer
) -> None:
    async with surroundings.running() as service:
        await until(lambda: service.replica.warming.complete)
        assert sorted(registry.read) == sorted(map(known, NAMES))
        for name in NAMES:
            assert await outcome(service, 13, tenant_id=known(name)) == pb.SEARCH_OUTCOME_AVAILABLE
        assert len(registry.read) == len(NAMES)


async def test_a_new_business_and_one_that_changes_are_read_when_the_registry_says_so(
    surroundings: Surroundings, registry: RegistryPeer
) -> None:
    async with surroundings.running() as service:
        await until(lambda: service.replica.warming.complete)
        for name in ("new", "one"):
            await registry.change(business(name))
            await until(partial(_was_read_last, registry, name))
        assert len(registry.read) == len(NAMES) + 2


def _was_read_last(registry: RegistryPeer, name: str) -> bool:
    return registry.read[-1] == known(name)


async def test_a_business_that_the_registry_cannot_tell_is_read_later_and_nobody_waits_for_it(
    registry: RegistryPeer, clock: SettableClock
) -> None:
    """While one was asked for in vain, no calendar of any business moved on at night."""
    registry.untold.add(known("one"))
    async with _warming(registry, clock) as (warming, built):
        await until(lambda: warming.complete)
        assert len(built) == len(NAMES) - 1
        clock.advance(timedelta(days=1))
        await until(lambda: len(built) == 2 * (len(NAMES) - 1))
        registry.untold.clear()
        await until(lambda: len(built) == 2 * len(NAMES) - 1)


async def test_readiness_waits_for_the_reading_but_not_for_long(
    surroundings: Surroundings, registry: RegistryPeer, clock: SettableClock
) -> None:
    registry.lists.clear()
    async with surroundings.running() as service:
        warming = service.replica.warming
        with pytest.raises(StillColdError):
            await warming.check()
        clock.advance(timedelta(seconds=10))
        await warming.check()
        assert await outcome(service, 13) == pb.SEARCH_OUTCOME_AVAILABLE
        assert not warming.complete
        registry.lists.set()
        await until(lambda: warming.complete)


@pytest.mark.parametrize("fault", [{"time_zone": "Mars/Olympus"}, {"holiday_region": "XX-YY"}], ids=str)
async def test_a_business_that_nobody_can_read_is_in_nobody_elses_way(
    surroundings: Surroundings, registry: RegistryPeer, fault: dict[str, str]
) -> None:
    registry.businesses[known("one")].branches[0].MergeFrom(business_pb2.Branch(**fault))  # type: ignore[arg-type] # all of them texts
    async with surroundings.running() as service:
        await until(lambda: service.replica.warming.complete)
        await registry.change(registry.businesses[known("one")])
        await until(lambda: registry.read.count(known("one")) == 2)
        assert await outcome(service, 13) == pb.SEARCH_OUTCOME_AVAILABLE


async def test_what_is_called_off_in_a_business_that_nobody_can_read_ends_nobody_elses_following(
    surroundings: Surroundings, registry: RegistryPeer, booking: BookingPeer, clock: SettableClock
) -> None:
    """Each start heard of it again, and ended with it: nothing that was booked anywhere was heard of any more."""
    registry.businesses[known("one")].branches[0].time_zone = "Mars/Olympus"
    gone = booked("anna", at(13), at(14), state=appointment_pb2.APPOINTMENT_STATE_CANCELLED)
    gone.tenant_id = known("one")
    async with surroundings.running() as service:
        await booking.tell(
            clock.now(), appointment_cancelled=booking_pb2.AppointmentCancelled(appointment=gone)
        )
        for person in ("anna", "ben"):
            await booking.book(booked(person, at(13), at(14)), now=clock.now())

        async def is_heard() -> bool:
            return await outcome(service, 13) == pb.SEARCH_OUTCOME_ALTERNATIVES

        await eventually(is_heard)


async def test_its_calendars_are_built_then_too_and_move_on_at_night(
    registry: RegistryPeer, clock: SettableClock
) -> None:
    async with _warming(registry, clock) as (warming, built):
        await until(lambda: warming.complete)
        assert built == ["DE-BE"] * len(NAMES)
        clock.advance(timedelta(days=1))
        await until(lambda: len(built) == 2 * len(NAMES))


async def test_calendars_move_on_at_night_also_where_some_business_changes_all_the_time(
    registry: RegistryPeer, clock: SettableClock
) -> None:
    """It is looked for the night after so long, however much there is to read in between."""
    registry.businesses[known("two")].branches[0].holiday_region = "DE-BY"
    async with _warming(registry, clock, look_every_s=0.1) as (warming, built):

        async def change() -> None:
            while True:
                await warming.announced(BusinessChanged("", known("one")))
                await asyncio.sleep(0.01)

        async with background(change, name="changes", stop=asyncio.Event()):
            await until(lambda: warming.complete)
            clock.advance(timedelta(days=1))
            await until(lambda: built.count("DE-BY") == 2)


@asynccontextmanager
async def _warming(
    registry: RegistryPeer, clock: SettableClock, *, look_every_s: float = 0.01
) -> AsyncIterator[tuple[Warming, list[str]]]:
    """One that looks often, and the regions of the calendars that are built."""
    regions: list[str] = []

    def counted(region: str, years: range) -> frozenset[date]:
        regions.append(region)
        return frozenset()

    async with serving(registry.as_servicer()) as peers:
        read = StaffRegistry(peers)
        health = StreamHealth(clock)
        businesses = Businesses(read, clock, health, reread_after=timedelta(minutes=1))
        warming = Warming(
            read, businesses, Calendars(counted), clock, wait=timedelta(), look_every_s=look_every_s
        )
        async with background(warming.run, name="warming", stop=asyncio.Event()):
            yield warming, regions


def test_the_holidays_of_all_countries_are_loaded_at_the_start() -> None:
    """Loading them takes 80 ms, which the first caller of a country would pay."""
    said = "import sys, availability.clients.holidays; print('holidays.countries.germany' in sys.modules)"
    assert subprocess.check_output([sys.executable, "-c", said], text=True).strip() == "True"
