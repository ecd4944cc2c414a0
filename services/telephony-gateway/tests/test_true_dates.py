"""What an earlier system said about days and times that was not so: the functions, end to end."""

from datetime import timedelta

from gateway_world import World, found, option

from rufbuch.availability.v1 import service_pb2 as availability_pb2


def a_day_later(made: availability_pb2.Option) -> availability_pb2.Option:
    for at in (made.start_time, made.end_time):
        at.FromDatetime(at.ToDatetime() + timedelta(days=1))
    return made


OTHERS = found(
    availability_pb2.SEARCH_OUTCOME_ALTERNATIVES,
    option(14),
    a_day_later(option(10, option_id="o-zzzz2345")),
)
WISH = {"service": "Dauerwelle", "date": "kommenden Mittwoch", "time": "15 Uhr"}


async def test_an_alternative_is_said_and_booked_on_its_own_day(world: World) -> None:
    """D9, D20: of another day only the time was kept, and it was announced "am gleichen Tag"."""
    world.availability.answer = OTHERS
    offered = await world.phone.function("check_availability", WISH)
    assert "Mittwoch, 25. November, 14 Uhr" in offered["message"]
    assert "Donnerstag, 26. November, 10 Uhr" in offered["message"]
    await world.phone.function("start_booking", {"option_id": "den um zehn", "name": "Kim"})
    assert world.booking.requests[-1].option_id == "o-zzzz2345"


async def test_nothing_is_booked_for_a_date_that_the_model_puts_together(world: World) -> None:
    """D10: 13 December was checked and 12 December was booked."""
    world.availability.answer = OTHERS
    await world.phone.function("check_availability", WISH)
    answer = await world.phone.function("start_booking", {"datetime": "2026-12-12T10:00", "name": "Kim"})
    assert (answer["status"], world.booking.requests) == ("need_option", [])


async def test_a_time_nearby_is_never_called_the_one_that_was_asked_for(world: World) -> None:
    """D19: "13 Uhr ist frei", though only 12:45 and 13:15 were."""
    near = (option(12, 45), option(13, 15, option_id="o-zzzz2345"))
    world.availability.answer = found(availability_pb2.SEARCH_OUTCOME_ALTERNATIVES, *near)
    answer = await world.phone.function("check_availability", {**WISH, "time": "13 Uhr"})
    assert answer["status"] == "alternatives"
    assert answer["message"].startswith(
        "Mittwoch, der 25. November, 13 Uhr ist leider nicht frei, ich kann Ihnen"
    )
    assert "12 Uhr 45" in answer["message"]
    assert "13 Uhr 15" in answer["message"]


async def test_a_day_without_a_time_is_asked_about_and_nothing_is_searched(world: World) -> None:
    """D6, D7"""
    answer = await world.phone.function(
        "check_availability", {"service": "Dauerwelle", "date": "nächste Woche"}
    )
    assert answer["status"] == "need_time"
    assert not world.availability.searches
    answer = await world.phone.function("check_availability", {"service": "Dauerwelle"})
    assert answer["status"] == "need_date"
    assert not world.availability.searches


class TestOptionsThatWereReadOut:
    async def test_the_words_for_one_of_them_choose_it(self, world: World) -> None:
        for said, chosen in [
            ("den ersten", "o-abcd2345"),
            ("der Erste", "o-abcd2345"),
            ("den zweiten bitte", "o-zzzz2345"),
            ("die letzte", "o-zzzz2345"),
            ("der letzte passt", "o-zzzz2345"),
            ("der um zehn", "o-zzzz2345"),
            ("nicht schlecht der um zehn", "o-zzzz2345"),
            ("vierzehn Uhr", "o-abcd2345"),
            ("den am Donnerstag", "o-zzzz2345"),
            ("Donnerstag um zehn", "o-zzzz2345"),
            ("the first one", "o-abcd2345"),
        ]:
            world.availability.answer = OTHERS
            await world.phone.function("check_availability", WISH)
            answer = await world.phone.function("start_booking", {"option_id": said, "name": "Kim"})
            assert answer["status"] == "booked", said
            assert world.booking.requests[-1].option_id == chosen, said

    async def test_the_first_is_no_day_of_the_month(self, world: World) -> None:
        """ "Den ersten" after options were read out is the first option."""
        world.availability.answer = OTHERS
        await world.phone.function("check_availability", WISH)
        answer = await world.phone.function("start_booking", {"date": "den ersten", "name": "Kim"})
        assert answer["status"] == "booked"
        assert world.booking.requests[-1].option_id == "o-abcd2345"

    async def test_what_was_not_among_them_is_asked_about(self, world: World) -> None:
        for said in ("den dritten", "der um elf", "am Freitag", "den 25. um zehn", "später"):
            world.availability.answer = OTHERS
            await world.phone.function("check_availability", WISH)
            answer = await world.phone.function("start_booking", {"option_id": said, "name": "Kim"})
            assert answer["status"] == "need_option", said
        assert not world.booking.requests

    async def test_later_is_searched_after_what_was_read_out(self, world: World) -> None:
        """ "Geht auch später?" """
        world.availability.answer = found(availability_pb2.SEARCH_OUTCOME_AVAILABLE, option(14))
        await world.phone.function("check_availability", {**WISH, "time": "14 Uhr"})
        await world.phone.function("get_alternatives", {"time": "geht auch später?"})
        windows = world.availability.searches[-1].windows
        assert windows[0].start_time.ToDatetime() > option(14).start_time.ToDatetime()
