"""The branch that was called, as it speaks."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from gateway_world import BRANCH, NOW, salon

from telephony_gateway.clients.directory import read_branch
from telephony_gateway.domain.business import DialledBranch


def branch() -> DialledBranch:
    return read_branch(salon(), BRANCH)


def test_it_speaks_on_the_day_that_it_is_there() -> None:
    # An hour before midnight in Berlin it is still the day before in London.
    late = datetime(2026, 12, 31, 23, 30, tzinfo=ZoneInfo("Europe/London"))
    ours = branch()
    assert [ours.speaking_at(at).language.today for at in (NOW, late, NOW)] == [
        NOW.date(), date(2027, 1, 1), NOW.date()
    ]  # fmt: skip


def test_each_call_is_answered_in_its_own_language() -> None:
    ours = branch()
    assert [ours.speaking_at(NOW, tag=tag).language.code for tag in ("", "en-GB", "de-DE", "")] == [
        "de", "en", "de", "de"
    ]  # fmt: skip
    english = ours.speaking_at(NOW, tag="en-GB")
    assert english.speaking_at(NOW).language.code == "en"


def test_what_it_is_called_does_not_hang_on_how_it_speaks() -> None:
    ours = branch()
    assert ours.speaking_at(NOW, tag="en") == ours.speaking_at(NOW, tag="en") != ours
    assert ours.speaking_at(NOW, tag="en").names_of_people == ours.names_of_people


def test_many_languages_are_all_answered() -> None:
    ours = branch()
    assert {ours.speaking_at(NOW, tag=f"x{number}").language.tag for number in range(50)} == {
        f"x{number}" for number in range(50)
    }
