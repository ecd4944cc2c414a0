"""The routes."""

from collections.abc import Callable

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from chassis.http_server import operations_routes
from telephony_gateway.agents.openapi import document
from telephony_gateway.http_api.front import Front
from telephony_gateway.http_api.functions import FunctionsEndpoint
from telephony_gateway.http_api.inbound import InboundEndpoint
from telephony_gateway.http_api.nowhere import HANDLERS
from telephony_gateway.http_api.webhook import WebhookEndpoint


def build_app(
    functions: FunctionsEndpoint,
    webhook: WebhookEndpoint,
    inbound: InboundEndpoint,
    missing: Callable[[], dict[str, str]],
) -> ASGIApp:
    """Retell's routes and those of operations."""
    described = document(functions.build)

    # Starlette takes a function for a request handler, and an object for an ASGI application.
    async def function(request: Request) -> Response:
        return await functions(request)

    async def event(request: Request) -> Response:
        return await webhook(request)

    async def ringing(request: Request) -> Response:
        return await inbound(request)

    async def openapi(_: Request) -> Response:
        return JSONResponse(described)

    routes = [
        Route("/retell/functions/{name}", function, methods=["POST"]),
        Route("/retell/webhook", event, methods=["POST"]),
        Route("/retell/inbound", ringing, methods=["POST"]),
        Route("/openapi.json", openapi, methods=["GET"]),
        *operations_routes(missing),
    ]
    return Front(Starlette(routes=routes, exception_handlers=HANDLERS), functions)
