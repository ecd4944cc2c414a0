"""Phrase files: what was said, when, and what it is worth.

One phrase a line, `what was said = what it is worth`; "@" sets the reference (local time, optionally a zone) for the
lines after it. Values: a day, a range a..b, a time, a window a-b (either side may be open); a leading "?" is a question,
the likelier reading first, "?*" any question; none, invalid, past (with values, where they matter); "!ok" is anything
but certainty. " || " parts readings that are all right.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path
from zoneinfo import ZoneInfo

from telephony_gateway.language.understand import understand
from telephony_gateway.language.understanding import Candidate, Outcome, Understanding

_OUTCOMES = {"none": Outcome.NOTHING, "invalid": Outcome.IMPOSSIBLE}


@dataclass(frozen=True)
class Spoken:
    """One line of a phrase file."""

    kind: str
    text: str
    reference: str
    timezone: str
    expected: str

    def line(self) -> dict[str, str]:
        """As the filter takes it."""
        return {"text": self.text, "reference": self.reference, "timezone": self.timezone}

    def understood(self) -> Understanding:
        """What the engine makes of it."""
        reference = datetime.fromisoformat(self.reference).replace(tzinfo=ZoneInfo(self.timezone))
        return understand(self.text, reference=reference)

    def is_right(self, found: Understanding) -> bool:
        """Whether that is one of the readings that are all right."""
        return any(_is(found, reading.strip()) for reading in self.expected.split("||"))


def read_all(folder: Path) -> list[Spoken]:
    """The phrases of all files of all families in a folder."""
    return [spoken for path in sorted(folder.glob("*/*.txt")) for spoken in read(path)]


def read(path: Path) -> Iterator[Spoken]:
    """The phrases of one file."""
    reference, timezone = "", ""
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("@"):
            day, clock, *rest = line[1:].split()
            reference = f"{day}T{clock}"
            timezone = next((word for word in rest if "/" in word), "Europe/Berlin")
        elif line and not line.startswith("#"):
            text, expected = line.rsplit(" = ", 1)
            yield Spoken(f"{path.parent.name}/{path.stem}", text, reference, timezone, expected)


def _is(found: Understanding, expected: str) -> bool:
    values = [_value(candidate) for candidate in found.candidates]
    if expected in _OUTCOMES:
        return found.outcome is _OUTCOMES[expected]
    if expected == "!ok":
        return found.outcome is not Outcome.RESOLVED
    if expected.startswith("?"):
        wanted = [] if expected == "?*" else [value.strip() for value in expected[1:].split("|")]
        return found.outcome is Outcome.AMBIGUOUS and values[: len(wanted)] == wanted
    if expected.startswith("past"):
        return found.outcome is Outcome.PAST and expected.removeprefix("past").strip() in {"", values[0]}
    return found.outcome is Outcome.RESOLVED and values == [expected]


def _value(candidate: Candidate) -> str:
    days = _iso(candidate.date) + (f"..{_iso(candidate.date_end)}" if candidate.date_end else "")
    clock = _hm(candidate.time)
    if candidate.time_from or candidate.time_to:
        clock = f"{_hm(candidate.time_from)}-{_hm(candidate.time_to)}"
    return " ".join(part for part in (days, clock) if part)


def _iso(day: date | None) -> str:
    return day.isoformat() if day else ""


def _hm(clock: time | None) -> str:
    return f"{clock:%H:%M}" if clock else ""
