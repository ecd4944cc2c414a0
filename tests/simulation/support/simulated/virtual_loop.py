"""Owns virtual time: an event loop whose clock stands still while anybody works and jumps to the next timer when all wait.

PostgreSQL and Redis are real, so "all wait" has to include them: the sockets to them are watched, and while one of them
owes an answer the loop waits for it in real time, and virtual time stands still.
"""

import asyncio
import heapq
import selectors
import socket
import time
from asyncio import selector_events
from collections.abc import Callable
from contextvars import Context, ContextVar
from typing import Any

import hiredis

LIFE: ContextVar[str] = ContextVar("life", default="")
"""Which life of which service a piece of code belongs to; "" is the world around them."""
STALLED_S = 2.0
"""So long, in real seconds, an answer of a server is waited for before virtual time goes on without it: whoever waits for a
lock that somebody holds over a pause would otherwise wait for ever. Once: from then on it comes when it comes."""
_GRACE_S = 0.0004
"""What a server says unasked (a notification) gets so long to arrive before time goes on; where nobody has said anything to
a server, none comes."""
_LET_IN_S = 0.02
"""Where a transaction has ended, whoever waits for its locks gets so long to be let in."""
_SHORT_S = 0.05
_ENDED: list["VirtualLoop"] = []
"""Kept until the process ends: what waits in them forever is not to be woken by the collector."""
_READY = b"Z\x00\x00\x00\x05"
"""PostgreSQL's word that it is ready, before a letter that says whether a transaction is open."""
_OPEN, _IDLE = _READY + b"T", _READY + b"I"


class WatchedSocket(socket.socket):
    """A connection to PostgreSQL or Redis that knows whether an answer is owed."""

    kind = ""
    loop: "VirtualLoop"
    life = ""
    in_transaction = False
    owed = 0
    """Of Redis: commands without an answer."""
    asked: hiredis.Reader
    told: hiredis.Reader

    def send(self, data: Any, flags: int = 0) -> int:
        """Send; an answer is owed from now on."""
        if not self.loop.on_send(self):
            # The life that sends has just ended: nothing leaves it any more.
            return len(data)
        self.loop.owing.add(self)
        self.loop.stirred = True
        sent = super().send(data, flags)
        if self.kind == "redis":
            self.owed += _count(self.asked, bytes(data[:sent]))
        return sent

    def close(self) -> None:
        """Whoever is closed owes nothing."""
        self.loop.owing.discard(self)
        self.loop.blocked.discard(self)
        self.loop.let_in = True
        super().close()

    def recv(self, size: int, flags: int = 0) -> bytes:
        """Receive; PostgreSQL's answer ends with its word that it is ready."""
        data = super().recv(size, flags)
        if self in self.loop.blocked:
            self.loop.blocked.discard(self)
            self.loop.owing.add(self)
        if self.kind == "redis":
            # Several may be asked before the first is answered.
            self.owed -= _count(self.told, data)
        if _OPEN in data:
            self.in_transaction = True
        elif self.in_transaction and _IDLE in data:
            self.in_transaction, self.loop.let_in = False, True
        if (
            not data
            or (self.kind == "postgres" and _READY in data)
            or (self.kind == "redis" and self.owed <= 0)
        ):
            self.loop.owing.discard(self)
        self.loop.on_recv(self)
        return data


def _count(reader: hiredis.Reader, data: bytes) -> int:
    """Whole commands or answers that end in this part of the stream."""
    reader.feed(data)
    count = 0
    while reader.gets() is not False:
        count += 1
    return count


class _Selector(selectors.DefaultSelector):
    """Waits in virtual time."""

    loop: "VirtualLoop"

    def select(self, timeout: float | None = None) -> list[Any]:
        """What is ready now; else, while nobody owes an answer, the next timer is now."""
        events = super().select(0)
        if events or (timeout is not None and timeout <= 0):
            return events
        if events := self._from_servers(timeout):
            return events
        if timeout is None:
            return list(super().select(None))
        self.loop.jump()
        return []

    def _from_servers(self, timeout: float | None) -> list[Any]:
        """What comes from them in real time before virtual time may go on."""
        loop = self.loop
        if loop.owing or loop.threads:
            return self._owed()
        if loop.blocked and loop.let_in:
            loop.let_in = False
            return super().select(_LET_IN_S)
        if loop.stirred and (timeout is None or timeout >= _SHORT_S):
            loop.stirred = False
            return super().select(_GRACE_S)
        return []

    def _owed(self) -> list[Any]:
        loop, before = self.loop, time.perf_counter()
        events = super().select(STALLED_S)
        loop.waited_s += time.perf_counter() - before
        if not events:
            loop.stalls += 1
            loop.blocked |= loop.owing
            loop.owing.clear()
        return events


