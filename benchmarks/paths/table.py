"""Takes the figures: one caller, eight, thirty-two, and the largest rate; each in turn with the floor of its shape."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from benchmarks.figure import Figure
from benchmarks.paths.load import Seen
from benchmarks.paths.processes import Bench, bench
from benchmarks.paths.rounds import (
    BOOK,
    BOTH,
    CHECK,
    FLOORS,
    HOP,
    HTTP,
    SCRIPT,
    TRANSACTION,
    Measured,
    Taken,
    booked_by,
    checked_by,
    in_turn,
    refusals,
    taking,
)
from benchmarks.paths.wishes import Wishes, texts
from rufbuch_cli.measure import measured_business
from rufbuch_cli.salon import import_business

ROUNDS = 6
REQUESTS = {1: 40, 8: 240, 32: 480}
"""A round, by the number of callers."""
P50_AT_MOST, P99_AT_MOST, RATE_AT_LEAST = 1.6, 2.0, 0.6
"""Times the floor's, at eight callers."""
JUDGED = 8
REFUSED = 80
WARM_UP, BARE = 400, 4000
OPEN_S, STEPS, P99_MS_MAX = 1.5, 5, 100.0
"""An open round's length, how many narrow the largest rate down, and what its slowest hundredth may take."""
SHAPES = {
    HTTP: "HTTP", HOP: "HTTP, one gRPC hop", SCRIPT: "HTTP, one gRPC hop, one EVALSHA",
    TRANSACTION: "HTTP, one gRPC hop, one INSERT with its COMMIT",
    BOTH: "HTTP, one gRPC hop, one EVALSHA, one INSERT with its COMMIT",
}  # fmt: skip
BESIDE = {CHECK: SCRIPT, BOOK: BOTH}


def rows() -> list[Figure]:
    """The whole table, in about four minutes on an idle machine of two cores."""
    with bench() as running:
        import_business(running.ours.running, measured_business())
        wishes = Wishes()
        _warm(running, wishes)
        return [
            *_ceiling(running, wishes),
            *_closed(running, wishes),
            *_refused(running, wishes),
            *_open(running, wishes),
        ]


def _warm(running: Bench, wishes: Wishes) -> None:
    checks = wishes.checks(WARM_UP)
    booked_by(running, taking(checks, checked_by(running, checks, JUDGED)), JUDGED)
    for path in FLOORS.values():
        running.callers.run(running.floors.http, path, texts(checks), callers=JUDGED)


def _ceiling(running: Bench, wishes: Wishes) -> Iterator[Figure]:
    """What the load generator could do, had it nobody to wait for, beside the quickest that it measures."""
    bodies = texts(wishes.checks(BARE))
    own, echo = Taken(), Taken()
    own.add(running.callers.run(running.floors.bare, "/", bodies, callers=JUDGED))
    echo.add(running.callers.run(running.floors.http, FLOORS[HTTP], bodies, callers=JUDGED))
    yield Figure(
        "the load generator against a bare socket",
        own.rate,
        "/s",
        echo.rate,
        SHAPES[HTTP],
        ratio_at_least=1.5,
    )


def _closed(running: Bench, wishes: Wishes) -> Iterator[Figure]:
    for callers, requests in REQUESTS.items():
        measured = in_turn(running, wishes, callers=callers, requests=requests, rounds=ROUNDS)
        for shape, name in SHAPES.items():
            yield from _floors(f"floor: {name}, {_of(callers)}", measured[shape])
        for path, shape in BESIDE.items():
            yield from _beside(path, measured, shape, callers)


def _refused(running: Bench, wishes: Wishes) -> Iterator[Figure]:
    measured = refusals(running, wishes, callers=JUDGED, requests=REFUSED, rounds=ROUNDS)
    for percent in (50, 99):
        yield Figure(
            f"a taken time refused, {_of(JUDGED)}, p{percent}", measured["taken"].percentile(percent), "ms",
            measured[BOOK].percentile(percent), "a booking", ratio_at_most=1.0 if percent == 50 else None,
        )  # fmt: skip


def _floors(name: str, taken: Taken) -> Iterator[Figure]:
    for percent in (50, 99):
        yield Figure(f"{name}, p{percent}", taken.percentile(percent), "ms")
    yield Figure(f"{name}, rate", taken.rate, "/s")


def _beside(path: str, measured: Measured, shape: str, callers: int) -> Iterator[Figure]:
    ours, floor, judged = measured[path], measured[shape], callers == JUDGED
    for percent, at_most in ((50, P50_AT_MOST), (99, P99_AT_MOST)):
        yield Figure(
            f"{path}, {_of(callers)}, p{percent}", ours.percentile(percent), "ms", floor.percentile(percent),
            SHAPES[shape], ratio_at_most=at_most if judged else None,
        )  # fmt: skip
    yield Figure(
        f"{path}, {_of(callers)}, rate", ours.rate, "/s", floor.rate, SHAPES[shape],
        ratio_at_least=RATE_AT_LEAST if judged else None,
    )  # fmt: skip


def _of(callers: int) -> str:
    return "1 caller" if callers == 1 else f"{callers} callers"


def _is_kept(seen: Seen) -> bool:
    """Whether a rate was answered, all of it, and in time."""
    if set(seen.codes) != {200}:
        return False
    taken = Taken()
    taken.add(seen)
    return taken.percentile(99) <= P99_MS_MAX


@dataclass(frozen=True)
class _Way:
    """Something that can be asked at a rate: so many requests, so many a second."""

    prepared: Callable[[int], Callable[[float], Seen]]

    def largest_rate(self, upper: float) -> float:
        """Halving between nothing and ``upper``; what is kept last."""
        lower, best = 0.0, 0.0
        for _ in range(STEPS):
            rate = (lower + upper) / 2
            seen = self.prepared(max(50, round(rate * OPEN_S)))(rate)
            if _is_kept(seen):
                lower, best = rate, rate
            else:
                upper = rate
        return best


def _open(running: Bench, wishes: Wishes) -> Iterator[Figure]:
    """The largest rate at which the slowest of a hundred waits less than a tenth of a second."""

    def floor(shape: str) -> Callable[[int], Callable[[float], Seen]]:
        def prepared(count: int) -> Callable[[float], Seen]:
            bodies = texts(wishes.checks(1) * count)
            return lambda rate: running.callers.run(running.floors.http, FLOORS[shape], bodies, rate=rate)

        return prepared

    def checking(count: int) -> Callable[[float], Seen]:
        checks = wishes.checks(count)
        return lambda rate: checked_by(running, checks, 1, rate=rate)

    def booking(count: int) -> Callable[[float], Seen]:
        checks = wishes.checks(count)
        bookings = taking(checks, checked_by(running, checks, JUDGED))
        return lambda rate: booked_by(running, bookings, 1, rate=rate)

    for path, way in ((CHECK, checking), (BOOK, booking)):
        shape = BESIDE[path]
        limit = _Way(floor(shape)).largest_rate(4000.0)
        ours = _Way(way).largest_rate(max(200.0, limit))
        yield Figure(
            f"{path}, largest rate with p99 under {P99_MS_MAX:g} ms", ours, "/s", limit, SHAPES[shape],
            ratio_at_least=RATE_AT_LEAST,
        )  # fmt: skip
