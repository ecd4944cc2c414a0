"""What passes for a customer's name."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from booking.domain.names import customer_name_of
from booking.errors import NameInvalidError


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("Anna Beispiel", "Anna Beispiel"),
        ("  Anna \t Beispiel\n", "Anna Beispiel"),
        ("O’Neill-Müller", "O’Neill-Müller"),
        ("Jose\u0301", "José"),
        ("Dr. Ngọc Lê, Familie (zwei Kinder)", "Dr. Ngọc Lê, Familie (zwei Kinder)"),
        ("王小明", "王小明"),
        ("Peter Acht", "Peter Acht"),
        ("Peter Uhr", "Peter Uhr"),
        ("Frau Montag", "Frau Montag"),
        ("Petra Kunde", "Petra Kunde"),
        ("Elisabeth II", "Elisabeth II"),
        ("Ng", "Ng"),
        ("x" * 120, "x" * 120),
    ],
)
def test_a_name_is_kept_with_single_spaces(said: str, name: str) -> None:
    assert customer_name_of(said) == name


@pytest.mark.parametrize(
    "said",
    [
        "", "   ", "x" * 121, "x" * 10_000, "Anna\0", "Anna\x1b[2J", "Anna\u202eB", "Anna\u200bB", "Anna 😀", "😀",
        "{{customer_name}}", "<b>Anna</b>", "...", "-", "42",
        "Unbekannt", "unbekannt.", "UNBEKANNTER ANRUFER", "anonymous", "Anonym", "None", "null", "undefined", "n/a",
        "Kunde", "(unknown)",
        "Acht Uhr", "acht", "um acht", "halb neun", "viertel nach drei", "15 Uhr", "15:30", "um 15 Uhr 30",
        "Montag um zehn", "morgen früh", "tomorrow at ten", "ten o'clock", "Termin um 9 Uhr bitte",
        "bei Anna", "K", "Ö.", "k 9",
    ],
)  # fmt: skip
def test_what_nobody_is_called_is_refused(said: str) -> None:
    """TG-24."""
    with pytest.raises(NameInvalidError):
        customer_name_of(said)


@given(st.text(max_size=200))
def test_whatever_passes_is_short_printable_and_passes_again_unchanged(said: str) -> None:
    try:
        name = customer_name_of(said)
    except NameInvalidError:
        return
    assert name.isprintable()
    assert 1 <= len(name) <= 120
    assert customer_name_of(name) == name
