"""Owns HTTP without a network: applications are called inside the life of their service, and every request has a fate."""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from contextvars import Context
from dataclasses import dataclass, field
from typing import Any

import httpx
from simulated.dice import Dice
from starlette.types import ASGIApp, Message

REQUEST_FATES = (
    ("lost before", 1.0),
    ("refused", 1.0),
    ("lost after", 2.0),
    ("broken after", 2.0),
    ("doubled", 1.0),
    ("delayed", 2.0),
)
WEBHOOK_FATES = (("lost", 2.0), ("twice", 2.0), ("late", 2.0), ("broken after", 1.0))
NEVER_S = 3_600.0
Start = Callable[[Coroutine[Any, Any, Any]], "asyncio.Task[Any]"]


@dataclass
class Host:
    """An application that listens; ``alive`` ends with its life."""

    app: ASGIApp
    start: Start
    alive: bool = True
    _ends: set["asyncio.Future[None]"] = field(default_factory=set)

    async def answer(self, request: httpx.Request) -> httpx.Response:
        """What the application answers. Raises ReadError where it dies meanwhile."""
        body = await request.aread()
        task = self.start(_called(self.app, request, body))
        ending = asyncio.get_running_loop().create_future()
        self._ends.add(ending)
        try:
            done, _ = await asyncio.wait({task, ending}, return_when=asyncio.FIRST_COMPLETED)
            if task not in done:
                raise httpx.ReadError("connection reset", request=request)
            status, headers, content = task.result()
            return httpx.Response(status, headers=headers, content=content, request=request)
        finally:
            self._ends.discard(ending)
            if not ending.done():
                ending.cancel()

    def end(self) -> None:
        """Connections break."""
        self.alive = False
        for ending in list(self._ends):
            if not ending.done():
                ending.set_result(None)


async def _called(
    app: ASGIApp, request: httpx.Request, body: bytes
) -> tuple[int, list[tuple[bytes, bytes]], bytes]:
    messages: list[Message] = []
    told = False

    async def receive() -> Message:
        nonlocal told
        if told:
            await asyncio.Event().wait()
        told = True
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Message) -> None:
        messages.append(message)

    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": request.method,
        "headers": [(name.lower(), value) for name, value in request.headers.raw],
        "scheme": request.url.scheme,
        "path": request.url.path,
        "raw_path": request.url.raw_path.split(b"?")[0],
        "query_string": request.url.query,
        "server": (request.url.host, request.url.port or 80),
        "client": ("127.0.0.1", 1234),
        "root_path": "",
    }
    await app(scope, receive, send)
    status = next(one["status"] for one in messages if one["type"] == "http.response.start")
    headers = next(list(one.get("headers", [])) for one in messages if one["type"] == "http.response.start")
    content = b"".join(one.get("body", b"") for one in messages if one["type"] == "http.response.body")
    return status, headers, content


@dataclass
class Way(httpx.AsyncBaseTransport):
    """From one place to another; ``hosts`` are looked up as requests come, since lives change."""

    name: str
    host: Callable[[httpx.Request], Host | None]
    dice: Dice
    fates: Sequence[tuple[str, float]] = REQUEST_FATES
    latency_s: tuple[float, float] = (0.02, 0.2)
    about: Callable[[httpx.Request], str] = lambda request: f"{request.method}"
    """What requests are counted by for their fates."""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """One request, with what happens to it."""
        fate, dice = self.dice.fate(self.name, self.about(request), self.fates)
        await asyncio.sleep(dice.uniform(*self.latency_s))
        if fate in {"delayed", "late"}:
            await asyncio.sleep(dice.choice((0.5, 2.0, 7.0) if fate == "delayed" else (1.0, 20.0, 200.0)))
        host = self.host(request)
        if fate == "lost before":
            await asyncio.sleep(NEVER_S)
        if fate in {"refused", "lost"} or host is None or not host.alive:
            raise httpx.ConnectError("connection refused", request=request)
        if fate in {"doubled", "twice"}:
            delay = dice.choice((0.0, 0.05, 1.0, 30.0))
            asyncio.get_running_loop().call_later(delay, self._again, request, context=Context())
        response = await host.answer(request)
        if fate == "lost after":
            await asyncio.sleep(NEVER_S)
        if fate == "broken after":
            raise httpx.ReadError("connection reset", request=request)
        await asyncio.sleep(dice.uniform(*self.latency_s))
        return response

    def _again(self, request: httpx.Request) -> None:
        host = self.host(request)
        if host is not None and host.alive:
            task = asyncio.ensure_future(_swallowed(host.answer(request)))
            _REPEATED.add(task)
            task.add_done_callback(_REPEATED.discard)


_REPEATED: set["asyncio.Future[None]"] = set()


async def _swallowed(answering: Coroutine[Any, Any, httpx.Response]) -> None:
    try:
        await answering
    except httpx.HTTPError:
        return
