"""One salon in Berlin, half a year ahead, and what three callers ask it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta

from availability.testing.peers import BookingPeer, CalendarPeer, RegistryPeer
from availability.testing.replicas import Running, Surroundings, until
from availability.testing.salon import at, booked, known, salon, search, stamp
from chassis import postgres
from chassis.testing import SettableClock, serving
from local_stack.embedded import EmbeddedPostgres
from rufbuch.availability.v1 import service_pb2 as pb

PEOPLE = ("anna", "ben", "cem")
HORIZON_DAYS = 180
BOOKED_DAYS, BOOKED_HOURS = 60, (8, 9.5, 11, 14)
"""Weekdays, from the day after tomorrow on, and the hours in UTC at which each person has an appointment of an hour."""
FREE_HOUR, WISHED_DAY = 13, 2


@dataclass(frozen=True)
class Asked:
    """A question without its call, and how it is to be answered."""

    name: str
    request: pb.SearchSlotsRequest
    outcome: pb.SearchOutcome.ValueType
    options: int


def questions() -> list[Asked]:
    """A free start; one that other calls hold; a week."""
    taken, week = hour_of_day(WISHED_DAY, FREE_HOUR), pb.TimeWindow()
    week.start_time.CopyFrom(stamp(at(24 * WISHED_DAY)))
    week.end_time.CopyFrom(stamp(at(24 * (WISHED_DAY + 7))))
    free = search(at(hour_of_day(WISHED_DAY + 1, FREE_HOUR)))
    return [
        Asked("exact start, held", free, pb.SEARCH_OUTCOME_AVAILABLE, 1),
        Asked("taken start, alternatives held", search(at(taken)), pb.SEARCH_OUTCOME_ALTERNATIVES, 3),
        Asked("window of a week, held", search(windows=[week]), pb.SEARCH_OUTCOME_AVAILABLE, 3),
    ]


def hour_of_day(day: int, hour: float) -> float:
    """Counted from the day on which the benchmark plays."""
    return 24 * day + hour


@asynccontextmanager
async def running(database: EmbeddedPostgres, redis_url: str) -> AsyncIterator[Running]:
    """A replica of the service that knows the salon and its appointments; others hold the taken start."""
    postgres.migrate(database.url, "availability")
    business = salon(PEOPLE)
    business.branches[0].horizon_days = HORIZON_DAYS
    registry = RegistryPeer(business)  # type: ignore[abstract] # availability asks for no more than it has
    booking = BookingPeer()  # type: ignore[abstract] # the same
    outside = CalendarPeer()  # type: ignore[abstract] # the same
    clock = SettableClock(at(7))
    await _book(booking, clock)
    async with (
        serving(registry.as_servicer(), booking.as_servicer(), outside.as_servicer()) as peers,
        Surroundings(database.url, redis_url, peers, clock).running() as service,
    ):
        await until(lambda: service.replica.warming.complete and service.replica.outside.connected)
        for person in PEOPLE:
            wish = search(at(hour_of_day(WISHED_DAY, FREE_HOUR)), person_id=known(person), call_id=person)
            await service.stub.SearchSlots(wish)
        yield service


async def _book(booking: BookingPeer, clock: SettableClock) -> None:
    for day in range(WISHED_DAY, WISHED_DAY + BOOKED_DAYS):
        for person in PEOPLE:
            for hour in BOOKED_HOURS:
                start = at(hour_of_day(day, hour))
                await booking.book(booked(person, start, start + timedelta(hours=1)), now=clock.now())
