"""Names and numbers as callers say them, in the functions: kept, or asked about, never swapped in silence."""

import pytest
from gateway_world import World, found, option

from rufbuch.availability.v1 import service_pb2 as availability_pb2

OFFER = found(availability_pb2.SEARCH_OUTCOME_AVAILABLE, option(15))
WISH = {"service": "Dauerwelle", "date": "kommenden Mittwoch", "time": "15 Uhr"}
BOOK = {"option_id": "o-abcd2345"}


@pytest.fixture
async def offered(world: World) -> None:
    world.availability.answer = OFFER
    await world.phone.function("check_availability", WISH)


@pytest.mark.usefixtures("offered")
class TestNames:
    @pytest.mark.parametrize(
        ("said", "booked"),
        [
            ("Kim Beispiel", "Kim Beispiel"),
            ("mein Name ist Kim Beispiel", "Kim Beispiel"),
            ("Frau Freitag", "Frau Freitag"),
            ("Max März", "Max März"),
            ("S wie Siegfried, C, H, M, I, D, T", "Schmidt"),
            ("Martha Anton Ida Emil Richard", "Maier"),
            ("München Aachen Ingelheim Essen Rostock", "Maier"),
            ("Mein Name ist Anna Sophie Kaiser", "Anna Sophie Kaiser"),
            ("Karl Otto Friedrich Weber", "Karl Otto Friedrich Weber"),
            ("Erika Müller, M Ü L L E R", "Erika Müller"),
            ("O wie Otto, T wie Theodor, T, O wie Oskar", "Otto"),
            ("Guten Morgen, hier ist die Erika Müller", "Erika Müller"),
            ("Kim Schmidt mit D T", "Kim Schmidt"),
            ("August Müller", "August Müller"),
        ],
    )
    async def test_a_name_is_kept(self, world: World, said: str, booked: str) -> None:
        """Both spelling tables, the older one of first names and the one of cities."""
        answer = await world.phone.function("start_booking", {**BOOK, "name": said})
        assert answer["status"] == "booked"
        assert world.booking.requests[-1].customer_name == booked

    @pytest.mark.parametrize(
        ("said", "words"),
        [
            ("bei Anna", "So heißt jemand, der hier arbeitet."),
            ("Anna", "So heißt jemand, der hier arbeitet."),
            ("Acht Uhr", "Das klingt nach einer Zeit. Wie ist bitte der Vor- und Nachname?"),
            ("Freitag", "Das klingt nach einer Zeit. Wie ist bitte der Vor- und Nachname?"),
            ("Dauerwelle", "Das ist eine unserer Leistungen."),
            ("eine Dauerwelle", "Das ist eine unserer Leistungen."),
            ("Kunde", "Auf welchen Namen"),
            ("nicht genannt", "Auf welchen Namen"),
            ("0151 123456", "Auf welchen Namen"),
        ],
    )
    async def test_what_is_no_name_is_asked_about(self, world: World, said: str, words: str) -> None:
        """TG-24"""
        answer = await world.phone.function("start_booking", {**BOOK, "name": said})
        assert answer["status"] == "need_name"
        assert answer["message"].startswith(words)
        assert not world.booking.requests

    async def test_who_is_called_like_a_stylist_says_so_again(self, world: World) -> None:
        for status in ("need_name", "booked"):
            answer = await world.phone.function("start_booking", {**BOOK, "name": "Anna"})
            assert answer["status"] == status

    async def test_who_is_called_like_a_weekday_books_with_the_first_name(self, world: World) -> None:
        for said, status in (("Freitag", "need_name"), ("Freitag", "need_name"), ("Kim Freitag", "booked")):
            answer = await world.phone.function("start_booking", {**BOOK, "name": said})
            assert answer["status"] == status
        assert world.booking.requests[-1].customer_name == "Kim Freitag"

    async def test_what_is_no_name_even_when_it_is_said_again_is_asked_for_in_full(
        self, world: World
    ) -> None:
        for question in ("Auf welchen Namen", "Wie ist bitte der Vor- und Nachname?"):
            answer = await world.phone.function("start_booking", {**BOOK, "name": "Gast"})
            assert answer["message"].startswith(question)

    @pytest.mark.parametrize("said", ["Karl Otto Friedrich Wilhelm", "Meier mit A I"])
    async def test_what_may_be_a_name_or_spelled_is_read_back(self, world: World, said: str) -> None:
        answer = await world.phone.function("start_booking", {**BOOK, "name": said})
        assert (answer["status"], answer["message"][:22]) == ("need_name", "Habe ich den Namen " + said[:3])
        answer = await world.phone.function("start_booking", {**BOOK, "name": said})
        assert answer["status"] == "booked"

    async def test_a_mistake_does_not_replace_the_name_that_was_said_before(self, world: World) -> None:
        await world.phone.function("request_callback", {"name": "Kim Beispiel"})
        answer = await world.phone.function("start_booking", {**BOOK, "name": "Acht Uhr"})
        assert answer["status"] == "booked"
        assert world.booking.requests[-1].customer_name == "Kim Beispiel"

    async def test_a_name_that_was_spelled_unclearly_is_read_back(self, world: World) -> None:
        unclear = {**BOOK, "name": "M wie Martha, A wie Emil, I, E, R"}
        answer = await world.phone.function("start_booking", unclear)
        assert (answer["status"], answer["message"]) == (
            "need_name",
            "Habe ich den Namen Maier richtig verstanden?",
        )
        answer = await world.phone.function("start_booking", {**BOOK, "name": "Maier"})
        assert answer["status"] == "booked"


