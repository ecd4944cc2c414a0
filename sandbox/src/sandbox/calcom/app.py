"""The stand-in as an ASGI application: the table of routes."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.calcom import account, booking_listing, bookings, event_types, reservations, slots, webhooks
from sandbox.calcom.admin import Admin
from sandbox.calcom.clock import Clock
from sandbox.calcom.errors import not_found
from sandbox.calcom.gate import Access, Endpoint, Gate, Handler, target_of
from sandbox.calcom.settings import Settings
from sandbox.calcom.store import Store
from sandbox.calcom.world import World

BOOKINGS, SLOTS, EVENT_TYPES, SCHEDULES = "2024-08-13", "2024-09-04", "2024-06-14", "2024-06-11"


def build_app(
    settings: Settings, clock: Clock, webhook_transport: httpx.AsyncBaseTransport | None = None
) -> Starlette:
    """One stand-in with its own state; `webhook_transport` replaces the network for webhooks.

    The state is at `app.state.world`. Call `await app.state.world.close()` where no lifespan runs.
    """
    world = World(settings, clock, Store(settings.state_path), webhook_transport)
    gate = Gate(world)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        yield
        await gate.drain(at_most_s=5)
        await world.close()

    async def not_known(request: Request, _: Exception) -> Response:
        error = not_found(f"Cannot {request.method} {target_of(request)}")
        return JSONResponse(error.body(target_of(request), clock.now()), 404)

    app = Starlette(
        routes=[
            Route("/healthz", _healthz),
            *Admin(world).routes(),
            *_booking_routes(gate),
            *_slot_routes(gate),
            *_event_type_routes(gate),
            *_account_routes(gate),
        ],
        lifespan=lifespan,
        exception_handlers={404: not_known, 405: not_known},
    )
    app.router.redirect_slashes = False
    app.state.world = world
    return app


async def _healthz(_: Request) -> Response:
    return JSONResponse({"status": "ok"})


def _booking_routes(gate: Gate) -> list[Route]:
    def post(
        handler: Handler, access: Access = Access.PUBLIC, legacy: Handler | None = None
    ) -> tuple[str, Endpoint]:
        return "POST", Endpoint(handler, access, BOOKINGS, legacy)

    return [
        _route(
            gate,
            "/v2/bookings",
            post(bookings.create, legacy=bookings.create_in_old_version),
            (
                "GET",
                Endpoint(
                    booking_listing.list_all, Access.PERMISSION, BOOKINGS, booking_listing.list_in_old_version
                ),
            ),
        ),
        _route(gate, "/v2/bookings/{uid}", ("GET", Endpoint(bookings.get, Access.PUBLIC, BOOKINGS))),
        _route(gate, "/v2/bookings/{uid}/reschedule", post(bookings.reschedule)),
        _route(gate, "/v2/bookings/{uid}/cancel", post(bookings.cancel)),
        _route(gate, "/v2/bookings/{uid}/confirm", post(bookings.confirm, Access.PERMISSION)),
        _route(gate, "/v2/bookings/{uid}/decline", post(bookings.decline, Access.PERMISSION)),
    ]


def _slot_routes(gate: Gate) -> list[Route]:
    def public(handler: Handler) -> Endpoint:
        return Endpoint(handler, Access.PUBLIC, SLOTS)

    return [
        _route(gate, "/v2/slots", ("GET", public(slots.get))),
        _route(gate, "/v2/slots/reservations", ("POST", public(reservations.create))),
        _route(
            gate,
            "/v2/slots/reservations/{uid}",
            ("GET", public(reservations.get)),
            ("PATCH", public(reservations.change)),
            ("DELETE", public(reservations.delete)),
        ),
    ]


def _event_type_routes(gate: Gate) -> list[Route]:
    def own(handler: Handler) -> Endpoint:
        return Endpoint(handler, Access.KEY, EVENT_TYPES)

    return [
        _route(
            gate,
            "/v2/event-types",
            (
                "POST",
                Endpoint(event_types.create, Access.KEY, EVENT_TYPES, event_types.create_in_old_version),
            ),
            ("GET", Endpoint(event_types.list_all, Access.PUBLIC, EVENT_TYPES)),
        ),
        _route(
            gate,
            "/v2/event-types/{id}",
            ("GET", own(event_types.get)),
            ("PATCH", own(event_types.change)),
            ("DELETE", own(event_types.delete)),
        ),
        _route(
            gate,
            "/v2/event-types/{id}/webhooks",
            ("POST", Endpoint(webhooks.create)),
            ("GET", Endpoint(webhooks.list_all)),
            ("DELETE", Endpoint(webhooks.delete_all)),
        ),
        _webhook_route(gate, "/v2/event-types/{id}/webhooks/{hook}"),
    ]


def _account_routes(gate: Gate) -> list[Route]:
    def scheduled(handler: Handler) -> tuple[str, Endpoint]:
        return "GET", Endpoint(handler, Access.KEY, SCHEDULES)

    return [
        _route(gate, "/v2/me", ("GET", Endpoint(account.me))),
        _route(gate, "/v2/schedules", scheduled(account.schedules)),
        _route(gate, "/v2/schedules/default", scheduled(account.default_schedule)),
        _route(gate, "/v2/schedules/{id}", scheduled(account.schedule)),
        _route(gate, "/v2/calendars", ("GET", Endpoint(account.calendars))),
        _route(gate, "/v2/calendars/busy-times", ("GET", Endpoint(account.busy_times))),
        _route(
            gate, "/v2/webhooks", ("POST", Endpoint(webhooks.create)), ("GET", Endpoint(webhooks.list_all))
        ),
        _webhook_route(gate, "/v2/webhooks/{hook}"),
    ]


def _webhook_route(gate: Gate, path: str) -> Route:
    return _route(
        gate,
        path,
        ("GET", Endpoint(webhooks.get)),
        ("PATCH", Endpoint(webhooks.change)),
        ("DELETE", Endpoint(webhooks.delete)),
    )


def _route(gate: Gate, path: str, *endpoints: tuple[str, Endpoint]) -> Route:
    return Route(path, gate(*endpoints), methods=[method for method, _ in endpoints])
