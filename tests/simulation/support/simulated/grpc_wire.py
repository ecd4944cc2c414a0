"""Owns gRPC between the services without a network: real stubs and real servicers, with the chassis' own boundary around
them; messages are bytes, deadlines are kept, a caller that goes away cancels what it asked for, and every message has a fate.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextvars import Context
from dataclasses import dataclass, field
from typing import Any

import grpc
from simulated.dice import Dice
from simulated.virtual_loop import LIFE

from chassis.deadlines import time_left_s
from chassis.grpc_server import Inside, Servicer, _Bounded

FATES = (
    ("lost before", 2.0),
    ("refused", 2.0),
    ("lost after", 2.0),
    ("answer broken", 2.0),
    ("doubled", 1.0),
    ("delayed", 2.0),
)
"""``lost`` is silence until the deadline, ``refused`` and ``answer broken`` are a connection that breaks."""
STREAM_FATES = (("stream broken", 1.0), ("stream slow", 1.0))
_FIRST_PAUSE_S, _ATTEMPTS = 0.05, 4


def _now() -> float:
    return asyncio.get_running_loop().time()


def failed(code: grpc.StatusCode, details: str, trailing: Any = ()) -> grpc.aio.AioRpcError:
    """An error as the library raises it."""
    metadata = grpc.aio.Metadata(*trailing)
    return grpc.aio.AioRpcError(code, grpc.aio.Metadata(), metadata, details)


class _Aborted(grpc.aio.AbortError):
    def __init__(self, code: grpc.StatusCode, details: str, trailing: Any) -> None:
        super().__init__(details)
        self.code, self.details, self.trailing = code, details, trailing


@dataclass
class ServerContext:
    """What a servicer sees of a call."""

    ends: float | None

    def invocation_metadata(self) -> tuple[()]:
        """No trace goes on."""
        return ()

    started: asyncio.Event = field(default_factory=asyncio.Event)

    def time_remaining(self) -> float | None:
        """Seconds until the caller gives up."""
        return None if self.ends is None else max(0.0, self.ends - _now())

    async def send_initial_metadata(self, _: Any) -> None:
        """The stream stands."""
        self.started.set()

    async def abort(self, code: grpc.StatusCode, details: str = "", trailing: Any = ()) -> None:
        """End the call with a status."""
        raise _Aborted(code, details, trailing)


class MemoryServer:
    """The servicers of one life of a service; takes the place of grpc.aio's server when servicers are added."""

    def __init__(
        self, life: str, start: Callable[[Coroutine[Any, Any, Any]], "asyncio.Task[Any]"], context: Context
    ) -> None:
        self.life, self._start, self._context = life, start, context
        self.alive = True
        self._handlers: dict[str, Any] = {}
        self.more: dict[str, Any] = {}
        """What is served beside them, by full name."""
        self._ends: set[asyncio.Future[None]] = set()

    async def add(self, servicer: Servicer) -> None:
        """Serve it, in the chassis' bounds."""
        found: dict[str, Any] = {}
        collector = _Collector(found)
        servicer.add(servicer.implementation, collector)  # type: ignore[arg-type] # all that generated code asks for
        bounds = _Bounded(collector, Inside(), servicer, checks_callers=False)  # type: ignore[arg-type] # as above
        for name, handler in found.items():
            self._handlers[name] = bounds.bounded(handler, name)

    def handler(self, method: str) -> Any:
        """Of a method by its full name; None: unimplemented."""
        return self._handlers.get(method)

    def run(self, work: Coroutine[Any, Any, Any]) -> "asyncio.Task[Any]":
        """Inside this life."""
        return self._start(work)

    def ending(self) -> "asyncio.Future[None]":
        """Resolves when this life ends."""
        future = asyncio.get_running_loop().create_future()
        self._ends.add(future)
        future.add_done_callback(self._ends.discard, context=Context())
        return future

    def end(self) -> None:
        """Connections break."""
        self.alive = False
        for future in list(self._ends):
            if not future.done():
                future.set_result(None)


@dataclass
class _Collector:
    """What generated code adds handlers to."""

    found: dict[str, Any]

    def add_generic_rpc_handlers(self, _: object) -> None:
        """Unneeded beside the registered ones."""

    def add_registered_method_handlers(self, service: str, handlers: dict[str, Any]) -> None:
        """By full name."""
        self.found.update({f"/{service}/{name}": handler for name, handler in handlers.items()})


