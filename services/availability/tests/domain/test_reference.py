"""The search against a reference that looks at every minute alone, over random worlds."""

from collections.abc import Callable
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from availability.domain.branch import BranchCalendar
from availability.domain.hours import DailySpan, DayException, WeeklyRule, WorkingHours
from availability.domain.instants import Interval
from availability.domain.ledger import Busy, BusyKey, BusySource
from availability.domain.service import Phase, PhaseKind, Service
from availability.domain.starts import feasible_starts, is_free
from availability.domain.zone import midnight

Reference = Callable[..., list[int]]

# Ordinary days, both nights on which Berlin changes its clocks, and zones off the full hour; Lord Howe changes by
# half an hour, Cairo at midnight.
PLACES = [
    ("Europe/Berlin", date(2027, 3, 27)),
    ("Europe/Berlin", date(2027, 10, 30)),
    ("Europe/Berlin", date(2027, 6, 1)),
    ("Asia/Kolkata", date(2027, 6, 1)),
    ("Asia/Kathmandu", date(2027, 6, 1)),
    ("Australia/Lord_Howe", date(2027, 4, 3)),
    ("Africa/Cairo", date(2027, 4, 29)),
    ("America/New_York", date(2027, 3, 13)),
]
STEPS = [1, 5, 7, 10, 15, 20, 25, 30, 45, 60]

