"""Telephone numbers as callers dictate them."""

from __future__ import annotations

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from telephony_gateway.language.contact.heard import NOTHING, Certainty, heard
from telephony_gateway.language.contact.phone_numbers import spoken_number

DIGITS = ["null", "eins", "zwei", "drei", "vier", "fünf", "sechs", "sieben", "acht", "neun"]


@pytest.mark.parametrize(
    "said",
    [
        "null drei null zwei drei eins zwei fünf eins eins null",
        "null drei null zwei drei hundertfünfundzwanzig eins eins null",
        "null drei null, zwei drei eins zwei fünf, eins eins null",
        "null dreißig dreiundzwanzig eins zwei fünf eins eins null",
        "null dreißig drei und zwanzig zwölf fünf elf null",
        "null drei null zwo drei eins zwo fünf doppel eins null",
        "null drei null zwei drei eins zwei fünf zweimal die eins null",
        "030 23125 110",
        "030/23125-110",
        "0 3 0 2 3 1 2 5 1 1 0",
        "meine Nummer ist 030 23125110, danke",
        "plus vier neun drei null zwei drei eins zwei fünf eins eins null",
        "null null vier neun dreißig zwei drei eins zwei fünf eins eins null",
        "+49 30 23125-110",
        "zero three zero two three one two five double one oh",
        "Nulldrei null zwei drei eins zwei fünf eins eins null",
        "nulldreinull zwei drei eins zwei fünf eins eins null",
        "null drei null zwei drei eins zwei fünf zwei mal die eins null",
        "null drei null zwei drei eins zwei fünf 2 mal die 1 0",
        "null drei null zwei drei eins zwei fünf Doppeleins null",
        "null drei null Schrägstrich zwei drei eins zwei fünf Bindestrich eins eins null",
        "null drei null Pause zwei drei eins zwei fünf Pause eins eins null",
        "null drei null ehm zwei drei eins zwei fünf eins eins null",
        "also null drei null, ja?, zwei drei eins zwei fünf, eins eins null",
        "null dreißig zweihunderteinunddreißig fünfundzwanzig hundertzehn",
        "null dreißig zweihunderteinunddreißig zweihunderteinundfünfzig zehn",
        "plus forty-nine thirty, twenty-three twelve fifty-one ten",
        "oh three oh two three one two five eleven oh",
        "oh thirty twenty-three twelve fifty-one ten",
    ],
)
def test_a_dictated_number_is_that_number(said: str) -> None:
    found = spoken_number(said)
    assert (found.certainty, found.value) == (Certainty.OK, "+493023125110"), said


@pytest.mark.parametrize(
    ("region", "said", "number"),
    [
        ("AT", "null eins zwei drei vier fünf sechs sieben", "+431234567"),
        ("AT", "null eins achtundfünfzig achthundert", "+43158800"),
        ("CH", "null vier vier sechs sechs acht achtzehn null null", "+41446681800"),
        ("CH", "null vierundvierzig sechshundertachtundsechzig achtzehn null null", "+41446681800"),
        ("CH", "plus vier neun drei null zwei drei eins zwei fünf eins eins null", "+493023125110"),
    ],
)
def test_the_region_stands_in_for_a_missing_country(region: str, said: str, number: str) -> None:
    assert spoken_number(said, region=region).value == number


@pytest.mark.parametrize(
    ("said", "number"),
    [
        ("null drei null zwei drei eins zwei fünf drei mal die eins", "+493023125111"),
        ("null drei null zwei drei eins zwei fünf 3 mal die 1", "+493023125111"),
        ("null drei null zwei drei eins zwei fünf dreimal die eins", "+493023125111"),
        ("null drei null zwei drei eins zwei fünf eins Doppelnull", "+493023125100"),
        ("nulleins sieben sechs null vier null sechs neun null eins zwei", "+4917604069012"),
    ],
)
def test_what_is_said_so_often_or_in_one_word_is_all_of_it(said: str, number: str) -> None:
    assert spoken_number(said) == heard(number, sure=True)


@pytest.mark.parametrize(
    "said",
    [
        "null drei null zwei drei eins zwei fünf zwei mal eins und null",
        "null drei null zwei drei eins zwei zweihundert fünf",
        "plus forty-nine thirty two three one two five one one zero",
        "drei null zwei drei eins zwei fünf eins eins null",
        "nullfinf drei null zwei drei eins zwei fünf eins eins null",
    ],
)
def test_what_can_be_read_in_two_ways_or_lacks_its_beginning_is_read_back(said: str) -> None:
    assert spoken_number(said).certainty is Certainty.DOUBTFUL


@pytest.mark.parametrize(
    "said",
    [
        "null drei null zwei drei eins zwei fünf finf eins null",
        "null drei null zwei drei eins zwei fünf hundert",
        "030 23125 110, nein, 111",
        "030 23125 110 oder 030 23125 111",
        "null eins fünf eins zwei",
    ],
)
def test_a_number_that_may_have_lost_a_digit_is_read_back(said: str) -> None:
    assert spoken_number(said).certainty is not Certainty.OK


@pytest.mark.parametrize(
    "said", ["", "am Freitag um zehn", "zehn Uhr dreißig", "fünf", "Anna", "☃", "+", "x" * 10_000]
)
def test_what_is_no_number_is_none(said: str) -> None:
    assert spoken_number(said) == NOTHING


@given(text=st.text(max_size=80), region=st.sampled_from(["DE", "AT", "CH"]))
def test_no_text_raises(text: str, region: str) -> None:
    spoken_number(text, region=region)


@given(number=st.integers(0, 999))
def test_digit_by_digit_every_number_comes_back(number: int) -> None:
    digits = f"03023125{number:03}"
    found = spoken_number(" ".join(DIGITS[int(digit)] for digit in digits))
    assert found.value == f"+49{digits[1:]}"
    assert phonenumbers.is_possible_number(phonenumbers.parse(found.value))
