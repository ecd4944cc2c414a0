"""Availability: exact answers, fast ones, and holds that nobody shares."""

import asyncio
import json
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from availability.domain.workload import answer
from availability.testing.peers import BookingPeer, CalendarPeer, RegistryPeer
from availability.testing.replicas import Running, Surroundings
from availability.testing.salon import at, salon
from availability.testing.storm import Storm, storm
from chassis import postgres
from chassis.testing import SettableClock, serving
from local_stack.embedded import EmbeddedPostgres, EmbeddedRedis
from rufbuch_cli.proof.claims import Claim, Result, project

CALLERS, SLOTS = 200, 20
WORKLOADS = ("services/availability/tests/domain/workloads", "../shared/data/slots")
TOMORROW_AT_TEN = 24 + 9


def workloads_are_exact() -> list[Result]:
    """Every recorded and every own workload, start by start."""
    files = [file for folder in WORKLOADS for file in sorted((project() / folder).glob("*.json"))]
    wrong = [file.name for file in files if not _is_exact(file)]
    figure = f"{len(files) - len(wrong)} of {len(files)} exact" + (
        f", wrong: {', '.join(wrong)}" if wrong else ""
    )
    return [Result("slot workloads", figure, "all", holds=bool(files) and not wrong)]


def _is_exact(file: Path) -> bool:
    workload = json.loads(file.read_text(encoding="utf-8"))
    return bool(answer(workload, time.perf_counter)["free"] == workload["expected"])


def the_table_of_speed() -> list[Result]:
    """``make bench``, search: each bounded row."""
    ran = subprocess.run(
        [sys.executable, "-m", "benchmarks.slots", "--json"],
        cwd=project(),
        capture_output=True,
        text=True,
        check=False,
    )
    rows = [row for row in json.loads(ran.stdout) if row["at_most"] or row["ratio_at_most"]]
    return [
        Result(row["what"], f"{row['figure']:.1f} {row['unit']}", _bound(row), row["holds"]) for row in rows
    ]


def _bound(row: dict[str, float | None]) -> str:
    bounds = [f"{row['at_most']:g} µs"] if row["at_most"] else []
    if row["ratio_at_most"] and row["sorted_us"]:
        bounds.append(f"{row['ratio_at_most']:g} times the sorted intervals' {row['sorted_us']:.0f} µs")
    return " and ".join(bounds)


def two_hundred_callers() -> list[Result]:
    """The same twenty slots, all at once, over gRPC; and with Redis restarted in the middle."""
    return [
        _judged("200 callers for 20 slots", asyncio.run(_storm(restart=False))),
        _judged("the same, Redis restarted in the middle", asyncio.run(_storm(restart=True))),
    ]


def _judged(claim: str, told: Storm) -> Result:
    figure = f"{told.held_wishes} hold theirs, {told.refused_with_alternatives} hold another, {told.overlaps} overlaps"
    expected = Storm(held_wishes=SLOTS, refused_with_alternatives=CALLERS - SLOTS, overlaps=0)
    return Result(claim, figure, f"{SLOTS}, {CALLERS - SLOTS}, 0", told == expected)


async def _storm(*, restart: bool) -> Storm:
    people = [f"person-{n}" for n in range(SLOTS)]
    with EmbeddedRedis(durable=True) as redis:

        async def maybe_restart(answered: int) -> None:
            if restart and answered == CALLERS // 4:
                await asyncio.to_thread(redis.stop)
                await asyncio.to_thread(redis.start)

        async with _service(redis.url, people) as service:
            return await storm(
                service.stub, people, at(TOMORROW_AT_TEN), callers=CALLERS, after_each=maybe_restart
            )


@asynccontextmanager
async def _service(redis_url: str, people: list[str]) -> AsyncIterator[Running]:
    registry = RegistryPeer(salon(people))  # type: ignore[abstract] # answers what availability asks for
    booking = BookingPeer()  # type: ignore[abstract] # likewise
    calendars = CalendarPeer()  # type: ignore[abstract] # likewise
    with EmbeddedPostgres() as database:
        await asyncio.to_thread(postgres.migrate, database.url, "availability")
        async with serving(registry.as_servicer(), booking.as_servicer(), calendars.as_servicer()) as peers:
            surroundings = Surroundings(database.url, redis_url, peers, SettableClock(at(7)))
            async with surroundings.running() as running:
                yield running


CLAIMS: tuple[Claim, ...] = (workloads_are_exact, two_hundred_callers, the_table_of_speed)
