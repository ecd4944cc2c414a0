"""Takes the figures: one phrase, long utterances by their length, and input that is no speech."""

from datetime import datetime
from statistics import median
from zoneinfo import ZoneInfo

from benchmarks.slots.table import Row, micros
from telephony_gateway.language import understand

NOON = datetime(2025, 11, 19, 12, tzinfo=ZoneInfo("Europe/Berlin"))
PHRASES = (
    "am Freitag um halb drei",
    "nächste Woche Dienstag ab siebzehn Uhr",
    "dritter Zwölfter um fünf vor halb elf",
    "Montag, nein, Dienstag so gegen zehn",
    "zwischen zwei und vier",
)
RAMBLING = "und dann sagte mein Mann am Montag nicht aber vielleicht Dienstag um halb vier oder so "
UNKNOWN = "xylo quarz bimbam larifari "
SIZES = (250, 500, 1000, 2000)
# An utterance may take so long for each of its characters: twice the length, twice the time, not four times.
US_A_CHARACTER = 10.0


def rows() -> list[Row]:
    """One row a phrase kind and size, with its bound."""
    return [
        Row("language: a phrase, median", median(_understood(phrase) for phrase in PHRASES), at_most=200.0),
        *(_long("rambling speech", RAMBLING, size) for size in SIZES),
        *(_long("unknown words", UNKNOWN, size) for size in SIZES),
        *(Row(f"language: {what}", _understood(text), at_most=1000.0) for what, text in NO_SPEECH.items()),
    ]


NO_SPEECH = {
    "nothing": "",
    "10,000 characters": "zehn " * 2000,
    "400 digits": "1" * 400,
    "another script": "☃я" * 200,
}


def _long(what: str, words: str, size: int) -> Row:
    text = (words * (size // len(words) + 1))[:size]
    return Row(f"language: {what}, {size} characters", _understood(text), at_most=US_A_CHARACTER * size)


def _understood(text: str) -> float:
    return micros(lambda: understand(text, reference=NOON))