SLOW = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def spans(grain: int = 1) -> st.SearchStrategy[DailySpan]:
    points = st.integers(0, 1440 // grain)
    pairs = st.tuples(points, points).filter(lambda pair: pair[0] != pair[1])
    return pairs.map(lambda pair: DailySpan(min(pair) * grain, max(pair) * grain))


def hours_around(day: date) -> st.SearchStrategy[WorkingHours]:
    near = st.integers(-1, 3).map(lambda offset: day + timedelta(days=offset))
    rules = st.builds(
        WeeklyRule,
        st.frozensets(st.integers(1, 7), min_size=1),
        spans(5) | spans(),
        valid_from=st.none() | near,
        valid_to=st.none() | near,
    )
    exceptions = st.builds(DayException, near, st.lists(spans(5), max_size=2).map(tuple))
    return st.builds(
        WorkingHours,
        st.lists(rules, max_size=4).map(tuple),
        st.lists(exceptions, max_size=1).map(tuple),
        st.frozensets(near, max_size=1),
    )


def services(grain: int) -> st.SearchStrategy[Service]:
    phases = st.builds(
        Phase, st.sampled_from(PhaseKind), st.integers(1, 60 // grain).map(lambda n: n * grain)
    )
    listed = st.lists(phases, min_size=1, max_size=5).filter(
        lambda some: any(phase.kind is PhaseKind.ACTIVE for phase in some)
    )
    buffers = st.just(0) | st.integers(0, 40 // grain).map(lambda n: n * grain)
    return st.builds(
        Service, st.just("x"), listed.map(tuple), buffer_before_min=buffers, buffer_after_min=buffers
    )


@st.composite
def worlds(draw: st.DrawFn) -> tuple[BranchCalendar, WorkingHours, list[tuple[int, int]], Service]:
    name, day = draw(st.sampled_from(PLACES))
    zone = ZoneInfo(name)
    step = draw(st.sampled_from(STEPS))
    hours = draw(hours_around(day))
    branch = BranchCalendar(
        zone, day - timedelta(days=1), 5, step_min=step, grain_min=draw(st.sampled_from([1, 5, 15]))
    )
    begin = midnight(zone, day)
    offsets = st.tuples(st.integers(-2000, 5000), st.integers(0, 200))
    busy = [(begin + low, begin + low + length) for low, length in draw(st.lists(offsets, max_size=12))]
    service = draw(services(draw(st.sampled_from([1, 5, 15]))))
    return branch, hours, busy, service


@given(world=worlds(), low=st.integers(0, 1500), length=st.integers(0, 2000))
@SLOW
def test_the_starts_are_those_that_every_single_minute_allows(
    by_minutes: Reference,
    world: tuple[BranchCalendar, WorkingHours, list[tuple[int, int]], Service],
    low: int,
    length: int,
) -> None:
    branch, hours, busy, service = world
    entries = [Busy(BusyKey(BusySource.EXTERNAL, str(index)), [pair]) for index, pair in enumerate(busy)]
    branch.put_person("anna", hours, entries)
    begin = midnight(branch.zone, branch.first_day + timedelta(days=1)) + low

    found = feasible_starts(branch, service, ["anna"], begin, begin + length)["anna"]

    assert found == by_minutes(branch.zone, branch.step_min, hours, busy, service, begin, begin + length)


@given(world=worlds(), probes=st.lists(st.integers(0, 5 * 1440), min_size=1, max_size=30))
@SLOW
def test_one_start_is_free_exactly_if_the_search_lists_it(
    world: tuple[BranchCalendar, WorkingHours, list[tuple[int, int]], Service], probes: list[int]
) -> None:
    branch, hours, busy, service = world
    branch.put_person("anna", hours, [Busy(BusyKey(BusySource.APPOINTMENT, "all"), busy)])
    origin = midnight(branch.zone, branch.first_day)
    listed = feasible_starts(branch, service, ["anna"], origin, origin + 6 * 1440)["anna"]

    asked = [*listed[:10], *(origin + probe for probe in probes)]

    assert [start for start in asked if is_free(branch, "anna", service, start)] == [
        start for start in asked if start in listed
    ]


KEYS = st.builds(BusyKey, st.sampled_from(BusySource), st.sampled_from("abcdef"))
CHANGES = st.lists(
    st.one_of(
        st.tuples(
            KEYS, st.lists(st.tuples(st.integers(-2000, 9000), st.integers(0, 2000)), min_size=1, max_size=4)
        ),
        st.tuples(KEYS, st.none()),
    ),
    max_size=25,
)


@given(world=worlds(), changes=CHANGES, ignored=st.frozensets(KEYS, max_size=3), packed=st.booleans())
@SLOW
def test_after_any_changes_the_state_is_that_of_a_calendar_built_anew(
    world: tuple[BranchCalendar, WorkingHours, list[tuple[int, int]], Service],
    changes: list[tuple[BusyKey, list[tuple[int, int]] | None]],
    ignored: frozenset[BusyKey],
    packed: bool,
) -> None:
    """AV-05: no answer survives the change that made it wrong. AV-14, AV-20: what is ignored does not block."""
    branch, hours, _, service = world
    branch.put_person("anna", hours)
    origin = midnight(branch.zone, branch.first_day)
    whole = (origin, origin + 6 * 1440)
    kept: dict[BusyKey, list[tuple[int, int]]] = {}
    for key, offsets in changes:
        feasible_starts(branch, service, ["anna"], *whole)
        if offsets is None:
            assert branch.vacate("anna", key) == (key in kept)
            kept.pop(key, None)
            continue
        kept[key] = [(origin + low, origin + low + length) for low, length in offsets]
        branch.occupy("anna", Busy(key, kept[key]))
        if packed:
            branch.person("anna").ledger.settle()
    branch.put_person("bert", hours, [Busy(key, busy) for key, busy in kept.items() if key not in ignored])

    found = feasible_starts(branch, service, ["anna"], *whole, ignoring=ignored)["anna"]

    assert found == feasible_starts(branch, service, ["bert"], *whole)["bert"]


@given(world=worlds())
@example(
    world=(
        BranchCalendar(ZoneInfo("Europe/Berlin"), date(2027, 10, 30), 3, step_min=60),
        WorkingHours((WeeklyRule(frozenset({7}), DailySpan.of("02:00", "03:00")),)),
        [],
        Service("x", (Phase(PhaseKind.ACTIVE, 60),)),
    )
)
@SLOW
def test_no_start_takes_a_minute_that_is_taken(
    world: tuple[BranchCalendar, WorkingHours, list[tuple[int, int]], Service],
) -> None:
    """AV-01, AV-13: what the search leaves alone is exactly what a hold and an appointment occupy."""
    branch, hours, busy, service = world
    branch.put_person("anna", hours, [Busy(BusyKey(BusySource.APPOINTMENT, "all"), busy)])
    origin = midnight(branch.zone, branch.first_day)

    for start in feasible_starts(branch, service, ["anna"], origin, origin + 6 * 1440)["anna"]:
        occupied = service.footprint.at(start)
        assert not any(part.touches(Interval(*pair)) for part in occupied for pair in busy)
