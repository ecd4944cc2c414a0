"""The languages that callers are understood in, and which one a text is in."""

from __future__ import annotations

from collections.abc import Sequence

from telephony_gateway.language.language import Language
from telephony_gateway.language.normalise import Shape
from telephony_gateway.language.rules_de import GERMAN
from telephony_gateway.language.rules_en import ENGLISH

LANGUAGES = {language.code: language for language in (GERMAN, ENGLISH)}
_ONLY_GERMAN = GERMAN.lexicon.entries.keys() - ENGLISH.lexicon.entries.keys()
_ONLY_ENGLISH = (
    ENGLISH.lexicon.entries.keys() - GERMAN.lexicon.entries.keys() - GERMAN.lexicon.abbreviations.keys()
)


def language_of(words: Sequence[Shape], code: str | None) -> Language:
    """The language asked for by its code, or the one whose words the text has more of; German in doubt."""
    if code is not None:
        return LANGUAGES.get(code[:2].lower(), GERMAN)
    said = {shape.text for shape in words}
    return ENGLISH if len(said & _ONLY_ENGLISH) > len(said & _ONLY_GERMAN) else GERMAN
