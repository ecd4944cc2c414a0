"""TG-24: what the model put into the customer's name field."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telephony_gateway.language.contact.customer_names import CustomerName, NameFault, customer_name

PEOPLE = ("Anna Beispiel", "Bea Muster")
SERVICES = ("Dauerwelle", "Herrenhaarschnitt")


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("Erika Berger", "Erika Berger"),
        ("mein Name ist Klaus Berger", "Klaus Berger"),
        ("Hallo, hier ist Berger.", "Berger"),
        ("herr müller", "Herr Müller"),
        ("Frau Freitag", "Frau Freitag"),
        ("Max März", "Max März"),
        ("Peter Acht", "Peter Acht"),
        ("Erika M.", "Erika M"),
        ("Anna Berger", "Anna Berger"),
        ("Yılmaz", "Yılmaz"),
        ("O'Neill", "O'Neill"),
    ],
)
def test_a_name_is_kept_as_it_is(said: str, name: str) -> None:
    assert customer_name(said, people=PEOPLE, services=SERVICES) == CustomerName(name)


@pytest.mark.parametrize(
    ("said", "fault"),
    [
        (None, NameFault.EMPTY),
        ("", NameFault.EMPTY),
        (" - ", NameFault.EMPTY),
        ("Unbekannt", NameFault.PLACEHOLDER),
        ("anonymous", NameFault.PLACEHOLDER),
        ("None", NameFault.PLACEHOLDER),
        ("{{customer_name}}", NameFault.PLACEHOLDER),
        ("customer_name", NameFault.PLACEHOLDER),
        ("Frau", NameFault.PLACEHOLDER),
        ("bei Anna", NameFault.STYLIST),
        ("Anna", NameFault.STYLIST),
        ("Bea Muster", NameFault.STYLIST),
        ("zu Frau Muster", NameFault.STYLIST),
        ("Acht Uhr", NameFault.TIME),
        ("morgen um zehn", NameFault.TIME),
        ("Freitag", NameFault.TIME),
        ("0151 23125100", NameFault.NUMBER),
        ("call_1", NameFault.NUMBER),
        ("Dauerwelle", NameFault.SERVICE),
    ],
)
def test_what_is_no_customers_name_is_told_apart(said: str | None, fault: NameFault) -> None:
    """TG-24: each has its own question."""
    assert customer_name(said, people=PEOPLE, services=SERVICES) == CustomerName(fault=fault)


@given(text=st.text(max_size=300))
def test_any_text_is_a_name_or_has_a_fault(text: str) -> None:
    found = customer_name(text, people=PEOPLE)
    assert bool(found.value) != (found.fault is not None)
