"""What went wrong with dates in an earlier system, one test a bug; the utterances themselves are in `field_notes`."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from telephony_gateway.language import Outcome, Slot, Understanding, resolve_wish, understand
from telephony_gateway.language.days import Doubt
from telephony_gateway.language.spoken import spoken_day

BERLIN = ZoneInfo("Europe/Berlin")
SATURDAY = datetime(2025, 10, 18, 12, 0, tzinfo=BERLIN)


def heard(text: str, now: datetime = SATURDAY) -> Understanding:
    return understand(text, reference=now)


@pytest.mark.parametrize("invented", ["2023-06-13", "2024-06-17", "04.10.2023", "09.10.2024"])
def test_a_year_that_the_model_invented_is_never_booked(invented: str) -> None:
    """D1: "Montag" became 17 June 2024, "heute" 04.10.2023."""
    found = resolve_wish(invented, "10:00", reference=SATURDAY)
    assert found.date is not None
    assert found.date.year >= 2025
    assert found.outcome is not Outcome.RESOLVED or found.date > SATURDAY.date()


def test_next_tuesday_is_not_a_week_too_late() -> None:
    """D2: said on a Saturday, it is in three days."""
    assert (heard("nächster Dienstag").outcome, heard("nächster Dienstag").date) == (
        Outcome.RESOLVED,
        date(2025, 10, 21),
    )


@pytest.mark.parametrize("day", range(7))
def test_every_weekday_of_next_week_is_understood_in_both_orders(day: int) -> None:
    """D3, D4: unparsed, so that the agent asked for ever; then in one order only."""
    expected = date(2025, 10, 20) + timedelta(days=day)
    weekday = spoken_day(expected).partition(",")[0]
    for said in (f"nächste Woche {weekday}", f"{weekday} nächste Woche", f"{weekday} in der nächsten Woche"):
        assert (heard(said).outcome, heard(said).date) == (Outcome.RESOLVED, expected), said


@pytest.mark.parametrize(
    "said", ["Mittwoch, den 19. November", "Mittwoch den neunzehnten November", "19. November", "19 November"]
)
def test_a_date_with_its_weekday_and_without_a_year_is_understood(said: str) -> None:
    """D5"""
    assert (heard(said).outcome, heard(said).date) == (Outcome.RESOLVED, date(2025, 11, 19))


@pytest.mark.parametrize("said", ["diese Woche", "nächste Woche", "Montag"])
def test_days_without_a_time_have_none(said: str) -> None:
    """D6: "diese Woche" was booked at ten."""
    found = resolve_wish(said, None, reference=SATURDAY)
    assert found.missing == {Slot.TIME}
    assert (found.time, found.time_from, found.time_to) == (None, None, None)


@pytest.mark.parametrize("said", ["", "nächste Woche Xyz um", "ja bitte", "nächster Xyztag", "äh"])
def test_no_day_comes_from_nowhere(said: str) -> None:
    """D7: a missing date became "tomorrow 09:00"."""
    assert heard(said).outcome is not Outcome.RESOLVED


def test_a_passed_time_is_past_and_nothing_else() -> None:
    """D8: it became "now plus two hours"."""
    found = heard("heute neun Uhr")
    assert (found.outcome, found.date, found.time) == (Outcome.PAST, SATURDAY.date(), time(9))


@pytest.mark.parametrize(
    "said", ["vormittags", "früh", "mittags", "nachmittags", "abends", "spät am Abend", "morgens"]
)
def test_parts_of_the_day_are_windows(said: str) -> None:
    """D11: "vormittags" crashed. Four tables of them disagreed; there is one."""
    found = heard(said)
    assert found.outcome is Outcome.RESOLVED
    assert found.time_from is not None
    assert found.time_to is not None


def test_tomorrow_is_not_the_morning_and_earlier_is_not_early() -> None:
    assert heard("morgen").date == date(2025, 10, 19)
    assert heard("am Morgen").date is None
    assert heard("früher").outcome is Outcome.NOTHING


@pytest.mark.parametrize(
    "said", ["xyz", "", "31. Februar", "gestern", "um", "halb", "Mittwoch, den 20. November"]
)
def test_something_typed_always_comes_back(said: str) -> None:
    """D12: null where a value was promised."""
    assert isinstance(heard(said), Understanding)


def test_a_weekday_that_does_not_fit_its_date_is_asked_about() -> None:
    """D13: the agent spoke a wrong weekday, twice."""
    found = heard("Donnerstag, den 19. November")
    assert found.outcome is Outcome.AMBIGUOUS
    assert found.doubts == {Doubt.WEEKDAY_AND_DATE_DISAGREE}


def test_today_is_the_branchs_day() -> None:
    """D14: at half past midnight in Berlin it is still yesterday in UTC."""
    assert heard("heute um zehn", datetime(2025, 10, 19, 0, 30, tzinfo=BERLIN)).date == date(2025, 10, 19)


@pytest.mark.parametrize(
    "said", ["Übermorgen", "ÜBERMORGEN", "übermorgen", "uebermorgen", "U\u0308bermorgen"]
)
def test_umlauts_are_read_in_every_spelling(said: str) -> None:
    """D15: a capital Ü was not lowered."""
    assert heard(said).date == date(2025, 10, 20)


@pytest.mark.parametrize(
    ("said", "clock"),
    [("14 Uhr 30", time(14, 30)), ("halb drei", time(14, 30)), ("vierzehn Uhr", time(14)), ("achtzehn Uhr", time(18)),
     ("dreißig nach drei", time(15, 30)), ("dreizehn Uhr dreißig", time(13, 30))],
)  # fmt: skip
def test_a_number_is_no_other_number_that_it_contains(said: str, clock: time) -> None:
    """D16: "vierzehn" contains "zehn", "dreißig" contains "drei"."""
    assert (heard(said).outcome, heard(said).time) == (Outcome.RESOLVED, clock)


def test_on_a_sunday_next_week_begins_tomorrow() -> None:
    """D17: "nächste Woche Sonntag" was today."""
    sunday = datetime(2025, 10, 19, 12, 0, tzinfo=BERLIN)
    assert heard("nächste Woche Sonntag", sunday).date == date(2025, 10, 26)


@pytest.mark.parametrize(
    ("now", "said", "expected"),
    [("2025-12-29", "nächste Woche Montag", "2026-01-05"), ("2025-12-29", "Freitag", "2026-01-02"),
     ("2026-12-31", "nächste Woche Freitag", "2027-01-08"), ("2026-12-28", "KW 1", "2027-01-04"),
     ("2025-12-31", "morgen", "2026-01-01")],
)  # fmt: skip
def test_weeks_go_on_over_the_end_of_a_year(now: str, said: str, expected: str) -> None:
    """D18: week numbers were compared. And "now" is an argument, so it cannot go stale."""
    at = datetime.fromisoformat(f"{now}T12:00").replace(tzinfo=BERLIN)
    assert heard(said, at).date == date.fromisoformat(expected)


def test_no_hour_is_rounded_to_one_nearby() -> None:
    """D19: 12:45 was called "13 Uhr frei"."""
    for minute in range(24 * 60):
        clock = time(*divmod(minute, 60))
        assert heard(f"{clock:%H:%M}").time == clock
