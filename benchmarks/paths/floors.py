"""The least that an answer of a shape can cost, on the libraries that people use for it, without a line of ours in it.

``python -m benchmarks.paths.floors http PORT HOP`` echoes over HTTP, alone (``/echo``) or after one gRPC hop; ``… hop PORT
REDIS_URL POSTGRES_URL`` is that hop: it echoes, asks Redis one EVALSHA, commits one INSERT into a table with an exclusion
constraint, or both. Each serves until its standard input ends.
"""

import asyncio
import itertools
import sys
from typing import Any

import asyncpg
import grpc
import redis.asyncio
import uvloop
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from chassis.http_server import http_server
from rufbuch.availability.v1 import service_pb2, service_pb2_grpc

SHAPES = ("hop", "script", "transaction", "booking")
"""What the hop does: nothing, one EVALSHA, one INSERT with its COMMIT, or an EVALSHA and then the INSERT."""
_ANSWER = {
    "status": "available",
    "message": "Ja, Mittwoch, der 26. November um 15 Uhr bei Anna ist frei.",
    "options": [
        {
            "option_id": "o-abcd2345", "start": "2025-11-26T15:00:00+01:00", "end": "2025-11-26T15:15:00+01:00",
            "staff": "Person 1", "service": "Beratung", "spoken": "Mittwoch, 26. November, 15 Uhr",
            "held_until": "2025-11-19T15:05:00+01:00",
        }
    ],
    "request_id": "00000000-0000-0000-0000-000000000000",
    "build": "floor",
}  # fmt: skip
_ID = "5b0c3f0e-5a3b-4c0e-9d5c-0b6a1f2f7a10"
_OPTION = service_pb2.Option(option_id="o-abcd2345", person_id=_ID, service_id=_ID)
_TABLE = """
DROP TABLE IF EXISTS floor;
CREATE TABLE floor (span int8range NOT NULL, EXCLUDE USING gist (span WITH &&));
"""
_INSERT = "INSERT INTO floor (span) VALUES (int8range($1::bigint, $1::bigint + 1))"


class _Hop(service_pb2_grpc.AvailabilityServiceServicer):
    """Answers every search alike; which call it is for says what it does first."""

    def __init__(self, memory: redis.asyncio.Redis, sha: str, pool: asyncpg.Pool) -> None:
        self._memory, self._sha, self._pool, self._numbers = memory, sha, pool, itertools.count(1)

    async def SearchSlots(  # noqa: N802 - gRPC's name
        self, request: service_pb2.SearchSlotsRequest, _: grpc.aio.ServicerContext[Any, Any]
    ) -> service_pb2.SearchSlotsResponse:
        """See service.proto."""
        if request.call_id in {"script", "booking"}:
            await self._memory.evalsha(self._sha, 1, request.branch_id, request.call_id)
        if request.call_id in {"transaction", "booking"}:
            await self._pool.execute(_INSERT, next(self._numbers))
        return service_pb2.SearchSlotsResponse(
            outcome=service_pb2.SEARCH_OUTCOME_AVAILABLE, options=[_OPTION]
        )


async def _nothing(_: asyncpg.Connection) -> None:
    """Undoing a session's settings after each use would make the floor slower than it can be."""


async def _serve_hop(port: int, redis_url: str, postgres_url: str) -> None:
    # Who finds no connection waits for one, as at PostgreSQL's pool.
    connections = redis.asyncio.BlockingConnectionPool.from_url(redis_url, max_connections=32, timeout=None)
    memory = redis.asyncio.Redis(connection_pool=connections)
    sha = await memory.script_load("return ARGV[1]")
    async with asyncpg.create_pool(postgres_url, min_size=1, max_size=16, reset=_nothing) as pool:
        await pool.execute(_TABLE)
        server = grpc.aio.server()
        hop = _Hop(memory, sha, pool)  # type: ignore[abstract] # it answers searches only
        service_pb2_grpc.add_AvailabilityServiceServicer_to_server(hop, server)
        server.add_insecure_port(f"127.0.0.1:{port}")
        await server.start()
        await _until_told()
        await server.stop(0)


async def _serve_http(port: int, hop: int) -> None:
    async with grpc.aio.insecure_channel(f"127.0.0.1:{hop}") as channel:
        stub = service_pb2_grpc.AvailabilityServiceStub(channel)

        async def echo(request: Request) -> Response:
            await request.json()
            return JSONResponse(_ANSWER)

        async def through(request: Request) -> Response:
            await request.json()
            asked = service_pb2.SearchSlotsRequest(
                tenant_id=_ID, branch_id=_ID, service_id=_ID, call_id=request.path_params["shape"]
            )
            await stub.SearchSlots(asked, timeout=5)
            return JSONResponse(_ANSWER)

        routes = [
            Route("/echo", echo, methods=["POST"]),
            Route("/through/{shape}", through, methods=["POST"]),
        ]
        async with http_server(Starlette(routes=routes), host="127.0.0.1", port=port, drain_s=1):
            await _until_told()


async def _serve_bare(port: int) -> None:
    """No HTTP library at all: what the load generator itself can do."""
    body = b'{"status": "available"}'
    answer = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body)

    class Bare(asyncio.Protocol):
        def connection_made(self, transport: Any) -> None:  # noqa: ANN401 - asyncio's own types differ
            self._transport = transport

        def data_received(self, data: bytes) -> None:
            if b"\r\n\r\n" in data:
                self._transport.write(answer)

    async with await asyncio.get_running_loop().create_server(Bare, "127.0.0.1", port):
        await _until_told()


async def _until_told() -> None:
    print("ready", flush=True)
    await asyncio.to_thread(sys.stdin.read)


def main(kind: str, port: int, *rest: str) -> None:
    """One of the processes."""
    match kind:
        case "hop":
            uvloop.run(_serve_hop(port, rest[0], rest[1]))
        case "http":
            uvloop.run(_serve_http(port, int(rest[0])))
        case "bare":
            uvloop.run(_serve_bare(port))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), *sys.argv[3:])
