"""Why a start is not free."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from availability.domain.ask import Ask, Verdict
from availability.domain.explain import Blocker, BlockerKind, explain
from availability.domain.hours import DayException
from availability.domain.ledger import Busy, BusyKey, BusySource
from availability.domain.search import at_wish
from availability.domain.service import Service, TimeWindow

Salon = Any


def why(salon: Salon, service: Service, clock: str, day: date | None = None, **more: Any) -> list[Blocker]:
    asked = Ask({"anna": service}, salon.now, **more)
    return explain(salon.branch, asked, salon.instant(clock, day))["anna"]


def kinds(blockers: list[Blocker]) -> list[BlockerKind]:
    return [blocker.kind for blocker in blockers]


def test_noon_is_explained_by_the_lunch_break(salon: Salon) -> None:
    """AV-24"""
    salon.join("anna")

    assert why(salon, salon.cut, "12:30") == [
        Blocker("anna", BlockerKind.BREAK, salon.span("13:00", "13:15"))
    ]


def test_every_taking_in_the_way_is_named(salon: Salon) -> None:
    """AV-24, AV-03"""
    sources = (BusySource.APPOINTMENT, BusySource.EXTERNAL, BusySource.HOLD, BusySource.ABSENCE)
    spans = [salon.span("10:00", "10:10"), salon.span("10:10", "10:20"), salon.span("10:20", "10:30")]
    spans.append(salon.span("10:30", "12:00"))
    salon.join(
        "anna",
        *(Busy.of(source, f"id-{source.name}", span) for source, span in zip(sources, spans, strict=True)),
    )

    found = why(salon, salon.cut, "10:00")

    assert [(each.kind, each.busy_id, each.interval) for each in found] == [
        (BlockerKind.APPOINTMENT, "id-APPOINTMENT", spans[0]),
        (BlockerKind.EXTERNAL, "id-EXTERNAL", spans[1]),
        (BlockerKind.HOLD, "id-HOLD", spans[2]),
        (BlockerKind.ABSENCE, "id-ABSENCE", spans[3]),
    ]


def test_what_lies_in_a_free_gap_is_not_in_the_way(salon: Salon) -> None:
    salon.join("anna", salon.appointment("x", salon.span("10:50", "11:05")))

    assert why(salon, salon.perm, "10:00") == []


def test_ones_own_holds_are_not_in_the_way_and_others_are(salon: Salon) -> None:
    """AV-20"""
    own = BusyKey(BusySource.HOLD, "own")
    salon.join("anna", Busy(own, (salon.span("10:00", "10:45"),)))
    other = Busy.of(BusySource.HOLD, "other", salon.span("10:30", "11:00"), salon.span("15:00", "15:30"))

    found = why(salon, salon.cut, "10:00", ignoring=frozenset({own}), besides={"anna": (other,)})

    assert [(each.kind, each.busy_id) for each in found] == [(BlockerKind.HOLD, "other")]


def test_policies_are_named(salon: Salon) -> None:
    """AV-07"""
    salon.join("anna")
    salon.now = salon.instant("11:00")
    strict = replace(
        salon.cut,
        notice=timedelta(minutes=30),
        horizon=timedelta(hours=2),
        windows=(TimeWindow(9 * 60, 12 * 60),),
    )
    full = {"anna": frozenset({salon.monday})}

    assert kinds(why(salon, strict, "10:00")) == [BlockerKind.PAST]
    assert kinds(why(salon, strict, "11:15")) == [BlockerKind.NOTICE]
    assert kinds(why(salon, strict, "11:35")) == [BlockerKind.OFF_GRID]
    assert kinds(why(salon, strict, "14:00")) == [BlockerKind.HORIZON, BlockerKind.SERVICE_WINDOW]
    assert kinds(why(salon, strict, "11:30", full_days=full)) == [BlockerKind.DAILY_CAP]
    assert kinds(why(salon, salon.cut, "10:00", salon.monday + timedelta(days=28))) == [
        BlockerKind.BEYOND_CALENDAR
    ]


def test_a_start_long_ago_is_only_past(salon: Salon) -> None:
    """It is also inside the notice, and before the calendar begins; neither is why it cannot be had."""
    salon.join("anna")

    assert kinds(why(salon, salon.cut, "10:00", salon.monday - timedelta(days=28))) == [BlockerKind.PAST]


def test_a_day_off_is_told_from_a_holiday_and_from_a_late_hour(salon: Salon) -> None:
    tuesday, wednesday = salon.monday + timedelta(days=1), salon.monday + timedelta(days=2)
    salon.hours = replace(salon.hours, exceptions=(DayException(tuesday),), holidays=frozenset({wednesday}))
    salon.join("anna")

    assert kinds(why(salon, salon.cut, "10:00", tuesday)) == [BlockerKind.CLOSED]
    assert kinds(why(salon, salon.cut, "10:00", wednesday)) == [BlockerKind.HOLIDAY]
    assert kinds(why(salon, salon.cut, "18:30")) == [BlockerKind.OUTSIDE_HOURS]


def test_each_candidate_has_their_own_reasons(salon: Salon) -> None:
    """AV-18"""
    salon.join("anna", salon.appointment("x", salon.span("10:00", "11:00")))
    salon.join("bert")
    asked = Ask({"anna": salon.cut, "bert": salon.cut}, salon.now)

    found = explain(salon.branch, asked, salon.instant("10:00"))

    assert kinds(found["anna"]) == [BlockerKind.APPOINTMENT]
    assert found["bert"] == []


@given(
    taken=st.lists(
        st.tuples(st.integers(0, 130), st.integers(0, 15), st.sampled_from(BusySource)), max_size=8
    ),
    start=st.integers(-40, 160),
    buffers=st.tuples(st.sampled_from([0, 10]), st.sampled_from([0, 15])),
    long=st.booleans(),
)
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_nothing_stands_against_a_start_exactly_if_it_is_free(
    salon: Salon, taken: list[tuple[int, int, BusySource]], start: int, buffers: tuple[int, int], long: bool
) -> None:
    """AV-24: the search and the explanation cannot disagree."""
    nine = salon.minute("09:00")
    entries = [
        Busy(BusyKey(source, str(number)), [(nine + low * 5, nine + (low + length) * 5)])
        for number, (low, length, source) in enumerate(taken)
    ]
    salon.join("anna", *entries)
    service = replace(
        salon.perm if long else salon.cut, buffer_before_min=buffers[0], buffer_after_min=buffers[1]
    )
    asked = Ask({"anna": service}, salon.now)
    at = salon.instant("09:00") + timedelta(minutes=start * 5)

    free = at_wish(salon.branch, asked, at).verdict is Verdict.FREE

    assert (explain(salon.branch, asked, at)["anna"] == []) == free
