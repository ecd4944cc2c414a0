"""One HTTP address before several replicas, as an ingress does it: ``python -m local_stack.front PORT=PORT,PORT ...``.

Who says at ``/readyz`` that it is not ready gets no new request while another one is. A request goes out over a connection
of its own and only once; only where nobody listens is the next replica asked, since it cannot have been heard then.
"""

import asyncio
import itertools
import signal
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial

import httpx
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from chassis.http_server import http_server
from chassis.service import background
from local_stack.ports import HOST

LOOK_EVERY_S = 0.25
LOOK_WITHIN_S = 1.0
ANSWER_WITHIN_S = 30.0
DRAIN_S = 5.0
METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
# Of the connection, not of the message (RFC 9110, 7.6.1); the length is that of what is sent here.
HOP_BY_HOP = {"connection", "keep-alive", "transfer-encoding", "upgrade", "te", "trailer", "proxy-connection"}


class Replicas:
    """Who stands behind an address, and who of them may be asked."""

    def __init__(self, ports: list[int]) -> None:
        self._ports, self._turns = ports, itertools.cycle(range(len(ports)))
        self._welcome = set(ports)

    async def watch(self, client: httpx.AsyncClient) -> None:
        """Look again and again, until cancelled."""
        while True:
            await self.look(client)
            await asyncio.sleep(LOOK_EVERY_S)

    async def look(self, client: httpx.AsyncClient) -> None:
        """Ask each whether it is ready."""
        answers = await asyncio.gather(*(_is_ready(client, port) for port in self._ports))
        self._welcome = {port for port, ready in zip(self._ports, answers, strict=True) if ready}

    def in_turn(self) -> Iterator[int]:
        """Those that are ready, in turns; after them the others, whose own answer says what they lack."""
        first = next(self._turns)
        order = self._ports[first:] + self._ports[:first]
        yield from sorted(order, key=lambda port: port not in self._welcome)


async def _is_ready(client: httpx.AsyncClient, port: int) -> bool:
    try:
        return (await client.get(f"http://{HOST}:{port}/readyz", timeout=LOOK_WITHIN_S)).is_success
    except httpx.TransportError:
        return False


def front(replicas: Replicas, client: httpx.AsyncClient) -> Starlette:
    """The application that passes everything on."""

    async def passed_on(request: Request) -> Response:
        body = await request.body()
        headers = [(k, v) for k, v in request.headers.raw if k.decode().lower() not in HOP_BY_HOP]
        for port in replicas.in_turn():
            url = httpx.URL(f"http://{HOST}:{port}", raw_path=_target(request))
            sent = client.build_request(request.method, url, headers=headers, content=body)
            try:
                return _answer(await client.send(sent, stream=True))
            except httpx.ConnectError:
                continue
            except httpx.TransportError as error:
                return Response(f"cut off: {type(error).__name__}", status_code=502)
        return Response("nobody listens", status_code=503)

    return Starlette(routes=[Route("/{path:path}", passed_on, methods=METHODS)])


def _target(request: Request) -> bytes:
    path: bytes = request.scope["raw_path"]
    query: bytes = request.scope["query_string"]
    return path + (b"?" + query if query else b"")


def _answer(answer: httpx.Response) -> Response:
    async def read() -> AsyncIterator[bytes]:
        try:
            async for part in answer.aiter_raw():
                yield part
        finally:
            await answer.aclose()

    passed = StreamingResponse(read(), status_code=answer.status_code)
    passed.raw_headers = [
        (k.lower(), v) for k, v in answer.headers.raw if k.decode().lower() not in HOP_BY_HOP
    ]
    return passed


@asynccontextmanager
async def _client() -> AsyncIterator[httpx.AsyncClient]:
    # No connection is used twice: a replica that stops closes those that are idle just when a request goes out.
    limits = httpx.Limits(max_keepalive_connections=0, max_connections=None)
    async with httpx.AsyncClient(trust_env=False, timeout=ANSWER_WITHIN_S, limits=limits) as client:
        yield client


async def serve(routes: dict[int, list[int]]) -> None:
    """Serve until SIGTERM or SIGINT."""
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with AsyncExitStack() as stack:
        client = await stack.enter_async_context(_client())
        for port, behind in routes.items():
            replicas = Replicas(behind)
            watching = partial(replicas.watch, client)
            await stack.enter_async_context(background(watching, name=f"replicas of {port}", stop=stop))
            app = front(replicas, client)
            await stack.enter_async_context(http_server(app, host=HOST, port=port, drain_s=DRAIN_S))
        await stop.wait()


def parsed(words: list[str]) -> dict[int, list[int]]:
    """Port to the ports behind it, from ``PORT=PORT,PORT``. Raises ValueError."""
    pairs = (word.split("=", 1) for word in words)
    return {int(port): [int(each) for each in behind.split(",")] for port, behind in pairs}


if __name__ == "__main__":
    asyncio.run(serve(parsed(sys.argv[1:])))