@dataclass
class Network:
    """Who can be reached, and what happens on the way."""

    dice: Dice
    servers: dict[str, MemoryServer] = field(default_factory=dict)
    asked: dict[str, set[asyncio.Task[Any]]] = field(default_factory=dict)
    """What runs at servers, by the life that has asked for it."""
    latency_s: tuple[float, float] = (0.0005, 0.004)
    trunks: bool = False
    """Whether what is harmless to repeat goes over trunks."""

    def channel(self, source: str, target: str, *, deadline_s: float, retried: Any = ()) -> Any:
        """In the place of chassis.grpc_client.channel."""
        return MemoryChannel(self, source, target, deadline_s, frozenset(f"/{one}" for one in retried))

    async def unary(self, way: str, target: str, method: str, payload: bytes, timeout: float) -> bytes:  # noqa: ASYNC109
        """One attempt. Raises AioRpcError."""
        name = method.rpartition("/")[2]
        fate, dice = self.dice.fate("rpc", f"{way}/{name}", FATES)
        ends = _now() + timeout
        await asyncio.sleep(min(timeout, dice.uniform(*self.latency_s)))
        if fate == "delayed":
            await asyncio.sleep(min(timeout, dice.choice((0.05, 0.3, 1.0, 3.0))))
        server = self.servers.get(target)
        if fate == "lost before":
            await asyncio.sleep(max(0.0, ends - _now()))
        elif fate == "refused" or server is None or not server.alive:
            raise failed(grpc.StatusCode.UNAVAILABLE, "connection refused")
        if server is None or _now() >= ends:
            raise failed(grpc.StatusCode.DEADLINE_EXCEEDED, "Deadline Exceeded")
        if fate == "doubled":
            delay = dice.choice((0.0, 0.01, 0.2, 1.0))
            asyncio.get_running_loop().call_later(
                delay, self._once_more, server, method, payload, ends, context=Context()
            )
        answer = await self._ask(server, method, payload, ends)
        if fate == "answer broken":
            raise failed(grpc.StatusCode.UNAVAILABLE, "connection reset")
        if fate == "lost after":
            await asyncio.sleep(max(0.0, ends - _now()))
            raise failed(grpc.StatusCode.DEADLINE_EXCEEDED, "Deadline Exceeded")
        await asyncio.sleep(min(max(0.0, ends - _now()), dice.uniform(*self.latency_s)))
        return answer

    def _once_more(self, server: MemoryServer, method: str, payload: bytes, ends: float) -> None:
        if server.alive:
            server.run(_handled(server, method, payload, max(ends, _now() + 1.0), swallow=True))

    def note(self, task: "asyncio.Task[Any]") -> None:
        """Whoever asked may end, and what was asked for ends with it."""
        tasks = self.asked.setdefault(LIFE.get(), set())
        tasks.add(task)
        task.add_done_callback(tasks.discard, context=Context())

    def hang_up(self, life: str) -> None:
        """A client's connections break: servers cancel what it asked for."""
        for task in list(self.asked.pop(life, ())):
            task.cancel()

    async def _ask(self, server: MemoryServer, method: str, payload: bytes, ends: float) -> bytes:
        task, ending = server.run(_handled(server, method, payload, ends)), server.ending()
        self.note(task)
        try:
            left = max(0.0, ends - _now())
            done, _ = await asyncio.wait({task, ending}, timeout=left, return_when=asyncio.FIRST_COMPLETED)
            if task in done:
                outcome = task.result()
                if isinstance(outcome, grpc.aio.AioRpcError):
                    raise outcome
                return bytes(outcome)
            if ending in done:
                raise failed(grpc.StatusCode.UNAVAILABLE, "connection reset")
            raise failed(grpc.StatusCode.DEADLINE_EXCEEDED, "Deadline Exceeded")
        finally:
            ending.cancel()
            if not task.done() and server.alive:
                task.cancel()


async def _handled(
    server: MemoryServer, method: str, payload: bytes, ends: float, *, swallow: bool = False
) -> bytes | grpc.aio.AioRpcError:
    handler = server.handler(method)
    if handler is None:
        return failed(grpc.StatusCode.UNIMPLEMENTED, method)
    try:
        answer = await handler.unary_unary(handler.request_deserializer(payload), ServerContext(ends))
        return bytes(handler.response_serializer(answer))
    except _Aborted as error:
        return failed(error.code, error.details, error.trailing)
    except Exception as error:  # noqa: BLE001 - as the library: whatever a servicer raises is UNKNOWN to its caller
        if not swallow:
            BUGS.append(f"{method}: {type(error).__name__}: {error}"[:300])
        return failed(grpc.StatusCode.UNKNOWN, f"Unexpected {type(error)}: {error}")


BUGS: list[str] = []
"""What servicers raised that they should not have."""


