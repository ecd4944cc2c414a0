"""The caller's end of one stream: calls go out in the frame that comes next, and answers find who waits for them."""

import asyncio
import itertools
import math
from collections import deque
from contextlib import suppress
from typing import Any, cast

import grpc

from chassis.grpc_server import DETAILS
from rufbuch.trunk.v1.service_pb2 import Answer, Call, CarryRequest, CarryResponse
from trunk.frames import next_frame
from trunk.line import Line

ROOM = 64
"""Calls under way at once. Who finds no room calls alone: a peer that hangs must not gather everybody."""
SILENT_S = 0.05
"""What hears nothing for so long may be gone; whoever had less time than that cannot say."""
_CODES = {code.value[0]: code for code in grpc.StatusCode}


class UnansweredError(Exception):
    """The stream ended. Whether the call was carried out is not known."""


class Trunk:
    """One stream that the peer has opened. Starts two tasks, which end with it."""

    def __init__(self, stream: "grpc.aio.StreamStreamCall[Any, Any]", line: Line | None = None) -> None:
        """``line``: what the calls go over, and their answers come; without one both go over the stream."""
        self._stream, self._numbers, self._line = stream, itertools.count(1), line
        self._waiting: dict[int, asyncio.Future[Answer]] = {}
        self._unsent: deque[Call] = deque()
        self._to_send, self._loop = asyncio.Event(), asyncio.get_running_loop()
        self._heard_at = self._loop.time()
        self.left = asyncio.Event()
        """Set once nothing new should be asked over it."""
        if line:
            # What is still to come may come over the stream: only with that nothing more is heard.
            line.hear, line.ended = self._hear_frame, self.left.set
            if not line.is_open:
                self.left.set()
        self._tasks = [asyncio.create_task(self._write()), asyncio.create_task(self._read())]

    @property
    def has_room(self) -> bool:
        """Whether one more call may go over it."""
        return len(self._waiting) < ROOM and not self.left.is_set()

    async def ask(self, method: str, request: bytes, *, time_s: float, traceparent: str) -> bytes:
        """The response, serialised. Raises grpc.aio.AioRpcError as a call of its own would; UnansweredError."""
        if time_s <= 0:
            raise _late()
        number, answer = next(self._numbers), self._loop.create_future()
        self._waiting[number] = answer
        left_ms = math.ceil(time_s * 1000)
        self._send(
            Call(number=number, method=method, request=request, time_left_ms=left_ms, traceparent=traceparent)
        )
        alarm = self._loop.call_later(time_s, self._miss, number, answer, self._loop.time())
        try:
            return _response(await answer)
        except asyncio.CancelledError:
            self._send(Call(number=number, given_up=True))
            raise
        finally:
            alarm.cancel()
            self._waiting.pop(number, None)

    async def leave(self, within_s: float) -> None:
        """Ask nothing new, hear what is still to come for so long, and end the stream."""
        self.left.set()
        try:
            with suppress(TimeoutError, grpc.aio.AioRpcError):
                async with asyncio.timeout(within_s):
                    if self._waiting:
                        await asyncio.wait(set(self._waiting.values()))
                    await self._stream.done_writing()
                    await self._stream.code()
        finally:
            await self.end()

    async def end(self) -> None:
        """At once."""
        self.left.set()
        if self._line:
            self._line.end()
        self._stream.cancel()
        for task in self._tasks:
            task.cancel()
        await asyncio.wait(self._tasks)

    def _send(self, call: Call) -> None:
        if self._line:
            self._line.tell(CarryRequest(calls=[call]))
            return
        self._unsent.append(call)
        self._to_send.set()

    def _miss(self, number: int, answer: "asyncio.Future[Answer]", asked_at: float) -> None:
        if not answer.done():
            # A peer that stood still has not begun to count: without that it would begin when nobody waits any more.
            self._send(Call(number=number, given_up=True))
            answer.set_exception(_late())
        if self._heard_at < asked_at <= self._loop.time() - SILENT_S:
            # Not one word since then: it is not the method that is slow.
            self.left.set()

    async def _write(self) -> None:
        with suppress(grpc.aio.AioRpcError, asyncio.InvalidStateError):
            # Why it ended is told to whoever reads.
            while True:
                await self._to_send.wait()
                self._to_send.clear()
                while self._unsent:
                    await self._stream.write(CarryRequest(calls=next_frame(self._unsent)))

    async def _read(self) -> None:
        try:
            while (told := await self._stream.read()) is not grpc.aio.EOF:
                self._hear(cast("CarryResponse", told))
        except grpc.aio.AioRpcError:
            # Why it ended changes nothing for those who wait.
            pass
        finally:
            self._break()

    def _break(self) -> None:
        """Nothing more is heard."""
        self.left.set()
        for waiting in self._waiting.values():
            if not waiting.done():
                waiting.set_exception(UnansweredError)

    def _hear_frame(self, frame: bytes) -> None:
        self._hear(CarryResponse.FromString(frame))

    def _hear(self, told: CarryResponse) -> None:
        self._heard_at = self._loop.time()
        if told.retiring:
            self.left.set()
        for answer in told.answers:
            waiting = self._waiting.get(answer.number)
            if waiting and not waiting.done():
                waiting.set_result(answer)


def _response(answer: Answer) -> bytes:
    if answer.code == 0:
        return answer.response
    details = ((DETAILS, answer.status_details),) if answer.status_details else ()
    raise _failed(_CODES.get(answer.code, grpc.StatusCode.UNKNOWN), answer.message, *details)


def _late() -> grpc.aio.AioRpcError:
    return _failed(grpc.StatusCode.DEADLINE_EXCEEDED, "Deadline Exceeded")


def _failed(code: grpc.StatusCode, message: str, *trailing: tuple[str, bytes]) -> grpc.aio.AioRpcError:
    return grpc.aio.AioRpcError(code, grpc.aio.Metadata(), grpc.aio.Metadata(*trailing), message)
