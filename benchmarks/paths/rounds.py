"""Short rounds in turn, ours and the floors': what else happens on the machine happens to all of them."""

import json
import time
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import quantiles
from typing import Any

from benchmarks.paths.load import Seen
from benchmarks.paths.processes import Bench
from benchmarks.paths.wishes import Wishes, again, booking, ended, texts

CHECK, BOOK = "check_availability", "start_booking"
HTTP, HOP, SCRIPT, TRANSACTION, BOTH = "http", "hop", "script", "transaction", "booking"
FLOORS = {
    HTTP: "/echo", HOP: "/through/hop", SCRIPT: "/through/script", TRANSACTION: "/through/transaction",
    BOTH: "/through/booking",
}  # fmt: skip
RELEASED_AFTER_MAX = 50
SETTLED_S = 1.0
"""What is done behind the answers of one round is over, and does not count against the next."""


@dataclass
class Taken:
    """All rounds of one path with so many callers."""

    taken_ms: list[float] = field(default_factory=list)
    seconds: float = 0.0

    def add(self, seen: Seen) -> None:
        """One more round. Raises AssertionError where an answer was none."""
        wrong = Counter(code for code in seen.codes if code != 200)
        if wrong:
            raise AssertionError(f"answers that are none: {dict(wrong)}; the first: {seen.answers[0][:300]}")
        self.taken_ms += seen.taken_ms
        self.seconds += seen.seconds

    @property
    def rate(self) -> float:
        """Answers a second."""
        return len(self.taken_ms) / self.seconds

    def percentile(self, percent: int) -> float:
        """In milliseconds."""
        return quantiles(self.taken_ms, n=100, method="inclusive")[percent - 1]


Measured = dict[str, Taken]


def in_turn(bench: Bench, wishes: Wishes, *, callers: int, requests: int, rounds: int) -> Measured:
    """Checks and the bookings of what they were offered, beside the floors of their shapes."""
    measured: Measured = defaultdict(Taken)
    for _ in range(rounds):
        checks = wishes.checks(requests)
        for shape in (HTTP, HOP, SCRIPT):
            measured[shape].add(_floor(bench, shape, checks, callers))
        checked = checked_by(bench, checks, callers)
        measured[CHECK].add(checked)
        bookings = taking(checks, checked)
        for shape in (TRANSACTION, BOTH):
            measured[shape].add(_floor(bench, shape, bookings, callers))
        measured[BOOK].add(booked_by(bench, bookings, callers))
    return measured


def refusals(bench: Bench, wishes: Wishes, *, callers: int, requests: int, rounds: int) -> Measured:
    """Bookings, and those who come too late: their call had hung up, and somebody else has booked the time."""
    measured: Measured = defaultdict(Taken)
    for _ in range(rounds):
        late = wishes.checks_of_one(requests)
        too_late = taking(late, checked_by(bench, late, callers))
        bench.callers.run(bench.gateway, "/retell/webhook", texts([ended(one) for one in late]))
        bookings = _once_released(bench, [again(one) for one in late], callers)
        _settle()
        measured[BOOK].add(booked_by(bench, bookings, callers))
        _settle()
        measured["taken"].add(_asked(bench, BOOK, too_late, "taken", callers, None))
    return measured


def _settle() -> None:
    time.sleep(SETTLED_S)  # noqa: TID251 - of what is done behind answers nobody is told that it is over


def _once_released(bench: Bench, checks: list[dict[str, Any]], callers: int) -> list[dict[str, Any]]:
    """What is said of an ended call is acted on behind the answer: ask until all is free again."""
    for _ in range(RELEASED_AFTER_MAX):
        seen = bench.callers.run(bench.gateway, f"/retell/functions/{CHECK}", texts(checks), callers=callers)
        if all(json.loads(answer).get("status") == "available" for answer in seen.answers):
            return taking(checks, seen)
    raise AssertionError("what ended calls held is not free again")


def checked_by(
    bench: Bench, checks: list[dict[str, Any]], callers: int, *, rate: float | None = None
) -> Seen:
    """All of them are told that the time is free. Raises AssertionError."""
    return _asked(bench, CHECK, checks, "available", callers, rate)


def booked_by(
    bench: Bench, bookings: list[dict[str, Any]], callers: int, *, rate: float | None = None
) -> Seen:
    """All of them are told that it is booked. Raises AssertionError."""
    return _asked(bench, BOOK, bookings, "booked", callers, rate)


def taking(checks: Sequence[dict[str, Any]], checked: Seen) -> list[dict[str, Any]]:
    """The bookings of what was offered."""
    answers = map(json.loads, checked.answers)
    return [booking(check, answer) for check, answer in zip(checks, answers, strict=True)]


def _asked(
    bench: Bench, name: str, bodies: list[dict[str, Any]], status: str, callers: int, rate: float | None
) -> Seen:
    seen = bench.callers.run(
        bench.gateway, f"/retell/functions/{name}", texts(bodies), callers=callers, rate=rate
    )
    if rate is None:
        statuses = Counter(json.loads(answer).get("status") for answer in seen.answers)
        if set(statuses) != {status}:
            raise AssertionError(f"{name}: {dict(statuses)} instead of {status}")
    return seen


def _floor(bench: Bench, shape: str, bodies: list[dict[str, Any]], callers: int) -> Seen:
    return bench.callers.run(bench.floors.http, FLOORS[shape], texts(bodies), callers=callers)
