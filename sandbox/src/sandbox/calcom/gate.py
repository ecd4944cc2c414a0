"""The way of every request: throttle, key, faults, version, handler, envelope, log."""

import asyncio
import json
import math
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from enum import Enum
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from sandbox.calcom.errors import ApiError, CoreError, NestError, TooManyRequestsError, bad_request, not_found
from sandbox.calcom.faults import Effects
from sandbox.calcom.model import Booking, User
from sandbox.calcom.ratelimit import Allowance
from sandbox.calcom.requestlog import Entry
from sandbox.calcom.world import World

INVALID_KEY = "CustomThrottlerGuard - Invalid API Key"
NO_KEY = (
    "ApiAuthStrategy - No authentication method provided. Either pass an API key as 'Bearer' header or OAuth "
    "client credentials as 'x-cal-secret-key' and 'x-cal-client-id' headers"
)
NO_PERMISSION = (
    "PermissionsGuard - no authentication provided. Provide either authorization bearer token containing managed "
    "user access token or oAuth client id in 'x-cal-client-id' header."
)


class Access(Enum):
    """Who may call: anybody, or only a key, refused with 401 or 403 depending on the controller's guard."""

    PUBLIC = 0
    KEY = 401
    PERMISSION = 403


@dataclass(frozen=True, slots=True)
class Reply:
    status: int
    body: dict[str, Any]


@dataclass(slots=True)
class Call:
    """One authenticated request as a handler sees it."""

    world: World
    request: Request
    user: User | None
    effects: Effects
    body: object = None

    @property
    def key_owner(self) -> User:
        """Only for routes that require a key."""
        if self.user is None:
            raise NestError(401, NO_KEY)
        return self.user

    def part(self, name: str) -> str:
        return str(self.request.path_params[name])

    def visible_bookings(self) -> list[Booking]:
        """What a read sees: the state of some seconds ago while a stale_list fault is at work."""
        lag = timedelta(seconds=self.effects.seconds("stale_list"))
        if not lag:
            return self.world.store.bookings.all()
        return self.world.store.bookings.as_of(self.world.now() - lag)


Handler = Callable[[Call], Awaitable[Reply]]


def ok(data: object, status: int = 200, **more: object) -> Reply:
    return Reply(status, {"status": "success", "data": data, **more})


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One route. `version` None: the same in all versions; otherwise every other version is the old API."""

    handler: Handler
    access: Access = Access.KEY
    version: str | None = None
    legacy: Handler | None = None

    def for_version(self, request: Request) -> Handler:
        if self.version in (None, request.headers.get("cal-api-version")):
            return self.handler
        return self.legacy or unknown_route


async def unknown_route(call: Call) -> Reply:
    raise not_found(f"Cannot {call.request.method} {target_of(call.request)}")


def target_of(request: Request) -> str:
    """Path and query as they were sent."""
    path: bytes = request.scope.get("raw_path") or request.url.path.encode()
    query: bytes = request.scope["query_string"]
    text = path.split(b"?")[0].decode("latin-1")
    return f"{text}?{query.decode('latin-1')}" if query else text


@dataclass(slots=True)
class Gate:
    """Runs endpoints. A caller who hangs up does not stop the work, as at the original."""

    world: World
    _running: set[asyncio.Task[Response]] = field(default_factory=set)

    def __call__(self, *endpoints: tuple[str, Endpoint]) -> Callable[[Request], Awaitable[Response]]:
        by_method = dict(endpoints)

        async def serve(request: Request) -> Response:
            task = asyncio.create_task(
                self._serve(request, by_method["GET" if request.method == "HEAD" else request.method])
            )
            self._running.add(task)
            task.add_done_callback(self._running.discard)
            return await asyncio.shield(task)

        return serve

    async def drain(self, at_most_s: float) -> None:
        """Requests whose callers hung up may still be at work."""
        if self._running:
            await asyncio.wait(self._running, timeout=at_most_s)

    async def _serve(self, request: Request, endpoint: Endpoint) -> Response:
        world = self.world
        user, key = self._caller(request)
        entry = world.log.begin(
            request.method, target_of(request), user.username if user else None, world.now()
        )
        headers: dict[str, str] = {}
        try:
            if key is None:
                raise NestError(401, INVALID_KEY)
            allowance = world.limiter.hit(key, self._limit(user), world.now())
            headers = allowance.headers()
            reply = await self._admitted(request, endpoint, user, allowance, entry)
        except ApiError as error:
            headers |= error.headers or {}
            reply = Reply(error.status, error.body(target_of(request), world.now()))
        world.log.end(entry, reply.status, world.now())
        return JSONResponse(reply.body, reply.status, headers=headers)

    async def _admitted(
        self, request: Request, endpoint: Endpoint, user: User | None, allowance: Allowance, entry: Entry
    ) -> Reply:
        if not allowance.allowed:
            raise TooManyRequestsError(allowance.headers())
        if user is None and endpoint.access is not Access.PUBLIC:
            message = NO_KEY if endpoint.access is Access.KEY else NO_PERMISSION
            raise NestError(endpoint.access.value, message)
        effects = self.world.faults.effects_on(request.method, request.url.path)
        call = Call(self.world, request, user, effects)
        try:
            return await self._with_faults(call, endpoint.for_version(request), allowance)
        finally:
            entry.faults = effects.kinds()

    async def _with_faults(self, call: Call, handler: Handler, allowance: Allowance) -> Reply:
        effects, clock = call.effects, self.world.clock
        if effects.has("delay"):
            await clock.sleep(effects.seconds("delay"))
        if effects.has("rate_limit"):
            overrun = replace(allowance, remaining=0, reset_s=math.ceil(effects.seconds("rate_limit")))
            raise TooManyRequestsError(overrun.headers())
        if effects.has("server_error"):
            raise CoreError(500, "Internal server error")
        try:
            call.body = await _json_body(call.request)
            reply = await handler(call)
        except ApiError:
            effects.settle(succeeded=False)
            raise
        if effects.has("timeout_after_create"):
            await clock.sleep(effects.seconds("timeout_after_create"))
        if effects.has("fail_after_create"):
            raise CoreError(500, "Internal server error")
        return reply

    def _caller(self, request: Request) -> tuple[User | None, str | None]:
        """The user and the throttling key; no throttling key means an invalid API key."""
        authorization = request.headers.get("authorization")
        if authorization is None:
            client = request.client
            return None, f"ip:{client.host if client else 'unknown'}"
        user = self.world.store.user_by_key(authorization.removeprefix("Bearer "))
        return user, f"key:{user.api_key}" if user else None

    def _limit(self, user: User | None) -> int:
        own = user.rate_limit if user else None
        return self.world.settings.rate_limit if own is None else own


async def _json_body(request: Request) -> object:
    raw = await request.body()
    if not raw:
        return None
    try:
        body: object = json.loads(raw)
    except ValueError as error:
        raise bad_request(f"Unexpected token in JSON: {error}") from error
    return body
