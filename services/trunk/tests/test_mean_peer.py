"""Whatever a peer answers, twice, to nobody, late, in pieces or not at all: nobody hears what was said to another."""

import asyncio
from collections.abc import Sequence
from typing import Any, cast

import grpc
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rufbuch.trunk.v1.service_pb2 import Answer, Call, CarryRequest, CarryResponse
from trunk.line import Line
from trunk.stream import Trunk, UnansweredError

STEPS = st.one_of(
    st.tuples(st.just("ask"), st.integers(1, 4)),
    st.tuples(st.sampled_from(["answer", "refuse", "give up"]), st.integers(0, 9)),
    st.tuples(st.just("answer nobody"), st.integers(0, 2**64 - 1)),
    st.tuples(st.sampled_from(["hurry", "retire", "hang up", "end", "wait"]), st.just(1)),
)


@pytest.fixture(autouse=True, scope="module")
def way() -> None:
    """Both are played here."""


class Peer:
    """The other end of a stream, as the stream of this end."""

    def __init__(self) -> None:
        self.told: asyncio.Queue[Any] = asyncio.Queue()
        self.calls: list[Call] = []

    async def read(self) -> Any:
        return await self.told.get()

    async def write(self, frame: CarryRequest) -> None:
        self.calls += frame.calls

    def cancel(self) -> None:
        self.told.put_nowait(grpc.aio.EOF)

    def tell(self, told: CarryResponse) -> None:
        self.told.put_nowait(told)

    def hang_up(self) -> None:
        self.told.put_nowait(grpc.aio.EOF)


class PeerOnALine(Peer, asyncio.Transport):
    """The same with a line beside it, on which frames come in pieces."""

    def __init__(self, cuts: Sequence[int]) -> None:
        super().__init__()
        self._cuts, self.line = list(cuts), Line()
        self.line.connection_made(self)

    def write(self, data: Any) -> None:  # type: ignore[override] # the line's, here
        self.calls += CarryRequest.FromString(bytes(data[4:])).calls

    def close(self) -> None:
        self.hang_up()

    def tell(self, told: CarryResponse) -> None:
        frame = told.SerializeToString()
        stream = len(frame).to_bytes(4, "big") + frame
        while stream and self.line.is_open:
            cut = self._cuts.pop() if self._cuts else len(stream)
            self.line.data_received(stream[:cut])
            stream = stream[cut:]

    def hang_up(self) -> None:
        """The stream ends with it, later."""
        if self.line.is_open:
            self.line.connection_lost(None)
            asyncio.get_running_loop().call_later(0.001, self.told.put_nowait, grpc.aio.EOF)


class Game:
    """What callers and the peer do, by its name."""

    def __init__(self, peer: Peer) -> None:
        self.peer, self.asked = peer, list[asyncio.Task[bytes]]()
        self.trunk = Trunk(cast("Any", peer), getattr(peer, "line", None))

    async def ask(self, number: int, time_s: float = 0.1) -> None:
        for _ in range(number * self.trunk.has_room):
            ask = self.trunk.ask("/x/Y", b"%d" % len(self.asked), time_s=time_s, traceparent="")
            self.asked.append(asyncio.create_task(ask))

    async def hurry(self, number: int) -> None:
        await self.ask(number, 0.001)

    async def answer(self, number: int, code: int = 0) -> None:
        """The same one more than once, too."""
        for call in self.peer.calls[-1 - number :][:1]:
            if not call.given_up:
                said = call.request.decode()
                answer = Answer(number=call.number, code=code, response=call.request, message=said)
                self.peer.tell(CarryResponse(answers=[answer]))

    async def refuse(self, number: int) -> None:
        await self.answer(number, grpc.StatusCode.NOT_FOUND.value[0])

    async def answer_nobody(self, number: int) -> None:
        self.peer.tell(CarryResponse(answers=[Answer(number=max(number, 1000), response=b"no")]))

    async def retire(self, _: int) -> None:
        self.peer.tell(CarryResponse(retiring=True))

    async def give_up(self, number: int) -> None:
        for given_up in self.asked[-1 - number :][:1]:
            given_up.cancel()

    async def hang_up(self, _: int) -> None:
        self.peer.hang_up()

    async def end(self, _: int) -> None:
        await self.trunk.end()

    async def wait(self, _: int) -> None:
        await asyncio.sleep(0.002)


async def play(peer: Peer, steps: Sequence[tuple[str, int]]) -> None:
    game = Game(peer)
    for kind, number in steps:
        await getattr(game, kind.replace(" ", "_"))(number)
        await asyncio.sleep(0)
    async with asyncio.timeout(5):
        for number, outcome in enumerate(await asyncio.gather(*game.asked, return_exceptions=True)):
            assert_own(str(number), outcome)
    await game.trunk.end()


def assert_own(word: str, outcome: object) -> None:
    match outcome:
        case grpc.aio.AioRpcError() if outcome.code() is grpc.StatusCode.NOT_FOUND:
            assert outcome.details() == word
        case grpc.aio.AioRpcError():
            assert outcome.code() is grpc.StatusCode.DEADLINE_EXCEEDED
        case UnansweredError() | asyncio.CancelledError():
            pass
        case _:
            assert outcome == word.encode()


@given(st.lists(STEPS, max_size=30))
@settings(deadline=None, max_examples=60)
def test_over_a_stream_each_hears_what_is_his_or_nothing(steps: list[tuple[str, int]]) -> None:
    async def played() -> None:
        await play(Peer(), steps)

    asyncio.run(played())


@given(st.lists(STEPS, max_size=30), st.lists(st.integers(1, 20), max_size=40))
@settings(deadline=None, max_examples=60)
def test_over_a_line_as_well(steps: list[tuple[str, int]], cuts: list[int]) -> None:
    async def played() -> None:
        await play(PeerOnALine(cuts), steps)

    asyncio.run(played())
