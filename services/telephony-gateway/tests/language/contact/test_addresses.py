"""E-mail addresses as callers dictate them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telephony_gateway.language.contact.addresses import spoken_address
from telephony_gateway.language.contact.heard import NOTHING, Certainty


@pytest.mark.parametrize(
    ("said", "address"),
    [
        ("anna punkt muster at example punkt org", "anna.muster@example.org"),
        ("meine E-Mail ist anna Punkt muster Klammeraffe example Punkt org", "anna.muster@example.org"),
        ("a.muster@example.org", "a.muster@example.org"),
        ("punkt.drei@example.org", "punkt.drei@example.org"),
        ("A N N A ät example Punkt org", "anna@example.org"),
        ("anna unterstrich muster eins zwei at example bindestrich salon punkt example punkt org", "anna_muster12@example-salon.example.org"),
        ("anna dash muster at example dot org", "anna-muster@example.org"),
        ("anna at example punkt co punkt uk", "anna@example.co.uk"),
        ("die Adresse lautet salon at example punkt org bitte", "salon@example.org"),
        ("e punkt muster klammeraffe example punkt org", "e.muster@example.org"),
    ],
)  # fmt: skip
def test_a_dictated_address_is_written_so(said: str, address: str) -> None:
    found = spoken_address(said)
    assert (found.certainty, found.value) == (Certainty.OK, address)


@pytest.mark.parametrize(
    ("said", "address"),
    [
        ("anna muster at example punkt org", "annamuster@example.org"),
        ("Müller at example punkt org", "mueller@example.org"),
        ("anna at gmx", "anna@gmx.de"),
        ("müller@example.org", "mueller@example.org"),
    ],
)
def test_what_can_be_written_in_two_ways_is_read_back(said: str, address: str) -> None:
    found = spoken_address(said)
    assert (found.certainty, found.value) == (Certainty.DOUBTFUL, address)


@pytest.mark.parametrize(
    "said",
    [
        "",
        "keine",
        "@",
        "anna at",
        "at example punkt org",
        "anna at at example",
        "a@b@example.org",
        "anna punkt punkt at x punkt de",
        "at " * 3000,
    ],
)
def test_what_is_no_address_is_none(said: str) -> None:
    assert spoken_address(said) == NOTHING


@given(text=st.text(max_size=80))
def test_no_text_raises(text: str) -> None:
    spoken_address(text)


@given(local=st.from_regex(r"[a-z]{2,8}(\.[a-z]{2,8})?", fullmatch=True))
def test_every_written_address_comes_back(local: str) -> None:
    address = f"{local}@example.org"
    assert spoken_address(address).value == address


@pytest.mark.parametrize(
    ("said", "address"),
    [
        ("anna muster alles klein zusammen at example punkt org", "annamuster@example.org"),
        ("annamuster kleingeschrieben at example punkt org", "annamuster@example.org"),
        ("E wie Emil, M wie Martha at example punkt org", "em@example.org"),
    ],
)
def test_how_it_is_written_is_no_part_of_it_and_is_read_back(said: str, address: str) -> None:
    found = spoken_address(said)
    assert (found.certainty, found.value) == (Certainty.DOUBTFUL, address)
