"""Which of ours is meant; a doubt is a question."""

import pytest

from telephony_gateway.domain.matching import Candidates, Match, match

SERVICES = [
    ("damen", ("Damenhaarschnitt", "Damenschnitt")),
    ("herren", ("Herrenhaarschnitt", "Herrenschnitt")),
    ("kinder", ("Kinderhaarschnitt",)),
    ("faerben", ("Ansatzfärbung", "Ansatz färben")),
    ("laenge", ("Ansatz + Längenausgleich",)),
]
PEOPLE = [("1", ("Anna Beispiel",)), ("2", ("Anna Muster",)), ("3", ("Bea Beispiel",))]


@pytest.mark.parametrize(
    ("said", "key"),
    [
        ("Damenhaarschnitt", "damen"),
        ("einen Damenschnitt bitte", "damen"),
        ("herren schnitt", "herren"),
        ("Ansatzfaerbung", "faerben"),
        ("ANSATZ FÄRBEN", "faerben"),
        ("Längenausgleich", "laenge"),
    ],
)
def test_what_callers_say_is_found(said: str, key: str) -> None:
    """TG-23: explicit words win."""
    assert match(said, SERVICES) == Match(key)


def test_a_word_that_fits_several_is_a_question() -> None:
    assert match("Ansatz", SERVICES) == Candidates(("faerben", "laenge"))


def test_a_misheard_word_is_a_question_and_no_guess() -> None:
    """SR-02"""
    assert match("Herrenhaarschnit", SERVICES) == Candidates(("herren",))


def test_what_nobody_offers_is_nothing() -> None:
    assert match("Massage", SERVICES) == Candidates(())


def test_a_first_name_that_two_people_have_is_a_question() -> None:
    assert match("bei Anna", PEOPLE) == Candidates(("1", "2"))


def test_a_first_name_that_one_person_has_is_enough() -> None:
    assert match("zu Frau Bea", PEOPLE) == Match("3")