class VirtualLoop(asyncio.SelectorEventLoop):
    """One loop for a whole world."""

    def __init__(self, ports: dict[int, str]) -> None:
        """``ports``: which local ports are "postgres" and "redis"."""
        self.virtual = 1_000.0
        self.ports = ports
        self.owing: set[WatchedSocket] = set()
        self.blocked: set[WatchedSocket] = set()
        """Those that owe an answer and are not waited for any more."""
        self.let_in = False
        """Whether a lock may have been given back since those were last listened for."""
        self.dead: set[str] = set()
        self.stalls = self.threads = self.jumps = 0
        self.waited_s = 0.0
        self.stirred = True
        """Whether anything was said to a server since it was last listened for what a server says unasked."""
        self.on_jump: Callable[[], None] = lambda: None
        self.sent_by: Callable[[str, str], bool] = lambda _life, _kind: True
        self.received_by: Callable[[str, str], None] = lambda _life, _kind: None
        self._sockets: dict[str, list[tuple[Any, Any]]] = {}
        self._graveyard: list[Any] = []
        self._buried: list[set[asyncio.Task[Any]]] = []
        self._tasks: dict[str, set[asyncio.Task[Any]]] = {}
        selector = _Selector()
        selector.loop = self
        super().__init__(selector)
        self.set_task_factory(self._new_task)

    def time(self) -> float:
        """Virtual seconds."""
        return self.virtual

    def jump(self) -> None:
        """To the next timer."""
        scheduled: list[asyncio.TimerHandle] = self._scheduled  # type: ignore[attr-defined]
        if scheduled:
            self.virtual = max(self.virtual, scheduled[0].when())
            self.jumps += 1
            self.on_jump()

    def on_send(self, connection: WatchedSocket) -> bool:
        """Whether what a life sends still leaves it."""
        return connection.life not in self.dead and self.sent_by(connection.life, connection.kind)

    def on_recv(self, connection: WatchedSocket) -> None:
        """An answer has come."""
        self.received_by(connection.life, connection.kind)

    def kill(self, life: str) -> None:
        """End a life as kill -9 does: none of its code runs again, no ``finally`` either, and its connections are cut."""
        self.dead.add(life)
        for handle in (*self._ready, *self._scheduled):  # type: ignore[attr-defined]
            if handle._context.get(LIFE, "") == life:
                handle.cancel()
        heapq.heapify(self._scheduled)  # type: ignore[attr-defined]
        self._listen_no_more(life)
        for connection, transport in self._sockets.pop(life, []):
            self._cut(connection, transport)
        # Kept for good: the collector would run their ``finally`` blocks.
        self._buried.append(self._tasks.pop(life, set()))

    def _listen_no_more(self, life: str) -> None:
        """Whoever is killed while connecting has no connection yet that could be cut: its socket would be ready for ever, with
        nobody to see to it, and time would stand still."""
        for key in [*self._selector.get_map().values()]:  # type: ignore[attr-defined]
            for handle, remove in zip(key.data, (self._remove_reader, self._remove_writer), strict=True):  # type: ignore[attr-defined]
                if handle and handle._context.get(LIFE, "") == life:
                    remove(key.fd)

    def end(self) -> None:
        """The world is over: its connections are cut, and nothing of it runs again."""
        for life in [*self._sockets]:
            for connection, transport in self._sockets[life]:
                self._cut(connection, transport)
        _ENDED.append(self)

    def _cut(self, connection: Any, transport: Any) -> None:
        self.owing.discard(connection)
        self.blocked.discard(connection)
        if connection.fileno() >= 0:
            self._remove_reader(connection.fileno())  # type: ignore[attr-defined]
            self._remove_writer(connection.fileno())  # type: ignore[attr-defined]
            # The next connection gets the same number.
            self._transports.pop(connection.fileno(), None)  # type: ignore[attr-defined]
            connection.close()
        transport._sock = None
        self._graveyard.append(transport)

    def call_soon(  # type: ignore[override]
        self, callback: Any, *args: Any, context: Context | None = None
    ) -> asyncio.Handle:
        """As usual; nothing for the dead."""
        handle = super().call_soon(callback, *args, context=context)
        if self.dead and handle._context.get(LIFE, "") in self.dead:  # type: ignore[attr-defined]
            handle.cancel()
        return handle

    def call_at(  # type: ignore[override]
        self,
        when: float,
        callback: Any,
        *args: Any,
        context: Context | None = None,
    ) -> asyncio.TimerHandle:
        """As usual; nothing for the dead."""
        handle = super().call_at(when, callback, *args, context=context)
        if self.dead and handle._context.get(LIFE, "") in self.dead:  # type: ignore[attr-defined]
            handle.cancel()
        return handle

    def run_in_executor(self, executor: Any, func: Any, *args: Any) -> "asyncio.Future[Any]":  # type: ignore[override]
        """As usual; time stands still meanwhile."""
        self.threads += 1
        future: asyncio.Future[Any] = super().run_in_executor(executor, func, *args)
        future.add_done_callback(self._thread_is_back, context=Context())
        return future

    def _thread_is_back(self, _: object) -> None:
        self.threads -= 1

    def _new_task(self, loop: Any, coro: Any, context: Context | None = None) -> "asyncio.Task[Any]":
        task: asyncio.Task[Any] = asyncio.Task(coro, loop=loop, context=context)
        life = context.get(LIFE, "") if context is not None else LIFE.get()
        if life:
            of_life = self._tasks.setdefault(life, set())
            of_life.add(task)
            task.add_done_callback(of_life.discard)
        return task

    def _make_socket_transport(self, sock: socket.socket, protocol: Any, *args: Any, **kwargs: Any) -> Any:
        """Watch connections to the servers."""
        kind = self.ports.get(sock.getpeername()[1], "") if sock.family == socket.AF_INET else ""
        watched = sock
        if kind:
            watched = WatchedSocket(sock.family, sock.type, sock.proto, fileno=sock.detach())
            watched.setblocking(False)
            watched.kind, watched.loop, watched.life = kind, self, LIFE.get()
            watched.asked, watched.told = hiredis.Reader(), hiredis.Reader()
            self.owing.add(watched)
            if kind == "redis":
                self.owing.discard(watched)
        transport = selector_events._SelectorSocketTransport(  # type: ignore[attr-defined]
            self, watched, protocol, *args, **kwargs
        )
        if kind or sock.family == socket.AF_UNIX:
            # A line of a trunk is between two lives, and owes nothing; the end of either cuts it.
            self._sockets.setdefault(LIFE.get(), []).append((watched, transport))
        return transport
