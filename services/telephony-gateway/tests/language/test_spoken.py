"""What the caller hears: weekday, date and time from the value itself, questions that name the choices."""

from __future__ import annotations

from datetime import date, datetime, time
from itertools import combinations
from zoneinfo import ZoneInfo

import pytest

from telephony_gateway.language.spoken import spoken_candidate, spoken_day, spoken_moment, spoken_time
from telephony_gateway.language.understand import understand
from telephony_gateway.language.understanding import Candidate, Outcome

BERLIN = ZoneInfo("Europe/Berlin")


def test_a_moment_is_said_with_its_weekday_and_without_a_year() -> None:
    at = datetime(2025, 11, 26, 15, 0, tzinfo=BERLIN)
    assert spoken_moment(at) == "Mittwoch, 26. November, 15 Uhr"
    assert spoken_moment(at.replace(minute=30), in_sentence=True) == "Mittwoch, der 26. November, 15 Uhr 30"
    assert spoken_moment(at, language="en") == "Wednesday, 26 November, 15:00"


def test_a_full_hour_has_no_minutes() -> None:
    assert [spoken_time(time(15, minute)) for minute in (0, 5, 30)] == ["15 Uhr", "15 Uhr 5", "15 Uhr 30"]


def test_a_day_of_another_language_is_said_in_german_where_no_phrasebook_is() -> None:
    assert spoken_day(date(2025, 11, 26), language="fr") == "Mittwoch, 26. November"


def test_the_year_is_said_where_it_is_another_one() -> None:
    today = date(2025, 11, 19)
    assert spoken_day(date(2026, 1, 7), today=today) == "Mittwoch, 7. Januar 2026"
    assert spoken_day(date(2025, 12, 31), today=today) == "Mittwoch, 31. Dezember"
    assert spoken_day(date(2026, 1, 7), language="en", today=today) == "Wednesday, 7 January 2026"


NOW = datetime(2026, 11, 30, 9, 20, tzinfo=BERLIN)
CLOCKS = [time(hour, minute) for hour in range(7, 21, 3) for minute in (0, 5, 30)]


@pytest.mark.parametrize("language", ["de", "en"])
@pytest.mark.parametrize("day", [None, date(2026, 12, 7), date(2027, 1, 21)])
def test_what_is_asked_back_is_understood_again(language: str, day: date | None) -> None:
    """A caller who repeats the sentence means what it says: "zwischen 8 Uhr und 12 Uhr" is no 8:12."""
    wishes = [Candidate(date=day, time=clock) for clock in CLOCKS]
    wishes += [Candidate(date=day, time_from=first, time_to=last) for first, last in combinations(CLOCKS, 2)]
    wishes += [Candidate(date=day, time_from=clock) for clock in CLOCKS]
    wishes += [Candidate(date=day, time_to=clock) for clock in CLOCKS]
    for wish in wishes:
        said = spoken_candidate(wish, language=language, today=NOW.date())
        found = understand(said, reference=NOW, language=language)
        assert (found.outcome, found.candidates) == (Outcome.RESOLVED, (wish,)), said
