"""Which hours concern some days. Whoever turns them into instants does that elsewhere, once."""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta

from staff_registry.domain.business import Absence, Branch, DatedHours, Person, WeeklyHours

_A_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Days:
    """From a first to a last day, YYYY-MM-DD, both included; "": without bound."""

    first: str = ""
    last: str = ""

    def meet(self, begins: str, ends: str) -> bool:
        """Whether a span of days ("" without bound) has a day among these. As texts they are in order."""
        return not (self.last and begins and begins > self.last) and not (
            self.first and ends and ends < self.first
        )


def person_within(person: Person, days: Days) -> Person:
    """The person with only the hours and absences that concern these days."""
    return replace(
        person,
        working_hours=_weeks(person.working_hours, days),
        dated_hours=_dated(person.dated_hours, days),
        absences=tuple(absence for absence in person.absences if _concerns(absence, days)),
    )


def branch_within(branch: Branch, days: Days) -> Branch:
    """The branch with only the hours that concern these days."""
    return replace(
        branch,
        opening_hours=_weeks(branch.opening_hours, days),
        dated_hours=_dated(branch.dated_hours, days),
    )


def _weeks(hours: tuple[WeeklyHours, ...], days: Days) -> tuple[WeeklyHours, ...]:
    return tuple(span for span in hours if days.meet(span.valid_from, span.valid_until))


def _dated(dated: tuple[DatedHours, ...], days: Days) -> tuple[DatedHours, ...]:
    return tuple(day for day in dated if days.meet(day.date, day.date))


def _concerns(absence: Absence, days: Days) -> bool:
    """Whatever the zone: a day of it begins at most a day before, and ends at most a day after the one in UTC."""
    begins = _midnight(days.first) - _A_DAY if days.first else absence.start
    ends = _midnight(days.last) + 2 * _A_DAY if days.last else absence.end
    return absence.start < ends and begins < absence.end


def _midnight(day: str) -> datetime:
    return datetime.combine(date.fromisoformat(day), time(), UTC)
