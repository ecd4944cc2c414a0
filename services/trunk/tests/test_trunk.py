"""Calls over a trunk are calls: answers, reasons, deadlines, and what becomes of them when it breaks."""

import asyncio
from collections.abc import Sequence
from contextlib import AsyncExitStack
from typing import Any

import grpc
from kettle import POUR, TELL, Asking, Kettle, asking, server_of, trunk_to

from chassis.deadlines import deadline
from chassis.grpc_client import fault_of
from chassis.grpc_server import GrpcServer, Inside, grpc_server
from rufbuch.trunk.v1 import service_pb2_grpc
from rufbuch.trunk.v1.service_pb2 import CarryResponse
from trunk.stream import ROOM


async def test_many_at_once_hear_each_what_they_asked() -> None:
    kettle = Kettle()
    async with trunk_to(kettle) as ask:
        before = kettle.came["alone"]
        words = [f"cup {number}" for number in range(ROOM)]
        assert await asyncio.gather(*map(ask, words)) == words
        assert kettle.came["alone"] == before


async def test_what_is_not_harmless_to_repeat_goes_alone() -> None:
    async with trunk_to(Kettle()) as ask:
        assert await ask("way", method=TELL) == "alone"


async def test_a_typed_error_arrives_with_its_reason_and_metadata() -> None:
    async with trunk_to(Kettle()) as ask:
        fault = fault_of(await ask.fails("empty"))
    assert (fault.code, fault.reason) == (grpc.StatusCode.RESOURCE_EXHAUSTED, "OUT_OF_TEA")
    assert (fault.message, fault.metadata) == ("there is no tea left", {"brand": "assam"})


async def test_what_says_unavailable_is_tried_a_few_times_as_without_a_trunk() -> None:
    kettle = Kettle()
    async with trunk_to(kettle) as ask:
        kettle.came.clear()
        assert fault_of(await ask.fails("later")).reason == "TEA_LATER"
    assert kettle.came["trunk"] == 1
    assert 1 < kettle.came["alone"] <= 4


async def test_a_bug_is_unknown_and_carries_no_reason() -> None:
    """SE-04: what an exception says stays inside."""
    async with trunk_to(Kettle()) as ask:
        error = await ask.fails("bug")
        assert await ask("way") == "trunk"
    assert (error.code(), fault_of(error).reason) == (grpc.StatusCode.UNKNOWN, "")
    assert "a bug" not in str(error.details())


async def test_a_method_that_nobody_has_is_unimplemented() -> None:
    async with trunk_to(Kettle()) as ask:
        assert (await ask.fails("", method=POUR)).code() is grpc.StatusCode.UNIMPLEMENTED


async def test_a_response_that_no_frame_could_hold_breaks_nobody_elses_call() -> None:
    async with trunk_to(Kettle()) as ask:
        assert (await ask.fails("huge")).code() is grpc.StatusCode.RESOURCE_EXHAUSTED
        assert await ask("way") == "trunk"


async def test_a_call_gets_no_more_time_than_is_left_and_the_server_knows() -> None:
    async with trunk_to(Kettle()) as ask:
        assert 1000 < int(await ask("left")) <= 5000
        with deadline(4):
            assert int(await ask("left")) <= 4000


async def test_a_call_that_is_late_ends_on_both_sides() -> None:
    kettle = Kettle()
    async with trunk_to(kettle) as ask:
        assert (await ask.fails("slow", within_s=0.1)).code() is grpc.StatusCode.DEADLINE_EXCEEDED
        async with asyncio.timeout(5):
            assert await kettle.broken_off.get() == "slow"


async def test_no_time_left_asks_nothing() -> None:
    kettle = Kettle()
    async with trunk_to(kettle) as ask:
        assert (await ask.fails("slow", within_s=0)).code() is grpc.StatusCode.DEADLINE_EXCEEDED
    assert kettle.begun.empty()


async def test_what_is_given_up_is_broken_off_at_the_server() -> None:
    kettle = Kettle()
    async with trunk_to(kettle) as ask:
        asked = asyncio.create_task(ask("slow"))
        async with asyncio.timeout(5):
            await kettle.begun.get()
            asked.cancel()
            assert await kettle.broken_off.get() == "slow"
        assert await ask("way") == "trunk"


