"""In front of all routes: the span of a request, where its call is sampled."""

from dataclasses import dataclass

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from signals.tracing import TRACEPARENT, server_span

_TRACED = "/retell/"


@dataclass(frozen=True)
class Front:
    """Traces what Retell sends; what operations ask every second is not worth a span."""

    app: ASGIApp

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http" or not scope["path"].startswith(_TRACED):
            await self.app(scope, receive, send)
            return
        method, path = scope["method"], scope["path"]
        names = {"http.request.method": method, "url.path": path}
        with server_span(f"{method} {path}", _traceparent(scope), **names) as span:

            async def answered(message: Message) -> None:
                if message["type"] == "http.response.start":
                    span.set_attribute("http.response.status_code", message["status"])
                await send(message)

            await self.app(scope, receive, answered if span.is_recording() else send)


def _traceparent(scope: Scope) -> str:
    return next(
        (value.decode("latin-1") for name, value in scope["headers"] if name == TRACEPARENT.encode()), ""
    )
