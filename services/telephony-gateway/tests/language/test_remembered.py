"""What words say is remembered; what they mean is worked out at each instant anew."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from telephony_gateway.language import understand
from telephony_gateway.language.languages import LANGUAGES
from telephony_gateway.language.understand import speaks_of_time

BERLIN = ZoneInfo("Europe/Berlin")
SUNDAY = datetime(2025, 11, 23, 15, 5, tzinfo=BERLIN)


def test_the_same_words_are_another_day_on_another_day() -> None:
    days = [
        understand("morgen um zehn", reference=SUNDAY.replace(day=day), language="de").date
        for day in (23, 24, 23)
    ]
    assert days == [date(2025, 11, 24), date(2025, 11, 25), date(2025, 11, 24)]


def test_an_hour_that_was_ahead_is_over_later_on_the_same_day() -> None:
    outcomes = [
        understand("heute um 16 Uhr", reference=SUNDAY.replace(hour=hour), language="de").outcome.value
        for hour in (15, 17, 15)
    ]
    assert outcomes == ["resolved", "past", "resolved"]


def test_the_same_words_are_an_option_or_a_day_by_how_many_were_read_out() -> None:
    found = [
        understand("den dritten", reference=SUNDAY, language="de", options_read=count)
        for count in (2, 3, 2, 3)
    ]
    assert [one.selection for one in found] == [None, 3, None, 3]
    assert [one.date for one in found] == [date(2025, 12, 3), None, date(2025, 12, 3), None]


def test_what_is_clear_in_one_language_is_asked_about_in_another() -> None:
    outcomes = [
        understand("half nine", reference=SUNDAY, language=code).outcome.value for code in ("en", "de", "en")
    ]
    assert outcomes == ["resolved", "ambiguous", "resolved"]


def test_a_feast_is_its_countrys_whoever_asked_before() -> None:
    zones = [ZoneInfo(f"Europe/{city}") for city in ("Zurich", "Vienna", "Zurich")]
    days = [understand("am Nationalfeiertag", reference=SUNDAY.astimezone(zone)).date for zone in zones]
    assert days == [date(2026, 8, 1), date(2026, 10, 26), date(2026, 8, 1)]


def test_no_rule_begins_with_a_word_that_nobody_knows() -> None:
    """What consists of such words is taken for what it is, without asking the rules."""
    for language in LANGUAGES.values():
        assert all("WORD" not in tier.begins for tier in language.tiers)


@pytest.mark.parametrize(
    ("said", "is_time"),
    [
        ("Erika Mustermann", False), ("Kim", False), ("", False), ("Freitag", True), ("half past two", True),
        ("Max März", True), ("am 31. Februar", True), ("in zwei Stunden", True), ("Montag nicht", False),
    ],
)  # fmt: skip
def test_a_name_says_nothing_of_time(said: str, is_time: bool) -> None:
    assert speaks_of_time(said) is is_time
