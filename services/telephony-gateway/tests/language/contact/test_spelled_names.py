"""Names letter by letter, by whichever spelling table."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telephony_gateway.language.contact.heard import NOTHING, Certainty
from telephony_gateway.language.contact.spelled_names import spelled_name


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("S C H U L Z E", "Schulze"),
        ("S, C, H, U, L, Z, E", "Schulze"),
        ("Siegfried Cäsar Heinrich Ulrich Ludwig Zacharias Emil", "Schulze"),
        ("Schulze, S wie Siegfried, C wie Cäsar, H wie Heinrich, U, L, Z, E", "Schulze"),
        ("Salzwedel Chemnitz Hamburg Unna Leipzig Zwickau Essen", "Schulze"),
        ("Schule Ulrich Ludwig Zeppelin", "Schulz"),
        ("M Umlaut Unna Doppel L E R", "Müller"),
        ("München Übermut Leipzig Leipzig Essen Rostock", "Müller"),
        ("Emm Ü Doppel-L E Er", "Müller"),
        ("G R O scharfes S", "Groß"),
        ("G R O Eszett", "Groß"),
        ("W E I Doppel-S", "Weiss"),
        ("Ypsilon I L M A Zett", "Yilmaz"),
        ("K Ö H L E R Bindestrich M A I E R", "Köhler-Maier"),
        ("Sierra Mike India Tango Hotel", "Smith"),
    ],
)
def test_a_spelled_name_is_written_so(said: str, name: str) -> None:
    found = spelled_name(said)
    assert (found.certainty, found.value) == (Certainty.OK, name)


@pytest.mark.parametrize(
    "said", ["B E M wie Nordpol E R", "S C H U Apfel L Z E", "S C H U L Z nein S C H U S T E R"]
)
def test_a_letter_that_contradicts_its_word_is_read_back(said: str) -> None:
    assert spelled_name(said).certainty is Certainty.DOUBTFUL


@pytest.mark.parametrize(
    "said", ["", "Mein Name ist Müller", "Anton Berta", "am Freitag", "☃☃☃", "wie", "doppel", "-"]
)
def test_what_was_not_spelled_is_none(said: str) -> None:
    assert spelled_name(said) == NOTHING


@given(name=st.text(alphabet="abcdefghijklmnopqrstuvwxyz", min_size=3, max_size=20))
def test_letter_by_letter_every_name_comes_back(name: str) -> None:
    assert spelled_name(" ".join(name.upper())).value == name.capitalize()


@given(text=st.text(max_size=80))
def test_no_text_raises(text: str) -> None:
    spelled_name(text)
