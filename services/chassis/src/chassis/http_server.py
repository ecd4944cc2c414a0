"""HTTP beside or instead of gRPC: uvicorn under our own start and stop, and the routes that every service has."""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager

import uvicorn
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp

KEEP_ALIVE_S = 75
"""Longer than callers and balancers keep an idle connection (60 s is usual): who closes first may cut off a request that is on its
way, and nobody repeats a booking by themselves."""


class _Server(uvicorn.Server):
    """uvicorn without its signal handlers: the process has its own."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@asynccontextmanager
async def http_server(app: ASGIApp, *, host: str, port: int, drain_s: float) -> AsyncIterator[None]:
    """Serve while inside, let requests in flight end. Raises OSError where the port is taken."""
    config = uvicorn.Config(
        app, host=host, port=port, log_config=None, access_log=False, lifespan="off",
        timeout_graceful_shutdown=max(1, round(drain_s)), timeout_keep_alive=KEEP_ALIVE_S,
    )  # fmt: skip
    # Bound here, since uvicorn ends the process where a port is taken.
    listening = socket.create_server((host, port))
    server = _Server(config)
    serving = asyncio.create_task(server.serve(sockets=[listening]), name=f"http:{port}")
    try:
        yield
    finally:
        server.should_exit = True
        await serving


def operations_routes(is_ready: Callable[[], dict[str, str]]) -> list[BaseRoute]:
    """``/healthz``, ``/readyz``, ``/metrics``. ``is_ready`` names what is missing, and why; empty: nothing."""

    async def healthz(_: Request) -> Response:
        return PlainTextResponse("ok")

    async def readyz(_: Request) -> Response:
        missing = is_ready()
        return JSONResponse({"ready": not missing, "missing": missing}, status_code=503 if missing else 200)

    async def metrics(_: Request) -> Response:
        return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)

    return [Route("/healthz", healthz), Route("/readyz", readyz), Route("/metrics", metrics)]
