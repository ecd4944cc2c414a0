"""Letters by their names and by the words of the spelling tables: German old and new, Austrian, Swiss, and the radio's."""

from __future__ import annotations

from telephony_gateway.language.normalise import plain

_TABLES = """
anton berta cäsar dora emil friedrich gustav heinrich ida julius kaufmann ludwig martha nordpol otto paula quelle richard
samuel theodor ulrich viktor wilhelm xanthippe ypsilon zacharias siegfried konrad zeppelin siegmund jot
aachen berlin chemnitz düsseldorf essen frankfurt goslar hamburg ingelheim jena köln leipzig münchen nürnberg offenbach
potsdam quickborn rostock salzwedel tübingen unna völklingen wuppertal xanten zwickau
anna daniel jakob kaiser leopold marie niklaus peter quasi rosa sophie xaver yverdon zürich salzburg karl maria norbert
alfa alpha bravo charlie delta echo foxtrot golf hotel india juliett juliet kilo lima mike november oscar oskar papa
quebec romeo sierra tango uniform victor whiskey whisky yankee zulu
"""
_NAMES = {
    "be": "b", "bee": "b", "ce": "c", "zeh": "c", "ceh": "c", "de": "d", "deh": "d", "eh": "e", "ef": "f", "eff": "f",
    "ge": "g", "geh": "g", "ha": "h", "jott": "j", "ka": "k", "kah": "k", "el": "l", "ell": "l", "em": "m", "emm": "m",
    "en": "n", "enn": "n", "pe": "p", "peh": "p", "ku": "q", "kuh": "q", "er": "r", "err": "r", "es": "s", "ess": "s",
    "te": "t", "teh": "t", "vau": "v", "fau": "v", "we": "w", "weh": "w", "ix": "x", "ix-": "x", "üpsilon": "y",
    "zett": "z", "zet": "z", "charlotte": "ch", "schule": "sch", "eszett": "ß", "scharfes": "ß", "ärger": "ä",
    "ökonom": "ö", "österreich": "ö", "übermut": "ü", "übel": "ü",
}  # fmt: skip
LETTERS = {plain(word): word[0] for word in _TABLES.split()} | {
    plain(word): letter for word, letter in _NAMES.items()
}
UMLAUTS = {"a": "ä", "o": "ö", "u": "ü"}


def letter_of(word: str) -> str | None:
    """The letter (or "sch", "ch") that a word stands for; None for any other word."""
    if len(word) == 1 and word.isalpha():
        return word
    return {"ae": "ä", "oe": "ö", "ue": "ü", "ss": "ß"}.get(word) or LETTERS.get(word)
