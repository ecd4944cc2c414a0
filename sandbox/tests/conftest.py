"""A stand-in in process, with a settable clock and a recording webhook receiver."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette

from sandbox.calcom.app import build_app
from sandbox.calcom.clock import SettableClock
from sandbox.calcom.settings import Settings
from sandbox.calcom.world import World

Json = dict[str, Any]

NOW = datetime(2027, 3, 1, 8, 0, tzinfo=UTC)
"""A Monday, 9 o'clock in Berlin."""

HOST_KEY, OTHER_KEY = "cal_test_vera", "cal_test_otto"
VERSIONS = {"bookings": "2024-08-13", "slots": "2024-09-04", "event-types": "2024-06-14", "schedules": "2024-06-11"}


@dataclass
class Receiver(httpx.AsyncBaseTransport):
    """Takes the webhooks. `on_delivery` runs before it answers."""

    requests: list[httpx.Request] = field(default_factory=list)
    status: int = 200
    error: httpx.HTTPError | None = None
    on_delivery: Callable[[Json], Awaitable[None]] | None = None

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        if self.on_delivery:
            await self.on_delivery(json.loads(request.content))
        if self.error:
            raise self.error
        return httpx.Response(self.status)

    @property
    def bodies(self) -> list[Json]:
        return [json.loads(request.content) for request in self.requests]

    @property
    def triggers(self) -> list[str]:
        return [body["triggerEvent"] for body in self.bodies]


@dataclass
class Cal:
    """A caller with the host's key unless told otherwise; sends each family's version."""

    client: httpx.AsyncClient
    app: Starlette
    clock: SettableClock
    receiver: Receiver

    @property
    def world(self) -> World:
        world: World = self.app.state.world
        return world

    async def call(
        self, method: str, path: str, body: object = None, *, key: str | None = HOST_KEY, version: str | None = ""
    ) -> httpx.Response:
        family = path.removeprefix("/v2/").split("?")[0].split("/")[0]
        version = VERSIONS.get(family) if version == "" else version
        headers = {"cal-api-version": version} if version else {}
        if key:
            headers["Authorization"] = f"Bearer {key}"
        content = None if body is None else json.dumps(body)
        return await self.client.request(method, path, content=content, headers=headers)

    async def event_type(self, **fields: object) -> int:
        number = len(self.world.store.event_types.all())
        body = {"lengthInMinutes": 30, "title": "Cut", "slug": f"cut-{number}", "minimumBookingNotice": 0, **fields}
        answer = await self.call("POST", "/v2/event-types", body)
        assert answer.status_code == 201, answer.text
        return int(answer.json()["data"]["id"])

    async def book(
        self, event_type_id: int, start: str, *, email: str = "kim@example.org", key: str | None = HOST_KEY, **more: object
    ) -> httpx.Response:
        attendee = {"name": "Kim", "email": email, "timeZone": "Europe/Berlin"}
        body = {"start": start, "eventTypeId": event_type_id, "attendee": attendee, **more}
        return await self.call("POST", "/v2/bookings", body, key=key)

    async def booked(self, event_type_id: int, start: str, **more: Any) -> Json:
        answer = await self.book(event_type_id, start, **more)
        assert answer.status_code == 201, answer.text
        data: Json = answer.json()["data"]
        return data

    async def fault(self, kind: str, path: str = "^/v2/bookings$", method: str = "POST", **more: object) -> None:
        order = {"kind": kind, "match": {"method": method, "path": path}, **more}
        answer = await self.client.post("/admin/faults", json=order)
        assert answer.status_code == 201, answer.text

    async def user(self, username: str, key: str, **more: object) -> Json:
        order = {"name": username.title(), "email": f"{username}@example.org", "apiKey": key, **more}
        answer = await self.client.put(f"/admin/users/{username}", json=order)
        assert answer.status_code == 200, answer.text
        data: Json = answer.json()
        return data


@pytest.fixture
async def cal() -> AsyncIterator[Cal]:
    clock, receiver = SettableClock(NOW), Receiver()
    app = build_app(Settings(insert_delay_s=0.01), clock, receiver)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://calcom.test") as client:
        cal = Cal(client, app, clock, receiver)
        await cal.user("vera", HOST_KEY)
        await cal.user("otto", OTHER_KEY)
        yield cal
    await app.state.world.close()
