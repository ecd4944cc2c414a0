"""``make pictures``: the console as salon owners see it, for docs/console.md; with invented people only."""

import asyncio
import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
from PIL import Image
from playwright.async_api import Page

from benchmarks.console.looking import browser, signed_in
from benchmarks.console.mending import booked
from benchmarks.console.stage import Stage, stage
from rufbuch_cli.call import Played, new_line, play
from rufbuch_cli.salon import DIALLED_NUMBER
from sandbox.callers.retell import Retell

WHERE = Path(__file__).parents[2] / "docs" / "console"
APPOINTMENTS, A_DAY = 9000, 6
COLOURS = 96
HEIGHT_MAX = 1500
SETTLED_S = 3.0


async def take(on: Stage, played: Played) -> None:
    """All pictures."""
    running = on.up.running
    async with (
        browser() as opened,
        httpx.AsyncClient(timeout=20) as http,
        httpx.AsyncClient(base_url=running["CALCOM_BASE_URL"]) as calcom,
    ):
        retell = Retell(running["GATEWAY_URL"], running["RETELL_API_KEY"], http)
        fault = {"kind": "server_error", "match": {"path": "/v2/bookings"}, "probability": 1.0}
        (await calcom.post("/admin/faults", json=fault)).raise_for_status()
        await booked(retell)
        await _somebody_calls(retell)
        await asyncio.sleep(SETTLED_S)
        for size in ("desk", "phone"):
            page = await signed_in(opened, on.url, size=size)
            for name, address in _shown(played, size):
                await page.goto(address)
                await _picture(page, WHERE / f"{name}-{size}.png")
            await page.context.close()


def _shown(played: Played, size: str) -> Sequence[tuple[str, str]]:
    everywhere = [("today", "/today"), ("call", f"/calls/{played.call_id}"), ("sync", "/sync")]
    at_a_desk = [
        ("people", "/people"),
        ("callbacks", "/callbacks"),
        ("health", "/health"),
    ]
    return everywhere + (at_a_desk if size == "desk" else [])


async def _somebody_calls(retell: Retell) -> None:
    line = new_line(caller="+493023125088", dialled=DIALLED_NUMBER)
    await retell.event(line, "call_started")
    day = (datetime.now(UTC) + timedelta(days=75)).date().isoformat()
    await retell.function(
        line, "check_availability", {"dienstleistung": "Herrenhaarschnitt", "datum": day, "uhrzeit": "14 Uhr"}
    )


async def _picture(page: Page, file: Path) -> None:
    """The top of the page, with few colours: it is a drawing, not a photograph."""
    width = (page.viewport_size or {"width": 0})["width"]
    height = min(HEIGHT_MAX, int(await page.evaluate("document.documentElement.scrollHeight")))
    clip = {"x": 0.0, "y": 0.0, "width": float(width), "height": float(height)}
    await page.screenshot(path=file, full_page=True, clip=clip)  # type: ignore[arg-type] # a FloatRect
    with Image.open(file) as image:
        image.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE).save(file, optimize=True)


def main() -> None:
    """Over a salon that has been open for a year."""
    WHERE.mkdir(parents=True, exist_ok=True)
    with stage(APPOINTMENTS, a_day=A_DAY) as on:
        played = play(on.up.running)
        if not re.match(r"call_", played.call_id):
            raise RuntimeError("no call could be played")
        asyncio.run(take(on, played))


if __name__ == "__main__":
    main()
