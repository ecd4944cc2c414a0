"""The stand-in inside a test: in process, on a settable clock, with a receiver that keeps the webhooks."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import httpx
from starlette.applications import Starlette

from sandbox.calcom.app import build_app
from sandbox.calcom.clock import SettableClock
from sandbox.calcom.conformance.teller import VERSIONS
from sandbox.calcom.settings import Settings
from sandbox.calcom.world import World

Json = dict[str, Any]

NOW = datetime(2027, 3, 1, 8, 0, tzinfo=UTC)
"""A Monday, 9 o'clock in Berlin."""

HOST_KEY, OTHER_KEY = "cal_test_vera", "cal_test_otto"


@dataclass
class Receiver(httpx.AsyncBaseTransport):
    """Takes every webhook. `on_delivery` runs before it answers."""

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
    """A caller with the host's key unless told otherwise; sends each route family's version."""

    client: httpx.AsyncClient
    app: Starlette
    clock: SettableClock
    receiver: Receiver

    @property
    def world(self) -> World:
        world: World = self.app.state.world
        return world

    async def call(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        key: str | None = HOST_KEY,
        version: str | None = "family",
    ) -> httpx.Response:
        family = path.removeprefix("/v2/").split("?")[0].split("/")[0]
        version = VERSIONS.get(family) if version == "family" else version
        headers = {"cal-api-version": version} if version else {}
        if key:
            headers["Authorization"] = f"Bearer {key}"
        if body is not None:
            headers["Content-Type"] = "application/json"
        content = None if body is None else json.dumps(body)
        return await self.client.request(method, path, content=content, headers=headers)

    async def user(self, username: str, key: str, **more: object) -> Json:
        order = {"name": username.title(), "email": f"{username}@example.org", "apiKey": key, **more}
        return _good(await self.client.put(f"/admin/users/{username}", json=order))

    async def event_type(self, **fields: object) -> int:
        """30 minutes without notice unless `fields` says otherwise; its id."""
        slug = f"cut-{len(self.world.store.event_types.all())}"
        body = {"lengthInMinutes": 30, "title": "Cut", "slug": slug, "minimumBookingNotice": 0, **fields}
        return int(_good(await self.call("POST", "/v2/event-types", body))["data"]["id"])

    async def book(
        self,
        event_type_id: int,
        start: str,
        *,
        email: str = "kim@example.org",
        key: str | None = HOST_KEY,
        **more: object,
    ) -> httpx.Response:
        attendee = {"name": "Kim", "email": email, "timeZone": "Europe/Berlin"}
        body = {"start": start, "eventTypeId": event_type_id, "attendee": attendee, **more}
        return await self.call("POST", "/v2/bookings", body, key=key)

    async def booked(self, event_type_id: int, start: str, email: str = "kim@example.org") -> Json:
        data: Json = _good(await self.book(event_type_id, start, email=email))["data"]
        return data

    async def get(self, uid: str) -> Json:
        data: Json = _good(await self.call("GET", f"/v2/bookings/{uid}"))["data"]
        return data

    async def cancel(self, uid: str, *, key: str | None = HOST_KEY, reason: str = "away") -> httpx.Response:
        return await self.call("POST", f"/v2/bookings/{uid}/cancel", {"cancellationReason": reason}, key=key)

    async def reschedule(self, uid: str, start: str, **more: object) -> httpx.Response:
        return await self.call("POST", f"/v2/bookings/{uid}/reschedule", {"start": start, **more})

    async def fault(
        self, kind: str, path: str = "^/v2/bookings$", method: str = "POST", **more: object
    ) -> None:
        order = {"kind": kind, "match": {"method": method, "path": path}, **more}
        _good(await self.client.post("/admin/faults", json=order))

    async def subscribe(self, *triggers: str, path: str = "/v2/webhooks", **more: object) -> Json:
        body = {
            "active": True,
            "subscriberUrl": "http://receiver.test/hook",
            "triggers": list(triggers),
            **more,
        }
        data: Json = _good(await self.call("POST", path, body))["data"]
        return data


@asynccontextmanager
async def embedded(settings: Settings | None = None, now: datetime = NOW) -> AsyncIterator[Cal]:
    """With two hosts, vera (HOST_KEY) and otto (OTHER_KEY), Monday to Friday 9 to 17 in Berlin."""
    clock, receiver = SettableClock(now), Receiver()
    app = build_app(settings or Settings(insert_delay_s=0.01), clock, receiver)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://calcom.test") as client:
        cal = Cal(client, app, clock, receiver)
        await cal.user("vera", HOST_KEY)
        await cal.user("otto", OTHER_KEY)
        yield cal
    await cal.world.close()


def _good(answer: httpx.Response) -> Json:
    if answer.is_error:
        raise AssertionError(f"{answer.status_code}: {answer.text}")
    data: Json = answer.json()
    return data
