"""What the gateway keeps as a customer's name, booking takes: else whoever is called so could never book."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from booking.domain.names import customer_name_of
from booking.errors import NameInvalidError
from telephony_gateway.domain.business import BookableService, Colleague, DialledBranch
from telephony_gateway.domain.sentences import Voice
from telephony_gateway.domain.session import Session
from telephony_gateway.usecases.heard_names import note_name

NOW = datetime(2026, 9, 16, 12, tzinfo=UTC)
PERM = BookableService("perm", "Dauerwelle", ("Locken",), 90, None, "EUR")
ANNA = Colleague("anna", "Anna", frozenset({"perm"}))
BRANCH = DialledBranch(
    "tenant", "branch", "Salon", Voice("de-DE"), ZoneInfo("Europe/Berlin"), 180, (), (PERM,), (ANNA,)
).speaking_at(NOW)


def kept(said: str, *, times: int = 1) -> str:
    """What the gateway would book for who says so."""
    session = Session()
    for _ in range(times):
        note_name(session, said, BRANCH)
    return session.name


def taken(name: str) -> bool:
    try:
        return customer_name_of(name) == name
    except NameInvalidError:
        return False


@pytest.mark.parametrize(
    "name",
    [
        "Kim Freitag", "Dr. Freitag", "Frau Dr. Freitag", "August Müller", "Karl August Weber", "April Schmidt",
        "June Carter", "Freitag-Müller", "Sonntag, Petra", "Herr von Montag", "Herr Acht", "Tim Früh", "Jan Freitag",
        "Peter Uhr", "Maria Morgen", "Frau Sonnabend", "Wednesday Addams", "Erika Ostern",
    ],
)  # fmt: skip
def test_who_is_called_like_a_time_books_under_the_full_name_at_once(name: str) -> None:
    assert kept(name) == name
    assert taken(name)


@pytest.mark.parametrize("said", ["Anna", "August", "Mai", "Ostern"])
def test_a_name_that_is_believed_when_it_is_said_again_is_taken(said: str) -> None:
    assert not kept(said)
    assert kept(said, times=2) == said
    assert taken(said)


@pytest.mark.parametrize(
    "said",
    [
        "Freitag", "Sonntag", "Morgen", "Acht", "Früh", "acht", "halb neun", "Mittwoch um drei", "nächsten Freitag",
        "half past two", "ten o'clock", "Monday", "noon", "um acht", "viertel nach drei", "15 Uhr", "Peter Acht Uhr",
        "bei Anna", "bei Kim", "Dauerwelle", "Locken", "Herr Kunde", "unbekannter Anrufer", "Customer Name", "n/a",
        "nil", "withheld", "Test", "privat", "guest", "Anna 😀", "K",
    ],
)  # fmt: skip
def test_what_is_no_name_is_not_believed_however_often_it_is_said(said: str) -> None:
    assert not kept(said, times=3)


@pytest.mark.parametrize(
    "said", ["Freitag", "Sonntag", "Morgen", "Acht", "Früh", "um acht", "bei Anna", "Kunde", "K"]
)
def test_neither_believes_what_is_only_a_time_a_wish_or_nobody(said: str) -> None:
    assert not kept(said, times=2)
    assert not taken(said)
