"""Redis over one connection: what is asked in one turn of the event loop goes out in one write, and nobody waits in line.

The library's own client takes a connection from a pool for every command, which costs twenty times the processor time.
"""

import asyncio
import ssl
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, cast

import hiredis
from redis.asyncio import Redis
from redis.exceptions import BusyLoadingError, NoScriptError, ReadOnlyError, RedisError, ResponseError
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import TimeoutError as RedisTimeoutError

Heard = Callable[[Any], None]
"""Is told the answer as Redis gives it, or the error that came instead; it raises nothing."""


def connect(url: str, *, timeout_s: float) -> "OneConnection":
    """A client that opens its connection when it is needed, and again after it was cut; it gives up after ``timeout_s``."""
    client = OneConnection.from_url(
        url, socket_timeout=timeout_s, socket_connect_timeout=timeout_s, protocol=2
    )
    return cast("OneConnection", client)


class OneConnection(Redis):
    """The library's client, but for how its commands travel; pipelines go the library's own way."""

    def __init__(self, **options: Any) -> None:  # noqa: ANN401 - the library's
        super().__init__(**options)
        self._line: _Line | None = None
        self._opening: asyncio.Task[None] | None = None
        self._early: list[_Early] = []
        self._over = False

    async def execute_command(self, *args: Any, **options: Any) -> Any:  # noqa: ANN401 - any command's
        """Raises RedisConnectionError, RedisTimeoutError, ResponseError."""
        # The library names some commands by two words ("SCRIPT LOAD"), which travel as two.
        words = args[0].split() if isinstance(args[0], str) else args[:1]
        answer = await self.send(*words, *args[1:])
        options.pop("keys", None)  # for the library's own cache
        read = self.response_callbacks.get(args[0])
        return read(answer, **options) if read else answer

    def send(self, *args: Any) -> "asyncio.Future[Any]":  # noqa: ANN401 - any command's
        """On its way when this returns, before whatever is asked next; the answer, to be awaited or not, as Redis gives it."""
        if self._line is None or self._line.closed:
            answer = asyncio.get_running_loop().create_future()
            self._keep(_Early(_packed(args), partial(_settle, answer), answer))
            return answer
        return self._line.ask(_packed(args))

    def tell(self, heard: Heard, *args: Any, along: bool = False) -> None:  # noqa: ANN401 - any command's
        """The same without a future, for the price of half. ``along``: what the tasks that are begun now ask goes with it,
        so it may leave a turn of the event loop later."""
        if self._line is None or self._line.closed:
            self._keep(_Early(_packed(args), heard))
        else:
            self._line.tell(_packed(args), heard, along=along)

    async def aclose(self, close_connection_pool: bool | None = None) -> None:  # noqa: FBT001 - the library's signature
        """Hang up, for good."""
        self._over = True
        if self._opening:
            await asyncio.wait({self._opening})
        if self._line:
            await self._line.hang_up()
        await super().aclose(close_connection_pool)

    def _keep(self, asked: "_Early") -> None:
        """Until a connection stands."""
        if self._over:
            asked.heard(RedisConnectionError("it has been hung up"))
            return
        self._early.append(asked)
        if self._opening is None:
            self._opening = asyncio.create_task(self._open())

    async def _open(self) -> None:
        """What was asked meanwhile goes out in its order, before anybody can ask more; or all hear why not."""
        line, error = None, None
        try:
            line = await _dialled(self.connection_pool.connection_kwargs)
        except Exception as failed:  # noqa: BLE001 - whoever has asked hears of it, whatever it is
            error = failed
        self._line, self._opening = line, None
        early, self._early = self._early, []
        for asked in early:
            if line is None:
                asked.heard(error)
            elif not (asked.answer and asked.answer.cancelled()):
                line.tell(asked.packed, asked.heard)


@dataclass(frozen=True)
class _Early:
    """What was asked before there was a connection."""

    packed: bytes
    heard: Heard
    answer: "asyncio.Future[Any] | None" = None
    """Of whoever may give up."""


async def _dialled(options: dict[str, Any]) -> "_Line":
    timeout_s = options["socket_timeout"]
    try:
        async with asyncio.timeout(timeout_s):
            return await _introduced(options, timeout_s)
    except TimeoutError as error:
        raise RedisTimeoutError("no connection in time") from error
    except OSError as error:
        raise RedisConnectionError(str(error)) from error


