"""Names as callers say them, and as a language model mishears them."""

import re
import unicodedata

from booking.errors import NameInvalidError

LENGTH_MAX = 120
LETTERS_MIN = 2
"""Of a name that was spelled, one letter is a beginning; the shortest surnames ("Ng", "Ou") have two."""
RAW_LENGTH_MAX = 1000
"""Longer input is not even looked at."""

_PUNCTUATION = frozenset(" '’ʼ`´-‐‑–.,&/()")
_PLACEHOLDERS = frozenset(
    {
        "unbekannt", "unbekannter", "unbekannte", "unbekannter kunde", "unbekannte kundin", "unbekannter anrufer",
        "anonym", "anonymous", "anonymer anrufer", "unknown", "unknown caller", "unknown customer", "caller",
        "customer", "customer name", "kunde", "kundin", "kundenname", "anrufer", "anruferin", "name", "vorname",
        "nachname", "mein name", "kein name", "ohne name", "keine angabe", "nicht angegeben", "nicht bekannt",
        "not provided", "not given", "n/a", "na", "none", "null", "nil", "undefined", "nan", "guest", "user", "dummy",
        "test", "privat", "unterdrückt", "withheld",
    }
)  # fmt: skip
_HOURS = (
    "null eins ein eine zwei zwo drei vier fünf sechs sieben acht neun zehn elf zwölf dreizehn vierzehn fünfzehn"
    " sechzehn siebzehn achtzehn neunzehn zwanzig einundzwanzig zweiundzwanzig dreiundzwanzig vierundzwanzig dreißig"
    " fünfundvierzig one two three four five six seven eight nine ten eleven twelve"
)
_WORDS_OF_TIME = frozenset(
    f"{_HOURS} uhr halb viertel dreiviertel nach vor um gegen ab am kurz heute morgen übermorgen früh morgens"
    " vormittag vormittags mittag mittags nachmittag nachmittags abend abends montag dienstag mittwoch donnerstag"
    " freitag samstag sonnabend sonntag past to at pm o'clock today tomorrow monday tuesday wednesday thursday"
    " friday saturday sunday noon morning afternoon evening".split()
)
_CLOCK = re.compile(rf"\b(\d{{1,2}}([:.]\d{{2}})?|{'|'.join(_HOURS.split())})\s*(uhr|o'clock)\b")
_WORD = re.compile(r"[\w'’]+")


def customer_name_of(value: str) -> str:
    """The name with single spaces. Raises NameInvalidError for what nobody is called: too long, symbols, placeholders,
    times, whom somebody wants to be served by."""
    if len(value) > RAW_LENGTH_MAX:
        raise NameInvalidError("longer than any name")
    name = " ".join(unicodedata.normalize("NFC", value).split())
    if not 1 <= len(name) <= LENGTH_MAX:
        raise NameInvalidError(f"a name has 1 to {LENGTH_MAX} characters")
    if not all(map(_occurs_in_names, name)) or sum(map(str.isalpha, name)) < LETTERS_MIN:
        raise NameInvalidError("characters that no name has")
    if _stands_for_none(name.casefold()):
        raise NameInvalidError("stands for a name that is not known")
    return name


def _occurs_in_names(character: str) -> bool:
    return character in _PUNCTUATION or unicodedata.category(character)[0] in "LMN"


def _stands_for_none(name: str) -> bool:
    if name.strip(" .,()-") in _PLACEHOLDERS or name.startswith("bei "):
        return True
    # A Mr Acht or a Ms Montag passes with a first name; "Acht Uhr" and "Montag um zehn" do not (TG-24).
    only_time = all(word in _WORDS_OF_TIME or word.isdigit() for word in _WORD.findall(name))
    return only_time or _CLOCK.search(name) is not None
