"""What becomes of two rows that are one human, whatever they say."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from staff_registry.domain.aliases import folded
from staff_registry.domain.business import (
    Account,
    Business,
    DatedHours,
    DaySpan,
    Person,
    PhaseMapping,
    PhaseMinutes,
    Policy,
    WeeklyHours,
)
from staff_registry.domain.other_names import Alias, Choice
from staff_registry.domain.resolution import Parts
from staff_registry.domain.uniting import Conflict, conflicts_in, has_two_accounts, unite
from staff_registry.domain.validation import faults_in
from staff_registry.domain.weeks import union

TIMES = ["08:00", "10:00", "12:30", "14:00", "17:00", "24:00"]
DAYS = [f"2026-01-{day:02d}" for day in (1, 5, 10, 20)]


@st.composite
def weekly(draw: st.DrawFn) -> WeeklyHours:
    start, end = sorted(draw(st.lists(st.sampled_from(TIMES), min_size=2, max_size=2, unique=True)))
    days = tuple(sorted(draw(st.sets(st.integers(1, 7), min_size=1, max_size=4))))
    season = sorted(draw(st.lists(st.sampled_from(DAYS), min_size=2, max_size=2, unique=True)))
    begin, until = draw(st.sampled_from([("", ""), (season[0], ""), ("", season[1]), tuple(season)]))
    return WeeklyHours(days, start, end, begin, until)


def works(hours: tuple[WeeklyHours, ...], day: date, minute: int) -> bool:
    clock = f"{minute // 60:02d}:{minute % 60:02d}"
    return any(
        day.isoweekday() in rule.weekdays
        and rule.start <= clock < rule.end
        and (not rule.valid_from or rule.valid_from <= day.isoformat())
        and (not rule.valid_until or day.isoformat() <= rule.valid_until)
        for rule in hours
    )


@given(st.lists(weekly(), max_size=4), st.lists(weekly(), max_size=4))
def test_two_weeks_are_one_whenever_one_of_them_says_so(
    one: list[WeeklyHours], other: list[WeeklyHours]
) -> None:
    both = union(one, other)
    for number in range(30):
        day = date(2025, 12, 28) + timedelta(days=number)
        for minute in (0, 480, 599, 600, 750, 800, 1019, 1020, 1439):
            said = works(tuple(one), day, minute) or works(tuple(other), day, minute)
            assert works(both, day, minute) is said


people = st.tuples(st.booleans(), st.booleans(), st.booleans(), st.integers(0, 40), st.integers(0, 3))


def _row(salon: Business, key: str, made: tuple[bool, bool, bool, int, int], account: str) -> Person:
    """One of many rows that there can be."""
    hours, away, quick, minutes, skills = made
    services = tuple(service.key for service in salon.services[: 2 + skills])
    first = salon.services[0]
    return Person(
        key=key,
        name="Anna",
        branch_keys=(salon.branches[0].key,),
        working_hours=(WeeklyHours((2, 3) if hours else (3, 4), "09:00", "17:00"),),
        absences=(),
        accounts=(Account(account, account, f"{account}@example.org", "cal_key"),),
        service_keys=services,
        dated_hours=(DatedHours("2026-01-07", (DaySpan("10:00", "12:00"),) if away else ()),),
        phase_minutes=(PhaseMinutes(first.key, 0, 30 + minutes),) if quick else (),
        buffer_before_minutes=minutes,
    )


def _with_two(salon: Business, one: Person, other: Person, numbers: tuple[int, int]) -> Business:
    """The salon with both rows instead of its people, mapped as far as they can be."""
    mappings = tuple(
        PhaseMapping(service.key, position, person.key, person.accounts[0].key, 100 * number + position + 1)
        for person, number in ((one, numbers[0]), (other, numbers[1]))
        for service in salon.services
        if service.key in person.service_keys
        for position in service.active_positions()
    )
    policies = (
        Policy(person_key=one.key, moves_max=numbers[0]),
        Policy(person_key=other.key, moves_max=numbers[1]),
    )
    return replace(salon, people=(one, other), mappings=mappings, policies=policies).canonical()


@settings(max_examples=60, deadline=None)
@given(people, people, st.booleans(), st.tuples(st.integers(1, 3), st.integers(1, 3)), st.data())
def test_any_two_rows_become_one_that_stands_and_two_again(
    salon: Business, one: object, other: object, linked: bool, numbers: tuple[int, int], data: st.DataObject
) -> None:
    """Nothing is lost: what only one of them says is kept, what both say is decided, and it can be taken back."""
    first = _row(salon, "anna", one, "anna")  # type: ignore[arg-type] # drawn
    second = _row(salon, "anna-2", other, "anna-2")  # type: ignore[arg-type] # drawn
    if not linked:
        second = replace(second, accounts=(replace(second.accounts[0], username="anna"),))
    before = _with_two(salon, first, second, numbers)
    assert has_two_accounts(first, second) is linked
    conflicts = conflicts_in(before, "anna", "anna-2")
    decisions = {each.subject: data.draw(st.sampled_from(each.choices)) for each in conflicts}
    united = unite(before, "anna", "anna-2", decisions).canonical()

    assert faults_in(united) == {}
    (person,) = united.people
    assert set(person.service_keys) == {*first.service_keys, *second.service_keys}
    assert len(person.accounts) == (2 if linked else 1)
    assert len(united.mappings) == _places(before, linked=linked)
    assert Parts.of(before, "anna", "anna-2").put_back_in(united, "anna").canonical() == before
    alias = Alias("anna-2", "anna", retired=True, decisions=decisions)
    assert folded(before, united, [alias]).canonical() == united


def _places(business: Business, *, linked: bool) -> int:
    """How many event types there can be: one for each phase and account."""
    return len(
        {
            (each.service_key, each.phase_position, each.account_key if linked else "")
            for each in business.mappings
        }
    )


@pytest.mark.parametrize("choice", [Choice.KEEP_STAYING, Choice.KEEP_GOING])
def test_a_decision_counts(salon: Business, choice: Choice) -> None:
    first = _row(salon, "anna", (True, True, True, 5, 0), "anna")
    second = replace(_row(salon, "anna-2", (True, False, True, 10, 0), "anna-2"))
    second = replace(second, accounts=(replace(second.accounts[0], username="ANNA"),))
    business = _with_two(salon, first, second, (1, 2))
    kinds = {conflict.kind.value for conflict in conflicts_in(business, "anna", "anna-2")}
    assert kinds == {"MAPPING", "DATED_HOURS", "PHASE_MINUTES", "POLICY"}
    subjects = [conflict.subject for conflict in conflicts_in(business, "anna", "anna-2")]
    united = unite(business, "anna", "anna-2", dict.fromkeys(subjects, choice))
    row = first if choice is Choice.KEEP_STAYING else second
    assert united.people[0].dated_hours == row.dated_hours
    assert united.people[0].phase_minutes == row.phase_minutes
    assert {each.event_type_id for each in united.mappings} == {
        each.event_type_id for each in business.mappings if each.person_key == row.key
    }
    assert united.policies[0].moves_max == (1 if choice is Choice.KEEP_STAYING else 2)


def test_every_conflict_can_be_decided(salon: Business) -> None:
    first, second = (_row(salon, key, (True, True, True, 5, 0), key) for key in ("anna", "anna-2"))
    for conflict in conflicts_in(_with_two(salon, first, second, (1, 2)), "anna", "anna-2"):
        assert isinstance(conflict, Conflict)
        assert len(conflict.choices) > 1