class TestNumbers:
    @pytest.mark.parametrize(
        ("said", "number"),
        [
            ("null drei null zwei drei eins zwei fünf eins null null", "+493023125100"),
            ("null dreißig, dreiundzwanzig, zwölf, einundfünfzig, null null", "+493023125100"),
            ("plus neunundvierzig dreißig zwei drei eins zwei fünf eins null null", "+493023125100"),
            ("030 23125100", "+493023125100"),
        ],
    )
    async def test_a_number_in_words_is_noted_as_it_is_dialled(
        self, world: World, said: str, number: str
    ) -> None:
        answer = await world.phone.function("request_callback", {"phone_number": said})
        assert answer["status"] == "callback_noted"
        assert world.booking.callbacks[-1].phone_number == number

    async def test_it_is_one_of_the_country_of_the_branch(self, world: World) -> None:
        world.registry.business.branches[0].holiday_region = "AT-9"
        await world.phone.function("request_callback", {"phone_number": "null eins fünf acht acht null null"})
        assert world.booking.callbacks[-1].phone_number == "+43158800"

    async def test_one_that_was_not_heard_well_is_noted_and_read_back(self, world: World) -> None:
        said = {"phone_number": "null drei null zwei drei eins, nein, zwei fünf eins null null null"}
        answer = await world.phone.function("request_callback", said)
        assert answer["status"] == "callback_noted"
        assert "richtig verstanden?" in answer["message"] or "Unter welcher Nummer" in answer["message"]

    @pytest.mark.parametrize("function", ["request_callback", "join_waitlist"])
    async def test_one_without_all_of_its_figures_is_read_back_as_it_was_said(
        self, world: World, function: str
    ) -> None:
        """With its zero, and with pauses: only the caller can tell what is missing."""
        said = "null eins fünf eins zwölf vierunddreißig fünfundsechzig sieben"
        wish = {"service": "Dauerwelle", "date": "Mittwoch", "time": "egal", "phone_number": said}
        answer = await world.phone.function(function, wish)
        assert answer["message"].endswith("Habe ich die Nummer 015 112 346 57 richtig verstanden?")

    async def test_one_that_was_not_understood_is_not_replaced_by_the_callers_own(self, world: World) -> None:
        """What the caller hears is true: nobody waits at the one number while the salon calls the other."""
        answer = await world.phone.function("request_callback", {"phone_number": "null eins fünf"})
        assert "Unter welcher Nummer" in answer["message"]
        assert world.booking.callbacks[-1].phone_number == ""

    async def test_the_same_number_means_the_one_that_calls(self, world: World) -> None:
        await world.phone.function("request_callback", {"phone_number": "meine eigene Nummer"})
        assert world.booking.callbacks[-1].phone_number == world.phone.call["from_number"]
