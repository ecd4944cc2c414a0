"""The server's end of a trunk: every call in a task of its own, answered in the frame that comes next."""

import asyncio
import logging
import time
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from typing import Any, NoReturn

import grpc

from chassis.grpc_server import DETAILS, Inside
from rufbuch.trunk.v1 import service_pb2_grpc
from rufbuch.trunk.v1.service_pb2 import Answer, Call, CarryRequest, CarryResponse
from signals.tracing import TRACEPARENT
from trunk.frames import PART_MAX, next_frame
from trunk.line import Entrance, Line, new_word

_log = logging.getLogger(__name__)
_Context = grpc.aio.ServicerContext[Any, Any]


def carrying(inside: Inside, server: grpc.aio.Server) -> None:
    """A way into a server, for chassis.grpc_server."""
    service_pb2_grpc.add_TrunkServiceServicer_to_server(_Servicer(inside), server)


class _Servicer(service_pb2_grpc.TrunkServiceServicer):
    def __init__(self, inside: Inside) -> None:
        self._inside = inside
        self._entrance = Entrance()
        self._opening: asyncio.Task[None] | None = None
        self._closing: asyncio.Task[None] | None = None

    async def Carry(self, _: object, context: _Context) -> None:  # type: ignore[override] # noqa: N802 - gRPC's name; it reads by itself
        """See service.proto."""
        if self._inside.retiring.is_set():
            await context.abort(grpc.StatusCode.UNAVAILABLE, "the server is about to stop")
        self._opening = self._opening or asyncio.create_task(self._entrance.open())
        self._closing = self._closing or asyncio.create_task(self._close())
        await asyncio.shield(self._opening)
        await _Carriage(self._inside, context, self._entrance).run()

    async def _close(self) -> None:
        await self._inside.draining.wait()
        self._entrance.close()


class _Carriage:
    """One stream, from its first frame to its last."""

    def __init__(self, inside: Inside, context: _Context, entrance: Entrance | None = None) -> None:
        self._inside, self._context, self._entrance = inside, context, entrance
        self._line: Line | None = None
        self._line_lost = asyncio.Event()
        self._running: dict[int, asyncio.Task[None]] = {}
        self._unsent: deque[Answer] = deque()
        self._to_send, self._retiring_told, self._over = asyncio.Event(), False, False

    async def run(self) -> None:
        """Until the caller ends it, or the server drains: then with an answer to all that was begun."""
        if self._entrance is None:
            await self._carry(CarryResponse())
            return
        answer = new_word()
        word = self._entrance.expect(partial(self._come, CarryResponse(line_answer=answer)))
        try:
            await self._carry(CarryResponse(line=self._entrance.name, line_word=word, line_answer=answer))
        finally:
            # Also of a caller who went before it was told.
            self._entrance.forget(word)

    async def _carry(self, listens: CarryResponse) -> None:
        await self._context.write(listens)
        writing, reading = asyncio.create_task(self._write()), asyncio.create_task(self._read())
        retiring = asyncio.create_task(self._inside.retiring.wait())
        draining = asyncio.create_task(self._inside.draining.wait())
        lost = asyncio.create_task(self._line_lost.wait())
        retiring.add_done_callback(lambda _: self._to_send.set())
        try:
            await asyncio.wait({reading, draining, writing, lost}, return_when=asyncio.FIRST_COMPLETED)
            reading.cancel()
            if lost.done() and not draining.done():
                # What was asked, or answered, may have gone with it: whoever waits hears of it by the stream's end.
                return
            if self._running:
                await asyncio.wait(set(self._running.values()))
            self._over = True
            self._to_send.set()
            await writing
        finally:
            for task in (writing, reading, retiring, draining, lost, *self._running.values()):
                task.cancel()
            if self._line:
                self._line.end()

    def _come(self, let_in: CarryResponse, line: Line) -> None:
        self._line, line.hear, line.ended = line, self._hear, self._line_lost.set
        line.tell(let_in)

    def _hear(self, frame: bytes) -> None:
        self._take(CarryRequest.FromString(frame))

    async def _read(self) -> None:
        while (frame := await self._context.read()) is not grpc.aio.EOF:
            assert isinstance(frame, CarryRequest)  # noqa: S101 - by the method's serializers
            self._take(frame)

    def _take(self, frame: CarryRequest) -> None:
        for call in frame.calls:
            if call.given_up:
                if running := self._running.get(call.number):
                    running.cancel()
            else:
                self._running[call.number] = asyncio.create_task(self._run(call))

    async def _write(self) -> None:
        while not (self._over and not self._unsent):
            await self._to_send.wait()
            self._to_send.clear()
            retiring = self._inside.retiring.is_set() and not self._retiring_told
            while self._unsent or retiring:
                answers = next_frame(self._unsent)
                self._retiring_told |= retiring
                await self._context.write(CarryResponse(answers=answers, retiring=retiring))
                retiring = False

    async def _run(self, call: Call) -> None:
        """Nobody waits for what was given up, or came too late."""
        task = asyncio.current_task()
        assert task is not None  # noqa: S101 - it runs
        alarm = asyncio.get_running_loop().call_later(call.time_left_ms / 1000, task.cancel)
        try:
            answer = await _answered(self._inside, call, self._context)
        except asyncio.CancelledError:
            return
        finally:
            alarm.cancel()
            self._running.pop(call.number, None)
        if self._line and self._line.is_open and not self._inside.draining.is_set():
            self._line.tell(CarryResponse(answers=[answer]))
        else:
            # Before the stream's end, in order.
            self._unsent.append(answer)
            self._to_send.set()


