"""German number words: cardinals, ordinals, years, and the hours of the south."""

from __future__ import annotations

UNITS = [
    "null",
    "eins",
    "zwei",
    "drei",
    "vier",
    "fünf",
    "sechs",
    "sieben",
    "acht",
    "neun",
    "zehn",
    "elf",
    "zwölf",
    "dreizehn",
    "vierzehn",
    "fünfzehn",
    "sechzehn",
    "siebzehn",
]
UNITS += ["achtzehn", "neunzehn"]
_TENS = {
    20: "zwanzig",
    30: "dreißig",
    40: "vierzig",
    50: "fünfzig",
    60: "sechzig",
    70: "siebzig",
    80: "achtzig",
    90: "neunzig",
}
_JOINED_UNITS = ["", "ein", *UNITS[2:10]]


def cardinals() -> dict[str, int]:
    words = {word: value for value, word in enumerate(UNITS)}
    for ten, word in _TENS.items():
        words[word] = ten
        words |= {f"{_JOINED_UNITS[unit]}und{word}": ten + unit for unit in range(1, 10)}
    words |= {
        "zwo": 2,
        "hundert": 100,
        "einhundert": 100,
        **{f"{UNITS[unit]}hundert": unit * 100 for unit in range(2, 10)},
        "sechszehn": 16,
        "siebenzehn": 17,
        "fuffzehn": 15,
        "fuffzig": 50,
        "zwoundzwanzig": 22,
        "sex": 6,
    }
    # "um viere", "um achte": the hours of the south.
    words |= {f"{UNITS[hour]}e": hour for hour in (2, 3, 4, 5, 6, 8, 9, 10, 11, 12)} | {
        "siebene": 7,
        "siebne": 7,
        "simme": 7,
        "oans": 1,
        "zwoa": 2,
        "zwoife": 12,
    }
    words |= {
        "dreissich": 30,
        "dreissisch": 30,
        "zwanzich": 20,
        "zwanzisch": 20,
        "vierzich": 40,
        "fünfzich": 50,
    }
    return words


SWISS_HOURS: dict[object, str] = {
    1: "eis",
    2: "zwöi",
    3: "drü drüü",
    4: "vieri",
    5: "füfi föifi fünfi",
    6: "sächsi sechsi",
    7: "sibni siebni",
    8: "achti",
    9: "nüni nünni",
    10: "zähni zäni zehni",
    11: "elfi",
    12: "zwölfi",
}


def ordinals() -> dict[str, int]:
    stems = {"nullt": 0, "erst": 1, "zweit": 2, "zwot": 2, "dritt": 3, "siebt": 7, "siebent": 7, "acht": 8}
    stems |= {f"{UNITS[day]}t": day for day in (4, 5, 6, 9, *range(10, 20))}
    stems |= {f"{word}st": value for word, value in cardinals().items() if 20 <= value <= 99}
    # "achte" is eight o'clock in the south and the eighth elsewhere: the ordinal where an ending shows it.
    return {
        stem + ending: value
        for stem, value in stems.items()
        for ending in ("e", "er", "en", "em", "es")
        if stem + ending != "achte"
    }


def years() -> dict[str, int]:
    below_hundred = {value: word for word, value in reversed(cardinals().items())}
    years = {f"zweitausend{word}": 2000 + value for value, word in below_hundred.items() if value}
    years |= {f"zweitausendund{word}": 2000 + value for value, word in below_hundred.items() if value}
    # So that a date of birth is no date of this year.
    years |= {f"neunzehnhundert{word}": 1900 + value for value, word in below_hundred.items() if value}
    return years | {"zweitausend": 2000}
