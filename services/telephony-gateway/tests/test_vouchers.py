"""What availability says of an option for booking is handed on as it came, with that option and no other."""

import uuid
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest
from gateway_world import World, found, option

from rufbuch.availability.v1 import service_pb2 as availability_pb2
from telephony_gateway.clients.sessions import RedisSessions
from telephony_gateway.clients.shared import SharedMemory, connect
from telephony_gateway.domain.session import EarlierWish, Offer, Session

WISH = {"service": "Dauerwelle", "date": "kommenden Mittwoch", "time": "15 Uhr"}
FIRST, SECOND = "o-abcd2345", "o-zzzz2345"
BYTES = bytes(range(256))


def vouched(hour: int, option_id: str, voucher: bytes) -> availability_pb2.Option:
    offered = option(hour, option_id=option_id)
    offered.voucher = voucher
    return offered


def two() -> availability_pb2.SearchSlotsResponse:
    return found(
        availability_pb2.SEARCH_OUTCOME_ALTERNATIVES,
        vouched(14, FIRST, BYTES),
        vouched(16, SECOND, b"of the second"),
    )


@pytest.mark.parametrize(("chosen", "voucher"), [(FIRST, BYTES), (SECOND, b"of the second")])
async def test_the_voucher_of_the_chosen_option_goes_to_booking(
    world: World, chosen: str, voucher: bytes
) -> None:
    world.availability.answer = two()
    await world.phone.function("check_availability", WISH)

    await world.phone.function("start_booking", {"option_id": chosen, "name": "Kim"})

    assert [(one.option_id, one.voucher) for one in world.booking.requests] == [(chosen, voucher)]


async def test_an_option_of_an_earlier_search_has_none(world: World) -> None:
    """The call has let it go since: somebody else may hold its time."""
    world.availability.answer = two()
    await world.phone.function("check_availability", WISH)
    world.availability.answer = found(
        availability_pb2.SEARCH_OUTCOME_AVAILABLE, vouched(15, "o-yyyy2345", b"of the third")
    )
    await world.phone.function("check_availability", WISH)

    await world.phone.function("start_booking", {"option_id": FIRST, "name": "Kim"})

    assert [one.voucher for one in world.booking.requests] in ([], [b""])


async def test_another_call_has_none(world: World) -> None:
    world.availability.answer = two()
    await world.phone.function("check_availability", WISH)
    world.phone.call["call_id"] = f"call_{uuid.uuid4().hex}"

    await world.phone.function("start_booking", {"option_id": FIRST, "name": "Kim"})

    assert [one.voucher for one in world.booking.requests] in ([], [b""])


@pytest.fixture
async def shared(redis_url: str) -> AsyncIterator[SharedMemory]:
    async with connect(redis_url) as client:
        yield SharedMemory(client)


async def test_another_replica_hands_on_the_same_bytes(shared: SharedMemory) -> None:
    session = Session()
    session.note_offers(EarlierWish("s", "", None), (), {FIRST: BYTES})
    await RedisSessions(shared).keep("t", "c", session)

    assert (await RedisSessions(shared).of("t", "c")).vouchers == {FIRST: BYTES}


async def test_offers_that_an_older_replica_noted_have_none_of_those_before(shared: SharedMemory) -> None:
    """It knows no vouchers, and leaves those of the earlier offers where they are."""
    start = datetime(2026, 11, 25, 14, tzinfo=UTC)
    session, wish = Session(), EarlierWish("s", "", None)
    session.note_offers(wish, (Offer(FIRST, start, "s", "p"),), {FIRST: BYTES})
    assert session.voucher_of(FIRST) == BYTES
    await RedisSessions(shared).keep("t", "c", session)
    older = await RedisSessions(shared).of("t", "c")
    older.offers = (Offer(SECOND, start, "s", "p"),)
    await RedisSessions(shared).keep("t", "c", older)

    read = await RedisSessions(shared).of("t", "c")

    assert (read.voucher_of(FIRST), read.voucher_of(SECOND)) == (b"", b"")
