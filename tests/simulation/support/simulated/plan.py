"""Owns the plan of a run: everything that will be done and said, as data that depends on the seed alone.

A plan can be written down, cut into pieces and played again: that is how a failing run shrinks.
"""

import random
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from simulated import words
from simulated.dice import generator

BEGINNINGS = (
    datetime(2027, 1, 11, 7, 0, tzinfo=UTC),
    datetime(2027, 3, 15, 7, 0, tzinfo=UTC),  # the clocks go forward, and Easter is on the same day
    datetime(2027, 5, 3, 6, 0, tzinfo=UTC),
    datetime(2027, 8, 23, 6, 0, tzinfo=UTC),
    datetime(2027, 10, 18, 6, 0, tzinfo=UTC),  # the clocks go back
    datetime(2027, 12, 6, 7, 0, tzinfo=UTC),
)
"""Mondays."""
BURST_CALLS = 120
BURST_S = 300.0
NUMBERS = 60
BUSINESSES = tuple(words.SERVICES)
LANGUAGES = {"salon-lindenhof": "de", "northside-studio": "en", "physio-am-park": "de"}


@dataclass(frozen=True)
class Step:
    """One thing that a caller's agent does, ``pause_s`` after what was before."""

    kind: str
    words: dict[str, str] = field(default_factory=dict)
    pause_s: float = 1.0
    how: str = ""
    """How often and how oddly: "twin", "choice 2", ..."""


@dataclass(frozen=True)
class Entry:
    """Something that happens ``at_s`` seconds after its burst began: a call (with steps) or a deed of somebody else."""

    number: int
    burst: int
    at_s: float
    kind: str
    business: str
    who: str = ""
    name: str = ""
    language: str = "de"
    steps: tuple[Step, ...] = ()
    details: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Plan:
    """A whole run."""

    seed: int
    rate: float
    begins: datetime
    gaps: tuple[float, ...]
    """Hours that pass before each burst."""
    entries: tuple[Entry, ...]

    def only(self, numbers: Sequence[int]) -> "Plan":
        """The same world with fewer entries."""
        kept = set(numbers)
        return replace(self, entries=tuple(one for one in self.entries if one.number in kept))

    def as_json(self) -> dict[str, Any]:
        """For files."""
        return {**asdict(self), "begins": self.begins.isoformat()}


def planned(seed: int, calls: int, rate: float) -> Plan:
    """The plan of a seed."""
    dice = generator(seed, "plan")
    begins = dice.choice(BEGINNINGS)
    bursts = max(1, round(calls / BURST_CALLS))
    gaps = tuple(
        0.0 if not burst else dice.choice((3.0, 5.0, 14.0, 22.0, 24.0, 48.0)) for burst in range(bursts)
    )
    entries = [_call(seed, number, bursts, begins, gaps) for number in range(calls)]
    deeds, troubles = round(calls * OTHERS_PER_CALL), round(calls * TROUBLES_PER_CALL * rate / 0.1)
    entries += [_deed(seed, calls + number, bursts, OTHERS) for number in range(deeds)]
    entries += [_deed(seed, calls + deeds + number, bursts, TROUBLES) for number in range(troubles)]
    return Plan(seed, rate, begins, gaps, tuple(sorted(entries, key=lambda one: (one.burst, one.at_s))))


def _place(dice: random.Random, bursts: int) -> tuple[int, float]:
    return dice.randrange(bursts), round(dice.random() * BURST_S, 3)


def _call(seed: int, number: int, bursts: int, begins: datetime, gaps: Sequence[float]) -> Entry:
    dice = generator(seed, "call", number)
    burst, at_s = _place(dice, bursts)
    business = dice.choices(BUSINESSES, (5, 3, 2))[0]
    today = (begins + timedelta(hours=sum(gaps[: burst + 1]))).date()
    language = LANGUAGES[business] if dice.random() < 0.9 else dice.choice(("de", "en"))
    known = dice.random() < 0.6
    who = f"+4930231256{dice.randrange(NUMBERS):02d}" if known else dice.choice(words.WITHHELD)
    story = dice.choices([kind for kind, _ in STORIES], [weight for _, weight in STORIES])[0]
    speaker = _Speaker(dice, business, language, today)
    steps = _interrupted(dice, STORY[story](speaker))
    return Entry(
        number, burst, at_s, "call", business, who, speaker.name, language, tuple(steps), {"story": story}
    )


