"""Words that nothing is known of, as in most names, are told apart without reading them; reading them says the same."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from telephony_gateway.language.language import all_strange
from telephony_gateway.language.languages import LANGUAGES
from telephony_gateway.language.normalise import shapes
from telephony_gateway.language.testing.phrases import Spoken

LETTERS = "abcdefghijklmnopqrstuvwxyzäöüß"
KNOWN = sorted({word for one in LANGUAGES.values() for word in one.lexicon.entries})
NAMES = [
    "Erika",
    "Mustermann",
    "Max",
    "Freytag",
    "Sommer",
    "Frei",
    "Tag",
    "Mo",
    "An",
    "März",
    "Lindenhof",
    "Kim",
    "Ada",
]
MISSPELLED = st.builds(
    lambda word, at, letter: f"{word[: at % len(word)]}{letter}{word[at % len(word) + 1 :]}",
    st.sampled_from(KNOWN), st.integers(0, 30), st.sampled_from(["", *LETTERS]),
)  # fmt: skip
WORDS = (
    st.sampled_from(NAMES) | st.text(LETTERS, min_size=1, max_size=9) | MISSPELLED | st.sampled_from(KNOWN)
)


def are_strangers(text: str) -> bool:
    words = shapes(text)
    texts = [word.text for word in words]
    return all(word.name == "word" for word in words) and all(
        one.lexicon.knows_none(texts) for one in LANGUAGES.values()
    )


def says_nothing(text: str) -> bool:
    return all(all_strange(one.phrases(shapes(text))) for one in LANGUAGES.values())


@given(st.lists(WORDS, max_size=4).map(" ".join))
@example("frei tag")
@example("don ners tag")
@example("mon tag")
@example("zeh zehn")
def test_of_strangers_reading_them_makes_nothing(text: str) -> None:
    if are_strangers(text):
        assert says_nothing(text)


def test_nor_does_it_of_any_words_that_callers_say(all_phrases: list[Spoken]) -> None:
    said = {text for spoken in all_phrases for text in spoken.text.split()}
    said |= {" ".join(pair) for spoken in all_phrases for pair in pairwise(spoken.text.split())}
    strange = [text for text in said if are_strangers(text)]
    assert strange
    assert [text for text in strange if not says_nothing(text)] == []


@pytest.mark.parametrize("name", ["Erika Mustermann", "Kim", "Lindenhof", "Anna Lena Krause"])
def test_most_names_are_strangers(name: str) -> None:
    assert are_strangers(name)


@pytest.mark.parametrize(
    "name", ["Freitag", "Max März", "Frei Tag", "Donerstag", "Anna-Lena Krause", "Kim 4"]
)
def test_what_it_takes_a_reader_to_tell_is_read(name: str) -> None:
    assert not are_strangers(name)
