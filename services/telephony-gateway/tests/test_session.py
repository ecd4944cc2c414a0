"""What a call remembers: offers, wishes, names; in every replica, and of this call alone."""

import json
import uuid
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import grpc
import pytest
from gateway_world import NOW, World, appointment, found, option

from rufbuch.availability.v1 import service_pb2 as availability_pb2
from telephony_gateway.clients.sessions import RedisSessions
from telephony_gateway.clients.shared import SharedMemory, connect
from telephony_gateway.domain.session import EarlierWish, Offer, Session, Window

WISH = {"service": "Dauerwelle", "date": "kommenden Mittwoch", "time": "15 Uhr"}
TWO = found(availability_pb2.SEARCH_OUTCOME_ALTERNATIVES, option(14), option(16, option_id="o-zzzz2345"))


class TestChoosing:
    @pytest.mark.parametrize(
        ("said", "chosen"),
        [
            ("den ersten", "o-abcd2345"),
            ("den zweiten", "o-zzzz2345"),
            ("2", "o-zzzz2345"),
            ("Nummer 1", "o-abcd2345"),
            ("den letzten", "o-zzzz2345"),
            ("den um 16 Uhr", "o-zzzz2345"),
            ("o-zzzz2345", "o-zzzz2345"),
        ],
    )
    async def test_an_offered_time_is_taken_by_its_place_or_its_time(
        self, world: World, said: str, chosen: str
    ) -> None:
        world.availability.answer = TWO
        await world.phone.function("check_availability", WISH)
        answer = await world.phone.function("start_booking", {"option_id": said, "name": "Kim"})
        assert (answer["status"], world.booking.requests[0].option_id) == ("booked", chosen)

    @pytest.mark.parametrize("said", ["den dritten", "den um 15 Uhr", "ja", ""])
    async def test_what_singles_out_no_offer_is_asked(self, world: World, said: str) -> None:
        """BK-12, AV-11: the caller picks one of ours, nothing is composed."""
        world.availability.answer = TWO
        await world.phone.function("check_availability", WISH)
        answer = await world.phone.function("start_booking", {"option_id": said, "name": "Kim"})
        assert (answer["status"], world.booking.requests) == ("need_option", [])

    async def test_yes_to_the_only_time_is_that_time(self, world: World) -> None:
        world.availability.answer = found(availability_pb2.SEARCH_OUTCOME_AVAILABLE, option(15))
        await world.phone.function("check_availability", WISH)
        other = await world.phone.function("start_booking", {"name": "Kim", "datetime": "2026-11-25 16:00"})
        yes = await world.phone.function("start_booking", {"name": "Kim"})
        assert (other["status"], yes["status"]) == ("need_option", "booked")

    async def test_another_call_has_heard_nothing(self, world: World) -> None:
        """TG-34, BK-28: never "the most recent call", not even from the same number."""
        world.availability.answer = TWO
        await world.phone.function("check_availability", {**WISH, "name": "Kim"})
        world.phone.call["call_id"] = f"call_{uuid.uuid4().hex}"
        unnamed = await world.phone.function("start_booking", {"option_id": "o-abcd2345"})
        first = await world.phone.function("start_booking", {"option_id": "den ersten", "name": "Kim"})
        assert (first["status"], unnamed["status"]) == ("need_option", "need_name")


class TestNames:
    async def test_a_name_is_asked_for_once(self, world: World) -> None:
        """TG-32"""
        world.availability.answer = TWO
        await world.phone.function("check_availability", {**WISH, "kundename": "Erika Mustermann"})
        answer = await world.phone.function("start_booking", {"option_id": "den ersten"})
        assert (answer["status"], world.booking.requests[0].customer_name) == ("booked", "Erika Mustermann")

    async def test_whom_the_caller_wants_is_not_who_calls(self, world: World) -> None:
        """TG-24"""
        answer = await world.phone.function("start_booking", {"option_id": "o-abcd2345", "name": "bei Anna"})
        assert (answer["status"], world.booking.requests) == ("need_name", [])


