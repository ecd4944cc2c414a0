"""The callers, as a process of their own: ``python -m benchmarks.gateway.callers URL KEY SECONDS`` prints what they saw.

Each has one call after the other, says something between two functions, and now and then somebody forges a request.
"""

import asyncio
import json
import random
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from statistics import quantiles
from typing import Any

import httpx

from rufbuch_cli.call import new_line
from rufbuch_cli.measure import DIALLED_NUMBER
from sandbox.callers.retell import Line, Reply, Retell, signature

CALLERS = 64
SPEAKS_S = (0.5, 2.5)
"""What is said between two functions takes so long; on real phones it takes longer."""
FORGED_EVERY = 12
"""So many honest requests to one that is not."""
TIMEOUT_S = 10.0
UNCOUNTED_S = 2.0
"""What was never asked before is asked in the first moment."""


class TimeUpError(Exception):
    """The measuring ends; so do the calls."""


@dataclass
class Seen:
    """What happened, as the callers saw it."""

    taken_ms: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    statuses: Counter[str] = field(default_factory=Counter)
    wrong: Counter[str] = field(default_factory=Counter)
    honest: int = 0
    forged: Counter[str] = field(default_factory=Counter)
    refused: int = 0
    calls: int = 0

    def as_json(self, seconds: float) -> dict[str, Any]:
        """For whoever started this process."""
        return {
            "functions": {name: percentiles(values) for name, values in self.taken_ms.items()},
            "statuses": dict(self.statuses), "wrong": dict(self.wrong), "honest": self.honest,
            "forged": dict(self.forged), "refused": self.refused, "calls": self.calls, "seconds": seconds,
        }  # fmt: skip


def percentiles(values: list[float]) -> dict[str, float]:
    """p50, p95 and p99 in milliseconds, and of how many."""
    cuts = quantiles(values, n=100, method="inclusive") if len(values) > 1 else [*values * 99]
    return {"requests": len(values), "p50": cuts[49], "p95": cuts[94], "p99": cuts[98]}


@dataclass
class Load:
    """All callers of one process."""

    retell: Retell
    seen: Seen
    ends: float
    counted_from: float

    async def run(self) -> None:
        """Until the time is up; whoever still talks then hangs up."""
        await asyncio.gather(*(self._caller(number) for number in range(CALLERS)))

    async def _caller(self, number: int) -> None:
        await asyncio.sleep(random.uniform(0, SPEAKS_S[1]))
        while time.monotonic() < self.ends:
            line = new_line(caller=f"+493023125{200 + number}", dialled=DIALLED_NUMBER)
            with suppress(TimeUpError):
                await self._call(line)
            await self._timed("webhook", self.retell.event(line, "call_ended"))
            self.seen.calls += 1

    async def _call(self, line: Line) -> None:
        await self._timed("inbound", self.retell.inbound(line))
        await self._timed("webhook", self.retell.event(line, "call_started"))
        await self._ask(line, "get_context", {})
        await self._ask(line, "list_services", {})
        checked = await self._ask(line, "check_availability", {**_WISH, **_time()})
        other = await self._ask(line, "get_alternatives", {"time": "geht auch später?"})
        options = other.body.get("options") or checked.body.get("options") or [{}]
        chosen = {"option_id": options[0].get("option_id", ""), "name": "Kim Beispiel"}
        await self._ask(line, "start_booking", chosen)
        await self._ask(line, "get_appointments", {})
        moved = await self._ask(line, "reschedule_appointment", _time("new_date", "new_time"))
        if moved.body.get("options"):
            await self._ask(
                line, "reschedule_appointment", {"option_id": moved.body["options"][0]["option_id"]}
            )
        await self._ask(line, "cancel_appointment", {})
        await self._ask(line, "request_callback", {"topic": "Farbe"})
        await self._ask(line, "join_waitlist", {**_WISH, **_time(), "name": "Kim Beispiel"})

    async def _ask(self, line: Line, name: str, arguments: Mapping[str, Any]) -> Reply:
        await asyncio.sleep(random.uniform(*SPEAKS_S))
        if time.monotonic() > self.ends:
            raise TimeUpError
        reply = await self._timed(name, self.retell.function(line, name, arguments))
        status = str(reply.body.get("status", reply.status_code))
        self.seen.statuses[f"{name} {status}"] += 1
        if status in {"error", "pending"}:
            self.seen.wrong[f"{name} {status} {reply.body.get('error', '')}".strip()] += 1
        if self.seen.honest % FORGED_EVERY == 0:
            await self._forge(line, name)
        return reply

    async def _timed(self, name: str, asking: Any) -> Reply:  # noqa: ANN401 - a coroutine
        self.seen.honest += 1
        try:
            reply: Reply = await asking
        except httpx.HTTPError as error:
            self.seen.wrong[f"{name} {type(error).__name__}"] += 1
            return Reply(0, {}, 0.0)
        if reply.status_code not in {200, 204}:
            self.seen.wrong[f"{name} {reply.status_code}"] += 1
        if time.monotonic() > self.counted_from:
            self.seen.taken_ms[name].append(reply.seconds * 1000)
        return reply

    async def _forge(self, line: Line, name: str) -> None:
        """By another key, changed on its way, without a signature, or sent a second time."""
        kind = ("key", "changed", "unsigned", "replayed")[self.seen.forged.total() % 4]
        raw = json.dumps({"name": name, "args": {}, "call": line.as_call()}).encode()
        now = datetime.now(UTC)
        key = "key_of_somebody_else" if kind == "key" else self.retell.key
        headers = {} if kind == "unsigned" else {"X-Retell-Signature": signature(raw, key=key, now=now)}
        sent = raw + b" " if kind == "changed" else raw
        url = f"{self.retell.base_url}/retell/functions/list_services"
        if kind == "replayed":
            self.seen.honest += 1
            await self.retell.client.post(url, content=sent, headers=headers)
        self.seen.forged[kind] += 1
        answer = await self.retell.client.post(url, content=sent, headers=headers)
        self.seen.refused += answer.status_code == 401


_WISH = {"service": "Beratung", "staff": "egal"}


def _time(day: str = "date", clock: str = "time") -> dict[str, str]:
    """Some time in the next months."""
    chosen = datetime.now(UTC).date() + timedelta(days=random.randint(3, 150))
    return {day: chosen.isoformat(), clock: f"{random.randint(9, 17)}:00"}


async def main(url: str, key: str, seconds: float) -> dict[str, Any]:
    """Call for so long."""
    limits = httpx.Limits(max_connections=2 * CALLERS, max_keepalive_connections=2 * CALLERS)
    began = time.monotonic()
    async with httpx.AsyncClient(timeout=TIMEOUT_S, limits=limits, trust_env=False) as client:
        load = Load(Retell(url, key, client), Seen(), began + seconds, began + UNCOUNTED_S)
        await load.run()
    return load.seen.as_json(time.monotonic() - began)


if __name__ == "__main__":
    print(json.dumps(asyncio.run(main(sys.argv[1], sys.argv[2], float(sys.argv[3])))))
