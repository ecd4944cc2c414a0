"""What a call is booking on a voucher stays held, whatever else the call lets go of: such a booking may be under way still."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import grpc
import pytest
from gateway_world import RefusalError, World, found, option

from chassis.errors import Kind
from rufbuch.availability.v1 import service_pb2 as availability_pb2
from telephony_gateway.clients.sessions import RedisSessions
from telephony_gateway.clients.shared import SharedMemory, connect
from telephony_gateway.domain.session import KEPT_MAX, EarlierWish, Offer, Session

WISH = {"service": "Dauerwelle", "date": "kommenden Mittwoch", "time": "15 Uhr"}
ID = "o-abcd2345"


def free(voucher: bytes = b"voucher") -> availability_pb2.SearchSlotsResponse:
    offered = option(15, option_id=ID)
    offered.voucher = voucher
    return found(availability_pb2.SEARCH_OUTCOME_AVAILABLE, offered)


async def book(world: World, voucher: bytes = b"voucher") -> str:
    world.availability.answer = free(voucher)
    await world.phone.function("check_availability", WISH)
    return str((await world.phone.function("start_booking", {"option_id": ID, "name": "Kim"}))["status"])


async def test_a_later_search_of_the_call_lets_it_be(world: World) -> None:
    assert await book(world) == "booked"
    await world.phone.function("check_availability", {**WISH, "time": "9 Uhr"})
    assert [list(one.kept_option_ids) for one in world.availability.searches] == [[], [ID]]


async def test_the_end_of_the_call_lets_it_be_however_often_it_is_told(world: World) -> None:
    """The hold ends by itself; until then a booking that is late, or whose claim was lost, takes nobody's time."""
    await book(world)
    for event in ("call_ended", "call_analyzed"):
        await world.phone.event(event)
    assert world.availability.kept
    assert all(kept == [ID] for kept in world.availability.kept)


async def test_whose_booking_is_not_known_to_have_ended_is_being_booked(world: World) -> None:
    world.booking.failure = grpc.StatusCode.UNKNOWN
    assert await book(world) == "pending"
    await world.phone.event("call_ended")
    assert world.availability.kept[-1] == [ID]


async def test_what_was_refused_is_let_go(world: World) -> None:
    world.booking.failure = RefusalError(Kind.ABORTED, "SLOT_TAKEN")
    await book(world)
    await world.phone.event("call_ended")
    assert world.availability.kept[-1] == []


async def test_what_is_claimed_first_is_let_go_as_ever(world: World) -> None:
    """Its hold is somebody's only once it is claimed."""
    await book(world, voucher=b"")
    await world.phone.event("call_ended")
    assert world.availability.kept[-1] == []


@pytest.fixture
async def shared(redis_url: str) -> AsyncIterator[SharedMemory]:
    async with connect(redis_url) as client:
        yield SharedMemory(client)


@pytest.mark.parametrize("is_away", [False, True])
async def test_who_closes_the_notes_hears_what_is_being_booked(
    shared: SharedMemory, *, is_away: bool
) -> None:
    session, sessions = Session(kept=(ID,)), RedisSessions(shared)
    await sessions.keep("t", "c", session)
    if is_away:
        shared.leave_alone(60)

    assert await sessions.forget("t", "c") == (ID,)
    if not is_away:
        assert await RedisSessions(shared).forget("t", "c") == (ID,)


async def test_notes_of_which_nothing_is_known_keep_nothing(shared: SharedMemory) -> None:
    assert await RedisSessions(shared).forget("t", "c") == ()


def test_a_call_keeps_only_so_many() -> None:
    session = Session()
    for number in range(KEPT_MAX + 3):
        offer = Offer(f"o-{number}", datetime(2026, 11, 25, 14, tzinfo=UTC), "s", "p")
        session.note_offers(EarlierWish("s", "", None), (offer,), {offer.option_id: b"voucher"})
        assert session.note_booking(offer.option_id) == b"voucher"
    assert (len(session.kept), session.kept[-1]) == (KEPT_MAX, f"o-{KEPT_MAX + 2}")
