"""One name in many spellings, and other names that only look like it."""

import pytest

from matching import Candidates, Match, match

NAMES = [
    "Anna Beispiel",
    "Karl Meier",
    "Kathrin Weiß",
    "Mehmet Yılmaz",
    "Sophie Lang",
    "Michael Kurz",
    "Jan Petersen",
    "Jana Groß",
    "Jörg Schulz",
    "Łukasz Nowak",
    "Dr. Eva Sommer",
    "Christine Wolf",
]
PEOPLE = [(name, (name,)) for name in NAMES]


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("Herr Maier", "Karl Meier"),
        ("Carl", "Karl Meier"),
        ("Katrin", "Kathrin Weiß"),
        ("Cathrin", "Kathrin Weiß"),
        ("Herr Yilmaz", "Mehmet Yılmaz"),
        ("Sofie", "Sophie Lang"),
        ("Lukasz", "Łukasz Nowak"),
        ("Herr Novak", "Łukasz Nowak"),
        ("Herr Schultz", "Jörg Schulz"),
        ("Joerg", "Jörg Schulz"),
        ("Frau Doktor Sommer", "Dr. Eva Sommer"),
        ("Jan", "Jan Petersen"),
        ("Jana", "Jana Groß"),
    ],
)
def test_a_name_that_is_only_spelled_otherwise_is_that_name(said: str, name: str) -> None:
    assert match(said, PEOPLE) == Match(name)


@pytest.mark.parametrize(
    "said",
    [
        "Michaela",
        "Michel",
        "Christina",
        "Christiane",
        "Christian",
        "Karla",
        "Johanna",
        "Lukas",
        "Frau Schulze",
    ],
)
def test_another_vowel_or_ending_makes_another_name(said: str) -> None:
    """SR-02"""
    assert isinstance(match(said, PEOPLE), Candidates)


@pytest.mark.parametrize("said", ["Clare", "Carla", "Clarissa"])
def test_a_short_name_with_another_vowel_is_asked_about(said: str) -> None:
    assert isinstance(match(said, [("1", ("Clara",)), ("2", ("Ben",))]), Candidates)


def test_two_spellings_of_one_name_are_two_people() -> None:
    """SR-02: recognition spells "Meier" as it likes."""
    people = [("1", ("Karl Meier",)), ("2", ("Ute Mayer",))]
    assert match("Frau Maier", people) == Candidates(("1", "2"))


@pytest.mark.parametrize(
    ("said", "key"),
    [
        ("Ölwexel", "oil"),
        ("Ölwächsel", "oil"),
        ("Inspekzion", "inspection"),
        ("Inspection", "inspection"),
        ("Krankengymnastic", "kg"),
        ("Dauer Wälle", "perm"),
        ("Dauerwellen", "perm"),
    ],
)
def test_a_service_that_is_only_spelled_otherwise_is_that_service(said: str, key: str) -> None:
    ours = [
        ("oil", ("Ölwechsel",)),
        ("tyres", ("Reifenwechsel",)),
        ("inspection", ("Inspektion",)),
        ("kg", ("Krankengymnastik",)),
        ("kgg", ("Krankengymnastik am Gerät",)),
        ("perm", ("Dauerwelle", "Dauerwellen")),
    ]
    assert match(said, ours) == Match(key)
