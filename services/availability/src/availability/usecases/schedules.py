"""Owns when people can be booked: their own hours as far as their branch is open."""

from collections.abc import Iterator, Sequence
from datetime import date

from availability.domain.hours import DailySpan, DayException, WeeklyRule, WorkingHours
from availability.domain.instants import DAY_MIN
from availability.usecases.business import Branch, Person

ALWAYS = WorkingHours((WeeklyRule(frozenset(range(1, 8)), DailySpan(0, DAY_MIN)),))
"""The hours of rooms and devices."""


def schedule_of(person: Person, branch: Branch, holidays: frozenset[date]) -> WorkingHours:
    """When a person can be booked in a branch. Hours that are set for a date count even if it is a holiday."""
    own = WorkingHours(person.hours, person.dated)
    opening = WorkingHours(branch.opening, branch.dated)
    days = sorted({exception.day for exception in (*person.dated, *branch.dated)})
    exceptions = tuple(
        DayException(day, tuple(_both(own.spans_on(day), _open_on(opening, day)))) for day in days
    )
    return WorkingHours(within_opening(person.hours, branch.opening), exceptions, holidays)


def within_opening(hours: Sequence[WeeklyRule], opening: Sequence[WeeklyRule]) -> tuple[WeeklyRule, ...]:
    """A person's weekly hours as far as the branch is open; a branch without opening hours does not limit them."""
    if not opening:
        return tuple(hours)
    return tuple(
        WeeklyRule(rule.weekdays & door.weekdays, span, *validity)
        for rule in hours
        for door in opening
        for span in _both((rule.span,), (door.span,))
        for validity in _both_valid(rule, door)
        if rule.weekdays & door.weekdays
    )


def _open_on(opening: WorkingHours, day: date) -> tuple[DailySpan, ...]:
    dated = any(exception.day == day for exception in opening.exceptions)
    return opening.spans_on(day) if dated or opening.rules else (DailySpan(0, DAY_MIN),)


def _both(ones: Sequence[DailySpan], others: Sequence[DailySpan]) -> Iterator[DailySpan]:
    for one in ones:
        for other in others:
            begin, end = max(one.from_min, other.from_min), min(one.to_min, other.to_min)
            if begin < end:
                yield DailySpan(begin, end)


def _both_valid(one: WeeklyRule, other: WeeklyRule) -> Iterator[tuple[date | None, date | None]]:
    """From when to when both rules hold; nothing where they never do."""
    begins = [each.valid_from for each in (one, other) if each.valid_from]
    ends = [each.valid_to for each in (one, other) if each.valid_to]
    begin, end = max(begins, default=None), min(ends, default=None)
    if begin is None or end is None or begin <= end:
        yield begin, end