async def _answered(inside: Inside, call: Call, stream: _Context) -> Answer:
    handler = inside.method(call.method)
    if handler is None or handler.unary_unary is None:
        return _failed(call, grpc.StatusCode.UNIMPLEMENTED, "no such method")
    try:
        request = handler.request_deserializer(call.request)
        response = await handler.unary_unary(request, _CallContext(call, stream))
        serialised = handler.response_serializer(response)
    except _AbortedError as ended:
        return _failed(call, ended.code, ended.message, ended.details)
    except Exception as error:  # noqa: BLE001 - as at gRPC's own border: a bug in one call ends that call; it is logged where it was
        return _failed(call, grpc.StatusCode.UNKNOWN, f"Unexpected {type(error).__name__}")
    if len(serialised) > PART_MAX:
        _log.error("a response is too large for a trunk", extra={"method": call.method})
        return _failed(call, grpc.StatusCode.RESOURCE_EXHAUSTED, "the response is too large for a trunk")
    return Answer(number=call.number, response=serialised)


def _failed(call: Call, code: grpc.StatusCode, message: str, details: bytes = b"") -> Answer:
    return Answer(number=call.number, code=code.value[0], message=message, status_details=details)


class _AbortedError(Exception):
    def __init__(self, code: grpc.StatusCode, message: str, details: bytes) -> None:
        super().__init__(message)
        self.code, self.message, self.details = code, message, details


class _CallContext:
    """What a method may ask of its call, as of one that came alone."""

    def __init__(self, call: Call, stream: _Context) -> None:
        self._call, self._stream = call, stream
        self._ends = time.monotonic() + call.time_left_ms / 1000

    def invocation_metadata(self) -> Sequence[tuple[str, str]]:
        """See grpc.aio.ServicerContext."""
        return ((TRACEPARENT, self._call.traceparent),) if self._call.traceparent else ()

    def time_remaining(self) -> float:
        """See grpc.aio.ServicerContext."""
        return max(0.0, self._ends - time.monotonic())

    def auth_context(self) -> Mapping[str, Iterable[bytes]]:
        """Of the connection, as for every call."""
        return self._stream.auth_context()

    def peer(self) -> str:
        """See grpc.aio.ServicerContext."""
        return str(self._stream.peer())

    async def abort(
        self, code: grpc.StatusCode, details: str = "", trailing_metadata: Sequence[tuple[str, bytes]] = ()
    ) -> NoReturn:
        """End the call with a status."""
        raise _AbortedError(code, details, dict(trailing_metadata).get(DETAILS, b""))
