"""What is taken in calendars outside, as calendar-sync tells it."""

from uuid import uuid4

from availability.domain.ledger import BusySource
from availability.storage.busy import BusyTables
from availability.testing.answers import hour_of, outcome
from availability.testing.peers import BookingPeer, CalendarPeer, RegistryPeer
from availability.testing.replicas import Running, Surroundings, eventually, until
from availability.testing.salon import at, booked, explain, known, stamp
from chassis import postgres
from chassis.grpc_client import channel
from chassis.grpc_server import grpc_server
from chassis.testing import SettableClock, serving
from local_stack.embedded import free_port
from rufbuch.availability.v1 import service_pb2 as pb
from rufbuch.calendarsync.v1 import service_pb2 as calendar_pb2

AVAILABLE, ALTERNATIVES = pb.SEARCH_OUTCOME_AVAILABLE, pb.SEARCH_OUTCOME_ALTERNATIVES


def dentist(begin: float, end: float, *, busy_id: str = "") -> calendar_pb2.BusyTime:
    return calendar_pb2.BusyTime(
        busy_id=busy_id or str(uuid4()), tenant_id=known("salon"), person_id=known("anna"),
        start_time=stamp(at(begin)), end_time=stamp(at(end)), source=calendar_pb2.BUSY_SOURCE_CALENDAR,
    )  # fmt: skip


async def turns(service: Running, hour: float, into: pb.SearchOutcome.ValueType) -> None:
    """Wait until a search for Anna at an hour ends so."""

    async def is_known() -> bool:
        return await outcome(service, hour, person_id=known("anna")) == into

    await eventually(is_known)


async def test_nobody_is_booked_while_taken_outside_until_that_is_gone(
    service: Running, outside: CalendarPeer, clock: SettableClock
) -> None:
    """AV-03"""
    taken = dentist(13, 14)
    await outside.tell(taken, now=clock.now())
    await turns(service, 13, ALTERNATIVES)
    await outside.tell(taken, now=clock.now(), gone=True)
    await turns(service, 13, AVAILABLE)


async def test_an_entry_that_moves_takes_only_its_new_time(
    service: Running, outside: CalendarPeer, clock: SettableClock
) -> None:
    taken = dentist(13, 14)
    await outside.tell(taken, now=clock.now())
    await outside.tell(dentist(15, 16, busy_id=taken.busy_id), now=clock.now())
    await turns(service, 15, ALTERNATIVES)
    await turns(service, 13, AVAILABLE)


async def test_an_operator_sees_it_for_what_it_is(
    service: Running, outside: CalendarPeer, clock: SettableClock
) -> None:
    """AV-24"""
    await outside.tell(dentist(13, 14), now=clock.now())
    await turns(service, 13, ALTERNATIVES)
    explained = await service.stub.ExplainSlot(explain(13, person_id=known("anna")))
    assert [(each.kind, each.appointment_id, each.words) for each in explained.blockers] == [
        (pb.BLOCKER_KIND_EXTERNAL, "", "anna ist von 14:00 bis 15:00 Uhr in einem anderen Kalender belegt.")
    ]
    asked = pb.GetDayRequest(
        tenant_id=known("salon"), branch_id=known("branch"), person_id=known("anna"), date="2025-11-24"
    )
    day = await service.stub.GetDay(asked)
    assert [(each.kind, hour_of(each.start_time), each.appointment_id) for each in day.entries] == [
        (pb.DAY_ENTRY_KIND_WORKING, 8, ""),
        (pb.DAY_ENTRY_KIND_EXTERNAL, 13, ""),
    ]


async def test_each_log_is_followed_from_its_own_position(
    surroundings: Surroundings, booking: BookingPeer, outside: CalendarPeer, clock: SettableClock
) -> None:
    async with surroundings.running(), postgres.pool(surroundings.database_url) as pool:
        await booking.book(booked("anna", at(10), at(11)), now=clock.now())
        for hour in (13, 15):
            await outside.tell(dentist(hour, hour + 1), now=clock.now())

        async def are_stored() -> bool:
            tables = [BusyTables(pool, each) for each in (BusySource.APPOINTMENT, BusySource.EXTERNAL)]
            stored = [await each.load(at(0)) for each in tables]
            return [(each.position, len(each.changes)) for each in stored] == [("1", 1), ("2", 2)]

        await eventually(are_stored)
    booking.log.messages[:], outside.log.messages[:] = (
        [None],
        [None, None],
    )  # asked for again, they would fail
    async with surroundings.running() as second:
        for hour in (10, 13, 15):
            assert await outcome(second, hour, person_id=known("anna")) == ALTERNATIVES


async def test_while_calendar_sync_is_away_searches_are_answered_and_nothing_is_missed_after(
    database_url: str,
    redis_url: str,
    registry: RegistryPeer,
    booking: BookingPeer,
    outside: CalendarPeer,
    clock: SettableClock,
) -> None:
    port = free_port()
    async with (
        serving(registry.as_servicer(), booking.as_servicer()) as peers,
        channel(f"127.0.0.1:{port}", default_deadline_s=1) as calendars,
    ):
        surroundings = Surroundings(database_url, redis_url, peers, clock, calendars)
        async with surroundings.running() as service:
            assert await outcome(service, 13, person_id=known("anna")) == AVAILABLE
            assert service.replica.outside.lag_s() == float("inf")
            await outside.tell(dentist(13, 14), now=clock.now())
            async with grpc_server([outside.as_servicer()], host="127.0.0.1", port=port, drain_s=0) as server:
                await server.set_ready(ready=True)
                await turns(service, 13, ALTERNATIVES)
                await until(lambda: service.replica.outside.connected)
            await until(lambda: not service.replica.outside.connected)
            assert await outcome(service, 13, person_id=known("anna")) == ALTERNATIVES
