"""Feasts fall on the days that the calendars of Germany, Austria and Switzerland have."""

from __future__ import annotations

from datetime import date
from itertools import pairwise

import holidays
import pytest

from telephony_gateway.language.feasts import RULES, easter

GERMAN = {
    "New Year's Day": "new_year",
    "Epiphany": "epiphany",
    "International Women's Day": "womens_day",
    "Good Friday": "good_friday",
    "Easter Sunday": "easter_sunday",
    "Easter Monday": "easter_monday",
    "Labor Day": "labour_day",
    "Pentecost": "whit_sunday",
    "Women's Day": "womens_day",
    "Ascension Day": "ascension",
    "Whit Sunday": "whit_sunday",
    "Pentecost Monday": "whit_monday",
    "Whit Monday": "whit_monday",
    "Corpus Christi": "corpus_christi",
    "Assumption Day": "assumption",
    "Assumption of Mary": "assumption",
    "World Children's Day": "childrens_day",
    "German Unity Day": "german_unity",
    "Reformation Day": "reformation",
    "All Saints' Day": "all_saints",
    "Repentance and Prayer Day": "repentance",
    "Christmas Day": "christmas_day",
    "Second Day of Christmas": "boxing_day",
    "Saint Stephen's Day": "boxing_day",
    "National Day": "austrian_national_day",
    "Immaculate Conception": "immaculate_conception",
}
CALENDARS = [("DE", state) for state in ("BW", "BY", "BE", "BB", "MV", "NW", "SL", "SN", "TH")] + [
    ("AT", "9")
]


@pytest.mark.parametrize(("country", "state"), CALENDARS)
def test_public_holidays_are_where_the_law_has_them(country: str, state: str) -> None:
    official = holidays.country_holidays(country, subdiv=state, years=range(2024, 2036), language="en_US")
    compared = 0
    for day, names in official.items():
        for name in names.split("; "):
            if "anniversary" in name:
                continue  # Held once, in one state.
            assert name in GERMAN, f"{name} is not compared"
            assert RULES[GERMAN[name]](day.year) == day, f"{name} {day.year}"
            compared += 1
    assert compared > 100


@pytest.mark.parametrize(
    "day", [date(2024, 3, 31), date(2025, 4, 20), date(2026, 4, 5), date(2038, 4, 25), date(2285, 3, 22)]
)
def test_easter_is_on_its_sunday(day: date) -> None:
    assert easter(day.year) == day


def test_the_four_sundays_of_advent_lead_to_christmas() -> None:
    for year in range(2020, 2045):
        sundays = [RULES[f"advent_{number}"](year) for number in (1, 2, 3, 4)]
        assert all(day.weekday() == 6 for day in sundays)
        assert date(year, 12, 18) <= sundays[-1] <= date(year, 12, 24)
        assert [(later - earlier).days for earlier, later in pairwise(sundays)] == [
            7,
            7,
            7,
        ]
