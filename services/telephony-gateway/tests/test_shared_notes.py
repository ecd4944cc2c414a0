"""The notes of a call over several replicas, of which one may not reach Redis for a moment."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest
from gateway_world import World, found, option

from rufbuch.availability.v1 import service_pb2 as availability_pb2
from telephony_gateway.clients.sessions import RedisSessions
from telephony_gateway.clients.shared import SharedMemory, connect
from telephony_gateway.domain.session import EarlierWish, Offer, Session

START = datetime(2026, 11, 25, 14, tzinfo=UTC)
WISH = EarlierWish("s", "", None)
CALL = ("t", "c")


def offers(*ids: str) -> tuple[Offer, ...]:
    return tuple(Offer(each, START, "s", "p") for each in ids)


class Replica:
    """Its notes, and the Redis that it may be cut off from."""

    def __init__(self, shared: SharedMemory) -> None:
        self.shared, self.sessions = shared, RedisSessions(shared)

    async def read(self) -> Session:
        return await self.sessions.of(*CALL)

    async def keep(self, session: Session) -> None:
        await self.sessions.keep(*CALL, session)

    async def offer(self, *ids: str) -> None:
        session = await self.read()
        session.note_offers(WISH, offers(*ids), dict.fromkeys(ids, b"voucher"))
        await self.keep(session)

    def lose(self) -> None:
        self.shared.leave_alone(60)

    def find(self) -> None:
        self.shared.leave_alone(0)


@pytest.fixture
async def here(redis_url: str) -> AsyncIterator[Replica]:
    async with connect(redis_url) as client:
        yield Replica(SharedMemory(client))


@pytest.fixture
async def there(redis_url: str) -> AsyncIterator[Replica]:
    async with connect(redis_url) as client:
        yield Replica(SharedMemory(client))


async def test_what_could_not_be_written_does_not_hide_what_another_has_written_since(
    here: Replica, there: Replica
) -> None:
    """ "Ja" takes what was offered last, and no older voucher stands for it."""
    here.lose()
    await here.offer("o-first")
    await there.offer("o-second")
    here.find()

    read = await here.read()

    assert [each.option_id for each in read.offers] == ["o-second"]
    assert read.voucher_of("o-first") == b""


async def test_what_could_not_be_written_is_known_and_goes_with_what_comes_next(
    here: Replica, there: Replica
) -> None:
    await here.offer("o-first")
    here.lose()
    session = await here.read()
    session.name = "Kim"
    await here.keep(session)
    session = await here.read()
    session.name = "Robin"
    await here.keep(session)
    here.find()

    session = await here.read()
    assert session.name == "Robin"
    session.language = "en-GB"
    await here.keep(session)

    read = await there.read()
    assert (read.name, read.language, [each.option_id for each in read.offers]) == (
        "Robin", "en-GB", ["o-first"],
    )  # fmt: skip


async def test_what_another_has_written_beside_it_keeps_both(here: Replica, there: Replica) -> None:
    await here.offer("o-first")
    here.lose()
    session = await here.read()
    session.name = "Kim"
    await here.keep(session)
    await there.offer("o-second")
    here.find()

    read = await here.read()

    assert (read.name, [each.option_id for each in read.offers]) == ("Kim", ["o-second"])


async def test_offers_and_their_wish_are_of_one_search(here: Replica, there: Replica) -> None:
    one, other = await here.read(), await there.read()
    one.note_offers(WISH, offers("o-first"))
    other.note_offers(EarlierWish("another", "q", None), ())
    await here.keep(one)
    await there.keep(other)

    read = await here.read()

    assert read.wish
    assert (read.wish.service_id, [each.service_id for each in read.offers]) in (
        ("s", ["s"]),
        ("another", []),
    )


async def test_what_was_closed_at_one_replica_is_so_at_all(here: Replica, there: Replica) -> None:
    for replica in (here, there):
        session = await replica.read()
        session.name = "Kim"
        session.note_offers(WISH, offers("o-first"))
        await replica.keep(session)

    await there.sessions.forget(*CALL)

    assert await here.read() == Session()
    here.lose()
    assert await here.read() == Session()


async def test_what_comes_late_begins_anew(here: Replica, there: Replica) -> None:
    await here.offer("o-first")
    await there.sessions.forget(*CALL)
    await here.offer("o-second")

    assert [each.option_id for each in (await there.read()).offers] == ["o-second"]


async def test_all_that_redis_has_lost_is_written_again(here: Replica, there: Replica) -> None:
    await here.offer("o-first")
    await here.shared.ask(lambda redis: redis.flushdb())
    session = await here.read()
    session.name = "Kim"
    await here.keep(session)

    read = await there.read()

    assert (read.name, [each.option_id for each in read.offers]) == ("Kim", ["o-first"])


@pytest.mark.parametrize("is_lost", [False, True], ids=["away", "lost"])
async def test_a_copy_of_ones_own_vouches_for_nothing(
    here: Replica, there: Replica, *, is_lost: bool
) -> None:
    """Another replica may have replaced, or let go, what it was for."""
    await here.offer("o-first")
    await there.offer("o-second")
    if is_lost:
        await here.shared.ask(lambda redis: redis.flushdb())
    else:
        here.lose()

    read = await here.read()

    assert [each.option_id for each in read.offers] == ["o-first"]
    assert read.voucher_of("o-first") == b""


TWO = found(availability_pb2.SEARCH_OUTCOME_ALTERNATIVES, option(14), option(16, option_id="o-zzzz2345"))
ASKED = {"service": "Dauerwelle", "date": "kommenden Mittwoch", "time": "15 Uhr"}


class TestChosenBeforeTheNameWasKnown:
    @pytest.fixture(autouse=True)
    async def offered(self, world: World) -> None:
        world.availability.answer = TWO
        await world.phone.function("check_availability", ASKED)

    async def test_the_name_is_all_that_is_missing(self, world: World) -> None:
        asked = await world.phone.function("start_booking", {"option_id": "den zweiten"})
        booked = await world.phone.function("start_booking", {"name": "Kim"})
        assert (asked["status"], booked["status"]) == ("need_name", "booked")
        assert [one.option_id for one in world.booking.requests] == ["o-zzzz2345"]

    async def test_how_often_need_not_be_said_again(self, world: World) -> None:
        said = {"option_id": "den zweiten", "repeat_weeks": "2", "repeat_count": "3"}
        await world.phone.function("start_booking", said)
        await world.phone.function("start_booking", {"name": "Kim"})
        assert [(one.option_id, one.every_weeks, one.count) for one in world.booking.series] == [
            ("o-zzzz2345", 2, 3)
        ]

    async def test_another_choice_takes_its_place(self, world: World) -> None:
        await world.phone.function("start_booking", {"option_id": "den zweiten"})
        await world.phone.function("start_booking", {"option_id": "den ersten", "name": "Kim"})
        assert [one.option_id for one in world.booking.requests] == ["o-abcd2345"]

    @pytest.mark.parametrize("said", [{"option_id": "den dritten"}, {"date": "Freitag"}, {"time": "9 Uhr"}])
    async def test_what_fits_none_is_asked_about(self, world: World, said: dict[str, str]) -> None:
        await world.phone.function("start_booking", {"option_id": "den zweiten"})
        answer = await world.phone.function("start_booking", {**said, "name": "Kim"})
        assert (answer["status"], world.booking.requests) == ("need_option", [])

    async def test_a_new_search_is_another_story(self, world: World) -> None:
        await world.phone.function("start_booking", {"option_id": "den zweiten"})
        await world.phone.function("check_availability", {**ASKED, "time": "9 Uhr"})
        answer = await world.phone.function("start_booking", {"name": "Kim"})
        assert (answer["status"], world.booking.requests) == ("need_option", [])
