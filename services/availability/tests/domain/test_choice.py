"""Who gets a start that several people could keep."""

from datetime import timedelta
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from availability.domain.ask import Ask, Openings, Window
from availability.domain.choice import choose, ranking
from availability.domain.instants import Interval
from availability.domain.ledger import Busy, BusySource
from availability.domain.search import openings

Salon = Any


def found(salon: Salon, *people: str, **more: Any) -> Openings:
    day = Window(salon.monday, salon.monday)
    return openings(salon.branch, Ask(dict.fromkeys(people, salon.cut), salon.now, **more), day)


def chosen(salon: Salon, clock: str, *people: str, **more: Any) -> str | None:
    option = choose(salon.branch, found(salon, *people, **more), salon.minute(clock))
    return option.person_id if option else None


def test_who_is_left_with_fewer_useless_gaps_is_chosen(salon: Salon) -> None:
    salon.join("anna")
    salon.join("bert", salon.appointment("x", salon.span("10:45", "13:00")))

    # 09:30 to 10:15 leaves half an hour before it to both, and another after it to Bert.
    assert chosen(salon, "09:30", "bert", "anna") == "anna"


def test_who_is_filled_up_by_the_start_is_chosen_though_they_work_more(salon: Salon) -> None:
    salon.join("anna", salon.appointment("x", salon.span("09:00", "10:00")))
    salon.join("bert", salon.appointment("y", salon.span("09:00", "10:15"), salon.span("11:00", "13:00")))

    assert chosen(salon, "10:15", "anna", "bert") == "bert"


def test_the_gap_that_counts_is_the_one_too_short_to_use(salon: Salon) -> None:
    salon.join("anna", salon.appointment("x", salon.span("10:45", "13:00")))
    salon.join("bert", salon.appointment("y", salon.span("10:30", "13:00")))
    at = salon.minute("09:45")

    # 09:45 to 10:30 fills Bert up; Anna would keep 15 minutes that only a 15-minute service can use.
    assert [option.person_id for option in ranking(salon.branch, found(salon, "anna", "bert"), at)] == [
        "bert",
        "anna",
    ]
    useful = ranking(salon.branch, found(salon, "anna", "bert"), at, usable_min=15)
    assert [option.person_id for option in useful] == ["anna", "bert"]


def test_among_equals_the_one_with_less_work_that_day_is_chosen(salon: Salon) -> None:
    salon.join("anna", salon.appointment("x", salon.span("17:00", "19:00")))
    salon.join("bert", salon.appointment("y", salon.span("18:00", "19:00")))

    assert chosen(salon, "09:00", "anna", "bert") == "bert"


def test_other_days_do_not_count_as_work(salon: Salon) -> None:
    tuesday = salon.monday + timedelta(days=1)
    salon.join("anna", salon.appointment("x", salon.span("09:00", "19:00", tuesday)))
    salon.join("bert", salon.appointment("y", salon.span("18:00", "19:00")))

    assert chosen(salon, "09:00", "bert", "anna") == "anna"


def test_an_absence_is_no_work(salon: Salon) -> None:
    salon.join("anna", Busy.of(BusySource.ABSENCE, "leave", salon.span("16:00", "19:00")))
    salon.join("bert", salon.appointment("y", salon.span("18:00", "19:00")))

    assert chosen(salon, "09:00", "bert", "anna") == "anna"


def test_between_equals_in_everything_the_order_of_the_question_decides(salon: Salon) -> None:
    salon.join("anna")
    salon.join("bert")

    assert chosen(salon, "09:00", "bert", "anna") == "bert"
    assert chosen(salon, "09:00", "anna", "bert") == "anna"


def test_what_is_ignored_counts_neither_as_gap_nor_as_work(salon: Salon) -> None:
    """AV-14"""
    salon.join("anna", salon.appointment("mine", salon.span("09:00", "09:45")))
    salon.join("bert", salon.appointment("y", salon.span("18:15", "19:00")))

    assert chosen(salon, "09:00", "bert", "anna", ignoring=frozenset({salon.key("mine")})) == "anna"


def test_nobody_is_chosen_where_nobody_can(salon: Salon) -> None:
    salon.join("anna", salon.appointment("x", salon.span("09:00", "19:00")))

    assert chosen(salon, "09:00", "anna") is None


@given(
    taken=st.lists(st.tuples(st.integers(0, 3), st.integers(0, 115), st.integers(1, 12)), max_size=12),
    point=st.integers(0, 39),
)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_ranking_holds_everybody_who_can_once_and_is_always_the_same(
    salon: Salon, taken: list[tuple[int, int, int]], point: int
) -> None:
    people = ["anna", "bert", "cleo", "dora"]
    nine = salon.minute("09:00")
    for number, person in enumerate(people):
        spans = [
            Interval(nine + low * 5, nine + (low + length) * 5) for who, low, length in taken if who == number
        ]
        salon.join(
            person, *(Busy.of(BusySource.APPOINTMENT, str(index), span) for index, span in enumerate(spans))
        )
    there = found(salon, *people)
    at = nine + point * 15

    first = [option.person_id for option in ranking(salon.branch, there, at)]

    assert first == [option.person_id for option in ranking(salon.branch, there, at)]
    assert sorted(first) == there.people_at(at)
