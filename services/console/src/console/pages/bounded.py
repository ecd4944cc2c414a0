"""No form is larger than a form can be meant: whatever comes is held in memory before anybody knows who sent it."""

from collections.abc import Awaitable, Callable

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

BODY_MAX = 256 * 1024
"""Bytes. The largest form, with a field of every kind filled to its bound, stays far below."""


class Bounded:
    """Reads each body up to the bound before the pages see it; ``refusal`` answers to those that are larger."""

    def __init__(self, app: ASGIApp, refusal: Callable[[Request], Awaitable[Response]]) -> None:
        self._app, self._refusal = app, refusal

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """See ASGI."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = Request(scope, receive)
        try:
            body = await _up_to_the_bound(request)
        except ClientDisconnect:
            return
        if body is None:
            await (await self._refusal(request))(scope, receive, send)
        else:
            await self._app(scope, _Again(body, receive), send)


class _Again:
    """Says the body once more, and after it whatever comes: that the browser has gone."""

    def __init__(self, body: bytes, receive: Receive) -> None:
        self._body: bytes | None = body
        self._receive = receive

    async def __call__(self) -> Message:
        body, self._body = self._body, None
        if body is None:
            return await self._receive()
        return {"type": "http.request", "body": body, "more_body": False}


async def _up_to_the_bound(request: Request) -> bytes | None:
    parts, length = [], 0
    async for part in request.stream():
        length += len(part)
        if length > BODY_MAX:
            return None
        parts.append(part)
    return b"".join(parts)