@dataclass
class MemoryChannel:
    """In the place of a grpc.aio.Channel: all that stubs and our clients ask of one."""

    network: Network
    source: str
    target: str
    deadline_s: float
    retried: frozenset[str]

    def unary_unary(self, method: str, request_serializer: Any, response_deserializer: Any, **_: Any) -> Any:
        """A method with one answer."""

        async def call(request: Any, *, timeout: float | None = None, **_: Any) -> Any:  # noqa: ASYNC109
            left = time_left_s(self.deadline_s if timeout is None else timeout)
            answer = await self._attempts(method, request_serializer(request), left)
            return response_deserializer(answer)

        return call

    async def _attempts(self, method: str, payload: bytes, left: float) -> bytes:
        ends, pause = _now() + left, _FIRST_PAUSE_S
        way = f"{self.source}>{self.target}"
        for attempt in range(_ATTEMPTS):
            try:
                return await self.network.unary(way, self.target, method, payload, ends - _now())
            except grpc.aio.AioRpcError as error:
                last = attempt == _ATTEMPTS - 1 or _now() + pause >= ends
                if error.code() is not grpc.StatusCode.UNAVAILABLE or method not in self.retried or last:
                    raise
                await asyncio.sleep(pause)
                pause = min(2 * pause, 0.5)
        raise AssertionError("unreachable")

    def unary_stream(self, method: str, request_serializer: Any, response_deserializer: Any, **_: Any) -> Any:
        """A method with many answers."""

        def call(request: Any, **_: Any) -> "StreamCall":
            return StreamCall(self, method, request_serializer(request), response_deserializer)

        return call

    def get_state(self, *, try_to_connect: bool = False) -> grpc.ChannelConnectivity:
        """Whether the peer lives."""
        server = self.network.servers.get(self.target)
        ready = try_to_connect and server is not None and server.alive
        return grpc.ChannelConnectivity.READY if ready else grpc.ChannelConnectivity.TRANSIENT_FAILURE


class StreamCall:
    """A server-streaming call: ``read()``, ``async for``, ``initial_metadata()``, ``cancel()``."""

    def __init__(self, channel: MemoryChannel, method: str, payload: bytes, deserialize: Any) -> None:
        self._channel, self._method, self._payload, self._deserialize = channel, method, payload, deserialize
        self._queue: asyncio.Queue[Any] = asyncio.Queue(maxsize=8)
        self._context = ServerContext(None)
        server = channel.network.servers.get(channel.target)
        self._server = server if server and server.alive else None
        self._feeding = self._server.run(self._feed()) if self._server else None
        self._ending = self._server.ending() if self._server else None
        self._over: grpc.aio.AioRpcError | None = None
        if self._feeding:
            channel.network.note(self._feeding)

    async def _feed(self) -> None:
        assert self._server
        handler = self._server.handler(self._method)
        try:
            request = handler.request_deserializer(self._payload)
            async for item in handler.unary_stream(request, self._context):
                await self._queue.put(handler.response_serializer(item))
            await self._queue.put(grpc.aio.EOF)
        except _Aborted as error:
            await self._queue.put(failed(error.code, error.details, error.trailing))
        except Exception as error:  # noqa: BLE001 - as the library
            BUGS.append(f"{self._method}: {type(error).__name__}: {error}"[:300])
            await self._queue.put(failed(grpc.StatusCode.UNKNOWN, str(error)))

    async def initial_metadata(self) -> grpc.aio.Metadata:
        """Once the stream stands."""
        if self._ending is None:
            raise failed(grpc.StatusCode.UNAVAILABLE, "connection refused")
        started: asyncio.Future[Any] = asyncio.ensure_future(self._context.started.wait())
        try:
            await asyncio.wait([started, self._ending], return_when=asyncio.FIRST_COMPLETED)
        finally:
            started.cancel()
        if self._ending.done():
            raise failed(grpc.StatusCode.UNAVAILABLE, "connection reset")
        return grpc.aio.Metadata()

    async def read(self) -> Any:
        """The next message, or EOF. Raises AioRpcError."""
        if self._over or self._ending is None:
            raise self._over or failed(grpc.StatusCode.UNAVAILABLE, "connection refused")
        item = await self._next()
        if isinstance(item, grpc.aio.AioRpcError):
            self._over = item
            self.cancel()
            raise item
        return item if item is grpc.aio.EOF else self._deserialize(item)

    async def _next(self) -> Any:
        assert self._ending
        if self._queue.empty():
            coming = asyncio.ensure_future(self._queue.get())
            try:
                await asyncio.wait([coming, self._ending], return_when=asyncio.FIRST_COMPLETED)
            except asyncio.CancelledError:
                coming.cancel()
                raise
            if not coming.done():
                coming.cancel()
                return failed(grpc.StatusCode.UNAVAILABLE, "connection reset")
            item = coming.result()
        else:
            item = self._queue.get_nowait()
        way = f"{self._channel.source}>{self._channel.target}"
        fate, dice = self._channel.network.dice.fate(
            "event", f"{way}/{self._method.rpartition('/')[2]}", STREAM_FATES
        )
        if fate == "stream broken":
            return failed(grpc.StatusCode.UNAVAILABLE, "connection reset")
        if fate == "stream slow":
            await asyncio.sleep(dice.choice((0.1, 0.5, 2.0, 5.0)))
        return item

    def cancel(self) -> bool:
        """End it."""
        if self._feeding and self._server and self._server.alive:
            self._feeding.cancel()
        return True

    def __aiter__(self) -> AsyncIterator[Any]:
        return self._items()

    async def _items(self) -> AsyncIterator[Any]:
        try:
            while (item := await self.read()) is not grpc.aio.EOF:
                yield item
        finally:
            self.cancel()
