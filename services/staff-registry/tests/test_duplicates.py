"""Who may be listed twice, whatever letters the names are of."""

from dataclasses import replace
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from staff_registry.domain.business import Account, Business, Person, WeeklyHours
from staff_registry.domain.duplicates import (
    ADVISED_FROM,
    Advice,
    Candidate,
    ReasonKind,
    candidates_in,
    is_worth_a_look,
    reasons_for,
)
from staff_registry.domain.traits import Traits, folded_name


class TestDuplicates:
    def test_a_name_alone_advises_nothing(self, salon: Business) -> None:
        """SR-03: "name match confidence 75 = auto-accept threshold 75"."""
        bare = Person("anna-2", "Anna", (), (), (), (), ())
        business = replace(salon, people=(*salon.people, bare))
        (candidate,) = candidates_in(business)
        assert candidate.score < ADVISED_FROM
        assert candidate.advice is Advice.LOOK

    @pytest.mark.parametrize("name", ["ANNA", "Anna.", " anna ", "Änna", "Anna Beispiel", "Ana"])
    def test_names_that_are_like_each_other_are_worth_a_look(self, salon: Business, name: str) -> None:
        anna = next(person for person in salon.people if person.key == "anna")
        again = replace(anna, key="anna-2", name=name, accounts=())
        found = candidates_in(replace(salon, people=(*salon.people, again)))
        assert [each.keys for each in found] == [("anna", "anna-2")]

    def test_colleagues_are_no_candidates(self, salon: Business) -> None:
        """They share branch, hours and services."""
        assert candidates_in(salon) == ()

    def test_one_account_of_two_names_is_found(self, salon: Business) -> None:
        anna = next(person for person in salon.people if person.key == "anna")
        again = replace(anna, key="kim", name="Kim")
        (candidate,) = candidates_in(replace(salon, people=(*salon.people, again)))
        assert candidate.advice is Advice.MERGE

    def test_one_number_of_two_names_is_found(self, salon: Business) -> None:
        anna = replace(salon.people[0], phone_number="+493023125077", accounts=())
        again = replace(anna, key="kim", name="Kim")
        (candidate,) = candidates_in(replace(salon, people=(anna, *salon.people[1:], again)))
        assert candidate.advice is Advice.MERGE

    def test_who_is_retired_is_not_compared(self, salon: Business) -> None:
        anna = next(person for person in salon.people if person.key == "anna")
        again = replace(anna, key="anna-2", retired=True)
        assert candidates_in(replace(salon, people=(*salon.people, again))) == ()

    @pytest.mark.parametrize(
        ("one", "other"),
        [
            ("Müller, Anna", "Anna Mueller"),
            ("José", "jose"),
            ("Mu\u0308ller", "Müller"),
            ("Paweł", "Pawel"),
            ("Işık", "Isik"),
            ("IŞIK", "ışık"),
            ("Søren", "Sören"),
            ("Weiß", "Weiss"),
            ("Đorđe", "Dorde"),
            ("Иванова, Ольга", "ольга иванова"),
            ("Алёна", "Алена"),
            ("Γιώργος", "γιωργοσ"),
        ],
    )
    def test_a_name_is_a_name_however_it_is_written(self, one: str, other: str) -> None:
        assert folded_name(one) == folded_name(other) != ""

    @pytest.mark.parametrize(
        ("one", "other"),
        [
            ("Ольга Иванова", "Дмитрий Петров"),
            ("山田", "佐藤"),
            ("かとう", "がとう"),
            ("राम", "रमा"),
            ("Oльга", "Oксана"),
            ("---", "***"),
            ("🙂", "…"),
        ],
    )
    def test_names_of_other_letters_are_as_different_as_they_are(
        self, salon: Business, one: str, other: str
    ) -> None:
        """ "Oльга" with a Latin O, as phones write it: it is no sound that the two have in common."""
        anna = next(person for person in salon.people if person.key == "anna")
        first = replace(anna, name=one)
        second = replace(anna, key="anna-2", name=other, accounts=())
        assert candidates_in(replace(salon, people=(first, second), mappings=())) == ()

    def test_the_same_name_of_other_letters_is_found(self, salon: Business) -> None:
        anna = next(person for person in salon.people if person.key == "anna")
        first = replace(anna, name="Ольга Иванова")
        second = replace(anna, key="anna-2", name="Иванова Ольга", accounts=())
        (candidate,) = candidates_in(replace(salon, people=(first, second), mappings=()))
        assert candidate.reasons[0].kind is ReasonKind.SAME_NAME


NAMES = [
    "Anna",
    "Ana",
    "Anna Beispiel",
    "Beispiel, Anna",
    "Ben",
    "Benn",
    "Ольга",
    "Ольга Иванова",
    "...",
    "Anna Ben Cem",
]
WORDS = ["anna", "Anna", "ben", "a.nna", "anna+salon"]


@st.composite
def rows(draw: st.DrawFn) -> tuple[Person, ...]:
    """People of whom many have something in common."""
    return tuple(
        Person(
            key=f"person-{at}",
            name=draw(st.sampled_from(NAMES)),
            branch_keys=("mitte",),
            working_hours=(WeeklyHours((draw(st.integers(1, 3)),), "09:00", "17:00"),),
            absences=(),
            accounts=tuple(
                Account(
                    f"account-{at}-{n}",
                    draw(st.sampled_from(WORDS)),
                    f"{draw(st.sampled_from(WORDS))}@{host}",
                    "",
                )
                for n, host in enumerate(draw(st.lists(st.sampled_from(["a.org", "b.org"]), max_size=2)))
            ),
            service_keys=(),
            phone_number=draw(st.sampled_from(["", "", "+493023125077", "+493023125078"])),
            retired=draw(st.integers(0, 5)) == 0,
        )
        for at in range(draw(st.integers(0, 8)))
    )


@given(rows())
def test_no_pair_is_missed_that_a_comparison_of_all_would_find(people: tuple[Person, ...]) -> None:
    business = Business("salon", "Salon", "de", (), people, (), (), calendar_sync=False)
    every = combinations([Traits.of(each) for each in people if not each.retired], 2)
    compared = [
        Candidate(one.person, other.person, tuple(reasons_for(one, other)))
        for one, other in (sorted(pair, key=lambda each: each.person.key) for pair in every)
    ]
    expected = sorted(filter(is_worth_a_look, compared), key=lambda each: (-each.score, each.keys))
    assert list(candidates_in(business)) == expected
