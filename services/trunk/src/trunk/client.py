"""A channel whose warm methods go over a trunk while there is one, and else as calls of their own."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Any, cast

import grpc
from opentelemetry import trace

from chassis import grpc_client
from chassis.deadlines import time_left_s
from rufbuch.trunk.v1 import service_pb2_grpc
from rufbuch.trunk.v1.service_pb2 import CarryResponse
from signals.metrics import Counter
from signals.tracing import inner_span, traceparent_of
from trunk.frames import PART_MAX
from trunk.line import Line, dialled
from trunk.stream import Trunk, UnansweredError

RENEWED_S = 10.0
"""So old a trunk becomes. The next one goes to the next replica, and shows the certificate of then."""
OPENED_WITHIN_S = 1.0
PAUSE_S, NOT_OFFERED_S = 0.2, 10.0
"""Until the next attempt after one that failed, and after a peer that does not know what a trunk is."""
LEFT_WITHIN_S = 30.0
"""How long what is under way has, over a trunk that was left."""
_alone = Counter("rufbuch_rpc_alone_total", "Calls that a trunk would have carried, and that went alone")


@asynccontextmanager
async def channel(
    address: str, *, default_deadline_s: float, retried: Sequence[str]
) -> AsyncIterator[grpc.aio.Channel]:
    """As chassis.grpc_client.channel. The methods that are harmless to repeat go over the trunk; where it breaks, or says
    UNAVAILABLE, they are made again as calls of their own, which try a few times."""
    async with (
        grpc_client.channel(address, default_deadline_s=default_deadline_s, retried=retried) as alone,
        beside(alone, default_deadline_s=default_deadline_s, retried=retried) as both,
    ):
        yield both


@asynccontextmanager
async def beside(
    alone: grpc.aio.Channel, *, default_deadline_s: float, retried: Sequence[str]
) -> AsyncIterator[grpc.aio.Channel]:
    """The same over a channel that is open already."""
    keeper = _Keeper(alone)
    keeping = asyncio.create_task(keeper.keep())
    try:
        yield cast("grpc.aio.Channel", _Channel(alone, keeper, default_deadline_s, retried))
    finally:
        keeping.cancel()
        with suppress(asyncio.CancelledError):
            await keeping


class _Keeper:
    """Has one trunk open, as far as the peer can be reached and wants to."""

    def __init__(self, channel: grpc.aio.Channel) -> None:
        self._stub = service_pb2_grpc.TrunkServiceStub(channel)
        self._leaving: set[asyncio.Task[None]] = set()
        self.trunk: Trunk | None = None

    async def keep(self) -> None:
        """Until cancelled."""
        loop = asyncio.get_running_loop()
        try:
            while True:
                opened_at = loop.time()
                pause_s = await self._renew()
                _go_on_unless_cancelled()
                trunk = self.trunk
                with suppress(TimeoutError):
                    async with asyncio.timeout(pause_s):
                        await (trunk.left if trunk else asyncio.Event()).wait()
                if trunk and trunk.left.is_set():
                    self._change_for(None)
                    # Also of a peer that ends at once whatever is opened.
                    await asyncio.sleep(opened_at + PAUSE_S - loop.time())
        finally:
            await self._end()

    async def _renew(self) -> float:
        """How long to leave it at that."""
        stream = self._stub.Carry()
        try:
            async with asyncio.timeout(OPENED_WITHIN_S):
                listens = await stream.read()
        except grpc.aio.AioRpcError as error:
            self._change_for(None)
            return NOT_OFFERED_S if error.code() is grpc.StatusCode.UNIMPLEMENTED else PAUSE_S
        except TimeoutError:
            stream.cancel()
            self._change_for(None)
            return PAUSE_S
        if not isinstance(listens, CarryResponse):
            self._change_for(None)
            return PAUSE_S
        self._change_for(Trunk(stream, await _line_of(listens)))
        return RENEWED_S

    def _change_for(self, trunk: Trunk | None) -> None:
        before, self.trunk = self.trunk, trunk
        if before:
            leaving = asyncio.create_task(before.leave(LEFT_WITHIN_S))
            self._leaving.add(leaving)
            leaving.add_done_callback(self._leaving.discard)

    async def _end(self) -> None:
        """Whoever closes the channel waits for nobody."""
        last, self.trunk = self.trunk, None
        if last:
            await last.end()
        for leaving in self._leaving:
            leaving.cancel()
        if self._leaving:
            await asyncio.wait(set(self._leaving))


async def _line_of(listens: CarryResponse) -> Line | None:
    let_in = CarryResponse(line_answer=listens.line_answer).SerializeToString()
    return await dialled(listens.line, listens.line_word, let_in)


def _go_on_unless_cancelled() -> None:
    """gRPC's reading can take a task's cancellation for its own, and swallow it."""
    task = asyncio.current_task()
    if task and task.cancelling():
        raise asyncio.CancelledError


class _Channel:
    """What stubs are made over."""

    def __init__(
        self,
        alone: grpc.aio.Channel,
        keeper: _Keeper,
        default_s: float,
        carried: Sequence[str],
    ) -> None:
        self._alone, self._keeper, self._default_s = alone, keeper, default_s
        self._carried = frozenset(carried)

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - streams, states and closing are the channel's own
        return getattr(self._alone, name)

    def unary_unary(
        self,
        method: str,
        request_serializer: Callable[[Any], bytes],
        response_deserializer: Callable[[bytes], Any],
        **named: Any,  # noqa: ANN401 - gRPC's own types
    ) -> Callable[..., Awaitable[Any]]:
        """See grpc.aio.Channel."""
        alone = self._alone.unary_unary(method, request_serializer, response_deserializer, **named)
        if method.removeprefix("/") not in self._carried:
            return alone

        async def ask(request: object, *, timeout: float | None = None) -> Any:  # noqa: ANN401, ASYNC109 - gRPC's own
            loop = asyncio.get_running_loop()
            time_s = time_left_s(self._default_s if timeout is None else timeout)
            ends, trunk = loop.time() + time_s, self._keeper.trunk
            if trunk and trunk.has_room and len(serialised := request_serializer(request)) <= PART_MAX:
                try:
                    response = await _over(trunk, method, serialised, time_s)
                except UnansweredError:
                    pass
                except grpc.aio.AioRpcError as error:
                    if error.code() is not grpc.StatusCode.UNAVAILABLE:
                        raise
                else:
                    return response_deserializer(response)
            _alone.inc()
            return await alone(request, timeout=ends - loop.time())

        return ask


async def _over(trunk: Trunk, method: str, request: bytes, time_s: float) -> bytes:
    with inner_span(method.removeprefix("/")):
        traceparent = traceparent_of(trace.get_current_span())
        return await trunk.ask(method, request, time_s=time_s, traceparent=traceparent)
