"""Several services in one visit, and the rooms and devices they need."""

from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from availability.domain.hours import DailySpan, WeeklyRule, WorkingHours
from availability.domain.ledger import Busy, BusyKey, BusySource
from availability.domain.service import Phase, PhaseKind, Service
from availability.domain.visit import DeviceNeed, Leg, Part, Visit

Salon = Any
WASH = Service(
    "wash", (Phase(PhaseKind.ACTIVE, 20), Phase(PhaseKind.GAP_FREE, 10), Phase(PhaseKind.ACTIVE, 5))
)
CUT = Service("cut", (Phase(PhaseKind.ACTIVE, 45),))
OPEN = WorkingHours((WeeklyRule(frozenset(range(1, 8)), DailySpan.of("00:00", "24:00")),))


def all_of(salon: Salon) -> int:
    return int(salon.branch.lattice.full)


def day_of(salon: Salon) -> int:
    return int(salon.branch.lattice.mask_of([salon.span("09:00", "13:00")]))


def placed(visit: Visit, start: int) -> tuple[Part, ...]:
    return next(iter(visit.ways(start)), ())


def who(visit: Visit, start: int) -> list[str]:
    return [part.option.person_id for part in placed(visit, start)]


def test_the_parts_follow_each_other_and_may_go_to_different_people(salon: Salon) -> None:
    salon.join("anna", salon.appointment("x", salon.span("10:35", "12:00")))
    salon.join("bert", salon.appointment("y", salon.span("09:00", "10:30")))
    visit = Visit(salon.branch, [Leg({"anna": WASH}), Leg({"anna": CUT, "bert": CUT})])

    parts = placed(visit, salon.minute("10:00"))

    assert [(part.option.person_id, part.option.start) for part in parts] == [
        ("anna", salon.instant("10:00")),
        ("bert", salon.instant("10:35")),
    ]


def test_whoever_began_goes_on_if_they_can(salon: Salon) -> None:
    salon.join("anna")
    salon.join("bert")
    visit = Visit(salon.branch, [Leg({"bert": WASH}), Leg({"anna": CUT, "bert": CUT})])

    assert who(visit, salon.minute("10:00")) == ["bert", "bert"]


def test_there_is_a_way_for_each_who_can_begin(salon: Salon) -> None:
    for name in ("anna", "bert", "cleo"):
        salon.join(name, *([salon.appointment("x", salon.span("10:00", "10:05"))] if name == "bert" else []))
    salon.branch.put_person("chair", OPEN)
    able = {"anna": CUT, "bert": CUT, "cleo": CUT}
    visit = Visit(salon.branch, [Leg(able, (DeviceNeed(0, ("chair",)),))])

    ways = visit.ways(salon.minute("10:00"))

    assert [[part.option.person_id for part in way] for way in ways] == [["anna"], ["cleo"]]
    assert all(way[0].devices[0].device_id == "chair" for way in ways)


def test_nothing_begins_at_a_minute_that_is_no_start(salon: Salon) -> None:
    """AV-08: what is free at ten says nothing about a minute past ten, or about a day that was not looked at."""
    salon.join("anna")
    visit = Visit(salon.branch, [Leg({"anna": WASH})])
    lattice = salon.branch.lattice

    assert placed(visit, salon.minute("10:00"))
    assert lattice.step_min > 1
    assert placed(visit, salon.minute("10:00") + 1) == ()
    assert placed(visit, lattice.origin_min - lattice.step_min) == ()
    assert placed(visit, lattice.end_min) == ()


def test_a_visit_that_cannot_be_finished_does_not_begin(salon: Salon) -> None:
    """AV-23"""
    salon.join("anna", salon.appointment("x", salon.span("11:10", "11:15")))
    visit = Visit(salon.branch, [Leg({"anna": WASH}), Leg({"anna": CUT})])

    assert placed(visit, salon.minute("10:00")) == ()
    assert salon.minute("10:00") not in visit.starts(all_of(salon))
    assert salon.minute("09:45") in visit.starts(all_of(salon))


def test_a_slower_first_part_moves_the_second(salon: Salon) -> None:
    salon.join("slow")
    salon.join("anna", salon.appointment("x", salon.span("10:00", "10:50")))
    slow = WASH.with_minutes((30, 10, 10))
    visit = Visit(salon.branch, [Leg({"slow": slow}), Leg({"anna": CUT})])

    assert placed(visit, salon.minute("10:00"))[1].option.start == salon.instant("10:50")


