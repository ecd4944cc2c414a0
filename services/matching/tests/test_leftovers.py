"""Words beside a name that say that something else was meant, or more."""

from collections.abc import Iterable, Sequence

import pytest

from matching import Candidates, Match, match

SALON = [
    ("damen", ("Damenhaarschnitt", "Haarschnitt Damen", "Haarschnitt für Damen")),
    ("herren", ("Herrenhaarschnitt", "Haarschnitt Herren", "Haarschnitt für Herren")),
    ("kinder", ("Kinderhaarschnitt", "Haarschnitt Kinder", "Haarschnitt für Kinder")),
    ("waschen", ("Waschen & Styling", "Waschen und Föhnen", "Waschen Föhnen", "Föhnen")),
    ("farbe", ("Ansatzfärbung", "Ansatzfarbe", "Haare färben")),
    ("welle", ("Dauerwelle", "Dauerwelle komplett")),
    ("advice", ("Beratung", "Beratungstermin")),
]
PRACTICE = [
    ("kg", ("Krankengymnastik", "KG", "Physiotherapie", "Krankengymnastik auf Rezept")),
    ("manual", ("Manuelle Therapie", "MT", "Manuelle")),
    ("massage", ("Klassische Massage mit Fango", "Massage", "Rückenmassage")),
    ("devices", ("Krankengymnastik am Gerät", "KGG", "Gerätetraining")),
    ("first", ("Erstbefund", "Erster Termin")),
]
GARAGE = [
    ("tyres", ("Reifenwechsel", "Reifen wechseln")),
    ("oil", ("Ölwechsel", "Öl wechseln")),
    ("inspection", ("Inspektion", "Große Inspektion")),
]


def keys(said: str, ours: Iterable[tuple[str, Sequence[str]]]) -> set[str]:
    """What is asked about; a match fails."""
    found = match(said, ours)
    assert isinstance(found, Candidates), found
    return set(found.keys)


@pytest.mark.parametrize(
    ("said", "asked"),
    [
        ("Waschen, Schneiden, Föhnen", {"waschen", "damen", "herren", "kinder"}),
        ("schneiden und föhnen", {"waschen", "damen", "herren", "kinder"}),
        ("Damen- und Herrenhaarschnitt", {"damen", "herren"}),
        ("Damen und Kinderhaarschnitt", {"damen", "kinder"}),
        ("Haarschnitt Damen und Herren", {"damen", "herren"}),
        ("Haarschnitt und Farbe", {"damen", "herren", "kinder", "farbe"}),
        ("Dauerwelle und Schnitt", {"welle", "damen", "herren", "kinder"}),
        ("Strähnchen mit Föhnen", {"waschen"}),
    ],
)
def test_more_than_one_wish_is_a_question_about_each(said: str, asked: set[str]) -> None:
    assert keys(said, SALON) == asked


@pytest.mark.parametrize(
    ("said", "asked"),
    [
        ("KG am Gerät", {"kg", "devices"}),
        ("Krankengymnastik an Geräten", {"kg", "devices"}),
        ("gerätegestützte Krankengymnastik", {"kg", "devices"}),
        ("manuelle Lymphdrainage", {"manual"}),
        ("Rezept", set()),
        ("Therapie", {"manual", "kg"}),
    ],
)
def test_what_another_service_is_called_by_or_none_is_asked_about(said: str, asked: set[str]) -> None:
    assert keys(said, PRACTICE) == asked


def test_what_is_pointed_at_twice_is_asked_about_once() -> None:
    """ "Meinen Sie Schneiden, Waschen und Föhnen oder Waschen und Föhnen?" """
    salon = [("cut", ("Schneiden",)), ("wash", ("Waschen und Föhnen",))]
    assert match("Waschen, Föhnen, Schneiden", salon) == Candidates(("cut", "wash"))


def test_two_compounds_that_share_their_end_are_both_meant() -> None:
    assert keys("Reifen- und Ölwechsel", GARAGE) == {"tyres", "oil"}
    assert keys("Ölwechsel und Reifen", GARAGE) == {"tyres", "oil"}


@pytest.mark.parametrize("said", ["Haarschnitt für den Mann", "Haarschnitt für mein Sohn"])
def test_whose_haircut_it_is_does_not_follow_from_the_sound(said: str) -> None:
    assert keys(said, SALON) == {"damen", "herren", "kinder"}


@pytest.mark.parametrize("said", ["schneiden", "einmal schneiden bitte", "Haare schneiden lassen"])
def test_the_verb_asks_for_what_the_noun_names(said: str) -> None:
    assert keys(said, SALON) == {"damen", "herren", "kinder"}


@pytest.mark.parametrize("said", ["Termin", "ein Termin bitte", "eine Behandlung", "an appointment please"])
def test_an_appointment_is_no_service(said: str) -> None:
    assert match(said, SALON) == match(said, PRACTICE) == Candidates(())


@pytest.mark.parametrize(
    ("said", "key"),
    [
        ("Dauerwelle für langes Haar", "welle"),
        ("eine Dauerwelle für meine Mutter", "welle"),
        ("komplette Dauerwelle", "welle"),
        ("ich hätte gerne einen Termin für eine Dauerwelle", "welle"),
        ("Herrenhaarschnitt für meinen Mann", "herren"),
        ("Haarschnitt für zwei Kinder", "kinder"),
        ("nur föhnen", "waschen"),
    ],
)
def test_words_that_point_nowhere_change_nothing(said: str, key: str) -> None:
    assert match(said, SALON) == Match(key)


@pytest.mark.parametrize(
    ("said", "key"),
    [
        ("Krankengymnastik für den Rücken", "kg"),
        ("Krankengymnastik am Gerät bitte", "devices"),
        ("Massage am Rücken", "massage"),
        ("Rezept für Massage", "massage"),
        ("Manuelle bitte", "manual"),
        ("mein erster Termin", "first"),
    ],
)
def test_a_short_name_is_still_enough(said: str, key: str) -> None:
    assert match(said, PRACTICE) == Match(key)


def test_half_of_a_double_name_is_asked_about() -> None:
    people = [("1", ("Anna",)), ("2", ("Marie-Luise Roth",))]
    assert match("Anna-Lena", people) == Candidates(("1",))
    assert match("Marieluise", people) == match("Marie Luise", people) == Match("2")
