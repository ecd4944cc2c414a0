"""How long a caller waits: the two functions of the main story, measured on a business of its own."""

import asyncio
import random
import statistics
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import httpx

from rufbuch.staff.v1 import business_pb2, service_pb2
from rufbuch_cli.call import FUNCTION_TIMEOUT_S, new_line
from rufbuch_cli.installation import Running
from rufbuch_cli.salon import import_business
from sandbox.callers.retell import Retell

DIALLED_NUMBER = "+493023125190"
CALLS = 60
WARM_UP = 5
STAFF = 8
P99_MS_MAX = 250
"""A tenth of what a pause in a conversation may last, and ten times what an idle machine needs."""


@dataclass(frozen=True)
class Latency:
    """Of one function, in milliseconds, one caller at a time."""

    function: str
    calls: int
    p50_ms: float
    p99_ms: float

    def __str__(self) -> str:
        return f"{self.function}: p50 {self.p50_ms:.1f} ms, p99 {self.p99_ms:.1f} ms ({self.calls} calls)"


def measure(installation: Running) -> list[Latency]:
    """Import the business, call it again and again, and book each time."""
    import_business(installation, measured_business())
    return asyncio.run(_measure(installation))


async def _measure(installation: Running) -> list[Latency]:
    seconds: dict[str, list[float]] = {"check_availability": [], "start_booking": []}
    async with httpx.AsyncClient(timeout=FUNCTION_TIMEOUT_S) as client:
        retell = Retell(installation["GATEWAY_URL"], installation["RETELL_API_KEY"], client)
        for _ in range(CALLS + WARM_UP):
            for function, taken in (await _one_call(retell)).items():
                seconds[function].append(taken)
    return [_latency(function, values[WARM_UP:]) for function, values in seconds.items()]


async def _one_call(retell: Retell) -> dict[str, float]:
    # A withheld number: the limit of holds per number is not what is measured here.
    line = new_line(caller="anonymous", dialled=DIALLED_NUMBER)
    day = datetime.now(UTC).date() + timedelta(days=random.randint(3, 150))  # noqa: S311 - spreads the load, no secret
    wish = {"service": "Beratung", "date": day.isoformat(), "time": f"{random.randint(9, 17)}:00"}  # noqa: S311 - as above
    checked = await retell.function(line, "check_availability", wish)
    option = checked.body["options"][0]
    booked = await retell.function(
        line, "start_booking", {"option_id": option["option_id"], "customer_name": "Erika Mustermann"}
    )
    if booked.body["status"] != "booked":
        raise RuntimeError(f"start_booking answered {booked.body}")
    await retell.event(line, "call_ended")
    return {"check_availability": checked.seconds, "start_booking": booked.seconds}


def _latency(function: str, seconds: list[float]) -> Latency:
    cuts = statistics.quantiles(seconds, n=100, method="inclusive")
    return Latency(function, len(seconds), cuts[49] * 1000, cuts[98] * 1000)


def measured_business() -> service_pb2.BusinessDescription:
    """Eight people who advise all day, every day: nobody is refused for lack of time."""
    hours = business_pb2.WeeklyHours(weekdays=range(1, 8), start="08:00", end="20:00")
    branch = business_pb2.Branch(
        key="mitte", name="Mitte", time_zone="Europe/Berlin", dialled_numbers=[DIALLED_NUMBER],
        slot_step_minutes=15, min_notice_minutes=15, horizon_days=180, hold_seconds=300, opening_hours=[hours],
    )  # fmt: skip
    phase = business_pb2.Phase(name="Beratung", kind=business_pb2.PHASE_KIND_ACTIVE, minutes=15)
    service = business_pb2.Service(key="beratung", name="Beratung", phases=[phase], currency="EUR")
    people = [
        service_pb2.PersonDescription(
            key=f"person-{n}",
            name=f"Person {n}",
            branch_keys=["mitte"],
            working_hours=[hours],
            service_keys=["beratung"],
        )
        for n in range(1, STAFF + 1)
    ]
    return service_pb2.BusinessDescription(
        key="messung", name="Messung", language="de-DE", branches=[branch], people=people, services=[service]
    )
