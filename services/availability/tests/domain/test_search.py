"""The questions that callers ask, and the reasons they are given."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from availability.domain.ask import Ask, Verdict, Window
from availability.domain.branch import UnknownPersonError
from availability.domain.instants import NaiveInstantError
from availability.domain.ledger import Busy, BusyKey, BusySource
from availability.domain.search import at_wish, from_now, openings, openings_in
from availability.domain.service import Phase, PhaseKind, Service, TimeWindow

Salon = Any  # the fixture's class lives in conftest.py, which tests cannot import


def ask(salon: Salon, service: Service, *people: str, **more: Any) -> Ask:
    return Ask(dict.fromkeys(people, service), salon.now, **more)


def verdict(salon: Salon, service: Service, clock: str, day: date | None = None, **more: Any) -> Verdict:
    return at_wish(salon.branch, ask(salon, service, "anna", **more), salon.instant(clock, day)).verdict


def test_a_gap_between_phases_takes_another_appointment(salon: Salon) -> None:
    """AV-02: interleaving stays possible."""
    salon.join("anna", salon.appointment("perm", *salon.perm.footprint.at(salon.minute("10:00"))))
    fits_the_gap = Service("fringe", (Phase(PhaseKind.ACTIVE, 5),))

    assert verdict(salon, fits_the_gap, "11:00") is Verdict.FREE
    assert verdict(salon, fits_the_gap.with_minutes((10,)), "11:00") is Verdict.FULL


def test_an_appointment_without_phases_blocks_all_of_its_time(salon: Salon) -> None:
    """AV-01: 10:45 must not be offered while 10:00 to 12:15 is taken as a whole."""
    salon.join("anna", salon.appointment("legacy", salon.span("10:00", "12:15")))

    assert verdict(salon, salon.perm, "10:45") is Verdict.FULL


def test_all_phases_of_the_wish_are_looked_at(salon: Salon) -> None:
    """AV-23, AV-13: a conflict of the last phase, two hours on, is one."""
    salon.join("anna", salon.appointment("late", salon.span("12:10", "12:15")))

    assert verdict(salon, salon.perm, "10:00") is Verdict.FULL
    assert verdict(salon, salon.cut, "10:00") is Verdict.FREE


@pytest.mark.parametrize("source", [BusySource.APPOINTMENT, BusySource.EXTERNAL, BusySource.HOLD])
def test_every_source_of_busy_time_counts(salon: Salon, source: BusySource) -> None:
    """AV-03: Cal.com, our own appointments in every state of synchronisation, and holds, together."""
    salon.join("anna", Busy.of(source, "x", salon.span("10:00", "10:30")))

    assert verdict(salon, salon.cut, "10:00") is Verdict.FULL


def test_a_change_is_seen_by_the_next_search(salon: Salon) -> None:
    """AV-05"""
    salon.join("anna")
    key = BusyKey(BusySource.APPOINTMENT, "new")
    before = verdict(salon, salon.cut, "10:00")
    salon.branch.occupy("anna", Busy(key, (salon.span("10:00", "10:45"),)))
    taken = verdict(salon, salon.cut, "10:00")
    salon.branch.vacate("anna", key)

    assert (before, taken, verdict(salon, salon.cut, "10:00")) == (Verdict.FREE, Verdict.FULL, Verdict.FREE)


def test_a_cancelled_appointment_does_not_free_what_another_takes(salon: Salon) -> None:
    """AV-25: calendars with overlapping old appointments exist."""
    both = (
        salon.appointment("one", salon.span("10:00", "11:00")),
        salon.appointment("two", salon.span("10:30", "12:00")),
    )
    salon.join("anna", *both)

    salon.branch.vacate("anna", salon.key("two"))

    assert verdict(salon, salon.cut, "10:30") is Verdict.FULL
    assert verdict(salon, salon.cut, "11:00") is Verdict.FREE


def test_only_the_person_asked_for_can_be_the_answer(salon: Salon) -> None:
    """AV-16, AV-18: another's free time is no answer, another's appointment no obstacle."""
    salon.join("anna", salon.appointment("x", salon.span("10:00", "11:00")))
    salon.join("bert")
    wish = salon.instant("10:00")

    assert at_wish(salon.branch, ask(salon, salon.cut, "anna"), wish).verdict is Verdict.FULL
    assert at_wish(salon.branch, ask(salon, salon.cut, "anna", "bert"), wish).people_at(
        salon.minute("10:00")
    ) == ["bert"]


def test_nobody_who_can_do_it_means_nothing_is_free(salon: Salon) -> None:
    """AV-17, AV-10: who is no candidate (no complete mapping, no such service) is never an answer."""
    salon.join("anna")

    assert at_wish(salon.branch, ask(salon, salon.cut), salon.instant("10:00")).verdict is not Verdict.FREE


def test_a_moved_appointment_does_not_block_its_own_new_time(salon: Salon) -> None:
    """AV-14"""
    salon.join("anna", salon.appointment("mine", salon.span("10:00", "10:45")))

    assert verdict(salon, salon.cut, "10:15") is Verdict.FULL
    assert verdict(salon, salon.cut, "10:15", ignoring=frozenset({salon.key("mine")})) is Verdict.FREE


def test_the_calls_own_hold_is_not_in_its_way(salon: Salon) -> None:
    """AV-20"""
    own = BusyKey(BusySource.HOLD, "call-1")
    salon.join("anna", Busy(own, (salon.span("10:00", "10:45"),)))

    assert verdict(salon, salon.cut, "10:00") is Verdict.FULL
    assert verdict(salon, salon.cut, "10:00", ignoring=frozenset({own})) is Verdict.FREE


def test_a_hold_of_another_call_counts_without_being_noted(salon: Salon) -> None:
    salon.join("anna")
    held = Busy.of(BusySource.HOLD, "call-2", salon.span("10:00", "10:45"))

    assert verdict(salon, salon.cut, "10:00", besides={"anna": (held,)}) is Verdict.FULL
    assert verdict(salon, salon.cut, "10:00") is Verdict.FREE


def test_a_time_near_the_wish_is_not_the_wish(salon: Salon) -> None:
    """AV-08: 12:45 and 13:15 are no 13:00, and nothing off the grid is free."""
    salon.join("anna")

    assert verdict(salon, salon.cut, "10:05") is Verdict.OFF_GRID
    assert verdict(salon, salon.cut, "13:00") is Verdict.OUTSIDE_HOURS
    assert verdict(salon, salon.cut, "14:15") is Verdict.FREE


def test_seconds_are_off_the_grid(salon: Salon) -> None:
    salon.join("anna")

    found = at_wish(
        salon.branch, ask(salon, salon.cut, "anna"), salon.instant("10:00") + timedelta(seconds=1)
    )

    assert (found.verdict, found.minutes()) == (Verdict.OFF_GRID, [])


def test_a_start_within_the_notice_is_too_soon(salon: Salon) -> None:
    """AV-07"""
    salon.join("anna")
    salon.now = salon.instant("09:53")
    careful = replace(salon.cut, notice=timedelta(minutes=15))

    assert verdict(salon, careful, "10:00") is Verdict.TOO_SOON
    assert verdict(salon, careful, "10:15") is Verdict.FREE
    assert verdict(salon, careful, "09:45") is Verdict.PAST


def test_a_start_exactly_at_the_notice_and_at_the_horizon_is_allowed(salon: Salon) -> None:
    salon.join("anna")
    bounded = replace(salon.cut, notice=timedelta(hours=2), horizon=timedelta(hours=3))

    clocks = ("09:45", "10:00", "11:00", "11:15")

    assert [verdict(salon, bounded, clock) for clock in clocks] == [
        Verdict.TOO_SOON,
        Verdict.FREE,
        Verdict.FREE,
        Verdict.TOO_FAR,
    ]


def test_beyond_the_calendar_is_too_far(salon: Salon) -> None:
    salon.join("anna")

    assert verdict(salon, salon.cut, "10:00", salon.monday + timedelta(days=28)) is Verdict.TOO_FAR


def test_a_day_without_working_time_is_closed(salon: Salon) -> None:
    """AV-12: Sunday is answered as Sunday."""
    salon.join("anna")
    sunday = salon.monday + timedelta(days=6)

    found = openings(salon.branch, ask(salon, salon.cut, "anna"), Window(sunday, sunday))

    assert (found.verdict, found.minutes()) == (Verdict.CLOSED, [])


def test_a_day_on_which_the_only_candidate_is_away_is_closed(salon: Salon) -> None:
    away = salon.span("00:00", "00:00", salon.monday)._replace(end_min=salon.minute("23:59"))
    salon.join("anna", Busy.of(BusySource.ABSENCE, "leave", away))

    assert verdict(salon, salon.cut, "10:00") is Verdict.CLOSED


def test_a_day_that_is_taken_is_full(salon: Salon) -> None:
    salon.join("anna", salon.appointment("all", salon.span("09:00", "19:00")))

    found = openings(salon.branch, ask(salon, salon.cut, "anna"), Window(salon.monday, salon.monday))

    assert found.verdict is Verdict.FULL


def clocks(salon: Salon, minutes: list[int]) -> list[str]:
    start = salon.minute("00:00")
    return [f"{(minute - start) // 60 % 24:02d}:{(minute - start) % 60:02d}" for minute in minutes]


def test_a_window_holds_its_hours_on_each_of_its_days(salon: Salon) -> None:
    salon.join("anna")
    tuesday = salon.monday + timedelta(days=1)
    evening = Window(salon.monday, tuesday, from_min=17 * 60, to_min=24 * 60)

    found = openings(salon.branch, ask(salon, salon.cut, "anna"), evening)

    evening_slots = ["17:00", "17:15", "17:30", "17:45", "18:00", "18:15"]
    assert clocks(salon, found.minutes()) == evening_slots * 2


def test_a_window_can_be_of_some_weekdays(salon: Salon) -> None:
    salon.join("anna")
    fridays = Window(salon.monday, salon.monday + timedelta(days=20), weekdays=frozenset({5}))

    found = openings(salon.branch, ask(salon, salon.cut, "anna"), fridays)

    days = {(minute - salon.minute("00:00")) // 1440 for minute in found.minutes()}
    assert days == {4, 11, 18}


def test_the_first_free_start_is_found(salon: Salon) -> None:
    salon.join("anna", salon.appointment("x", salon.span("09:00", "19:00")))
    salon.join("bert", salon.appointment("y", salon.span("09:00", "16:00")))

    found = from_now(salon.branch, ask(salon, salon.cut, "anna", "bert"))

    assert found.first() == salon.minute("16:00")
    assert found.first() == found.minutes()[0]


def test_a_service_may_be_offered_at_certain_times_only(salon: Salon) -> None:
    salon.join("anna")
    mornings = replace(salon.cut, windows=(TimeWindow(9 * 60, 10 * 60),))

    found = openings(salon.branch, ask(salon, mornings, "anna"), Window(salon.monday, salon.monday))

    assert clocks(salon, found.minutes()) == ["09:00", "09:15", "09:30", "09:45"]


def test_a_day_on_which_a_person_takes_no_more_is_left_out(salon: Salon) -> None:
    salon.join("anna")
    salon.join("bert")
    full = {"anna": frozenset({salon.monday})}

    found = openings(
        salon.branch,
        ask(salon, salon.cut, "anna", "bert", full_days=full),
        Window(salon.monday, salon.monday),
    )

    assert found.of_person("anna") == []
    assert found.of_person("bert") != []


def test_a_blocked_gap_may_lie_over_the_break_but_not_over_an_appointment(salon: Salon) -> None:
    colour = Service(
        "colour",
        (Phase(PhaseKind.ACTIVE, 30), Phase(PhaseKind.GAP_BLOCKED, 30), Phase(PhaseKind.ACTIVE, 30)),
    )
    salon.join("anna")

    assert verdict(salon, colour, "12:30") is Verdict.FREE
    salon.branch.occupy("anna", Busy.of(BusySource.EXTERNAL, "lunch date", salon.span("13:00", "13:30")))
    assert verdict(salon, colour, "12:30") is Verdict.FULL


def test_buffers_keep_clear_of_others_but_may_lie_outside_of_working_time(salon: Salon) -> None:
    padded = replace(salon.cut, buffer_before_min=10, buffer_after_min=10)
    salon.join("anna", salon.appointment("x", salon.span("11:00", "12:00")))

    free = openings_in(salon.branch, ask(salon, padded, "anna"), [salon.span("08:00", "13:30")])

    assert clocks(salon, free.minutes()) == ["09:00", "09:15", "09:30", "09:45", "10:00", "12:15"]


def test_each_candidate_has_their_own_pace(salon: Salon) -> None:
    salon.join("quick", salon.appointment("x", salon.span("10:45", "12:00")))
    salon.join("slow", salon.appointment("y", salon.span("10:45", "12:00")))
    services = {"slow": salon.cut.with_minutes((60,)), "quick": salon.cut}

    found = at_wish(salon.branch, Ask(services, salon.now), salon.instant("10:00"))

    assert found.people_at(salon.minute("10:00")) == ["quick"]


def test_a_service_in_odd_minutes_makes_the_calendar_finer(salon: Salon) -> None:
    salon.join("anna", salon.appointment("x", salon.span("09:43", "12:00")))

    assert verdict(salon, salon.cut.with_minutes((44,)), "09:00") is Verdict.FULL
    assert verdict(salon, salon.cut.with_minutes((43,)), "09:00") is Verdict.FREE
    assert verdict(salon, salon.cut, "12:00") is Verdict.FREE


def test_the_calendar_rolls_on_with_its_takings(salon: Salon) -> None:
    later = salon.monday + timedelta(days=30)
    salon.join("anna", salon.appointment("x", salon.span("10:00", "11:00", later)))

    salon.branch.roll(salon.monday + timedelta(days=14), 28)

    assert verdict(salon, salon.cut, "10:00", later) is Verdict.FULL
    assert verdict(salon, salon.cut, "11:00", later) is Verdict.FREE


def test_new_hours_keep_the_appointments(salon: Salon) -> None:
    salon.join("anna", salon.appointment("x", salon.span("10:00", "11:00")))

    salon.branch.set_hours("anna", replace(salon.hours, rules=salon.hours.rules[:1]))

    assert verdict(salon, salon.cut, "10:00") is Verdict.FULL
    assert verdict(salon, salon.cut, "15:00") is Verdict.OUTSIDE_HOURS


def test_a_stranger_is_not_silently_free(salon: Salon) -> None:
    with pytest.raises(UnknownPersonError):
        verdict(salon, salon.cut, "10:00")


def test_an_instant_without_a_zone_is_refused(salon: Salon) -> None:
    """AV-04, AV-22: instants are compared, never texts."""
    salon.join("anna")

    with pytest.raises(NaiveInstantError):
        at_wish(salon.branch, ask(salon, salon.cut, "anna"), datetime(2027, 3, 15, 10))  # noqa: DTZ001
