"""The routes."""

from collections.abc import Callable

from opentelemetry.instrumentation.asgi import OpenTelemetryMiddleware
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp

from chassis.http_server import operations_routes
from telephony_gateway.http_api.functions import FunctionsEndpoint
from telephony_gateway.http_api.webhook import WebhookEndpoint

_UNTRACED = "healthz,readyz,metrics"


def build_app(
    functions: FunctionsEndpoint, webhook: WebhookEndpoint, missing: Callable[[], dict[str, str]]
) -> ASGIApp:
    """Retell's routes and those of operations."""

    # Starlette takes a function for a request handler, and an object for an ASGI application.
    async def function(request: Request) -> Response:
        return await functions(request)

    async def event(request: Request) -> Response:
        return await webhook(request)

    routes = [
        Route("/retell/functions/{name}", function, methods=["POST"]),
        Route("/retell/webhook", event, methods=["POST"]),
        *operations_routes(missing),
    ]
    return OpenTelemetryMiddleware(
        Starlette(routes=routes), excluded_urls=_UNTRACED, exclude_spans=["receive", "send"]
    )
