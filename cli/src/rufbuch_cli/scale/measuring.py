"""Plays calls and counts: one after the other for what a call costs, many at once for whether the model is right."""

import asyncio
import platform
import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from tempfile import TemporaryDirectory

import httpx
import psutil

from rufbuch_cli.agreement import compare
from rufbuch_cli.beside import Installed, installed
from rufbuch_cli.call import FUNCTION_TIMEOUT_S, new_line, play
from rufbuch_cli.measure import DIALLED_NUMBER, measured_business
from rufbuch_cli.salon import import_business, import_salon
from rufbuch_cli.scale import counters
from rufbuch_cli.scale.costs import Costs
from rufbuch_cli.scale.model import predicted_cpu_s
from sandbox.callers.retell import Line, Reply, Retell

CALLS, WARM_UP, IDLE_S = 100, 5, 8.0
FOLLOWS_S = 3.0
"""For so long it is counted on after the last answer: what follows from a call is gathered, and done behind it."""
AT_ONCE, LOAD_CALLS = 8, 80
PERM_PHASES, ASKED_MAX = 4, 8
TOLD = {"booked", "taken", "pending", "error"}
"""Also a call that was too slow on a busy machine has cost what it has cost."""


@dataclass(frozen=True)
class LoadRun:
    """Many calls at once, and what the model had said of them."""

    calls: int
    seconds: float
    cpu_s: float
    predicted_cpu_s: float

    @property
    def ratio(self) -> float:
        """Measured over predicted processor time."""
        return self.cpu_s / self.predicted_cpu_s


@contextmanager
def measured() -> Iterator[tuple[Installed, Costs]]:
    """An installation of its own, warm, and what a call has cost on it."""
    with TemporaryDirectory(prefix="rufbuch-scale-") as scratch, installed(scratch) as ours:
        import_business(ours.running, measured_business())
        asyncio.run(_calls(ours, WARM_UP, at_once=1))
        yield ours, costs_of_a_call(ours)


def costs_of_a_call(ours: Installed, calls: int = CALLS) -> Costs:
    """Play calls one after the other; take off what an idle installation does."""
    counters.count_statements(ours)
    idle = _window(ours, lambda: time.sleep(IDLE_S))  # noqa: TID251 - the passing of time is what is measured
    bodies: list[int] = []
    used = _window(ours, lambda: bodies.extend(_played(ours, calls, at_once=1))).less(idle)
    of = {name: value / calls for name, value in used.used.items()}
    first, further = _calcom(ours)
    return Costs(
        cpu_ms={name[4:]: round(value * 1000, 2) for name, value in of.items() if name.startswith("cpu ")},
        statements={
            name[4:]: round(value, 1)
            for name, value in of.items()
            if name.startswith("sql ") and value > 0.05
        },
        commits=round(of["commits"], 1),
        wal_bytes=round(of["wal"]),
        stored_bytes=round(of["stored"]),
        redis_commands=round(of["redis commands"], 1),
        redis_bytes=round(of["redis bytes"]),
        rpcs={name[4:]: round(value, 1) for name, value in of.items() if name.startswith("rpc ")},
        http_bytes=round(sum(bodies) / calls),
        calcom_requests=first,
        calcom_requests_per_phase=further,
        calls=calls,
        machine=f"{psutil.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}",
    )


def load_run(ours: Installed, costs: Costs, calls: int = LOAD_CALLS) -> LoadRun:
    """The same calls, many at once."""
    idle = _window(ours, lambda: time.sleep(IDLE_S))  # noqa: TID251 - as above
    used = _window(ours, lambda: _played(ours, calls, at_once=AT_ONCE)).less(idle)
    cpu_s = sum(value for name, value in used.used.items() if name.startswith("cpu "))
    return LoadRun(calls, used.at - FOLLOWS_S, cpu_s, predicted_cpu_s(costs, calls))


def _window(ours: Installed, run: Callable[[], object]) -> counters.Reading:
    before = counters.read(ours)
    run()
    return counters.read(ours).since(before)


def _played(ours: Installed, calls: int, *, at_once: int) -> list[int]:
    """All of the calls, and what follows from them."""
    bodies = asyncio.run(_calls(ours, calls, at_once=at_once))
    time.sleep(FOLLOWS_S)  # noqa: TID251 - as above
    return bodies


def _calcom(ours: Installed) -> tuple[float, float]:
    """Requests for the first phase of a perm and for each further one: looking at an account costs the same for all."""
    business = import_salon(ours.running)
    before = counters.read(ours)
    played = play(ours.running)
    compare(
        ours.running,
        booking_database_url=ours.stack.installation.database_url("booking"),
        tenant_id=business.tenant_id,
        appointment_id=played.appointment_id,
    )
    each = counters.read(ours).since(before).used["calcom"] / PERM_PHASES
    return each, each


async def _calls(ours: Installed, calls: int, *, at_once: int) -> list[int]:
    turns = asyncio.Semaphore(at_once)
    async with httpx.AsyncClient(timeout=FUNCTION_TIMEOUT_S, trust_env=False) as client:
        retell = Retell(ours.running["GATEWAY_URL"], ours.running["RETELL_API_KEY"], client)

        async def one() -> int:
            async with turns:
                return await _one_call(retell)

        return list(await asyncio.gather(*(one() for _ in range(calls))))


async def _one_call(retell: Retell) -> int:
    """Bytes of the bodies that went back and forth."""
    line = new_line(caller="anonymous", dialled=DIALLED_NUMBER)
    day = datetime.now(UTC).date() + timedelta(days=random.randint(3, 150))  # noqa: S311 - spreads the load, no secret
    wish = {"service": "Beratung", "date": day.isoformat(), "time": f"{random.randint(9, 17)}:00"}  # noqa: S311 - as above
    asked = [
        await _asked(retell, line, "get_context", {}),
        await _asked(retell, line, "check_availability", wish),
        checked := await _asked(retell, line, "check_availability", {**wish, "time": "10:30"}),
    ]
    chosen = {"option_id": checked.body["options"][0]["option_id"], "customer_name": "Erika Mustermann"}
    booked = await _asked(retell, line, "start_booking", chosen)
    if booked.body["status"] not in TOLD:
        raise RuntimeError(f"start_booking answered {booked.body}")
    await retell.event(line, "call_ended")
    return sum(_bytes(reply) for reply in [*asked, booked])


async def _asked(retell: Retell, line: Line, function: str, arguments: dict[str, str]) -> Reply:
    """What takes longer than a caller waits, on a busy machine, is asked again, as agents do."""
    for _ in range(ASKED_MAX):
        reply = await retell.function(line, function, arguments)
        if reply.body.get("status") != "pending":
            break
    return reply


def _bytes(reply: Reply) -> int:
    return len(str(reply.body).encode())
