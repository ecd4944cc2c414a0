"""Names in the middle of what people say around them (TG-24)."""

from __future__ import annotations

import pytest

from telephony_gateway.language.contact.customer_names import CustomerName, NameFault, customer_name

PEOPLE = ("Anna Beispiel", "Ben")
SERVICES = ("Dauerwelle", "Föhnen", "Ansatz färben", "Damenhaarschnitt", "Herrenschnitt")


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("Müller ist mein Name", "Müller"),
        ("der Name ist Müller", "Müller"),
        ("Name: Müller", "Müller"),
        ("Guten Morgen, hier ist Müller", "Müller"),
        ("Guten Abend, Müller hier", "Müller"),
        ("Moin, Petersen", "Petersen"),
        ("Grüß Gott, Huber", "Huber"),
        ("Morgen, Müller", "Müller"),
        ("Sabine Müller hier", "Sabine Müller"),
        ("Müller am Apparat", "Müller"),
        ("Ja, hallo, hier Müller", "Müller"),
        ("ich bin's, Sabine Müller", "Sabine Müller"),
        ("Hier ist die Erika Müller", "Erika Müller"),
        ("Das ist die Frau Müller", "Frau Müller"),
        ("auf Müller", "Müller"),
        ("auf den Namen Sabine Müller bitte", "Sabine Müller"),
        ("für Sabine Müller", "Sabine Müller"),
        ("für meine Frau, Sabine Müller", "Sabine Müller"),
        ("Müller, danke schön", "Müller"),
        ("Müller, wie der Müller", "Müller"),
        ("I'm John Smith", "John Smith"),
        ("It's John Smith", "John Smith"),
        ("my name's John Smith", "John Smith"),
        ("Hi, this is John Smith", "John Smith"),
        ("John Smith speaking", "John Smith"),
        ("My name is Sarah Jones, please", "Sarah Jones"),
        ("Vorname Erika, Nachname Müller", "Erika Müller"),
        ("Nachname: Müller, Vorname: Erika", "Erika Müller"),
        ("first name John, last name Smith", "John Smith"),
        ("Mein Nachname ist Müller", "Müller"),
        ("Müller, Vorname Erika", "Erika Müller"),
        ("Ja genau, Müller", "Müller"),
        ("Schreiben Sie auf Müller", "Müller"),
        ("call me John", "John"),
    ],
)
def test_what_is_said_around_a_name_is_none_of_it(said: str, name: str) -> None:
    assert customer_name(said, people=PEOPLE, services=SERVICES) == CustomerName(name)


@pytest.mark.parametrize(
    "name",
    [
        "Ursula von der Leyen",
        "Herr zu Guttenberg",
        "So Young Kim",
        "Kamala Das",
        "Herr und Frau Müller",
        "Erika müller",
        "Prof. Dr. med. Müller",
        "Erika Müller geborene Schmidt",
        "An Nguyen",
        "Weiss",
        "Petra Kunde",
        "Anna Ben",
        "Mike Oscar",
        "D'Amico",
        "Marie-Luise Abend",
    ],
)
def test_a_name_that_only_begins_or_ends_like_such_words_stays_whole(name: str) -> None:
    assert customer_name(name, people=PEOPLE, services=SERVICES) == CustomerName(name)


@pytest.mark.parametrize(
    ("said", "name", "unclear"),
    [
        ("Schmidt mit D T", "Schmidt", False),
        ("Schmidt mit dt am Ende", "Schmidt", False),
        ("Erika Meyer, mit Y", "Erika Meyer", False),
        ("Müller mit Ü", "Müller", False),
        ("Smith with a th", "Smith", False),
        ("Meier mit A I", "Meier", True),
        ("Gross mit scharfem S", "Gross", True),
    ],
)
def test_how_a_name_is_written_is_compared_with_it(said: str, name: str, unclear: bool) -> None:
    assert customer_name(said) == CustomerName(name, unclear=unclear)


@pytest.mark.parametrize(
    "said",
    [
        "Erika Müller bei Anna",
        "Anna Weber bitte bei Ben",
        "Erika Müller für Dauerwelle",
        "Müller mit zwei Kindern",
    ],
)
def test_more_than_a_name_is_read_back(said: str) -> None:
    assert customer_name(said, people=PEOPLE, services=SERVICES) == CustomerName(said, unclear=True)


@pytest.mark.parametrize(
    "said",
    [
        "nicht genannt", "noch nicht genannt", "keine Angabe", "kein Name angegeben", "ohne Namen", "unbekannt",
        "Unbekannte Person", "der Anrufer", "der Kunde", "die Kundin", "the caller", "not provided", "not given",
        "not specified", "TBD", "to be confirmed", "[Name]", "<name>", "{name}", "XXX", "xxx", "N.N.", "N. N.",
        "Vorname Nachname", "Vorname", "Neukunde", "nein", "bitte", "auf meinen Namen", "mein Name", "wie immer",
        "der gleiche", "für meine Tochter", "steht doch im System", "ich bin der Kunde", "Frau Unbekannt", "O", "Anna 😀",
        "bei Kim", "Termin", "nicht verstanden", "weiß ich nicht", "Nachname fehlt", "für mich selbst", "keine Ahnung",
    ],
)  # fmt: skip
def test_what_stands_for_nobody_is_asked_about(said: str) -> None:
    assert customer_name(said, people=PEOPLE, services=SERVICES) == CustomerName(fault=NameFault.PLACEHOLDER)


@pytest.mark.parametrize("said", ["okay", "ja", "Guten Tag", "hallo?"])
def test_a_greeting_is_not_even_that(said: str) -> None:
    assert customer_name(said) == CustomerName(fault=NameFault.EMPTY)


@pytest.mark.parametrize(
    ("said", "fault"),
    [
        ("die Anna", NameFault.STYLIST),
        ("Anna bitte", NameFault.STYLIST),
        ("wieder bei Anna", NameFault.STYLIST),
        ("Termin bei Anna", NameFault.STYLIST),
        ("at Anna's", NameFault.STYLIST),
        ("Anna oder Ben", NameFault.STYLIST),
        ("Herrenschnitt", NameFault.SERVICE),
        ("Föhnen", NameFault.SERVICE),
        ("Ansatz färben", NameFault.SERVICE),
        ("eine Dauerwelle", NameFault.SERVICE),
        ("Dauerwelle bitte", NameFault.SERVICE),
        ("Haarschnitt", NameFault.SERVICE),
        ("half past two", NameFault.TIME),
        ("quarter to four", NameFault.TIME),
        ("at three", NameFault.TIME),
        ("den ersten", NameFault.TIME),
        ("der zweite", NameFault.TIME),
        ("acht", NameFault.TIME),
        ("mein Name ist Freitag", NameFault.TIME),
        ("Kommenden Montag", NameFault.TIME),
        ("Termin Freitag", NameFault.TIME),
        ("Any Friday", NameFault.TIME),
        ("Freitag passt mir", NameFault.TIME),
        ("Freitag Anna", NameFault.TIME),
        ("Müller morgen", NameFault.TIME),
        ("Herr Montag bis Freitag", NameFault.TIME),
    ],
)
def test_what_belongs_into_another_field_is_told_apart(said: str, fault: NameFault) -> None:
    assert customer_name(said, people=PEOPLE, services=SERVICES) == CustomerName(fault=fault)