class TestMore:
    async def test_what_was_heard_is_not_offered_again(self, world: World) -> None:
        world.availability.answer = TWO
        await world.phone.function("check_availability", WISH)
        await world.phone.function("get_alternatives")
        asked = world.availability.searches[1]
        heard = {one.ToDatetime(UTC).hour for one in asked.excluded_start_times}
        assert (heard, asked.start_time.ToJsonString()) == ({13, 15}, "2026-11-25T14:00:00Z")

    @pytest.mark.parametrize("function", ["get_alternatives", "check_availability"])
    async def test_later_means_later_than_what_was_read_out(self, world: World, function: str) -> None:
        world.availability.answer = TWO
        await world.phone.function("check_availability", WISH)
        answer = await world.phone.function(function, {"zeitraum": "geht auch später?"})
        window = world.availability.searches[1].windows[0]
        assert (window.start_time.ToJsonString(), window.end_time.ToJsonString()) == (
            "2026-11-25T15:01:00Z",
            "2026-11-25T23:00:00Z",
        )
        assert (answer["status"], "nicht frei" in answer["message"]) == ("alternatives", False)

    async def test_earlier_never_reaches_into_the_past(self, world: World) -> None:
        world.availability.answer = TWO
        await world.phone.function("check_availability", WISH)
        await world.phone.function("get_alternatives", {"time": "früher"})
        windows = world.availability.searches[1].windows
        assert windows[0].end_time.ToJsonString() == "2026-11-25T13:00:00Z"
        assert windows[-1].end_time.ToDatetime(UTC) > NOW

    async def test_a_heard_time_is_not_called_taken(self, world: World) -> None:
        world.availability.answer = TWO
        await world.phone.function("check_availability", WISH)
        world.availability.answer = found(availability_pb2.SEARCH_OUTCOME_UNAVAILABLE)
        answer = await world.phone.function("get_alternatives")
        assert answer["message"].startswith("Mehr freie Zeiten finde ich da leider nicht.")

    async def test_without_an_offer_it_asks_like_the_first_time(self, world: World) -> None:
        answer = await world.phone.function("get_alternatives", {"service_name": "Dauerwelle"})
        assert answer["status"] == "need_date"

    async def test_somebody_who_was_asked_for_stays_asked_for(self, world: World) -> None:
        """SR-06, AV-16"""
        world.availability.answer = TWO
        await world.phone.function("check_availability", {**WISH, "staff": "Anna"})
        await world.phone.function("get_alternatives", {"time": "später"})
        assert world.availability.searches[1].person_id == option(15).person_id


class TestPending:
    async def test_a_pending_booking_is_picked_up_by_the_following_call(self, world: World) -> None:
        """TG-31, BK-29"""
        world.booking.failure, world.booking.commits_before_failing = grpc.StatusCode.UNKNOWN, True
        first = await world.phone.function("start_booking", {"option_id": "o-abcd2345", "name": "Kim"})
        world.booking.failure = None
        second = await world.phone.function("start_booking")
        assert (first["status"], second["status"]) == ("pending", "booked")
        assert {one.request_id for one in world.booking.requests} == {world.booking.requests[0].request_id}

    async def test_what_is_settled_is_not_picked_up(self, world: World) -> None:
        await world.phone.function("start_booking", {"option_id": "o-abcd2345", "name": "Kim"})
        assert (await world.phone.function("start_booking"))["status"] == "need_option"


class TestLanguage:
    async def test_a_caller_who_speaks_english_is_answered_in_english_from_then_on(
        self, world: World
    ) -> None:
        world.availability.answer = TWO
        await world.phone.function("get_context", {"language": "en"})
        answer = await world.phone.function(
            "check_availability", {**WISH, "date": "next Wednesday", "time": "3 pm"}
        )
        assert answer["message"].startswith("I am afraid Wednesday, 25 November")


def _session() -> Session:
    start = datetime(2026, 11, 25, 14, tzinfo=UTC)
    session = Session(name="Kim", language="en-GB", asked_option="o-1", choices=("a", "b"))
    offers = (Offer("o-1", start, "s", "p", "m"), Offer("o-2", start, "s", "p", "m", ("p", "q")))
    session.note_offers(EarlierWish("s", "", None, (Window(start, start),), "m"), offers)
    session.asked_visits = (("s", "t"), ("s", "u"))
    return session


