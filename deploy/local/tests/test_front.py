"""What stands before several replicas: nothing is sent twice, and nobody is asked who is about to stop."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from chassis.http_server import http_server
from local_stack.front import Replicas, front, parsed


class Replica:
    """Answers with what it was sent."""

    def __init__(self) -> None:
        self.port = free_port()
        self.ready = True
        self.heard: list[str] = []
        self.cuts_off = False

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[None]:
        app = Starlette(
            routes=[
                Route("/readyz", self._readyz),
                Route("/{path:path}", self._echo, methods=["POST", "GET"]),
            ]
        )
        async with http_server(app, host="127.0.0.1", port=self.port, drain_s=1):
            yield

    async def _readyz(self, _: Request) -> Response:
        return PlainTextResponse("", 200 if self.ready else 503)

    async def _echo(self, request: Request) -> Response:
        body = (await request.body()).decode()
        self.heard.append(body)
        if self.cuts_off:
            raise RuntimeError("the process dies")
        return JSONResponse(
            {
                "path": request.url.path,
                "query": request.url.query,
                "signature": request.headers.get("x-signature"),
            },
            headers={"x-answered-by": str(self.port)},
        )


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def pair() -> list[Replica]:
    return [Replica(), Replica()]


@asynccontextmanager
async def before(pair: list[Replica], serving: list[Replica]) -> AsyncIterator[httpx.AsyncClient]:
    """The front before both, of whom some serve; it has looked at each once."""
    async with AsyncExitStack() as stack:
        for replica in serving:
            await stack.enter_async_context(replica.serving())
        out = await stack.enter_async_context(httpx.AsyncClient(trust_env=False))
        replicas = Replicas([replica.port for replica in pair])
        await replicas.look(out)
        inside = httpx.ASGITransport(front(replicas, out))
        yield await stack.enter_async_context(httpx.AsyncClient(transport=inside, base_url="http://front"))


async def test_requests_go_round_as_they_came(pair: list[Replica]) -> None:
    async with before(pair, pair) as client:
        answers = [
            await client.post("/retell/functions/a%20b?x=1", content=b"words", headers={"x-signature": "s"})
            for _ in range(4)
        ]
    assert answers[0].json() == {"path": "/retell/functions/a b", "query": "x=1", "signature": "s"}
    assert [answer.headers["x-answered-by"] for answer in answers].count(str(pair[0].port)) == 2


async def test_who_is_about_to_stop_gets_no_request(pair: list[Replica]) -> None:
    pair[0].ready = False
    async with before(pair, pair) as client:
        for _ in range(4):
            assert (await client.post("/x", content=b"words")).is_success
    assert (len(pair[0].heard), len(pair[1].heard)) == (0, 4)


async def test_where_nobody_listens_the_next_one_is_asked(pair: list[Replica]) -> None:
    async with before(pair, pair[1:]) as client:
        answers = await asyncio.gather(*(client.post("/x", content=b"words") for _ in range(4)))
    assert {answer.status_code for answer in answers} == {200}


async def test_what_one_has_heard_is_not_sent_to_the_other(pair: list[Replica]) -> None:
    """GW-07: a request that was taken may have been carried out."""
    for replica in pair:
        replica.cuts_off = True
    async with before(pair, pair) as client:
        assert (await client.post("/x", content=b"words")).status_code == 500
    assert sum(len(replica.heard) for replica in pair) == 1


async def test_without_anybody_it_says_so(pair: list[Replica]) -> None:
    async with before(pair, []) as client:
        assert (await client.get("/x")).status_code == 503


def test_the_words_of_its_command_line() -> None:
    assert parsed(["8080=8100,8120"]) == {8080: [8100, 8120]}
