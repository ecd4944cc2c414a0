"""What the caller rules out is never what was meant."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matching import Candidates, Match, match

PEOPLE = [(name, (name,)) for name in ("Anna", "Ben", "Clara")]
SERVICES = [
    ("perm", ("Dauerwelle", "Perm")),
    ("gloss", ("Gloss", "Glossing")),
    ("advice", ("Beratung",)),
    ("damen", ("Damenhaarschnitt", "Haarschnitt Damen")),
    ("herren", ("Herrenhaarschnitt", "Haarschnitt Herren")),
    ("massage", ("Klassische Massage mit Fango", "Massage", "Fango")),
    ("gymnastics", ("Krankengymnastik", "KG")),
]


@pytest.mark.parametrize(
    "said",
    [
        "nicht bei Ben",
        "nicht mehr Ben",
        "nur nicht zu Ben",
        "alle außer Ben",
        "auf keinen Fall Ben",
        "jemand anderes als Ben",
        "ohne Ben",
        "not Ben",
        "anyone but Ben",
        "anybody except Ben",
        "don't want Ben",
        "Ben nicht",
        "zu Ben will ich nicht mehr",
        "nicht Ben und nicht Anna",
    ],
)
def test_somebody_who_was_ruled_out_is_nobodys_wish(said: str) -> None:
    assert match(said, PEOPLE) == Candidates(())


@pytest.mark.parametrize(
    "said",
    [
        "keine andere als Ben",
        "niemand anderes als Ben",
        "no one but Ben",
        "nobody else than Ben",
        "Ben und keine andere",
        "niemand als Ben, nicht Anna",
    ],
)
def test_whoever_wants_nobody_else_wants_somebody(said: str) -> None:
    assert match(said, PEOPLE) == Match("Ben")


@pytest.mark.parametrize(
    "said",
    [
        "keine Dauerwelle",
        "keine Dauerwelle mehr, lieber glätten",
        "alles außer Dauerwelle",
        "etwas anderes als Dauerwelle",
        "any service but perm",
        "doch keine Beratung",
        "no perm",
    ],
)
def test_a_service_that_was_ruled_out_is_nobodys_wish(said: str) -> None:
    assert match(said, SERVICES) == Candidates(())


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("nicht zu Anna, lieber Clara", "Clara"),
        ("Clara, nicht Anna", "Clara"),
        ("Ben statt Anna", "Ben"),
        ("lieber Ben als Anna", "Ben"),
        ("instead of Ben, Anna", "Anna"),
        ("kein Problem, Ben", "Ben"),
        ("Ben, aber nicht am Freitag", "Ben"),
    ],
)
def test_who_was_named_beside_is_meant(said: str, name: str) -> None:
    assert match(said, PEOPLE) == Match(name)


@pytest.mark.parametrize(
    ("said", "key"),
    [
        ("Dauerwelle nicht, Gloss", "gloss"),
        ("nicht nur Dauerwelle", "perm"),
        ("a perm, not a gloss", "perm"),
        ("Damenhaarschnitt statt Herrenhaarschnitt", "damen"),
        ("keine Massage, Krankengymnastik", "gymnastics"),
        ("Damenhaarschnitt ohne Waschen", "damen"),
    ],
)
def test_the_service_that_is_left_is_meant(said: str, key: str) -> None:
    assert match(said, SERVICES) == Match(key)


def test_a_service_of_which_a_part_is_ruled_out_is_a_question() -> None:
    assert match("Massage ohne Fango", SERVICES) == Candidates(("massage",))


def test_a_name_that_itself_says_without_is_found() -> None:
    ours = [("dry", ("Haarschnitt ohne Waschen",)), ("wet", ("Haarschnitt mit Waschen",))]
    assert match("Haarschnitt ohne Waschen bitte", ours) == Match("dry")
    assert match("einen Haarschnitt ohne Waschen am Freitag", ours) == Match("dry")


def test_a_surname_that_begins_like_a_denial_is_a_name() -> None:
    people = [("1", ("Petra Keinath",)), ("2", ("Ida Wolf",))]
    assert match("Frau Keinath", people) == Match("1")


@given(
    name=st.sampled_from([name for _, names in SERVICES for name in names]),
    denial=st.sampled_from(["nicht", "keine", "ohne", "alles außer", "not", "except", "anything but"]),
)
def test_no_name_is_a_match_behind_a_word_that_rules_it_out(name: str, denial: str) -> None:
    assert isinstance(match(f"{denial} {name}", SERVICES), Candidates)
