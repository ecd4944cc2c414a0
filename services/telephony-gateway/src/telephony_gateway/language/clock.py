"""Times of day as people say them: a clock time that may be meant twice a day, and windows of the day."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum

HALF_DAY = 12 * 60
DAY = 24 * 60
LAST_MINUTE = DAY - 1

# A bare "sieben" or "halb acht" may be morning or evening; earlier hours are afternoon, later ones as said.
AFTERNOON_FROM, DOUBTFUL_FROM, MORNING_FROM = 1 * 60, 6 * 60 + 30, 8 * 60


# "von 6:10 bis 13:35" begins in the morning, "zwischen vier und drei" does not.
EARLIEST_MORNING = 6 * 60


class Part(Enum):
    """A part of the day: what window it stands for (minutes of the day), and how a bare hour in it is read."""

    EARLY = (6 * 60, 10 * 60, "early")
    FORENOON = (8 * 60, 12 * 60, "forenoon")
    EARLY_FORENOON = (8 * 60, 10 * 60, "early forenoon")
    LATE_FORENOON = (10 * 60, 12 * 60, "late forenoon")
    NOON = (12 * 60, 14 * 60, "noon")
    AFTERNOON = (13 * 60, 18 * 60, "afternoon")
    EARLY_AFTERNOON = (13 * 60, 15 * 60, "early afternoon")
    LATE_AFTERNOON = (16 * 60, 18 * 60, "late afternoon")
    EVENING = (18 * 60, 22 * 60, "evening")
    EARLY_EVENING = (17 * 60, 19 * 60, "early evening")
    LATE_EVENING = (20 * 60, 23 * 60, "late evening")
    NIGHT = (22 * 60, LAST_MINUTE, "night")

    @property
    def first(self) -> int:
        """The minute of the day at which the part begins."""
        return self.value[0]

    @property
    def last(self) -> int:
        """The minute of the day at which the part ends."""
        return self.value[1]

    def minute(self, said: int) -> int | None:
        """The minute of the day that a bare clock time means in this part; None where the two contradict."""
        first, last = _LENIENT[self]
        for minute in (said, said + HALF_DAY):
            if first <= minute % DAY <= last:
                return minute % DAY
        if self is Part.NIGHT or (self.first >= 17 * 60 and HALF_DAY <= said < HALF_DAY + 60):
            return said % HALF_DAY
        return None


def _lenient() -> dict[Part, tuple[int, int]]:
    """The clock times that people still name with a part of the day ("sechs Uhr früh", "acht Uhr nachmittags")."""
    morning, noon, afternoon, evening = (
        (0, 12 * 60 - 1),
        (11 * 60, 15 * 60),
        (12 * 60, 20 * 60),
        (16 * 60, LAST_MINUTE),
    )
    table = dict.fromkeys(Part, morning)
    table |= dict.fromkeys((Part.FORENOON, Part.EARLY_FORENOON, Part.LATE_FORENOON), (5 * 60, 12 * 60))
    table |= {Part.NOON: noon, Part.NIGHT: (19 * 60, LAST_MINUTE)}
    table |= dict.fromkeys((Part.AFTERNOON, Part.EARLY_AFTERNOON, Part.LATE_AFTERNOON), afternoon)
    table |= dict.fromkeys((Part.EVENING, Part.EARLY_EVENING, Part.LATE_EVENING), evening)
    return table


_LENIENT = _lenient()


@dataclass(frozen=True, slots=True)
class Clock:
    """A clock time as said: `minute` of the day; `bare` where it may mean the other half of the day."""

    minute: int
    bare: bool = False
    approximate: bool = False
    others: tuple[int, ...] = ()
    in_part: bool = False
    """Its part of the day was named with it."""

    def readings(self) -> tuple[int, ...]:
        """Minutes of the day that can be meant, the likelier first; more than one is a question."""
        if not self.bare or not AFTERNOON_FROM <= self.minute < MORNING_FROM:
            return (self.minute, *self.others)
        later = self.minute + HALF_DAY
        if self.minute < DOUBTFUL_FROM:
            return (later, *self.others)
        return ((later, self.minute) if self.minute < 7 * 60 else (self.minute, later)) + self.others

    def within(self, part: Part) -> Clock | None:
        """The same time with the part of the day that was named; None where the two contradict."""
        if not self.bare:
            return self if _agrees(self.minute, part) else None
        minute = part.minute(self.minute)
        if part is Part.NIGHT and self.minute <= 6 * 60:
            minute = self.minute
        return None if minute is None else replace(self, minute=minute, bare=False, others=(), in_part=True)

    def about(self) -> Clock:
        """The same time, said with "gegen" or "ungefähr"."""
        return replace(self, approximate=True)


def _agrees(minute: int, part: Part) -> bool:
    first, last = _LENIENT[part]
    return first <= minute <= last or (part is Part.NIGHT and minute <= 6 * 60) or minute == 0


@dataclass(frozen=True, slots=True)
class Window:
    """A window of the day: from, to (either may be open), or a named part of the day."""

    start: Clock | None = None
    end: Clock | None = None
    part: Part | None = None
    vague: bool = False
    """Nobody said the hour ("nach Feierabend"): an hour that is said beside it counts."""

    def within(self, part: Part) -> Window | None:
        """The window with its bare ends read in the part of the day that was named."""
        start = self.start and (self.start.within(part) or self.start)
        end = self.end and (self.end.within(part) or self.end)
        return Window(start, end)

    def readings(self) -> tuple[tuple[int | None, int | None], ...]:
        """(first, last) minutes of the day that can be meant, the likelier first."""
        if self.part is not None:
            return ((self.part.first, self.part.last),)
        if self.start is None or self.end is None:
            starts = self.start.readings() if self.start else (None,)
            ends = self.end.readings() if self.end else (None,)
            return tuple((a, b) for a in starts for b in ends)
        return _pairs(self.start, self.end)


def _pairs(start: Clock, end: Clock) -> tuple[tuple[int, int], ...]:
    """Readings of "von A bis B": for every A the nearest B after it."""
    ends = set(end.readings())
    if end.bare and end.minute < HALF_DAY:
        ends.add(end.minute + HALF_DAY)
    if end.minute == 0:
        ends = {DAY}
    pairs = tuple(
        (first, min(last for last in ends if last > first)) for first in start.readings() if first < max(ends)
    )
    first = start.minute if start.minute >= EARLIEST_MORNING else start.readings()[0]
    return pairs or ((first, end.readings()[0]),)
