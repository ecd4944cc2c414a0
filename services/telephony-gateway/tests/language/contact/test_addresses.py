"""E-mail addresses as callers dictate them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telephony_gateway.language.contact.addresses import spoken_address
from telephony_gateway.language.contact.heard import NOTHING, Certainty, heard


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
        ("m e i e r at example punkt org", "meier@example.org"),
        ("O T T O ät example Punkt org", "otto@example.org"),
        ("b e r g e r punkt a n n a at example punkt org", "berger.anna@example.org"),
        ("andrea punkt e at example punkt org", "andrea.e@example.org"),
        ("sabine punkt klein at example punkt de", "sabine.klein@example.de"),
        ("sabine punkt gross at example punkt de", "sabine.gross@example.de"),
        ("meine Adresse ist klein punkt sabine at example punkt de", "klein.sabine@example.de"),
        ("e minus mail at example punkt org", "e-mail@example.org"),
        ("a doppel n a at example punkt org", "anna@example.org"),
        ("anna zweimal die null at example punkt de", "anna00@example.de"),
        ("muster fünf null at example punkt org", "muster50@example.org"),
        ("muster zwölf at example punkt org", "muster12@example.org"),
        ("anna at example punkt o r g", "anna@example.org"),
        ("anna at g m x punkt d e", "anna@gmx.de"),
        ("anna punkt muster Klammer Affe example punkt org", "anna.muster@example.org"),
        ("anna hyphen muster at example dot com", "anna-muster@example.com"),
        ("anna under score muster at example dot com", "anna_muster@example.com"),
        ("mailto:anna.muster@example.org", "anna.muster@example.org"),
        ("E-Mail: anna@example.org", "anna@example.org"),
        ("anna punkt muster@example.org", "anna.muster@example.org"),
        ("it's john at example dot com", "john@example.com"),
        ("you can reach me at john dot doe at example dot com", "john.doe@example.com"),
        ("Sie können mir schreiben an anna punkt muster at example punkt org", "anna.muster@example.org"),
        ("nein, anna at example punkt org", "anna@example.org"),
        ("Meine E-Mail-Adresse lautet anna at example punkt org", "anna@example.org"),
        ("anna at-Zeichen example punkt org", "anna@example.org"),
        ("anna at example punkt no", "anna@example.no"),
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
    ("said", "address"),
    [
        ("haus und garten at example punkt de", "hausundgarten@example.de"),
        ("h und m at example punkt de", "hundm@example.de"),
        ("klein und fein at example punkt org", "fein@example.org"),
        ("my salon at example dot org", "salon@example.org"),
        ("anna und dann punkt muster at example punkt org", "annaunddann.muster@example.org"),
        ("mail at example punkt de", "mail@example.de"),
        ("meine Mail ist klein at example punkt de", "klein@example.de"),
        ("haus und garten@example.de", "garten@example.de"),
        ("email - anna at example punkt de", "email-anna@example.de"),
    ],
)
def test_a_word_that_introduces_an_address_or_belongs_to_it_is_read_back(said: str, address: str) -> None:
    assert spoken_address(said) == heard(address, sure=False)


@pytest.mark.parametrize(
    ("said", "address"),
    [
        ("em u es te e er at example punkt org", "muster@example.org"),
        ("a be c at example punkt org", "abc@example.org"),
        ("be punkt muster at example punkt org", "be.muster@example.org"),
        ("oh punkt muster at example punkt org", "o.muster@example.org"),
        ("ein punkt kunde at example punkt org", "ein.kunde@example.org"),
        ("sechs at example punkt org", "6@example.org"),
        ("anna zwei tausend at example punkt de", "anna2tausend@example.de"),
        ("anna zwanzig zwei at example punkt de", "anna202@example.de"),
        ("anna ten at example dot com", "anna10@example.com"),
        ("m-e-i-e-r at example punkt org", "m-e-i-e-r@example.org"),
        ("double o seven at example dot com", "oo7@example.com"),
        ("drei minus haare at example punkt org", "3-haare@example.org"),
        ("anna at drei minus haare punkt de", "anna@3-haare.de"),
        ("anna at example punkt d e s", "anna@example.des"),
        ("anna at example punkt dee eh", "anna@example.de"),
    ],
)
def test_a_letter_by_its_name_and_a_figure_that_may_be_a_word_are_read_back(said: str, address: str) -> None:
    assert spoken_address(said) == heard(address, sure=False)


@pytest.mark.parametrize(
    "said",
    [
        "anna at example punkt org, nein, punkt com",
        "anna@example.org, nein, punkt com",
        "anna at example punkt org nein anna at example punkt com",
        "anna at example punkt org oder anna at example punkt com",
        "anna, nein, hanna at example punkt org",
        "anna at example punkt de, quatsch, punkt com",
        "anna at example dot org, actually, dot com",
        "annamuster at example punkt org mit Bindestrich",
    ],
)
def test_what_was_corrected_is_not_certain(said: str) -> None:
    assert spoken_address(said).certainty is Certainty.DOUBTFUL


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