def _interrupted(dice: random.Random, steps: list[Step]) -> list[Step]:
    if dice.random() < 0.12:
        steps = steps[: dice.randrange(1, len(steps) + 1)]
    end = "vanish" if dice.random() < 0.05 else "hang up"
    return [*steps, Step(end, pause_s=dice.choice((0.0, 0.2, 2.0, 15.0)), how=dice.choice(("", "", "twice")))]


@dataclass
class _Speaker:
    dice: random.Random
    business: str
    language: str
    today: Any

    def __post_init__(self) -> None:
        self.name = words.person(self.dice)

    def pause(self) -> float:
        """Seconds until the caller has made up their mind."""
        return self.dice.choice((0.0, 0.5, 3.0, 9.0, 20.0, 60.0))

    def day(self) -> str:
        """Mostly the next days, where everybody wants to come."""
        ahead = self.dice.choice((0, 1, 1, 1, 2, 2, 2, 3, 3, 4, 5, 7, 8, 14, 21, 40))
        return words.day_words(self.dice, self.language, self.today, ahead)

    def time(self) -> str:
        """Of day."""
        return self.dice.choice(words.TIMES[self.language])

    def wish(self) -> Step:
        """A service on a day."""
        said = {
            "service": self.dice.choice(words.SERVICES[self.business]),
            "date": self.day(),
            "time": self.time(),
        }
        if self.dice.random() < 0.25:
            said["staff"] = self.dice.choice(words.STAFF[self.business])
        if self.dice.random() < 0.08:
            said.pop(self.dice.choice(list(said)))
        if self.dice.random() < 0.05:
            said["date"] = self.dice.choice(("2023-06-13", "", "{{date}}", "31. Februar", "gestern"))
        return Step("check_availability", said, self.pause(), self.how())

    def how(self) -> str:
        """Mostly once; models repeat themselves."""
        return self.dice.choices(("", "twin", "again"), (20, 1, 1))[0]

    def other(self) -> Step:
        """Something else, please."""
        said = self.dice.choice(
            ({"time": "später" if self.language == "de" else "later"}, {"time": self.time()}, {"date": self.day()},
             {"date": self.day(), "time": self.time()}, {"staff": "egal"}, {})
        )  # fmt: skip
        return Step("get_alternatives", dict(said), self.pause(), self.how())

    def take(self, **more: str) -> Step:
        """One of those that were offered."""
        name = self.name if self.dice.random() < 0.92 else self.dice.choice(words.NO_NAMES)
        how = self.dice.choices(
            ("first", "last", "words", "wrong", "twin first", "again first"), (12, 3, 3, 1, 2, 2)
        )[0]
        return Step("start_booking", {"customer_name": name, **more}, self.pause(), how)

    def move(self) -> list[Step]:
        """An appointment of one's own to another time."""
        said = {"new_date": self.day(), "new_time": self.time()}
        how = self.dice.choice(("known", "words", ""))
        return [
            Step("reschedule_appointment", said, self.pause(), how),
            Step("move there", {}, self.pause(), self.how()),
        ]

    def cancel(self) -> Step:
        """An appointment of one's own."""
        return Step(
            "cancel_appointment",
            {},
            self.pause(),
            self.dice.choice(("known", "known", "words", "", "twin known")),
        )


def _book(it: _Speaker) -> list[Step]:
    return [it.wish(), it.take()]


def _undecided(it: _Speaker) -> list[Step]:
    return [it.wish(), *(it.other() for _ in range(it.dice.randrange(1, 4))), it.take()]