async def _introduced(options: dict[str, Any], timeout_s: float) -> "_Line":
    loop, secure = asyncio.get_running_loop(), "SSL" in options.get("connection_class", object).__name__
    _, line = await loop.create_connection(
        lambda: _Line(timeout_s), options.get("host", "localhost"), options.get("port", 6379),
        ssl=ssl.create_default_context() if secure else None,
    )  # fmt: skip
    try:
        if options.get("password"):
            login = filter(None, (options.get("username"), options["password"]))
            await line.ask(_packed(("AUTH", *login)))
        if options.get("db"):
            await line.ask(_packed(("SELECT", options["db"])))
    except BaseException:
        # Redis keeps whom it has refused connected.
        line.cut()
        raise
    return line


class _Line(asyncio.Protocol):
    """One connection: answers come in the order of the questions; one that is late ends it for all who wait."""

    def __init__(self, timeout_s: float) -> None:
        self._timeout_s = timeout_s
        self._reader = hiredis.Reader()
        self._waiting: deque[tuple[float, Heard]] = deque()
        self._unsent: list[bytes] = []
        self._goes_out = False
        self._answer_by = 0.0
        self._loop = asyncio.get_running_loop()
        self._alarm: asyncio.TimerHandle | None = None
        self._gone = asyncio.Event()
        self.closed = False

    def ask(self, packed: bytes) -> "asyncio.Future[Any]":
        """The answer, as Redis gave it."""
        answer = self._loop.create_future()
        self.tell(packed, partial(_settle, answer))
        return answer

    def tell(self, packed: bytes, heard: Heard, *, along: bool = False) -> None:
        """See ``OneConnection.tell``."""
        if self.closed:
            heard(RedisConnectionError("the connection was cut"))
            return
        if not self._unsent:
            self._answer_by = self._loop.time() + self._timeout_s
            if along:
                self._loop.call_soon(self._loop.call_soon, self._send)
        if not along and not self._goes_out:
            self._goes_out = True
            self._loop.call_soon(self._send)
        self._unsent.append(packed)
        self._waiting.append((self._answer_by, heard))
        if self._alarm is None:
            self._alarm = self._loop.call_later(self._timeout_s, self._look_at_the_clock)

    async def hang_up(self) -> None:
        """What was asked goes out; then the connection ends."""
        self._send()
        self._transport.close()
        await self._gone.wait()

    def cut(self) -> None:
        """At once."""
        self._transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        self._reader.feed(data)
        demoted = False
        while (answer := self._reader.gets()) is not False:
            _, heard = self._waiting.popleft()
            said = _refusal(str(answer)) if isinstance(answer, hiredis.ReplyError) else answer
            demoted |= isinstance(said, ReadOnlyError)
            heard(said)
        if demoted:
            # Another one may have taken its place at this address, and this one lets nobody go.
            self.cut()
            self._end(RedisConnectionError("it has become a replica"))

    def connection_lost(self, exc: Exception | None) -> None:
        self._end(RedisConnectionError(str(exc) if exc else "the connection was cut"))
        self._gone.set()

    def _send(self) -> None:
        if self._unsent and not self.closed:
            self._transport.write(b"".join(self._unsent))
        self._unsent.clear()
        self._goes_out = False

    def _look_at_the_clock(self) -> None:
        self._alarm, now = None, self._loop.time()
        if self._waiting and self._waiting[0][0] <= now:
            self._transport.abort()
            self._end(RedisTimeoutError("no answer in time"))
        elif self._waiting:
            self._alarm = self._loop.call_at(self._waiting[0][0], self._look_at_the_clock)

    def _end(self, error: Exception) -> None:
        self.closed = True
        if self._alarm:
            self._alarm.cancel()
        while self._waiting:
            _, heard = self._waiting.popleft()
            heard(error)


def _settle(answer: "asyncio.Future[Any]", said: Any) -> None:  # noqa: ANN401 - any command's
    if answer.done():
        return
    if isinstance(said, Exception):
        answer.set_exception(said)
    else:
        answer.set_result(said)


def _packed(command: Sequence[Any]) -> bytes:
    try:
        packed: bytes = hiredis.pack_command(tuple(command))
    except TypeError:
        packed = hiredis.pack_command(tuple(map(_plain, command)))
    return packed


def _plain(part: Any) -> Any:  # noqa: ANN401 - whatever commands are made of
    return part if isinstance(part, str | bytes | int | float) else str(part)


_REFUSALS = {"NOSCRIPT": NoScriptError, "LOADING": BusyLoadingError, "READONLY": ReadOnlyError}


def _refusal(message: str) -> RedisError:
    return _REFUSALS.get(message.split(" ", 1)[0], ResponseError)(message)
