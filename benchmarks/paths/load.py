"""The callers, as a process of their own: ``python -m benchmarks.paths.load`` reads a round a line, and says what it saw.

Raw sockets under uvloop, requests made before the clock runs; what is left to do in time is to sign and to send.
"""

import asyncio
import hashlib
import hmac
import json
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from typing import Any, cast

import uvloop

CONNECTIONS_MAX = 512
"""Of an open round: whoever comes while all are busy waits, and that counts."""
_END_OF_HEAD = b"\r\n\r\n"


@dataclass(frozen=True)
class Round:
    """Requests to one address: closed (``callers`` ask one after the other), or open (``rate`` a second arrive)."""

    port: int
    path: str
    key: str
    bodies: Sequence[str]
    callers: int = 1
    rate: float | None = None


@dataclass(frozen=True)
class Seen:
    """In the order of the bodies: how long each answer took in milliseconds, and what it was."""

    taken_ms: Sequence[float]
    codes: Sequence[int]
    answers: Sequence[str]
    seconds: float


class _Connection(asyncio.Protocol):
    """One keep-alive connection; one request at a time."""

    def __init__(self) -> None:
        self._transport: asyncio.Transport | None = None
        self._answer: asyncio.Future[bytes] | None = None
        self._received, self._whole = b"", 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        self._received = self._received + data if self._received else data
        if not self._whole:
            head, found, _ = self._received.partition(_END_OF_HEAD)
            if not found:
                return
            self._whole = len(head) + len(_END_OF_HEAD) + _length(head)
        if len(self._received) >= self._whole and self._answer:
            self._answer.set_result(self._received)
            self._received, self._whole, self._answer = b"", 0, None

    def connection_lost(self, exc: Exception | None) -> None:
        if self._answer and not self._answer.done():
            self._answer.set_exception(exc or ConnectionResetError("the server has hung up"))

    def ask(self, request: bytes) -> asyncio.Future[bytes]:
        """The whole answer, head and body."""
        assert self._transport is not None
        self._answer = asyncio.get_running_loop().create_future()
        self._transport.write(request)
        return self._answer

    def close(self) -> None:
        """Hang up."""
        assert self._transport is not None
        self._transport.close()


def _length(head: bytes) -> int:
    lowered = head.lower()
    at = lowered.find(b"content-length:")
    return int(lowered[at + 15 :].split(b"\r\n", 1)[0]) if at >= 0 else 0


class _Caller:
    """Signs and sends the requests of one round, and notes what came back."""

    def __init__(self, round_: Round) -> None:
        self._key = round_.key.encode()
        self._bodies = [body.encode() for body in round_.bodies]
        self._heads = [
            f"POST {round_.path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(body)}\r\nX-Retell-Signature: ".encode()
            for body in self._bodies
        ]
        count = len(self._bodies)
        self.taken_s, self.raw = [0.0] * count, [b""] * count

    async def ask(self, connection: _Connection, number: int, *, since: float | None = None) -> None:
        """``since``: when it should have been sent."""
        began = time.perf_counter() if since is None else since
        with suppress(ConnectionError):
            # Whoever is cut off has no answer, which is told as code 0.
            self.raw[number] = await connection.ask(self._signed(number))
        self.taken_s[number] = time.perf_counter() - began

    def _signed(self, number: int) -> bytes:
        body, at = self._bodies[number], str(round(time.time() * 1000)).encode()
        digest = hmac.digest(self._key, body + at, hashlib.sha256).hex().encode()
        return b"%bv=%b,d=%b\r\n\r\n%b" % (self._heads[number], at, digest, body)

    def seen(self, seconds: float) -> Seen:
        """What came of the round."""
        parts = [raw.partition(_END_OF_HEAD) for raw in self.raw]
        return Seen(
            [taken * 1000 for taken in self.taken_s],
            [int(head[9:12] or 0) for head, _, _ in parts],
            [body.decode() for _, _, body in parts],
            seconds,
        )


async def run(round_: Round) -> Seen:
    """One round, to its end, over connections of its own: a server ends those that have been idle for long."""
    count = round_.callers if round_.rate is None else min(CONNECTIONS_MAX, len(round_.bodies))
    connections = [await _connected(round_.port) for _ in range(count)]
    caller = _Caller(round_)
    began = time.perf_counter()
    if round_.rate is None:
        await _closed(len(round_.bodies), caller, connections)
    else:
        await _open(len(round_.bodies), caller, connections, round_.rate)
    seconds = time.perf_counter() - began
    for connection in connections:
        connection.close()
    return caller.seen(seconds)


async def _closed(count: int, caller: _Caller, connections: Sequence[_Connection]) -> None:
    waiting = iter(range(count))

    async def one(connection: _Connection) -> None:
        for number in waiting:
            await caller.ask(connection, number)

    await asyncio.gather(*map(one, connections))


async def _open(count: int, caller: _Caller, connections: Sequence[_Connection], rate: float) -> None:
    free: asyncio.LifoQueue[_Connection] = asyncio.LifoQueue()
    for connection in connections:
        free.put_nowait(connection)

    async def one(number: int, due: float) -> None:
        connection = await free.get()
        await caller.ask(connection, number, since=due)
        free.put_nowait(connection)

    began, asked = time.perf_counter(), []
    for number in range(count):
        due = began + number / rate
        if (left := due - time.perf_counter()) > 0:
            await asyncio.sleep(left)
        asked.append(asyncio.create_task(one(number, due)))
    await asyncio.gather(*asked)


async def _connected(port: int) -> _Connection:
    _, connection = await asyncio.get_running_loop().create_connection(_Connection, "127.0.0.1", port)
    return connection


def main() -> None:
    """Round by round, until the input ends."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        for line in sys.stdin:
            asked: dict[str, Any] = json.loads(line)
            print(json.dumps(asdict(runner.run(run(Round(**asked))))), flush=True)


if __name__ == "__main__":
    main()