def _changes_mind(it: _Speaker) -> list[Step]:
    return [it.wish(), it.take(), it.wish(), it.take(), Step("get_appointments"), it.cancel()]


def _books_and_moves(it: _Speaker) -> list[Step]:
    return [it.wish(), it.take(), *it.move()]


def _moves(it: _Speaker) -> list[Step]:
    return [Step("get_appointments"), *it.move()]


def _cancels(it: _Speaker) -> list[Step]:
    return [Step("get_appointments"), it.cancel()]


def _waits(it: _Speaker) -> list[Step]:
    wish = it.wish()
    said = {
        **wish.words,
        "customer_name": it.name,
        "phone_number": f"030 231256{it.dice.randrange(NUMBERS):02d}",
    }
    return [wish, Step("join_waitlist", said, it.pause(), it.how())]


def _wants_a_call(it: _Speaker) -> list[Step]:
    topic = it.dice.choice(("Rechnung", "Preis für Strähnen", "complaint", ""))
    said = {"topic": topic, "customer_name": it.name}
    if it.dice.random() < 0.5:
        said["phone_number"] = f"030 231256{it.dice.randrange(NUMBERS):02d}"
    return [Step("request_callback", said, it.pause(), it.how())]


def _series(it: _Speaker) -> list[Step]:
    more = {
        "repeat_weeks": it.dice.choice(("2", "4", "jede Woche")),
        "repeat_count": it.dice.choice(("2", "3", "4")),
    }
    return [it.wish(), it.take(**more)]


def _looks(it: _Speaker) -> list[Step]:
    return [
        Step("get_context"),
        Step("list_services", {}, it.pause()),
        Step("get_appointments", {}, it.pause()),
        it.wish(),
    ]


STORY = {
    "book": _book,
    "undecided": _undecided,
    "changes mind": _changes_mind,
    "books and moves": _books_and_moves,
    "moves": _moves,
    "cancels": _cancels,
    "waits": _waits,
    "callback": _wants_a_call,
    "series": _series,
    "looks": _looks,
}
STORIES = (
    ("book", 10), ("undecided", 4), ("changes mind", 2), ("books and moves", 3), ("moves", 3), ("cancels", 4), ("waits", 2),
    ("callback", 1), ("series", 1), ("looks", 1),
)  # fmt: skip
OTHERS = (
    ("books there", 4.0), ("cancels there", 2.0), ("moves there", 2.0), ("operator cancels", 1.0), ("absence", 1.0),
    ("retires", 0.3), ("merges", 0.3),
)  # fmt: skip
"""What people do, by how often."""
TROUBLES = (("kill", 12.0), ("redis forgets", 1.0), ("postgres restarts", 0.25))
"""What breaks, by how often."""
OTHERS_PER_CALL, TROUBLES_PER_CALL = 0.12, 0.08
"""The latter at a rate of 10 %."""
KILLED = (
    "telephony_gateway",
    "availability",
    "booking",
    "booking",
    "calcom_sync",
    "calcom_sync",
    "staff_registry",
)


def _deed(seed: int, number: int, bursts: int, kinds: Sequence[tuple[str, float]]) -> Entry:
    dice = generator(seed, "deed", number)
    burst, at_s = _place(dice, bursts)
    kind = dice.choices([name for name, _ in kinds], [weight for _, weight in kinds])[0]
    details: dict[str, Any] = {}
    if kind == "kill":
        details = {
            "service": dice.choice(KILLED),
            "sends": dice.randrange(12),
            "last": dice.choice(("goes out", "is lost")),
            "down_s": dice.choice((0.1, 1.0, 5.0, 20.0)),
        }
    elif kind == "postgres restarts":
        details = {"down_s": dice.choice((0.5, 3.0))}
    return Entry(number, burst, at_s, kind, dice.choices(BUSINESSES, (5, 3, 2))[0], details=details)
