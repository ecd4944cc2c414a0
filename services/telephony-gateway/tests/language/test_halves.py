"""A day and a time in arguments of their own: read one by one they say what they say read in one, or they are read in one."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

import pytest

from telephony_gateway.language.grammar import Item
from telephony_gateway.language.halves import in_halves
from telephony_gateway.language.languages import language_of
from telephony_gateway.language.normalise import shapes
from telephony_gateway.language.testing.phrases import Spoken
from telephony_gateway.language.wish import resolve_wish

BERLIN = "Europe/Berlin"
SUNDAY = datetime(2026, 11, 22, 10, 30, tzinfo=ZoneInfo(BERLIN))
LONGEST, TEXTS, PAIRS = 5, 4_000, 4_000
MONTHS = ("Januar", "März", "Mai", "August", "November")
FIGURES = {
    *(f"am {day}. {month}" for day in range(1, 32, 3) for month in MONTHS),
    *(f"{day}.{month}.{year}" for day in (1, 9, 11, 31) for month in (1, 5, 12) for year in ("", "26", "2026")),
    *(f"um {hour} Uhr{minute}" for hour in range(25) for minute in ("", " 5", " 30")),
    *(f"um {hour}:{minute}" for hour in (0, 7, 8, 12, 19, 24) for minute in ("00", "15", "45")),
}  # fmt: skip


def parts_of(all_phrases: list[Spoken]) -> Iterator[str]:
    """Everything that stands together in what callers say."""
    for spoken in all_phrases:
        words = spoken.text.split()
        for begin in range(len(words)):
            for end in range(begin + 1, min(len(words), begin + LONGEST) + 1):
                yield " ".join(words[begin:end]).strip(",.?! ")


def told(items: list[Item]) -> list[tuple[object, ...]]:
    return [(each.kind, each.value, each.start, each.end, each.pause, each.broken) for each in items]


@pytest.mark.parametrize("code", ["de", "en", None])
def test_two_halves_are_what_they_are_in_one(all_phrases: list[Spoken], code: str | None) -> None:
    dice = random.Random(7)
    said = sorted({*FIGURES, *dice.sample(sorted(set(parts_of(all_phrases))), TEXTS)})
    days = [text for text in said if any(in_halves(text, at, code, BERLIN) for at in ("um 8", "at 8"))]
    clocks = [text for text in said if any(in_halves(day, text, code, BERLIN) for day in ("3.12.", "Monday"))]
    compared = 0
    for day, clock in zip(dice.choices(days, k=PAIRS), dice.choices(clocks, k=PAIRS), strict=True):
        halves = in_halves(day, clock, code, BERLIN)
        if halves:
            compared += 1
            words = shapes(f"{day} {clock}")
            assert told(halves) == told(language_of(words, code).phrases(words, BERLIN)), (day, clock)
    assert compared > PAIRS // 10


@pytest.mark.parametrize(
    ("day", "clock"),
    [
        ("am So", "um zehn"),  # an abbreviation hangs on what follows
        ("bis Freitag so", "um drei"), ("Dienstag, der 15", "um die zehn"), ("am 24 11 um", "um elf dreißig"),
        ("heude", "um acht"), ("Freitag", "um zehn oder elf"), ("Freitag", "um halp acht"), ("Freitag", "zehn Uhr"),
        ("Freitag, bitte", "um zehn"), ("nicht Freitag", "um zehn"), ("", "um zehn"), ("Freitag", "um"), ("Freitag", "abends"),
        ("next Friday", "um half nine"),
    ],
)  # fmt: skip
def test_what_is_less_plain_is_read_in_one(day: str, clock: str) -> None:
    assert in_halves(day, clock, "de", BERLIN) is None


def test_a_day_that_was_read_is_the_same_with_another_hour() -> None:
    clocks = ["um 8 Uhr", "um 9 Uhr", "um 8 Uhr"]
    found = [resolve_wish("am 3. Dezember", clock, reference=SUNDAY, language="de").first for clock in clocks]
    assert [(one.date, one.time) for one in found] == [(date(2026, 12, 3), time(hour)) for hour in (8, 9, 8)]
