"""What a trunk costs when things go wrong: large messages, peers that stand still or end at once, callers that go away."""

import asyncio
from typing import Any

import grpc
import pytest
from kettle import Kettle, asking, server_of, trunk_to

from chassis.grpc_server import Inside, grpc_server
from rufbuch.trunk.v1 import service_pb2_grpc
from rufbuch.trunk.v1.service_pb2 import CarryResponse
from trunk import client
from trunk.frames import PART_MAX
from trunk.server import _Carriage

LARGE = "x" * (PART_MAX * 7 // 8)
"""Of which five are more than gRPC takes in one message."""


async def test_large_requests_and_answers_that_come_together_are_carried_each_once() -> None:
    """One frame of all of them ended the stream, and each was asked and carried out a second time."""
    kettle = Kettle()
    async with trunk_to(kettle) as ask:
        kettle.came.clear()
        words = [f"{number} {LARGE}" for number in range(12)]
        assert await asyncio.gather(*map(ask, words)) == words
    assert kettle.came == {"trunk": 12}


async def test_a_request_that_no_frame_should_hold_goes_alone_and_leaves_the_trunk_standing() -> None:
    kettle = Kettle()
    async with trunk_to(kettle) as ask:
        kettle.came.clear()
        assert await ask("way" + " " * PART_MAX) == "way" + " " * PART_MAX
        assert await ask("way") == "trunk"
    assert kettle.came == {"alone": 1, "trunk": 1}


async def test_an_answer_that_cannot_be_written_fails_at_once() -> None:
    """A bug, of which the caller heard nothing until it had no time left."""
    async with trunk_to(Kettle()) as ask:
        assert (await ask.fails("no answer")).code() is grpc.StatusCode.UNKNOWN


class Ends(service_pb2_grpc.TrunkServiceServicer):
    """Says that it listens, and ends the stream."""

    def __init__(self) -> None:
        self.opened = 0

    async def Carry(self, _: Any, context: Any) -> None:  # type: ignore[override] # it writes by itself
        self.opened += 1
        await context.write(CarryResponse())


async def test_a_peer_that_ends_each_trunk_at_once_is_not_asked_for_the_next_without_a_pause() -> None:
    """It was asked a thousand times in a second."""
    ends, kettle = Ends(), Kettle()

    def ending(_: Inside, server: grpc.aio.Server) -> None:
        service_pb2_grpc.add_TrunkServiceServicer_to_server(ends, server)

    server = grpc_server([kettle.servicer()], host="127.0.0.1", port=0, drain_s=0, ways=[ending])
    loop = asyncio.get_running_loop()
    began = loop.time()
    async with server as running, asking(running.port) as ask:
        async with asyncio.timeout(20):
            while ends.opened < 3:  # noqa: ASYNC110 - a stream that is opened tells nobody here
                await asyncio.sleep(client.PAUSE_S)
        assert await ask("way") == "alone"
    assert ends.opened <= (loop.time() - began) / client.PAUSE_S + 1


class StoodStill(service_pb2_grpc.TrunkServiceServicer):
    """Reads nothing for a while, as a process that was stopped."""

    def __init__(self) -> None:
        self.goes_on = asyncio.Event()
        self.inside: Inside | None = None

    def way(self, inside: Inside, server: grpc.aio.Server) -> None:
        self.inside = inside
        service_pb2_grpc.add_TrunkServiceServicer_to_server(self, server)

    async def Carry(self, _: Any, context: Any) -> None:  # type: ignore[override] # it writes by itself
        await context.write(CarryResponse())
        await self.goes_on.wait()
        assert self.inside
        await _Carriage(self.inside, context).run()


async def test_what_was_late_before_the_peer_came_to_it_is_broken_off_there() -> None:
    """It counts a call's time from when it reads it, long after the caller has heard that nothing is known."""
    kettle, still = Kettle(), StoodStill()
    server = grpc_server([kettle.servicer()], host="127.0.0.1", port=0, drain_s=0, ways=[still.way])
    async with server as running, asking(running.port) as ask:
        keeper: Any = ask.opened
        async with asyncio.timeout(10):
            # That it listens is heard some time after it was said.
            while keeper._keeper.trunk is None:  # noqa: ASYNC110 - of a trunk that is there nobody is told
                await asyncio.sleep(0.01)
        assert (await ask.fails("slow", within_s=3)).code() is grpc.StatusCode.DEADLINE_EXCEEDED
        assert kettle.begun.empty()
        still.goes_on.set()
        # Sooner than its own time would be over.
        async with asyncio.timeout(2.5):
            assert await kettle.broken_off.get() == "slow"


async def test_a_call_that_had_hardly_any_time_costs_nobody_the_trunk() -> None:
    """Under load, when many are late, all would have gone alone, which costs several times as much."""
    async with trunk_to(Kettle()) as ask:
        assert (await ask.fails("slow", within_s=0.01)).code() is grpc.StatusCode.DEADLINE_EXCEEDED
        assert await ask("way") == "trunk"


async def test_what_is_given_up_is_broken_off_also_where_the_trunk_has_been_renewed_since(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(client, "RENEWED_S", 0.1)
    kettle = Kettle()
    async with trunk_to(kettle) as ask:
        asked = asyncio.create_task(ask("slow"))
        async with asyncio.timeout(20):
            await kettle.begun.get()
            await asyncio.sleep(0.5)
            asked.cancel()
            assert await kettle.broken_off.get() == "slow"


@pytest.mark.parametrize("busy", [True, False])
async def test_nothing_goes_on_once_the_channel_is_closed(*, busy: bool) -> None:
    kettle = Kettle()
    async with server_of(kettle, drain_s=0) as server:
        async with asking(server.port) as ask:
            await ask.once_it_is_there()
            asked = [asyncio.create_task(ask("slow"))] * busy
            if busy:
                await kettle.begun.get()
        await asyncio.gather(*asked, return_exceptions=True)
        left = [each for each in asyncio.all_tasks() if "Trunk." in repr(each.get_coro())]
    assert left == []
