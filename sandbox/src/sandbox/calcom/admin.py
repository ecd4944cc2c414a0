"""The sandbox's own routes: users, faults, everything that is stored, the request log. No key needed."""

from collections.abc import Awaitable, Callable
from typing import Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError, field_validator
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.calcom.account import CREDENTIAL_OFFSET, shown_schedule
from sandbox.calcom.availability import WEEKDAYS
from sandbox.calcom.booking_output import shown
from sandbox.calcom.faults import FaultOrder
from sandbox.calcom.model import Schedule, Span, Team, User
from sandbox.calcom.times import is_zone
from sandbox.calcom.world import World

Json = dict[str, Any]

FIRST_USER_ID = 101
TEAM_ID = 1
_TIME = r"^([01]\d|2[0-3]):[0-5]\d$"


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", populate_by_name=True)


class Opening(_Strict):
    days: list[str]
    start_time: str = Field(alias="startTime", pattern=_TIME)
    end_time: str = Field(alias="endTime", pattern=_TIME)

    @field_validator("days")
    @classmethod
    def _are_weekdays(cls, days: list[str]) -> list[str]:
        unknown = [day for day in days if day not in WEEKDAYS]
        if unknown:
            raise ValueError(f"not a weekday: {', '.join(unknown)}")
        return days


def _office_hours() -> Opening:
    return Opening(days=list(WEEKDAYS[:5]), startTime="09:00", endTime="17:00")


class Override(_Strict):
    date: str
    start_time: str = Field(alias="startTime", pattern=_TIME)
    end_time: str = Field(alias="endTime", pattern=_TIME)


class UserOrder(_Strict):
    name: str
    email: str
    api_key: str = Field(alias="apiKey", min_length=1)
    time_zone: str = Field(default="Europe/Berlin", alias="timeZone")
    availability: list[Opening] = Field(default_factory=lambda: [_office_hours()])
    overrides: list[Override] = Field(default_factory=list)
    rate_limit: int | None = Field(default=None, alias="rateLimit", ge=1)
    administers: list[str] = Field(default_factory=list)

    @field_validator("time_zone")
    @classmethod
    def _is_known(cls, name: str) -> str:
        if not is_zone(name):
            raise ValueError(f"unknown time zone {name!r}")
        return name


class BusySpan(_Strict):
    start: AwareDatetime
    end: AwareDatetime


class BusyOrder(_Strict):
    """None disconnects the calendar."""

    busy_times: list[BusySpan] | None = Field(alias="busyTimes")


class TeamOrder(_Strict):
    """Makes an event type one of a team; the hosts by username."""

    scheduling: Literal["roundRobin", "collective", "managed"] = Field(alias="schedulingType")
    hosts: list[str] = Field(default_factory=list)


class ResetOrder(_Strict):
    """`keepSetup` leaves users, schedules, event types and webhooks."""

    keep_setup: bool = Field(default=False, alias="keepSetup")


