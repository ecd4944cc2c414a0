"""The arguments of a tool call: both slots, either slot, invented years, the branch's bounds."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from telephony_gateway.language import Bounds, Outcome, Search, Slot, resolve_wish, understand
from telephony_gateway.language.days import Doubt
from telephony_gateway.language.filter import explanation
from telephony_gateway.language.understand import explain

BERLIN = ZoneInfo("Europe/Berlin")
SUNDAY = datetime(2025, 11, 23, 15, 5, tzinfo=BERLIN)


@pytest.mark.parametrize(
    ("day", "clock", "expected"),
    [
        ("kommenden Mittwoch", "15 Uhr", datetime(2025, 11, 26, 15, 0, tzinfo=BERLIN)),
        ("2025-11-26", "15:00", datetime(2025, 11, 26, 15, 0, tzinfo=BERLIN)),
        ("2025-11-27T18:16:00", None, datetime(2025, 11, 27, 18, 16, tzinfo=BERLIN)),
        ("2025-11-27T18:16", "", datetime(2025, 11, 27, 18, 16, tzinfo=BERLIN)),
        ("2025-12-14 06:00", None, datetime(2025, 12, 14, 6, 0, tzinfo=BERLIN)),
        ("morgen", "10:00", datetime(2025, 11, 24, 10, 0, tzinfo=BERLIN)),
        ("Dienstag, den 25. November", "10:00", datetime(2025, 11, 25, 10, 0, tzinfo=BERLIN)),
        ("Mittwoch", "15", datetime(2025, 11, 26, 15, 0, tzinfo=BERLIN)),
        ("Mittwoch", "drei", datetime(2025, 11, 26, 15, 0, tzinfo=BERLIN)),
        ("Mittwoch um drei", "drei", datetime(2025, 11, 26, 15, 0, tzinfo=BERLIN)),
        ("Mittwoch um drei", None, datetime(2025, 11, 26, 15, 0, tzinfo=BERLIN)),
        (None, "Mittwoch um drei", datetime(2025, 11, 26, 15, 0, tzinfo=BERLIN)),
        ("26.11.2025", "halb drei", datetime(2025, 11, 26, 14, 30, tzinfo=BERLIN)),
    ],
)
def test_both_arguments_make_one_instant(day: str | None, clock: str | None, expected: datetime) -> None:
    found = resolve_wish(day, clock, reference=SUNDAY)
    assert found.outcome is Outcome.RESOLVED
    assert (found.date, found.time) == (expected.date(), expected.time())
    assert not found.missing


@pytest.mark.parametrize(
    ("day", "clock", "expected"),
    [
        ("Friday", "two-thirty", datetime(2025, 11, 28, 14, 30, tzinfo=BERLIN)),
        ("Friday", "10-ish", datetime(2025, 11, 28, 10, 0, tzinfo=BERLIN)),
        ("a week tomorrow", "eleven", datetime(2025, 12, 1, 11, 0, tzinfo=BERLIN)),
        ("the first", "ten", datetime(2025, 12, 1, 10, 0, tzinfo=BERLIN)),
        ("to Thursday", "nine", datetime(2025, 11, 27, 9, 0, tzinfo=BERLIN)),
    ],
)
def test_both_arguments_of_an_english_call_make_one_instant(day: str, clock: str, expected: datetime) -> None:
    found = resolve_wish(day, clock, reference=SUNDAY, language="en")
    assert found.outcome is Outcome.RESOLVED
    assert (found.date, found.time) == (expected.date(), expected.time())


def test_minutes_before_an_hour_that_may_be_a_window_are_asked_about() -> None:
    found = resolve_wish("Friday", "ten to four", reference=SUNDAY, language="en")
    assert (found.outcome, found.time) == (Outcome.AMBIGUOUS, time(15, 50))


@pytest.mark.parametrize(
    ("day", "clock", "outcome", "missing"),
    [
        (None, "15 Uhr", Outcome.MISSING, {Slot.DATE}),
        ("Mittwoch", None, Outcome.RESOLVED, {Slot.TIME}),
        ("nächste Woche", None, Outcome.RESOLVED, {Slot.TIME}),
        ("", "", Outcome.NOTHING, set()),
        (None, None, Outcome.NOTHING, set()),
        ("Unbekannt", "egal", Outcome.NOTHING, set()),
    ],
)
def test_what_was_not_said_is_missing_and_never_defaulted(
    day: str | None, clock: str | None, outcome: Outcome, missing: set[Slot]
) -> None:
    """D6, D7, D9: no day or time comes from nowhere."""
    found = resolve_wish(day, clock, reference=SUNDAY)
    assert (found.outcome, set(found.missing)) == (outcome, missing)


def test_a_near_date_in_a_wrong_year_is_repaired() -> None:
    """D1: the model lives in 2024."""
    found = resolve_wish("2024-12-01", "10:00", reference=SUNDAY)
    assert (found.outcome, found.date) == (Outcome.RESOLVED, date(2025, 12, 1))


def test_an_invented_date_far_from_now_is_asked_about() -> None:
    """D1: "nächste Woche" became 2023-06-13."""
    found = resolve_wish("2023-06-13", None, reference=SUNDAY)
    assert (found.outcome, found.date) == (Outcome.AMBIGUOUS, date(2026, 6, 13))
    assert Doubt.INVENTED_YEAR in found.doubts


def test_a_date_of_last_week_is_past_and_no_invention() -> None:
    assert resolve_wish("2025-11-20", "10:00", reference=SUNDAY).outcome is Outcome.PAST


def test_a_year_that_the_caller_said_is_not_repaired() -> None:
    assert resolve_wish("am 1. Oktober 2025", None, reference=SUNDAY).outcome is Outcome.PAST


def test_the_29th_of_february_of_an_invented_year_does_not_crash() -> None:
    assert resolve_wish("2024-02-29", None, reference=SUNDAY).outcome is Outcome.AMBIGUOUS


def test_less_than_the_notice_ahead_is_too_soon() -> None:
    soon = resolve_wish("heute", "15 Uhr 15", reference=SUNDAY)
    assert soon.outcome is Outcome.TOO_SOON
    assert resolve_wish("heute", "15 Uhr 20", reference=SUNDAY).outcome is Outcome.RESOLVED


def test_notice_is_counted_in_elapsed_time_across_a_clock_change() -> None:
    """AV-04: at 1:50 the clocks are about to jump to three."""
    before = datetime(2026, 3, 29, 1, 50, tzinfo=BERLIN)
    bounds = Bounds(notice=timedelta(minutes=30))
    assert resolve_wish("heute", "03:10", reference=before, bounds=bounds).outcome is Outcome.TOO_SOON


def test_beyond_the_horizon_is_too_far() -> None:
    found = resolve_wish("2027-06-01", "10:00", reference=SUNDAY, bounds=Bounds(horizon=timedelta(days=180)))
    assert found.outcome is Outcome.TOO_FAR


def test_a_passed_time_today_is_past_and_not_moved() -> None:
    """D8: now 15:05, "heute neun Uhr" is past, never silently tomorrow."""
    found = resolve_wish("heute", "neun Uhr", reference=SUNDAY)
    assert (found.outcome, found.date, found.time) == (Outcome.PAST, SUNDAY.date(), time(9, 0))


def test_the_weekday_named_on_its_own_day_is_settled_by_a_passed_time() -> None:
    found = resolve_wish("Sonntag", "zehn Uhr", reference=SUNDAY)
    assert (found.outcome, found.date) == (Outcome.RESOLVED, date(2025, 11, 30))


def test_the_first_after_options_is_an_option_and_no_date() -> None:
    assert understand("den ersten", reference=SUNDAY, options_read=3).selection == 1
    assert understand("der zweite passt", reference=SUNDAY, options_read=2).selection == 2


def test_an_ordinal_beyond_the_options_is_a_day_of_the_month() -> None:
    found = understand("den fünften bitte", reference=SUNDAY, options_read=3)
    assert (found.selection, found.date) == (None, date(2025, 12, 5))


@pytest.mark.parametrize(
    ("text", "search"),
    [
        ("geht auch später?", Search.LATER),
        ("haben Sie etwas früheres, früher am Tag", Search.EARLIER),
        ("wann ist der nächste freie Termin", Search.FIRST_FREE),
        ("so bald wie möglich", Search.FIRST_FREE),
        ("as soon as possible", Search.FIRST_FREE),
    ],
)
def test_a_wish_relative_to_what_was_offered_is_a_search(text: str, search: Search) -> None:
    found = understand(text, reference=SUNDAY)
    assert (found.outcome, found.search) == (Outcome.NOTHING, search)


def test_about_an_hour_is_marked_as_approximate() -> None:
    assert understand("so gegen zehn", reference=SUNDAY).approximate
    assert not understand("um zehn", reference=SUNDAY).approximate


def test_the_explanation_names_the_rule_and_its_words() -> None:
    rules = explain("am Montag um halb drei")
    assert ("DAY", "am? MOD? WEEKDAY", "am montag") in rules
    assert ("CLOCK", "um? halb N uhr?", "um halb drei") in rules


def test_the_filter_explains_in_words() -> None:
    assert explanation({"text": "halb drei"}) == ["'halb drei' is CLOCK by 'um? halb N uhr?'"]
