"""Slips of recognition: a word that is a letter off is read or doubted, and an ordinary word is left alone."""

from __future__ import annotations

from datetime import datetime
from string import ascii_lowercase
from zoneinfo import ZoneInfo

import pytest

from matching import cologne
from telephony_gateway.language.lexicon import within_slips
from telephony_gateway.language.lexicon_de import LEXICON
from telephony_gateway.language.lookalikes_de import LOOKALIKES
from telephony_gateway.language.normalise import plain
from telephony_gateway.language.understand import understand
from telephony_gateway.language.understanding import Outcome

MORNING = datetime(2025, 11, 19, 10, 15, tzinfo=ZoneInfo("Europe/Berlin"))
SHORTEST = 4
SOUND_LIKE_ANOTHER = {"monntag", "monntagabend", "neinundzwanzigsten", "achtzen", "siebzen"}
"""These are as they sound: Montag, neunundzwanzigsten, achtzehn, siebzehn."""
PHRASES = [
    "am donnerstag um zehn",
    "morgen vormittag",
    "übermorgen um halb drei",
    "am montag um elf",
    "freitag in zwei wochen",
    "am dritten april um neun",
    "um viertel nach drei",
    "dreiviertel vier am mittwoch",
    "kommenden samstag um zwölf",
    "am zwölften mai",
    "nächste woche dienstag ab vier",
    "zwischen zehn und zwölf am freitag",
    "freitagnachmittag um drei",
    "am fünfzehnten um acht uhr dreißig",
    "am wochenende",
    "in drei wochen am donnerstag",
    "am sonntagabend um sieben",
    "sonntag um halb fünf",
    "fünf vor halb elf am montag",
    "am siebten juni",
    "am achten august um sechzehn uhr zwanzig",
    "spätestens mittwoch",
    "am einundzwanzigsten dezember um vierzehn uhr",
    "ende märz",
]


@pytest.mark.parametrize(
    ("word", "code"),
    [("mueller", "657"), ("luedenscheidt", "52682"), ("breschnew", "17863"), ("wikipedia", "3412"), ("heinrich", "0674")],
)  # fmt: skip
def test_codes_are_those_of_the_published_examples(word: str, code: str) -> None:
    assert cologne(word) == code


@pytest.mark.parametrize(
    ("left", "right", "slips"),
    [("mitwoch", "mittwoch", 1), ("fretiag", "freitag", 1), ("dreizig", "dreissig", 2), ("elf", "elf", 0), ("", "ab", 2)],
)  # fmt: skip
def test_slips_are_letters_changed_missing_added_or_swapped(left: str, right: str, slips: int) -> None:
    assert within_slips(left, right, slips)
    assert within_slips(right, left, slips)
    assert not slips or not within_slips(left, right, slips - 1)


def _slips(word: str) -> set[str]:
    """Everything that is a letter off."""
    found = set()
    for at in range(len(word) + 1):
        before, after = word[:at], word[at:]
        found |= {before + letter + after for letter in ascii_lowercase}
        if after:
            found |= {before + letter + after[1:] for letter in ascii_lowercase}
            found |= {before + after[1:], before + after[1:2] + after[:1] + after[2:]}
    return found - {word}


def _is_another(slipped: str) -> bool:
    """A word of its own, that nobody could tell from what was said."""
    return slipped in SOUND_LIKE_ANOTHER or LEXICON.is_ordinary(plain(slipped))


@pytest.mark.parametrize("phrase", PHRASES)
def test_a_letter_off_is_never_another_day_or_time_in_silence(phrase: str) -> None:
    """What the caller hears is true: a slip is read as what it is a slip of, or it is a question."""
    right, words = understand(phrase, reference=MORNING), phrase.split()
    for at, word in enumerate(words):
        if len(word) < SHORTEST:
            continue
        for slipped in _slips(word):
            heard = " ".join([*words[:at], slipped, *words[at + 1 :]])
            found = understand(heard, reference=MORNING)
            is_right = found.candidates == right.candidates and found.search == right.search
            assert is_right or found.outcome is not Outcome.RESOLVED or _is_another(slipped), heard


@pytest.mark.parametrize("word", LOOKALIKES.split())
def test_ordinary_words_are_left_alone_beside_words_of_time(word: str) -> None:
    plainly = understand("am Dienstag um zehn", reference=MORNING)
    assert understand(f"ich will {word}, am Dienstag um zehn", reference=MORNING) == plainly


@pytest.mark.parametrize(
    "word", ["abgeben", "Freital", "Martin", "Montage", "fertig", "Johanna", "viel", "hatte", "Kommando"]
)
def test_names_and_verbs_are_no_days(word: str) -> None:
    assert understand(f"ich komme mit {word}", reference=MORNING).outcome is Outcome.NOTHING
