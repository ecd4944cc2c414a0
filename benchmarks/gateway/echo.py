"""The least that an answer can cost: the same HTTP server, which reads the body and says something of the same length.

``python -m benchmarks.gateway.echo PORT`` serves until its standard input ends.
"""

import asyncio
import sys

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from chassis.http_server import http_server

_ANSWER = {
    "status": "ok", "message": "Ja, Mittwoch, der 26. November um 15 Uhr ist frei." * 2,
    "options": [{"option_id": "o-abcd2345", "spoken": "Mittwoch, 26. November, 15 Uhr", "staff": "Person 1"}] * 3,
    "request_id": "00000000-0000-0000-0000-000000000000", "build": "echo",
}  # fmt: skip


async def _echo(request: Request) -> Response:
    await request.body()
    return JSONResponse(_ANSWER)


async def main(port: int) -> None:
    """Serve."""
    app = Starlette(routes=[Route("/{path:path}", _echo, methods=["POST"])])
    async with http_server(app, host="127.0.0.1", port=port, drain_s=1):
        print("ready", flush=True)
        await asyncio.to_thread(sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1])))