@pytest.fixture
async def shared(redis_url: str) -> AsyncIterator[SharedMemory]:
    async with connect(redis_url) as client:
        yield SharedMemory(client)


class TestKeeping:
    async def test_a_replica_reads_what_another_has_noted(self, shared: SharedMemory) -> None:
        await RedisSessions(shared).keep("t", "c", _session())
        assert await RedisSessions(shared).of("t", "c") == _session()

    async def test_the_version_before_reads_what_is_noted_of_most_offers(self, shared: SharedMemory) -> None:
        """Both run while it is replaced, and it knows no people of an offer."""
        await RedisSessions(shared).keep("t", "c", _session())
        stored = await shared.ask(lambda redis: redis.hget("gateway:session:t:c", "offers"))
        assert ["people" in offer for offer in json.loads(stored or "")] == [False, True]

    async def test_another_tenant_with_the_same_call_id_has_notes_of_its_own(
        self, shared: SharedMemory
    ) -> None:
        """SE-15"""
        await RedisSessions(shared).keep("t", "c", _session())
        assert await RedisSessions(shared).of("other", "c") == Session()

    async def test_two_at_once_do_not_overwrite_each_other(self, shared: SharedMemory) -> None:
        sessions = RedisSessions(shared)
        one, other = await sessions.of("t", "c"), await sessions.of("t", "c")
        one.name, other.language = "Kim", "en-GB"
        await sessions.keep("t", "c", one)
        await sessions.keep("t", "c", other)
        after = await sessions.of("t", "c")
        assert (after.name, after.language) == ("Kim", "en-GB")

    async def test_what_has_not_changed_is_not_written(self, shared: SharedMemory) -> None:
        sessions = RedisSessions(shared)
        await sessions.keep("t", "c", await sessions.of("t", "c"))
        assert await shared.ask(lambda redis: redis.keys("*")) == []

    async def test_what_was_taken_back_is_gone_for_everybody(self, shared: SharedMemory) -> None:
        """A booking that has ended is not asked for again."""
        await RedisSessions(shared).keep("t", "c", _session())
        read = await RedisSessions(shared).of("t", "c")
        read.asked_option, read.wish, read.offers = "", None, ()
        await RedisSessions(shared).keep("t", "c", read)
        after = await RedisSessions(shared).of("t", "c")
        assert (after.asked_option, after.wish, after.offers, after.name) == ("", None, (), "Kim")

    async def test_without_redis_a_process_remembers_its_own_calls(self) -> None:
        async with connect("redis://127.0.0.1:1") as away:
            sessions = RedisSessions(SharedMemory(away))
            await sessions.keep("t", "c", _session())
            assert await sessions.of("t", "c") == _session()

    async def test_what_redis_has_lost_or_never_got_is_still_known(self, shared: SharedMemory) -> None:
        """Redis restarts in the middle of a call, or was away for the moment of one write."""
        sessions = RedisSessions(shared)
        await sessions.keep("t", "c", _session())
        await shared.ask(lambda redis: redis.flushdb())
        assert await sessions.of("t", "c") == _session()
        again = await sessions.of("t", "c")
        again.name = "Robin"
        shared.leave_alone()
        await sessions.keep("t", "c", again)
        shared.leave_alone(for_s=0)
        assert (await sessions.of("t", "c")).name == "Robin"

    async def test_hanging_up_closes_the_notes(self, world: World) -> None:
        world.availability.answer = TWO
        await world.phone.function("check_availability", {**WISH, "name": "Kim"})
        await world.phone.event("call_ended")
        late = await world.phone.function("start_booking", {"option_id": "den ersten", "name": "Kim"})
        assert late["status"] == "need_option"


async def test_an_appointment_of_another_call_is_not_this_calls(world: World) -> None:
    world.phone.call["from_number"] = "restricted"
    world.booking.add(
        appointment(15, appointment_id=str(uuid.UUID(int=55)), number="", call_id="call_before")
    )
    assert (await world.phone.function("cancel_appointment"))["status"] == "denied"