def test_a_part_goes_only_to_somebody_with_whom_the_visit_may_start_so_early(salon: Salon) -> None:
    salon.join("anna")
    salon.join("bert", salon.appointment("x", salon.span("10:00", "10:30")))
    late = {"anna": salon.minute("11:00")}
    visit = Visit(salon.branch, [Leg({"anna": CUT, "bert": CUT}, earliest=late), Leg({"anna": CUT})])

    alone = Visit(salon.branch, [Leg({"anna": CUT}, earliest=late)])

    assert who(visit, salon.minute("09:15")) == ["bert", "anna"]
    assert who(visit, salon.minute("10:00")) == []
    assert who(visit, salon.minute("11:00")) == ["anna", "anna"]
    assert alone.starts(day_of(salon))[0] == salon.minute("11:00")


def test_any_device_of_the_group_will_do(salon: Salon) -> None:
    salon.join("anna")
    for number, busy in enumerate((("09:00", "12:00"), ("12:00", "13:00"))):
        entry = salon.appointment("x", salon.span(*busy))
        salon.branch.put_person(f"dryer-{number}", OPEN, [entry])
    leg = Leg({"anna": WASH}, (DeviceNeed(0, ("dryer-0", "dryer-1")), DeviceNeed(2, ("dryer-0", "dryer-1"))))
    visit = Visit(salon.branch, [leg])

    (early,) = placed(visit, salon.minute("11:30"))

    assert [use.device_id for use in early.devices] == ["dryer-1", "dryer-0"]
    assert early.devices[0].interval == salon.span("11:30", "11:50")
    # Nothing is free from there to the end of the first phase.
    assert placed(visit, salon.minute("11:45")) == ()


def test_without_a_free_device_there_is_no_start(salon: Salon) -> None:
    salon.join("anna")
    salon.branch.put_person("dryer", OPEN, [salon.appointment("x", salon.span("09:00", "13:00"))])
    visit = Visit(salon.branch, [Leg({"anna": CUT}, (DeviceNeed(0, ("dryer",)),))])

    assert visit.starts(day_of(salon)) == []


def test_a_hold_on_the_device_counts(salon: Salon) -> None:
    salon.join("anna")
    salon.branch.put_person("dryer", OPEN)
    held = Busy.of(BusySource.HOLD, "other", salon.span("09:00", "12:30"))
    need = (DeviceNeed(0, ("dryer",)),)

    visit = Visit(salon.branch, [Leg({"anna": CUT}, need)], besides={"dryer": (held,)})

    assert placed(visit, salon.minute("10:00")) == ()


@given(
    taken=st.lists(st.tuples(st.integers(0, 2), st.integers(0, 60), st.integers(0, 20)), max_size=10),
    pace=st.sampled_from([(20, 10, 5), (25, 10, 5), (22, 11, 3)]),
)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_visit_starts_exactly_where_its_parts_can_be_placed_and_none_overlaps_a_taking(
    salon: Salon, taken: list[tuple[int, int, int]], pace: tuple[int, int, int]
) -> None:
    nine = salon.minute("09:00")
    busy: dict[str, list[tuple[int, int]]] = {"anna": [], "bert": [], "chair": []}
    for number, low, length in taken:
        busy[list(busy)[number]].append((nine + low * 5, nine + (low + length) * 5))
    for name, spans in busy.items():
        hours = OPEN if name == "chair" else salon.hours
        salon.branch.put_person(name, hours, [Busy(BusyKey(BusySource.APPOINTMENT, "all"), spans)])
    legs = [
        Leg({"anna": WASH, "bert": WASH.with_minutes(pace)}),
        Leg({"anna": CUT, "bert": CUT}, (DeviceNeed(0, ("chair",)),)),
    ]
    visit = Visit(salon.branch, legs)
    points = range(nine, nine + 240, 15)

    starts = {start: parts for start in points if (parts := placed(visit, start))}

    assert visit.starts(day_of(salon)) == list(starts)
    for parts in starts.values():
        assert parts[1].option.start == parts[0].option.end
        uses = [(part.option.person_id, each) for part in parts for each in part.option.occupied]
        uses += [(use.device_id, use.interval) for part in parts for use in part.devices]
        assert not any(each.touches(type(each)(*span)) for name, each in uses for span in busy[name])
