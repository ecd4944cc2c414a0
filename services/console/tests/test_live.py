"""Open pages hear that something has changed."""

import asyncio
from collections.abc import Callable
from contextlib import suppress

import grpc
import pytest

from console.pages import live
from console.pages.live import Hub


class Business:
    """Something that can be looked at."""

    def __init__(self) -> None:
        self.state = "one"
        self.looks = 0

    async def fingerprint(self, tenant_id: str) -> str:
        self.looks += 1
        return f"{tenant_id} {self.state}"


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "LOOKED_EVERY_S", 0.001)


async def until(holds: Callable[[], bool]) -> None:
    for _ in range(10_000):
        if holds():
            return
        await asyncio.sleep(0.001)
    raise TimeoutError


@pytest.mark.usefixtures("quick")
async def test_a_change_reaches_whoever_looks_and_nothing_is_asked_when_nobody_does() -> None:
    business = Business()
    hub = Hub(business.fingerprint)
    running = asyncio.create_task(hub.run())
    stream = hub.changes("salon")
    assert await anext(stream) == live.CHANGED
    await until(lambda: business.looks > 1)
    business.state = "two"
    assert await anext(stream) == live.CHANGED
    await stream.aclose()
    looks = business.looks
    for _ in range(50):
        await asyncio.sleep(0.001)
    assert business.looks <= looks + 1
    running.cancel()
    with suppress(asyncio.CancelledError):
        await running


async def test_what_happens_while_a_page_is_made_is_not_missed() -> None:
    business = Business()
    hub = Hub(business.fingerprint)
    stream = hub.changes("salon")
    # Made before, changed before anybody has looked: the page is made again, and from here on every change is told.
    assert await anext(stream) == live.CHANGED
    assert business.looks == 1
    await stream.aclose()


async def test_what_happens_while_an_event_is_on_its_way_is_told_by_another() -> None:
    business = Business()
    hub = Hub(business.fingerprint)
    stream = hub.changes("salon")
    await anext(stream)
    for state in ("two", "three"):
        business.state = state
        # The stream stands at the event before: its reader has not asked for the next one yet.
        await hub._look("salon")
        assert await anext(stream) == live.CHANGED
        business.state = f"{state} and a half"
        await hub._look("salon")
        assert await asyncio.wait_for(anext(stream), 1) == live.CHANGED
    await stream.aclose()


@pytest.mark.usefixtures("quick")
async def test_streams_end_when_the_service_does() -> None:
    business = Business()
    hub = Hub(business.fingerprint)
    running = asyncio.create_task(hub.run())
    stream = hub.changes("salon")
    await anext(stream)
    await until(lambda: business.looks > 1)
    running.cancel()
    with suppress(asyncio.CancelledError):
        await running
    assert len([event async for event in stream]) <= 1


@pytest.mark.usefixtures("quick")
async def test_a_service_that_goes_away_is_a_change_and_no_end() -> None:
    failing = False

    async def fingerprint(_: str) -> str:
        if failing:
            raise grpc.aio.AioRpcError(grpc.StatusCode.UNAVAILABLE, grpc.aio.Metadata(), grpc.aio.Metadata())
        return "fine"

    hub = Hub(fingerprint)
    running = asyncio.create_task(hub.run())
    stream = hub.changes("salon")
    await anext(stream)
    await until(lambda: bool(hub._last))
    failing = True
    assert await anext(stream) == live.CHANGED
    await stream.aclose()
    running.cancel()
    with suppress(asyncio.CancelledError):
        await running
