"""Owns the trunks between the services: the real ends of them over a stream in memory, and beside it, in some worlds, over the
system's own socket, on which frames are late and connections are cut.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import grpc
from simulated.grpc_wire import BUGS, STREAM_FATES, MemoryChannel, MemoryServer, Network, _Aborted, failed
from simulated.virtual_loop import LIFE

from chassis.grpc_server import Inside
from trunk import line
from trunk.client import beside
from trunk.frames import FRAME_MAX
from trunk.line import Line
from trunk.server import _AbortedError, carrying

LINE_FATES = (("broken before", 1.0), ("broken after", 1.0), ("slow", 1.0))
_CARRY = "/rufbuch.trunk.v1.TrunkService/Carry"
_SLOW_S = (0.1, 0.5, 2.0, 5.0)
_BROKEN = failed(grpc.StatusCode.UNAVAILABLE, "connection reset")


def take_up(network: Network) -> None:
    """How calls travel in this world: each alone, many over a stream, or over a line beside it. Its seed says which."""
    network.trunks = network.dice.seed % 3 > 0
    line.OFFERED = network.dice.seed % 3 == 1
    _ShakyLine.network = network
    line.Line = _ShakyLine  # type: ignore[misc] # for both ends


def carry(server: MemoryServer) -> None:
    """Have a server answer its methods over trunks as well."""
    found: dict[str, Any] = {}
    inside = Inside()
    inside.known.append(_Methods(server))  # type: ignore[arg-type] # all that is asked of them
    carrying(inside, _Found(found))  # type: ignore[arg-type] # all that generated code asks for
    server.more[_CARRY] = found[_CARRY]


@dataclass
class _Found:
    found: dict[str, Any]

    def add_generic_rpc_handlers(self, _: object) -> None:
        """Unneeded beside the registered ones."""

    def add_registered_method_handlers(self, service: str, handlers: dict[str, Any]) -> None:
        """By full name."""
        self.found.update({f"/{service}/{name}": handler for name, handler in handlers.items()})


@dataclass
class _Methods:
    """Of a server, and what they raise that they should not have is noted."""

    server: MemoryServer

    def of(self, method: str) -> Any:
        """See chassis.grpc_server."""
        handler = self.server.handler(method)
        if handler is None or handler.unary_unary is None:
            return handler

        async def noted(request: object, context: Any) -> object:
            try:
                return await handler.unary_unary(request, context)
            except _AbortedError:
                raise
            except Exception as error:
                BUGS.append(f"{method}: {type(error).__name__}: {error}"[:300])
                raise

        return grpc.unary_unary_rpc_method_handler(
            noted, handler.request_deserializer, handler.response_serializer
        )


@asynccontextmanager
async def trunk(
    network: Network, source: str, target: str, *, deadline_s: float, retried: Any
) -> AsyncIterator[Any]:
    """In the place of trunk.client.channel."""
    alone = _Channel(network, source, target, deadline_s, frozenset(f"/{one}" for one in retried))
    if not network.trunks:
        yield alone
        return
    async with beside(alone, default_deadline_s=deadline_s, retried=retried) as both:  # type: ignore[arg-type] # all that it asks for
        yield both


class _Channel(MemoryChannel):
    def stream_stream(self, _: str, request_serializer: Any, response_deserializer: Any, **__: Any) -> Any:
        """The only one there is."""
        return lambda: _Stream(self, request_serializer, response_deserializer)


class _Stream:
    """Both ends of one ``Carry``: what the caller's has, and what ``server`` is given."""

    def __init__(self, channel: _Channel, serialize: Callable[[Any], bytes], deserialize: Any) -> None:
        self._serialize, self._deserialize = serialize, deserialize
        self._way = f"{channel.source}>{channel.target}/Carry"
        self._network = channel.network
        self._up: asyncio.Queue[Any] = asyncio.Queue()
        self._down: asyncio.Queue[Any] = asyncio.Queue()
        self._over: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        """What is read at the end: EOF, or why it broke."""
        server = channel.network.servers.get(channel.target)
        self._serving: asyncio.Task[None] | None = None
        if server is None or not server.alive or _CARRY not in server.more:
            self._end(_BROKEN)
            return
        self._server, self._handler = server, server.more[_CARRY]
        server.ending().add_done_callback(lambda _: self._end(_BROKEN))
        self._serving = server.run(self._serve())
        channel.network.note(self._serving)

    async def _serve(self) -> None:
        end: Any = grpc.aio.EOF
        try:
            await self._handler.stream_stream(None, _Context(self))
        except _Aborted as error:
            end = failed(error.code, error.details, error.trailing)
        except asyncio.CancelledError:
            end = _BROKEN
            raise
        except Exception as error:  # noqa: BLE001 - as the library
            BUGS.append(f"{_CARRY}: {type(error).__name__}: {error}"[:300])
            end = failed(grpc.StatusCode.UNKNOWN, str(error))
        finally:
            await asyncio.sleep(0)
            self._end(end)

    def _end(self, how: Any) -> None:
        if not self._over.done():
            self._over.set_result(how)
        if how is not grpc.aio.EOF and self._serving and self._server.alive:
            self._serving.cancel()

    async def _next(self, queue: "asyncio.Queue[Any]") -> Any:
        """What comes, in its order, late or not; what was said before the end is heard before it."""
        coming = asyncio.ensure_future(queue.get())
        try:
            await asyncio.wait({coming, self._over}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            if not coming.done():
                coming.cancel()
        if not coming.done() or coming.cancelled():
            return self._over.result()
        fate, dice = self._network.dice.fate("event", self._way, STREAM_FATES)
        if fate == "stream broken":
            self._end(_BROKEN)
            return _BROKEN
        if fate == "stream slow":
            await asyncio.sleep(dice.choice(_SLOW_S))
        return coming.result()

    async def read(self) -> Any:
        """The next message, or EOF. Raises AioRpcError."""
        item = await self._next(self._down)
        if isinstance(item, grpc.aio.AioRpcError):
            raise item
        return item if item is grpc.aio.EOF else self._deserialize(item)

    async def write(self, message: Any) -> None:
        """To the server. Raises AioRpcError."""
        if self._over.done():
            raise _BROKEN
        self._up.put_nowait(self._serialize(message))

    async def done_writing(self) -> None:
        """Nothing more is to come."""
        self._up.put_nowait(grpc.aio.EOF)

    async def code(self) -> grpc.StatusCode:
        """How it has ended."""
        how = await asyncio.shield(self._over)
        return grpc.StatusCode.OK if how is grpc.aio.EOF else how.code()

    def cancel(self) -> bool:
        """End it."""
        self._end(_BROKEN)
        return True


@dataclass
class _Context:
    """What the servicer sees of the stream."""

    stream: _Stream

    async def read(self) -> Any:
        """What the caller says next; EOF once that is all."""
        item = await self.stream._next(self.stream._up)
        if isinstance(item, bytes):
            return self.stream._handler.request_deserializer(item)
        return grpc.aio.EOF

    async def write(self, message: Any) -> None:
        """To the caller."""
        self.stream._down.put_nowait(self.stream._handler.response_serializer(message))

    async def abort(self, code: grpc.StatusCode, details: str = "", trailing: Any = ()) -> None:
        """End it with a status."""
        raise _Aborted(code, details, trailing)

    def auth_context(self) -> dict[str, Any]:
        """Messages in memory need no certificates."""
        return {}

    def peer(self) -> str:
        """Who it is."""
        return "memory"


class _ShakyLine(Line):
    """A socket of the system, on which things happen."""

    network: Network

    def __init__(self, most: int = FRAME_MAX) -> None:
        super().__init__(most)
        self._late: list[bytes] | None = None

    def _write(self, frame: bytes) -> None:
        who = LIFE.get().partition("#")[0]
        fate, dice = self.network.dice.fate("line", who, LINE_FATES) if self.is_open else ("", None)
        if fate == "broken before":
            self._transport.abort()
        elif fate == "slow" and self._late is None and dice:
            self._late = []
            asyncio.get_running_loop().call_later(dice.choice(_SLOW_S), self._go_on)
        if self._late is not None:
            self._late.append(frame)
        elif fate != "broken before":
            super()._write(frame)
        if fate == "broken after":
            self._transport.abort()

    def _go_on(self) -> None:
        late, self._late = self._late or [], None
        for frame in late:
            super()._write(frame)
