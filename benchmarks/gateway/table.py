"""Takes the figures: a whole installation of its own, 64 callers in another process, and the same beside an echo."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from tempfile import TemporaryDirectory
from typing import Any

import httpx
from prometheus_client.parser import text_string_to_metric_families

from local_stack.embedded import free_port
from rufbuch_cli.beside import Installed, installed
from rufbuch_cli.measure import measured_business
from rufbuch_cli.salon import import_business

SHORT_S, LONG_S = 24.0, 60.0
BUDGET_MS, RINGING_MS = 2000.0, 300.0
"""A caller's budget for a function, and for the ringing before the call."""
MODULE = "benchmarks.gateway"
Seen = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Row:
    """What callers waited for one kind of request, in milliseconds; ``beside`` is the echo's in the same run."""

    what: str
    requests: int
    p50: float
    p95: float
    p99: float
    beside_p50: float
    beside_p99: float
    p99_at_most: float
    errors: int
    wrong: str = ""
    """Which errors."""

    @property
    def holds(self) -> bool:
        """Nobody waited longer than the budget, and nothing went wrong."""
        return self.p99 <= self.p99_at_most and self.errors == 0 and self.requests > 0

    def line(self) -> str:
        """For the table."""
        times = f"p50 {self.p50:7.1f}  p95 {self.p95:7.1f}  p99 {self.p99:7.1f}"
        floor = f"echo {self.beside_p50:6.1f} / {self.beside_p99:6.1f}"
        verdict = "ok" if self.holds else "FAILS"
        return (
            f"{self.what:<24} {times}  {floor}  {self.requests:>6} requests, {self.errors} errors"
            f"  p99<={self.p99_at_most:g} {verdict} {self.wrong}".rstrip()
        )


@dataclass(frozen=True, slots=True)
class Door:
    """What the gateway's own counters say of the signatures, beside what was sent."""

    what: str
    honest: int
    verified: int
    forged: int
    refused: int
    refused_by_counter: int
    errors: int = 0

    @property
    def holds(self) -> bool:
        """Each request was checked, and each forged one refused."""
        return self.honest > 0 and self.forged > 0 and self.all_checked and self.all_refused

    @property
    def all_checked(self) -> bool:
        """What verified is what honest callers sent."""
        return self.verified == self.honest

    @property
    def all_refused(self) -> bool:
        """And what did not is what was forged."""
        return self.forged == self.refused == self.refused_by_counter

    def line(self) -> str:
        """For the table."""
        verdict = "ok" if self.holds else "FAILS"
        return (
            f"{self.what:<24} {self.verified} verified of {self.honest} sent, {self.refused} refused of {self.forged}"
            f" forged {verdict}"
        )


def rows(seconds: float = SHORT_S) -> list[Row | Door]:
    """The whole table, in about three times as long and half a minute."""
    with TemporaryDirectory(prefix="rufbuch-bench-") as scratch, installed(scratch) as ours:
        import_business(ours.running, measured_business())
        with _echo() as floor:
            beside = _called(floor, "key", seconds / 2)
        before = _counters(ours)
        seen = _called(ours.running["GATEWAY_URL"], ours.running["RETELL_API_KEY"], seconds)
        return [*_functions(seen, beside), _door(seen, before, _counters(ours))]


def _functions(seen: Seen, beside: Seen) -> Iterator[Row]:
    floors = [figures for name, figures in beside["functions"].items()]
    floor_p50 = sum(one["p50"] for one in floors) / len(floors)
    floor_p99 = max(one["p99"] for one in floors)
    for name, figures in sorted(seen["functions"].items()):
        wrong = {what: count for what, count in seen["wrong"].items() if what.split(" ")[0] == name}
        limit = RINGING_MS if name == "inbound" else BUDGET_MS
        yield Row(
            name, figures["requests"], figures["p50"], figures["p95"], figures["p99"], floor_p50, floor_p99, limit,
            sum(wrong.values()), str(wrong or ""),
        )  # fmt: skip


def _door(seen: Seen, before: dict[str, float], after: dict[str, float]) -> Door:
    def grown(name: str) -> int:
        return round(after.get(name, 0.0) - before.get(name, 0.0))

    replayed = seen["forged"].get("replayed", 0)
    return Door(
        "signatures",
        honest=seen["honest"],
        # A replay verifies, and is refused for having been seen.
        verified=grown("verified") - replayed,
        forged=sum(seen["forged"].values()),
        refused=seen["refused"],
        refused_by_counter=grown("refused"),
    )


def _called(url: str, key: str, seconds: float) -> Seen:
    command = [sys.executable, "-m", f"{MODULE}.callers", url, key, str(seconds)]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    if ran.returncode:
        raise RuntimeError(f"the callers ended early: {ran.stderr[-800:]}")
    seen: Seen = json.loads(ran.stdout.splitlines()[-1])
    return seen


@contextmanager
def _echo() -> Iterator[str]:
    port = free_port()
    command = [sys.executable, "-m", f"{MODULE}.echo", str(port)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as echo:
        assert echo.stdout is not None
        echo.stdout.readline()
        try:
            yield f"http://127.0.0.1:{port}"
        finally:
            echo.communicate()


def _counters(ours: Installed) -> dict[str, float]:
    """How many requests the gateway has believed, and how many not."""
    text = httpx.get(f"{ours.running['GATEWAY_URL']}/metrics", trust_env=False, timeout=10).text
    found = {"verified": 0.0, "refused": 0.0}
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            for name in found:
                if sample.name == f"rufbuch_gateway_{name}_total":
                    found[name] += sample.value
    return found
