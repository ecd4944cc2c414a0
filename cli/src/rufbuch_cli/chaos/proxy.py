"""A TCP proxy that can be told to spoil what goes through it."""

import asyncio
import socket
import struct
import threading
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from enum import Enum
from typing import Any, TypeVar

HOST = "127.0.0.1"
CHUNK = 65536
SLOW_S = 0.15
_AT_ONCE = struct.pack("ii", 1, 0)
"""SO_LINGER: closing sends a reset instead of an end."""
T = TypeVar("T")


class Line(Enum):
    """How a line behaves."""

    OPEN = "open"
    CUT = "cut"
    """Connections end, new ones are refused at once."""
    RESET = "reset"
    """The same with a reset, in the middle of whatever was on its way."""
    HALF_OPEN = "half-open"
    """It takes everything and passes nothing on: nobody hears that the other is gone."""
    SLOW = "slow"
    """Each piece waits 150 ms."""


class Proxy:
    """One port before another, in a thread of its own."""

    def __init__(self, port: int, target: int) -> None:
        self.port, self._target = port, target
        self.line = Line.OPEN
        self._writers: set[asyncio.StreamWriter] = set()
        self._server: asyncio.Server | None = None
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    def start(self) -> None:
        """Listen."""
        self._thread.start()
        self._server = self._run(asyncio.start_server(self._connected, HOST, self.port))

    def become(self, line: Line) -> None:
        """Behave like that from now on; what is spoiled ends every connection that there is."""
        self.line = line
        if line in {Line.CUT, Line.RESET}:
            self._loop.call_soon_threadsafe(self._end_all)

    def close(self) -> None:
        """End it with all that goes through it."""
        self._run(self._end())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _run(self, what: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(what, self._loop).result(10)

    async def _end(self) -> None:
        if self._server:
            self._server.close()
        tasks = asyncio.all_tasks(self._loop) - {asyncio.current_task()}
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _end_all(self) -> None:
        for writer in self._writers:
            _abort(writer, reset=self.line is Line.RESET)

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self.line in {Line.CUT, Line.RESET}:
            _abort(writer, reset=self.line is Line.RESET)
            return
        try:
            far_reader, far_writer = await asyncio.open_connection(HOST, self._target)
        except OSError:
            _abort(writer, reset=False)
            return
        both = {writer, far_writer}
        self._writers |= both
        try:
            await asyncio.gather(self._pass(reader, far_writer), self._pass(far_reader, writer))
        finally:
            self._writers -= both
            for each in both:
                each.close()

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while piece := await reader.read(CHUNK):
                if self.line is Line.HALF_OPEN:
                    continue
                if self.line is Line.SLOW:
                    await asyncio.sleep(SLOW_S)
                writer.write(piece)
                await writer.drain()
        # What ended on one side ends on the other; not where nothing is passed on.
        if self.line is not Line.HALF_OPEN:
            writer.close()


def _abort(writer: asyncio.StreamWriter, *, reset: bool) -> None:
    opened: socket.socket | None = writer.get_extra_info("socket")
    if reset and opened is not None:
        with suppress(OSError):
            opened.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _AT_ONCE)
    writer.transport.abort()


@dataclass(frozen=True)
class Lines:
    """The proxies of an installation, by what is behind them."""

    proxies: dict[str, Proxy]

    @contextmanager
    def spoiled(self, behind: str, line: Line) -> Iterator[None]:
        """Behave like that inside, and well again after."""
        proxy = self.proxies[behind]
        proxy.become(line)
        try:
            yield
        finally:
            # What hung is cut, as whoever repairs a line does.
            proxy.become(Line.CUT)
            proxy.become(Line.OPEN)
