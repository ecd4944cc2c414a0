"""Owns working time: weekly rules with their validity, dated exceptions and holidays, expanded to instants."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Self

from availability.domain.instants import DAY_MIN, Interval
from availability.domain.zone import Stretch, day_number, day_of, instants_of


class InvalidHoursError(ValueError):
    """Working hours that name no time: a weekday outside 1 to 7, or an end that does not follow the start."""


def clock_min(text: str) -> int:
    """Minutes after 00:00 of a local "HH:MM", "24:00" included. Raises InvalidHoursError."""
    hours, colon, minutes = text.partition(":")
    if not (colon and hours.isdecimal() and minutes.isdecimal()):
        raise InvalidHoursError(f"{text!r} is not HH:MM")
    value = int(hours) * 60 + int(minutes)
    if int(minutes) > 59 or value > DAY_MIN:
        raise InvalidHoursError(f"{text!r} is not a time of day")
    return value


@dataclass(frozen=True, slots=True)
class DailySpan:
    """Local time of day [from_min, to_min), minutes after 00:00."""

    from_min: int
    to_min: int

    def __post_init__(self) -> None:
        if not 0 <= self.from_min < self.to_min <= DAY_MIN:
            raise InvalidHoursError(f"{self.from_min} to {self.to_min} is no span of a day")

    @classmethod
    def of(cls, start: str, end: str) -> Self:
        """From local "HH:MM" texts. Raises InvalidHoursError."""
        return cls(clock_min(start), clock_min(end))


@dataclass(frozen=True, slots=True)
class WeeklyRule:
    """Working time on ISO weekdays (1 is Monday), from `valid_from` to `valid_to`, both included, None open."""

    weekdays: frozenset[int]
    span: DailySpan
    valid_from: date | None = None
    valid_to: date | None = None

    def __post_init__(self) -> None:
        if not self.weekdays <= frozenset(range(1, 8)):
            raise InvalidHoursError(f"weekdays {sorted(self.weekdays)} are not ISO weekdays")

    def holds_on(self, day: date) -> bool:
        if day.isoweekday() not in self.weekdays:
            return False
        begun = self.valid_from is None or self.valid_from <= day
        return begun and (self.valid_to is None or day <= self.valid_to)


@dataclass(frozen=True, slots=True)
class DayException:
    """One local date on which `spans` replace whatever the week says; no spans: a day off."""

    day: date
    spans: tuple[DailySpan, ...] = ()


@dataclass(frozen=True, slots=True)
class WorkingHours:
    """A schedule in local time. People with equal schedules share one expansion, so it is hashable.

    An exception beats a holiday, a holiday beats the week. A break is the hole between two rules.
    """

    rules: tuple[WeeklyRule, ...] = ()
    exceptions: tuple[DayException, ...] = ()
    holidays: frozenset[date] = frozenset()

    def spans_on(self, day: date) -> tuple[DailySpan, ...]:
        """The working spans of a local date, as they are written; the union is the working time."""
        for exception in self.exceptions:
            if exception.day == day:
                return exception.spans
        if day in self.holidays:
            return ()
        return tuple(rule.span for rule in self.rules if rule.holds_on(day))

    def expand(self, parts: tuple[Stretch, ...]) -> list[Interval]:
        """Working time as instants within the stretches; neighbours and overlaps are not joined."""
        first = (parts[0].begin_min + parts[0].offset_min) // DAY_MIN - 1
        last = (parts[-1].end_min + parts[-1].offset_min) // DAY_MIN + 1
        return list(instants_of(self._local(first, last), parts))

    def _local(self, first: int, last: int) -> Iterator[tuple[int, int]]:
        timeless = all(rule.valid_from is None and rule.valid_to is None for rule in self.rules)
        if not timeless:
            for number in range(first, last + 1):
                yield from self._local_on(number)
            return
        special = {day_number(exception.day) for exception in self.exceptions}
        special.update(day_number(day) for day in self.holidays)
        week = [[rule.span for rule in self.rules if weekday in rule.weekdays] for weekday in range(1, 8)]
        for number in range(first, last + 1):
            if number in special:
                yield from self._local_on(number)
                continue
            for span in week[(number + 3) % 7]:  # 1970-01-01 was a Thursday
                yield number * DAY_MIN + span.from_min, number * DAY_MIN + span.to_min

    def _local_on(self, number: int) -> Iterator[tuple[int, int]]:
        for span in self.spans_on(day_of(number)):
            yield number * DAY_MIN + span.from_min, number * DAY_MIN + span.to_min
