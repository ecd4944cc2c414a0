"""What is still true while Redis, the registry or booking is away, over real servers that are stopped and started."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import timedelta

import grpc
import pytest

from availability.clients.redis_holds import TIMEOUT_S
from availability.clients.registry import StaffRegistry
from availability.domain.holds import Taking
from availability.domain.instants import Interval
from availability.errors import HoldsUnavailableError
from availability.storage.busy import BusyTables
from availability.testing.answers import reason
from availability.testing.peers import BookingPeer, RegistryPeer
from availability.testing.replicas import Running, Surroundings, eventually, until
from availability.testing.salon import at, booked, known, salon, search
from availability.usecases.businesses import BusinessChanged, Businesses
from availability.usecases.end_claims import EndClaims
from availability.usecases.follow_busy import BusyEvent, Freed
from availability.usecases.following import StreamHealth
from chassis import postgres
from chassis.grpc_client import channel
from chassis.grpc_server import grpc_server
from chassis.testing import SettableClock, serving
from local_stack.embedded import EmbeddedRedis, free_port
from rufbuch.availability.v1 import service_pb2 as pb
from rufbuch.booking.v1 import appointment_pb2
from rufbuch.booking.v1.service_pb2 import AppointmentCancelled

CALL = {"tenant_id": known("salon"), "branch_id": known("branch"), "call_id": "a"}


async def held(service: Running, call: str) -> int:
    return (await service.stub.SearchSlots(search(at(13), call_id=call))).hold_state


@pytest.fixture
async def fragile(
    database_url: str,
    private_redis: EmbeddedRedis,
    registry: RegistryPeer,
    booking: BookingPeer,
    clock: SettableClock,
) -> AsyncIterator[Running]:
    """A service whose Redis may be stopped."""
    async with serving(registry.as_servicer(), booking.as_servicer()) as peers:
        surroundings = Surroundings(database_url, private_redis.url, peers, clock)
        async with surroundings.running(redis_timeout_s=TIMEOUT_S) as running:
            yield running


async def test_without_redis_searches_are_answered_and_holds_come_back_with_it(
    fragile: Running, private_redis: EmbeddedRedis
) -> None:
    async def are_held() -> bool:
        return await held(fragile, "a") == pb.HOLD_STATE_HELD

    await eventually(are_held)
    private_redis.kill()
    found = await fragile.stub.SearchSlots(search(at(13), call_id="a"))
    assert (found.outcome, found.hold_state) == (pb.SEARCH_OUTCOME_AVAILABLE, pb.HOLD_STATE_UNAVAILABLE)
    assert not found.options[0].HasField("hold_expire_time")
    claim = pb.ClaimOptionRequest(option_id=found.options[0].option_id, **CALL)
    assert await reason(fragile.stub.ClaimOption(claim)) == "HOLDS_UNAVAILABLE"
    assert await reason(fragile.stub.ExtendHold(pb.ExtendHoldRequest(**CALL))) == "HOLDS_UNAVAILABLE"
    private_redis.start()
    await eventually(are_held)


@asynccontextmanager
async def silent_server() -> AsyncIterator[int]:
    """Takes connections and never says a word: a network that swallows packets."""

    async def listen(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            with suppress(OSError):
                await reader.read()
        finally:
            writer.close()

    port = free_port()
    async with await asyncio.start_server(listen, "127.0.0.1", port):
        yield port


async def test_a_redis_that_hangs_delays_an_answer_by_its_deadline_at_most(
    database_url: str, registry: RegistryPeer, booking: BookingPeer, clock: SettableClock
) -> None:
    async with silent_server() as port, serving(registry.as_servicer(), booking.as_servicer()) as peers:
        surroundings = Surroundings(database_url, f"redis://127.0.0.1:{port}", peers, clock)
        async with surroundings.running(redis_timeout_s=TIMEOUT_S) as service:
            await service.stub.SearchSlots(search(at(13)))
            began = time.monotonic()
            assert await held(service, "a") == pb.HOLD_STATE_UNAVAILABLE
            assert TIMEOUT_S <= time.monotonic() - began < TIMEOUT_S + 4


class Peers:
    """The registry and booking on one port, to be stopped and started."""

    def __init__(self, registry: RegistryPeer, booking: BookingPeer) -> None:
        self.servicers = [registry.as_servicer(), booking.as_servicer()]
        self.port = free_port()

    @asynccontextmanager
    async def up(self) -> AsyncIterator[None]:
        async with grpc_server(self.servicers, host="127.0.0.1", port=self.port, drain_s=0) as server:
            await server.set_ready(ready=True)
            yield


async def test_services_start_in_any_order_and_find_each_other(
    database_url: str, redis_url: str, registry: RegistryPeer, booking: BookingPeer, clock: SettableClock
) -> None:
    peers = Peers(registry, booking)
    async with channel(f"127.0.0.1:{peers.port}", default_deadline_s=1) as to_peers:
        surroundings = Surroundings(database_url, redis_url, to_peers, clock)
        async with surroundings.running(wait=False) as service:
            with pytest.raises(grpc.aio.AioRpcError) as caught:
                await service.stub.SearchSlots(search(at(13)))
            assert caught.value.code() is grpc.StatusCode.UNAVAILABLE
            async with peers.up():
                await until(
                    lambda: service.replica.bookings.connected and service.replica.businesses.connected
                )
                await until(lambda: service.replica.warming.complete)
                assert registry.readings == 1
                assert (await service.stub.SearchSlots(search(at(13)))).outcome == pb.SEARCH_OUTCOME_AVAILABLE


async def test_while_its_peers_are_away_searches_go_on_and_nothing_is_missed_after(
    database_url: str, redis_url: str, registry: RegistryPeer, booking: BookingPeer, clock: SettableClock
) -> None:
    """AV-05: both streams go on from where they were."""
    peers = Peers(registry, booking)
    async with channel(f"127.0.0.1:{peers.port}", default_deadline_s=1) as to_peers:
        surroundings = Surroundings(database_url, redis_url, to_peers, clock)
        async with surroundings.running(wait=False) as service:
            asked = search(at(13), person_id=known("anna"))
            health = (service.replica.bookings, service.replica.businesses)
            async with peers.up():
                await until(lambda: all(each.connected for each in health))
                await service.stub.SearchSlots(asked)
            await until(lambda: not any(each.connected for each in health))
            clock.advance(timedelta(seconds=40))
            assert service.replica.bookings.lag_s() == 40
            assert (await service.stub.SearchSlots(asked)).outcome == pb.SEARCH_OUTCOME_AVAILABLE
            await booking.book(booked("anna", at(13), at(14)), now=clock.now())
            await registry.change(salon(["anna"]))
            async with peers.up():
                await until(lambda: all(each.connected for each in health))
                assert (await service.stub.SearchSlots(asked)).outcome == pb.SEARCH_OUTCOME_ALTERNATIVES
                gone = search(at(13), person_id=known("ben"))
                assert await reason(service.stub.SearchSlots(gone)) == "PERSON_UNKNOWN"


async def test_a_replica_that_starts_later_knows_what_was_booked_before(
    surroundings: Surroundings, booking: BookingPeer, clock: SettableClock
) -> None:
    asked = search(at(13), person_id=known("anna"))
    async with surroundings.running():
        await booking.book(booked("anna", at(13), at(14)), now=clock.now())

        async def is_stored() -> bool:
            return bool((await BusyTables(pool).load(at(0))).changes)

        async with postgres.pool(surroundings.database_url) as pool:
            await eventually(is_stored)
    booking.log.messages[:] = [None]  # whoever asked for it again would fail
    async with surroundings.running() as second:
        assert (await second.stub.SearchSlots(asked)).outcome == pb.SEARCH_OUTCOME_ALTERNATIVES


async def test_an_event_of_an_unknown_kind_is_stepped_over(
    service: Running, booking: BookingPeer, clock: SettableClock
) -> None:
    await booking.tell(clock.now())
    await booking.book(booked("anna", at(13), at(14)), now=clock.now())

    async def is_taken() -> bool:
        found = await service.stub.SearchSlots(search(at(13), person_id=known("anna")))
        return found.outcome == pb.SEARCH_OUTCOME_ALTERNATIVES

    await eventually(is_taken)


@pytest.mark.parametrize("tenant", ["salon", "nobody here has read it"])
async def test_while_the_registry_hangs_bookings_are_heard_though_others_are_called_off(
    surroundings: Surroundings,
    registry: RegistryPeer,
    booking: BookingPeer,
    clock: SettableClock,
    tenant: str,
) -> None:
    """Each that was called off waited for the registry, so that what was booked was offered to others for longer and longer."""
    gone = booked("anna", at(13), at(14), state=appointment_pb2.APPOINTMENT_STATE_CANCELLED)
    gone.tenant_id = known(tenant)
    async with surroundings.running() as service:
        await until(lambda: service.replica.warming.complete)
        registry.silent = True
        registry.businesses.setdefault(gone.tenant_id, salon())
        await registry.change(salon())
        for _ in range(8):
            await booking.tell(clock.now(), appointment_cancelled=AppointmentCancelled(appointment=gone))
        async with postgres.pool(surroundings.database_url) as pool:

            async def are_heard() -> bool:
                return await BusyTables(pool).position() == "8"

            await eventually(are_heard, within_s=20)


@pytest.fixture
async def hanging(
    registry: RegistryPeer, clock: SettableClock
) -> AsyncIterator[tuple[Businesses, StreamHealth]]:
    """Two businesses that were read before their registry hung, each of which waits for it two seconds."""
    other = salon()
    other.tenant_id = known("other")
    registry.businesses[other.tenant_id] = other
    peers = grpc_server([registry.as_servicer()], host="127.0.0.1", port=0, drain_s=0)
    async with peers as server, channel(f"127.0.0.1:{server.port}", default_deadline_s=2) as to_peers:
        await server.set_ready(ready=True)
        health = StreamHealth(clock)
        health.caught_up()
        businesses = Businesses(StaffRegistry(to_peers), clock, health, reread_after=timedelta(seconds=30))
        for name in ("salon", "other"):
            await businesses.get(known(name))
        registry.silent = True
        registry.read.clear()
        yield businesses, health


async def test_callers_at_the_same_time_wait_together_for_a_registry_that_hangs(
    hanging: tuple[Businesses, StreamHealth], registry: RegistryPeer
) -> None:
    """One after the other they waited, and the tenth for twenty seconds, for what was known all the while."""
    businesses, _ = hanging
    businesses.changed(BusinessChanged("1", known("salon")))
    began = time.monotonic()
    found = await asyncio.gather(*(businesses.get(known("salon")) for _ in range(10)))
    assert {each.tenant_id for each in found} == {known("salon")}
    assert time.monotonic() - began < 10
    assert len(registry.read) == 1


async def test_what_is_only_old_is_not_waited_for_by_each_caller_while_the_registry_hangs(
    hanging: tuple[Businesses, StreamHealth], registry: RegistryPeer, clock: SettableClock
) -> None:
    businesses, health = hanging
    health.lost()
    clock.advance(timedelta(minutes=1))
    for _ in range(4):
        for name in ("salon", "other"):
            await businesses.get(known(name))
    assert len(registry.read) == 1
    registry.silent = False
    registry.businesses[known("salon")].language = "en"
    businesses.changed(BusinessChanged("1", known("salon")))
    assert (await businesses.get(known("salon"))).language == "en"


class Silent:
    """A store of holds that does not answer."""

    def __init__(self) -> None:
        self.asked = 0

    async def vacate(self, *_: object, **__: object) -> int:
        self.asked += 1
        raise HoldsUnavailableError("no answer in time")


async def test_while_redis_hangs_it_is_not_asked_for_each_that_is_called_off(
    registry: RegistryPeer, clock: SettableClock
) -> None:
    """Five times a second at most it could be, and more than that are called off in a storm."""
    async with serving(registry.as_servicer()) as peers:
        businesses = Businesses(
            StaffRegistry(peers), clock, StreamHealth(clock), reread_after=timedelta(minutes=1)
        )
        end_claims = EndClaims(businesses, silent := Silent(), clock)
        freed = Freed(known("salon"), known("branch"), (Taking(known("anna"), Interval.of(at(13), at(14))),))
        for number in range(20):
            await end_claims(BusyEvent(str(number), clock.now(), "", (), (freed,)))
    assert silent.asked == 1
