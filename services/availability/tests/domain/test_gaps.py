"""How many gaps that are too short to use a start leaves: counted beside it, and by the minutes of the whole day."""

from collections.abc import Sequence
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from availability.domain.ask import Ask
from availability.domain.choice import ranking
from availability.domain.days import instants_within
from availability.domain.gaps import views_beside
from availability.domain.instants import Interval
from availability.domain.ledger import Busy, BusySource
from availability.domain.search import openings_in
from availability.domain.service import Phase, PhaseKind, Service

Salon = Any
PEOPLE = ("anna", "bert", "cleo")
PHASES = st.lists(
    st.builds(Phase, st.sampled_from(PhaseKind), st.integers(1, 12).map(lambda n: 5 * n)), max_size=3
)
SERVICES = st.builds(
    lambda phases, before, after: Service(
        "s", (Phase(PhaseKind.ACTIVE, 15), *phases), buffer_before_min=before, buffer_after_min=after
    ),
    PHASES,
    st.sampled_from((0, 5, 20)),
    st.sampled_from((0, 10)),
)
TAKEN = st.lists(st.tuples(st.sampled_from(PEOPLE), st.integers(0, 119), st.integers(1, 12)), max_size=14)


def too_short(minutes: set[int], shortest: int) -> int:
    """The runs of consecutive minutes that are shorter."""
    begins = sorted(minute for minute in minutes if minute - 1 not in minutes)
    ends = sorted(minute + 1 for minute in minutes if minute + 1 not in minutes)
    return sum(end - begin < shortest for begin, end in zip(begins, ends, strict=True))


def by_minutes(free: set[int], taken: Sequence[Interval], shortest: int) -> int:
    """The new gaps, found by looking at each minute of the day."""
    left = free - {minute for begin, end in taken for minute in range(begin, end)}
    return too_short(left, shortest) - too_short(free, shortest)


@given(taken=TAKEN, service=SERVICES, usable_min=st.sampled_from((None, 5, 40, 200)))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_ranking_is_the_one_by_the_minutes_of_the_day(
    salon: Salon, taken: list[tuple[str, int, int]], service: Service, usable_min: int | None
) -> None:
    nine = salon.minute("09:00")
    spans: dict[str, list[Interval]] = {person: [] for person in PEOPLE}
    for person, low, length in taken:
        spans[person].append(Interval(nine + low * 5, nine + (low + length) * 5))
    for person, own in spans.items():
        salon.join(
            person, *(Busy.of(BusySource.APPOINTMENT, str(number), span) for number, span in enumerate(own))
        )
    there = openings_in(salon.branch, Ask(dict.fromkeys(PEOPLE, service), salon.now), [(nine, nine + 600)])
    lattice = salon.branch.lattice
    day = instants_within(lattice, salon.monday, salon.monday)
    works = {
        minute
        for begin, end in (("09:00", "13:00"), ("13:30", "19:00"))
        for minute in range(*salon.span(begin, end))
    }
    shortest = service.duration_min if usable_min is None else usable_min

    def cost(person: str, start: int) -> tuple[int, int, int]:
        busy = {minute for begin, end in spans[person] for minute in range(begin, end)}
        gaps = by_minutes(works - busy, service.footprint.at(start), shortest)
        seen = views_beside(lattice, day, service.footprint.at(start), shortest)
        assert sum(view.new_gaps(salon.branch.person(person).free) for view in seen) == gaps
        return gaps, sum(end - begin for begin, end in spans[person]), PEOPLE.index(person)

    for start in there.minutes()[::5]:
        found = [option.person_id for option in ranking(salon.branch, there, start, usable_min=usable_min)]
        expected = sorted(there.people_at(start), key=lambda person: cost(person, start))
        assert found == expected


def test_where_the_day_ends_a_run_ends(salon: Salon) -> None:
    """What the next day has free does not make the last minutes of this one long."""
    day = Interval(salon.minute("00:00"), salon.minute("12:00"))
    lattice = salon.branch.lattice
    salon.join("anna")
    free = salon.branch.person("anna").free
    start = salon.minute("11:00")

    def new_gaps(end: int, spans: Sequence[Interval]) -> int:
        seen = views_beside(lattice, spans, [Interval(start, end)], 60)
        return sum(view.new_gaps(free) for view in seen)

    assert [new_gaps(start + minutes, [day]) for minutes in (60, 15)] == [0, 1]
    assert new_gaps(start + 15, [Interval(day.begin_min, salon.minute("14:00"))]) == 0
    assert new_gaps(start + 60, [Interval(salon.minute("20:00"), salon.minute("23:00"))]) == 0