async def test_who_finds_no_room_calls_alone() -> None:
    kettle = Kettle()
    async with trunk_to(kettle) as ask:
        full = [asyncio.create_task(ask(f"slow {number}")) for number in range(ROOM)]
        for _ in full:
            await kettle.begun.get()
        assert await ask("way") == "alone"
        kettle.boils.set()
        await asyncio.gather(*full)


async def test_a_peer_that_knows_no_trunk_is_called_alone() -> None:
    async with server_of(Kettle(), carries=False) as server, asking(server.port) as ask:
        assert [await ask("way") for _ in range(20)] == ["alone"] * 20


class Deaf(service_pb2_grpc.TrunkServiceServicer):
    """Says that it listens."""

    async def Carry(self, _: Any, context: Any) -> None:  # type: ignore[override] # it writes by itself
        await context.write(CarryResponse())
        await asyncio.Event().wait()


def deaf(_: Inside, server: grpc.aio.Server) -> None:
    service_pb2_grpc.add_TrunkServiceServicer_to_server(Deaf(), server)


async def test_a_trunk_over_which_nothing_is_heard_is_left() -> None:
    """A hanging stream costs the calls that are under way, as it does without a trunk, and none that comes after them."""
    kettle = Kettle()
    server = grpc_server([kettle.servicer()], host="127.0.0.1", port=0, drain_s=0, ways=[deaf])
    async with server as running, asking(running.port) as ask:
        late = False
        async with asyncio.timeout(10):
            while not late:
                try:
                    await ask("way", within_s=0.1)
                except grpc.aio.AioRpcError as error:
                    late = error.code() is grpc.StatusCode.DEADLINE_EXCEEDED
        assert await ask("way") == "alone"


async def test_whoever_drains_answers_what_was_begun() -> None:
    kettle = Kettle()
    async with server_of(kettle) as server, asking(server.port) as ask:
        await ask.once_it_is_there()
        asked = asyncio.create_task(ask("slow"))
        await kettle.begun.get()
        draining = asyncio.create_task(server.drain(10))
        await asyncio.sleep(0)
        kettle.boils.set()
        assert await asked == "slow"
        async with asyncio.timeout(5):
            await draining


async def test_a_trunk_without_calls_does_not_hold_up_the_drain() -> None:
    async with server_of(Kettle()) as server, asking(server.port) as ask:
        await ask.once_it_is_there()
        async with asyncio.timeout(5):
            await server.drain(60)


async def test_what_was_under_way_when_it_broke_is_asked_again_elsewhere() -> None:
    """The reply is lost: only what is harmless to repeat goes over a trunk."""
    first, second = Kettle(), Kettle()
    second.boils.set()
    async with server_of(second) as other:
        async with server_of(first) as server, asking(server.port) as ask:
            await ask.once_it_is_there()
            port = server.port
            asked = asyncio.create_task(ask("slow"))
            await first.begun.get()
            # No grace: as if its process were gone.
            await server.drain(0)
            async with server_of(second, port):
                assert await asked == "slow"
                await ask.once_it_is_there()
        assert other.port


async def test_replicas_that_are_restarted_one_after_the_other_lose_no_call() -> None:
    """A rolling restart, told to the trunk before the server stops to listen."""
    async with AsyncExitStack() as stack:
        kettles = [Kettle(), Kettle()]
        servers: list[GrpcServer] = [await stack.enter_async_context(server_of(one)) for one in kettles]
        ask = await stack.enter_async_context(asking(*[server.port for server in servers]))
        await ask.once_it_is_there()
        stop = asyncio.Event()

        async def call() -> None:
            while not stop.is_set():
                await ask("way")

        async with asyncio.TaskGroup() as group:
            for _ in range(8):
                group.create_task(call())
            for server in servers:
                await _some(ask, 50)
                await server.retire()
                await _some(ask, 50)
                await server.drain(5)
                await stack.enter_async_context(server_of(Kettle(), server.port))
                # Found again within a second: until then the other one, which is next to go, is alone.
                await asyncio.sleep(1.2)
            await ask.once_it_is_there()
            stop.set()


async def _some(ask: Asking, calls: int) -> Sequence[str]:
    return [await ask("way") for _ in range(calls)]