class Admin:
    """The handlers, over one world."""

    def __init__(self, world: World) -> None:
        self._world = world

    def routes(self) -> list[Route]:
        table: list[tuple[str, str, Callable[[Request], Awaitable[Response]]]] = [
            ("PUT", "/users/{username}", self.put_user),
            ("GET", "/users", self.get_users),
            ("PUT", "/users/{username}/busy-times", self.put_busy_times),
            ("PUT", "/event-types/{id}/team", self.put_team),
            ("POST", "/faults", self.post_fault),
            ("GET", "/faults", self.get_faults),
            ("DELETE", "/faults", self.delete_faults),
            ("GET", "/bookings", self.get_bookings),
            ("GET", "/requests", self.get_requests),
            ("GET", "/deliveries", self.get_deliveries),
            ("POST", "/reset", self.post_reset),
        ]
        return [
            Route(f"/admin{path}", _guarded(handler), methods=[method]) for method, path, handler in table
        ]

    async def put_user(self, request: Request) -> Response:
        """Creates or updates; the same request twice changes nothing."""
        order = UserOrder.model_validate_json(await request.body())
        store, username = self._world.store, str(request.path_params["username"])
        other = store.user_by_key(order.api_key)
        if other is not None and other.username != username:
            return JSONResponse({"error": f"the key belongs to {other.username}"}, 409)
        known = store.users.get(username)
        user = User(
            id=known.id if known else store.next_number("user", FIRST_USER_ID),
            username=username,
            name=order.name,
            email=order.email,
            api_key=order.api_key,
            time_zone=order.time_zone,
            schedule_id=known.schedule_id if known else store.next_number("schedule"),
            rate_limit=order.rate_limit,
            administers=tuple(order.administers),
            busy=known.busy if known else None,
        )
        store.schedules.put(_schedule(user, order))
        store.users.put(user)
        self._world.slot_cache.clear()
        return JSONResponse(self._shown_user(user))

    async def get_users(self, _: Request) -> Response:
        return JSONResponse([self._shown_user(user) for user in self._world.store.users.all()])

    async def put_busy_times(self, request: Request) -> Response:
        order = BusyOrder.model_validate_json(await request.body())
        user = self._world.store.users.get(request.path_params["username"])
        if user is None:
            return JSONResponse({"error": "no such user"}, 404)
        spans = order.busy_times
        busy = None if spans is None else tuple(Span(start=span.start, end=span.end) for span in spans)
        self._world.store.users.put(user.model_copy(update={"busy": busy}))
        self._world.slot_cache.clear()
        return JSONResponse({"credentialId": CREDENTIAL_OFFSET + user.id, "externalId": user.email})

    async def put_team(self, request: Request) -> Response:
        """Nobody's own any more."""
        order = TeamOrder.model_validate_json(await request.body())
        store = self._world.store
        event_type = store.event_types.get(request.path_params["id"])
        users = [store.users.get(username) for username in order.hosts]
        if event_type is None or None in users:
            return JSONResponse({"error": "no such event type, or no such user"}, 404)
        hosts = tuple(user.id for user in users if user)
        team = Team(id=TEAM_ID, scheduling=order.scheduling, host_ids=hosts)
        store.event_types.put(event_type.model_copy(update={"team": team}))
        self._world.slot_cache.clear()
        return Response(status_code=204)

    async def post_fault(self, request: Request) -> Response:
        order = FaultOrder.model_validate_json(await request.body())
        return JSONResponse(self._world.faults.add(order).report(), 201)

    async def get_faults(self, _: Request) -> Response:
        return JSONResponse([fault.report() for fault in self._world.faults.all()])

    async def delete_faults(self, _: Request) -> Response:
        self._world.faults.clear()
        return Response(status_code=204)

    async def get_bookings(self, _: Request) -> Response:
        store = self._world.store
        return JSONResponse([shown(store, booking) for booking in store.bookings.all()])

    async def get_requests(self, _: Request) -> Response:
        return JSONResponse(self._world.log.requests())

    async def get_deliveries(self, _: Request) -> Response:
        return JSONResponse(self._world.log.deliveries())

    async def post_reset(self, request: Request) -> Response:
        world = self._world
        order = ResetOrder.model_validate_json(await request.body() or b"{}")
        if order.keep_setup:
            world.store.forget_bookings()
        else:
            world.store.forget_everything()
        for forgetful in (world.faults, world.log, world.limiter, world.slot_cache):
            forgetful.clear()
        return Response(status_code=204)

    def _shown_user(self, user: User) -> Json:
        schedule = self._world.store.schedule_of(user)
        return {
            "id": user.id,
            "username": user.username,
            "name": user.name,
            "email": user.email,
            "timeZone": user.time_zone,
            "rateLimit": user.rate_limit,
            "schedule": shown_schedule(schedule, user),
        }


def _guarded(handler: Callable[[Request], Awaitable[Response]]) -> Callable[[Request], Awaitable[Response]]:
    """Says what is wrong with an order instead of breaking."""

    async def answer(request: Request) -> Response:
        try:
            return await handler(request)
        except ValidationError as error:
            problems = error.errors(include_url=False, include_context=False)
            return JSONResponse({"error": "bad order", "problems": problems}, 422)

    return answer


def _schedule(user: User, order: UserOrder) -> Schedule:
    return Schedule(
        id=user.schedule_id,
        owner_id=user.id,
        name="Working hours",
        time_zone=user.time_zone,
        availability=tuple(opening.model_dump(by_alias=True) for opening in order.availability),
        overrides=tuple(override.model_dump(by_alias=True) for override in order.overrides),
    )
