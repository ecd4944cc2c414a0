"""In front of all routes: the span of a request, where its call is sampled, and the short way of functions."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial

from opentelemetry.trace import Span
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from signals.tracing import TRACEPARENT, server_span
from telephony_gateway.http_api.admission import header_of
from telephony_gateway.http_api.nowhere import nowhere

_TRACED = "/retell/"
_FUNCTIONS = "/retell/functions/"
_TRACEPARENT = TRACEPARENT.encode()


@dataclass(frozen=True)
class Front:
    """Traces what Retell sends; what operations ask every second is not worth a span. Functions, for which callers wait,
    are answered here: the same as by their route, without the layers before it."""

    app: ASGIApp
    function: Callable[[Request], Awaitable[Response]]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http" or not scope["path"].startswith(_TRACED):
            await self.app(scope, receive, send)
            return
        method, path = scope["method"], scope["path"]
        names = {"http.request.method": method, "url.path": path}
        with server_span(f"{method} {path}", header_of(scope, _TRACEPARENT), **names) as span:
            answering = partial(_noted, span, send) if span.is_recording() else send
            name = path.removeprefix(_FUNCTIONS) if path.startswith(_FUNCTIONS) else ""
            if method == "POST" and name and "/" not in name:
                scope["path_params"] = {"name": name}
                await self._answer(scope, receive, answering)
            else:
                await self.app(scope, receive, answering)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive, send)
        try:
            response = await self.function(request)
        except Exception as error:
            # A bug, or nobody hears any more: answered all the same, and told to the server, which logs it.
            await (await nowhere(request, error))(scope, receive, send)
            raise
        await response(scope, receive, send)


async def _noted(span: Span, send: Send, message: Message) -> None:
    if message["type"] == "http.response.start":
        span.set_attribute("http.response.status_code", message["status"])
    await send(message)
