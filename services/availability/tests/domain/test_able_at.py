"""Who can start at one minute: the same people, in the same order, as a look at all starts finds."""

from datetime import timedelta
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from availability.domain.ask import Ask
from availability.domain.choice import by_cost, ranking
from availability.domain.instants import Interval
from availability.domain.ledger import Busy, BusyKey, BusySource
from availability.domain.search import able_at, openings_in
from availability.domain.service import Phase, PhaseKind, Service, TimeWindow

Salon = Any
PEOPLE = ("anna", "bert", "cleo")
SERVICES = st.builds(
    lambda minutes, notice, windows: Service(
        "s", (Phase(PhaseKind.ACTIVE, minutes),), notice=timedelta(minutes=notice), windows=windows
    ),
    st.sampled_from((5, 15, 45)),
    st.sampled_from((0, 90, 200)),
    st.sampled_from(((), (TimeWindow(600, 660), TimeWindow(840, 900)))),
)
TAKEN = st.lists(
    st.tuples(st.sampled_from(PEOPLE), st.integers(0, 119), st.integers(1, 12), st.booleans()), max_size=10
)


@given(
    taken=TAKEN,
    services=st.lists(SERVICES, min_size=3, max_size=3),
    alike=st.booleans(),
    held=st.sampled_from((*PEOPLE, "")),
    full=st.sampled_from((*PEOPLE, "")),
)
@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_one_minute_is_answered_as_in_a_look_at_all_starts(
    salon: Salon,
    taken: list[tuple[str, int, int, bool]],
    services: list[Service],
    alike: bool,
    held: str,
    full: str,
) -> None:
    nine = salon.minute("09:00")
    entries: dict[str, list[Busy]] = {person: [] for person in PEOPLE}
    for number, (person, low, length, moved) in enumerate(taken):
        span = Interval(nine + low * 5, nine + (low + length) * 5)
        entries[person].append(salon.appointment("moved" if moved else str(number), span))
    for person, own in entries.items():
        salon.join(person, *own)
    ask = Ask(
        dict(zip(PEOPLE, services[:1] * 3 if alike else services, strict=True)),
        salon.now,
        ignoring=frozenset([BusyKey(BusySource.APPOINTMENT, "moved")]),
        besides={held: [Busy.of(BusySource.HOLD, "h", salon.span("10:00", "11:00"))]},
        full_days={full: frozenset([salon.monday])},
    )
    found = openings_in(salon.branch, ask, [(0, nine + 14 * 1440)])
    for start in range(nine - 120, nine + 660, 5):
        able = able_at(salon.branch, ask, start)
        assert able == found.people_at(start)
        ranked = [option.person_id for option in ranking(salon.branch, found, start)]
        assert list(by_cost(salon.branch, ask, able, start, {})) == ranked


def test_before_the_calendar_begins_and_after_its_end_nobody_can(salon: Salon) -> None:
    salon.join("anna")
    lattice = salon.branch.lattice
    ask = Ask({"anna": Service("s", salon.cut.phases, horizon=timedelta(days=999))}, salon.now)

    assert [able_at(salon.branch, ask, minute) for minute in (lattice.origin_min - 15, lattice.end_min)] == [
        [],
        [],
    ]
