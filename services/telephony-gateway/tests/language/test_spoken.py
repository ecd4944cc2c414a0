"""What the caller hears: weekday, date and time from the value itself, questions that name the choices."""

from __future__ import annotations

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

import pytest

from telephony_gateway.language import resolve_wish
from telephony_gateway.language.spoken import question, spoken_day, spoken_list, spoken_moment, spoken_time

BERLIN = ZoneInfo("Europe/Berlin")
WEDNESDAY = datetime(2025, 11, 19, 10, 15, tzinfo=BERLIN)


def test_a_moment_is_said_with_its_weekday_and_without_a_year() -> None:
    at = datetime(2025, 11, 26, 15, 0, tzinfo=BERLIN)
    assert spoken_moment(at) == "Mittwoch, 26. November, 15 Uhr"
    assert spoken_moment(at.replace(minute=30), in_sentence=True) == "Mittwoch, der 26. November, 15 Uhr 30"
    assert spoken_moment(at, language="en") == "Wednesday, 26 November, 15:00"


def test_a_full_hour_has_no_minutes() -> None:
    assert [spoken_time(time(15, minute)) for minute in (0, 5, 30)] == ["15 Uhr", "15 Uhr 5", "15 Uhr 30"]


def test_a_day_of_another_language_is_said_in_german_where_no_phrasebook_is() -> None:
    assert spoken_day(date(2025, 11, 26), language="fr") == "Mittwoch, 26. November"


def test_at_most_three_options_go_into_one_breath() -> None:
    assert spoken_list(["a", "b", "c", "d"]) == "a, b oder c"
    assert spoken_list(["a", "b"], language="en") == "a or b"
    assert spoken_list(["a"]) == "a"
    assert spoken_list([]) == ""


@pytest.mark.parametrize(
    ("day", "clock", "asked"),
    [
        ("Mittwoch", None, "Meinen Sie Mittwoch, 26. November oder Mittwoch, 19. November?"),
        (
            "Donnerstag, den 26. November",
            None,
            "Wochentag und Datum passen nicht zusammen. Meinen Sie Mittwoch, 26. November oder Donnerstag, 27. November?",
        ),
        ("morgen", "um sieben", "Meinen Sie Donnerstag, 20. November, 7 Uhr morgens oder Donnerstag, 20. November, 19 Uhr?"),
        ("31. Februar", None, "Diesen Tag oder diese Uhrzeit gibt es nicht."),
        ("heute", "neun Uhr", "Dieser Zeitpunkt ist schon vorbei."),
        ("Montag", None, "Um wie viel Uhr möchten Sie kommen?"),
        (None, "um drei", "An welchem Tag möchten Sie kommen?"),
        (None, None, "Wann möchten Sie kommen?"),
        ("Montag", "um drei", ""),
        ("bis Freitag oder bis Montag", "vormittags", "Meinen Sie bis Freitag, 21. November, zwischen 8 Uhr und 12 Uhr oder bis Montag, 24. November, zwischen 8 Uhr und 12 Uhr?"),
    ],
)  # fmt: skip
def test_every_outcome_has_its_question(day: str | None, clock: str | None, asked: str) -> None:
    assert question(resolve_wish(day, clock, reference=WEDNESDAY)) == asked
