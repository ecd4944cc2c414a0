"""Names letter by letter, by whichever spelling table."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telephony_gateway.language.contact.heard import NOTHING, Certainty, heard
from telephony_gateway.language.contact.spelled_names import spelled_name


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("S C H U L Z E", "Schulze"),
        ("S, C, H, U, L, Z, E", "Schulze"),
        ("Siegfried Cäsar Heinrich Ulrich Ludwig Zacharias Emil", "Schulze"),
        ("Schulze, S wie Siegfried, C wie Cäsar, H wie Heinrich, U, L, Z, E", "Schulze"),
        ("Salzwedel Chemnitz Hamburg Unna Leipzig Zwickau Essen", "Schulze"),
        ("Schule Ulrich Ludwig Zeppelin", "Schulz"),
        ("M Umlaut Unna Doppel L E R", "Müller"),
        ("München Übermut Leipzig Leipzig Essen Rostock", "Müller"),
        ("Emm Ü Doppel-L E Er", "Müller"),
        ("G R O scharfes S", "Groß"),
        ("G R O Eszett", "Groß"),
        ("W E I Doppel-S", "Weiss"),
        ("Ypsilon I L M A Zett", "Yilmaz"),
        ("K Ö H L E R Bindestrich M A I E R", "Köhler-Maier"),
        ("Sierra Mike India Tango Hotel", "Smith"),
        ("Köln Offenbach Chemnitz Hannover", "Koch"),
        ("Anton Dora Anton Martha", "Adam"),
        ("M U Umlaut L L E R", "Müller"),
        ("M Ü zwei L E R", "Müller"),
        ("K Ö wie Öl N I G", "König"),
        ("O Apostroph N E I L L", "O'Neill"),
        ("D Apostroph A M I C O", "D'Amico"),
        ("V O N Leerzeichen B E R G", "Von Berg"),
        ("aitch A L L", "Hall"),
        ("double-u I L S O N", "Wilson"),
        ("S as in Sam, M as in Mary, I, T, H", "Smith"),
        ("J as in John O N E S", "Jones"),
        ("B for Bob, L for Lima, A, C, K", "Black"),
        ("S wie in Salzwedel, C H M I D T", "Schmidt"),
        ("Ich buchstabiere: B E C K, danke", "Beck"),
        ("Schmitt, S C H M I D T", "Schmidt"),
        ("Otto, Offenbach Theodor Theodor Offenbach", "Otto"),
        ("Heinrich Doppel-A Siegmund", "Haas"),
    ],
)
def test_a_spelled_name_is_written_so(said: str, name: str) -> None:
    found = spelled_name(said)
    assert (found.certainty, found.value) == (Certainty.OK, name)


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("M A Y E R mit Ypsilon", "Mayer"),
        ("S C H M I D T mit D T", "Schmidt"),
        ("S C H M I D T mit dt am Ende", "Schmidt"),
        ("M E I E R mit E I", "Meier"),
        ("W E I S S mit Doppel-S", "Weiss"),
        ("A N N E T T E mit zwei T", "Annette"),
        ("T H O M A S mit T H", "Thomas"),
        ("S T E F A N mit F", "Stefan"),
        ("mit C, C A R L", "Carl"),
        ("J Ä G E R mit Ä wie Ärger", "Jäger"),
        ("S C H M I T T, Doppel-T am Ende", "Schmitt"),
        ("M I L L E R with double L", "Miller"),
        ("M Y E R S with a Y", "Myers"),
        ("C L A R K E with an E at the end", "Clarke"),
    ],
)
def test_an_explanation_repeats_what_was_spelled_and_adds_nothing(said: str, name: str) -> None:
    found = spelled_name(said)
    assert (found.certainty, found.value) == (Certainty.OK, name)


@pytest.mark.parametrize(
    "said",
    [
        "B E M wie Nordpol E R",
        "S C H U Apfel L Z E",
        "S C H U L Z nein S C H U S T E R",
        "M E I E R mit A I",
        "G R O S S mit scharfem S",
        "S C H M I T Doppel T",
        "M I L L L E R",
        "Umlaut M E Y E R",
    ],
)
def test_what_contradicts_itself_is_read_back(said: str) -> None:
    assert spelled_name(said).certainty is Certainty.DOUBTFUL


@pytest.mark.parametrize(
    "said",
    [
        "Stuttgart Essen Ingelheim Nürnberg",
        "Köln Offenbach Chemnitz Hagen",
        "Je A En De A",
        "Anna S C H M I D T",
        "Mein Name ist Otto B E C K",
        "Hier ist Ludwig Julius Ludwig",
        "Mein Name ist H Anton Anna Samuel",
        "Mein Name ist Berta, Emil, Charlie, Karl",
    ],
)
def test_a_word_beside_the_letters_may_have_been_one_of_them(said: str) -> None:
    assert spelled_name(said).certainty is Certainty.DOUBTFUL


@pytest.mark.parametrize(
    "said",
    [
        "Mein Name ist Anna Sophie Kaiser",
        "Mein Name ist Anna Maria Peter",
        "Anna Maria Sophie Müller",
        "Karl Otto Friedrich Weber",
        "Karl Otto Friedrich",
        "Ich bin es, Anna Kaiser",
        "Ich bin es, Karl Otto Friedrich Wilhelm",
        "Hier ist Maria de Rosa",
        "Herr Otto Richard Wilhelm",
        "Guten Tag, ich bin die Maria Sophie Ludwig",
        "Mein Name ist Mike Oscar Romeo",
        "E. T. A. Hoffmann",
        "Erika M. Berger",
    ],
)
def test_words_of_a_table_that_are_somebodys_names_are_no_letters(said: str) -> None:
    assert spelled_name(said) == NOTHING


@pytest.mark.parametrize(
    "said", ["Mein Name ist Martha Anton Ida Emil Richard", "Martha Anton Ida Emil Richard"]
)
def test_so_many_are_nobodys_name(said: str) -> None:
    assert spelled_name(said) == heard("Maier", sure=True)


@pytest.mark.parametrize("said", ["Karl Otto Friedrich Wilhelm", "Peter Xaver Peter"])
def test_what_may_be_either_is_read_back_as_it_was_said(said: str) -> None:
    assert spelled_name(said) == heard(said, sure=False)


@pytest.mark.parametrize(
    "said", ["", "Mein Name ist Müller", "Anton Berta", "am Freitag", "☃☃☃", "wie", "doppel", "-"]
)
def test_what_was_not_spelled_is_none(said: str) -> None:
    assert spelled_name(said) == NOTHING


@given(name=st.text(alphabet="abcdefghijklmnopqrstuvwxyz", min_size=3, max_size=20))
def test_letter_by_letter_every_name_comes_back(name: str) -> None:
    assert spelled_name(" ".join(name.upper())).value == name.capitalize()


@given(text=st.text(max_size=80))
def test_no_text_raises(text: str) -> None:
    spelled_name(text)
