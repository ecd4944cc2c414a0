"""Offers to those who wait, where something else goes on at the same moment: the night, the notice, another worker."""

import asyncio
from dataclasses import replace
from datetime import UTC, timedelta
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest

from booking.domain.option import Occupant, OccupantKind, Occupied
from booking.domain.vacancy import HeldSlot, OpenOffer
from booking.errors import SlotTakenError
from booking.storage.waiting_offers import SqlOffers
from booking.testing.holding import HoldingAvailability
from booking.testing.samples import NOW, PERSON, TENANT
from booking.testing.waiting import OFFERED, TEN, WAITING, WaitingSalon
from booking.usecases.fill_vacancy import Slots
from chassis.eventlog import EventLog
from rufbuch.booking.v1 import appointment_pb2


@pytest.fixture
async def taken(salon: WaitingSalon, holding: HoldingAvailability) -> appointment_pb2.Appointment:
    """The one hour that there is belongs to somebody."""
    holding.hours = [(PERSON, TEN)]
    return await salon.book()


async def _outcomes(pool: asyncpg.Pool) -> list[str]:
    return [
        row["outcome"] for row in await pool.fetch("SELECT outcome FROM waitlist_look ORDER BY looked_at")
    ]


async def test_what_begins_before_anybody_can_be_called_is_held_for_nobody(
    salon: WaitingSalon, holding: HoldingAvailability, pool: asyncpg.Pool
) -> None:
    """It would be held all night, go empty, and count as an offer that nobody answered."""
    early = TEN.replace(hour=7)  # 8:00 in Berlin, when the hours for calls begin
    holding.hours = [(PERSON, early)]
    made = await salon.book(early)
    await salon.join(1)
    salon.clock.advance(early.replace(day=25, hour=20) - NOW)
    await salon.cancel(made)
    await salon.do_what_is_due()

    assert await salon.states() == [WAITING]
    assert set(await _outcomes(pool)) == {"too_late"}
    assert await salon.hold(early, "call_of_a_stranger")


async def test_what_begins_later_that_morning_is_offered(
    salon: WaitingSalon, holding: HoldingAvailability
) -> None:
    later = TEN.replace(hour=8)
    holding.hours = [(PERSON, later)]
    made = await salon.book(later)
    await salon.join(1)
    salon.clock.advance(later.replace(day=25, hour=20) - NOW)
    await salon.cancel(made)
    await salon.do_what_is_due()
    assert await salon.states() == [OFFERED]


async def test_an_offer_stands_while_its_start_comes_too_near_to_be_found(
    salon: WaitingSalon, holding: HoldingAvailability, taken: appointment_pb2.Appointment
) -> None:
    """DECISIONS 34: it was promised, and "taken by now" would not be true."""
    holding.notice = timedelta(hours=1)
    await salon.join(1)
    salon.clock.advance(TEN - timedelta(minutes=70) - NOW)
    await salon.cancel(taken)
    await salon.do_what_is_due()
    assert await salon.states() == [OFFERED]
    await salon.after(timedelta(minutes=25))

    (entry,) = await salon.entries()
    booked = await salon.book_option(entry.offer.option_id, who=1, call_id="call_back")
    assert booked.start_time.ToDatetime(UTC) == TEN


async def test_what_was_in_the_way_after_the_appointment_comes_free_with_it(
    salon: WaitingSalon, holding: HoldingAvailability, taken: appointment_pb2.Appointment
) -> None:
    """Time to prepare and to clear up reaches beyond what the appointment itself took."""
    await salon.join(1, window_start_time=taken.end_time)
    await salon.cancel(taken)
    holding.hours.append((PERSON, TEN.replace(hour=11)))
    await salon.do_what_is_due()

    (entry,) = await salon.entries()
    assert (entry.state, entry.offer.start_time.ToDatetime(UTC)) == (OFFERED, TEN.replace(hour=11))


class _Together:
    """Slots for several workers, who all hold before any of them goes on."""

    def __init__(self, slots: Slots, workers: int) -> None:
        self._slots, self._all = slots, asyncio.Barrier(workers)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._slots, name)

    async def hold_first(self, *arguments: Any) -> HeldSlot | None:
        held = await self._slots.hold_first(*arguments)
        await self._all.wait()
        return held


async def test_two_workers_at_one_vacancy_leave_an_offer_with_its_hold(
    salon: WaitingSalon, holding: HoldingAvailability, pool: asyncpg.Pool, taken: appointment_pb2.Appointment
) -> None:
    await salon.join(1)
    await salon.cancel(taken)
    while await salon._notice():
        pass
    vacancy = await pool.fetchval("SELECT vacancy_id FROM waitlist_vacancy WHERE due_at <= $1", NOW)
    fill = salon.work.fill
    fill._slots = _Together(fill._slots, 2)
    await asyncio.gather(*(fill(vacancy) for _ in range(2)))

    assert await salon.states() == [OFFERED]
    assert len(holding.holders((PERSON, TEN))) == 1


class TestAnotherRoom:
    """A room that is held anew may be another one than before."""

    @pytest.fixture
    async def offers(self, pool: asyncpg.Pool) -> SqlOffers:
        return SqlOffers(pool, EventLog(pool))

    @pytest.fixture
    async def offer(
        self, salon: WaitingSalon, pool: asyncpg.Pool, offers: SqlOffers, taken: appointment_pb2.Appointment
    ) -> OpenOffer:
        await salon.join(1)
        await salon.cancel(taken)
        await salon.do_what_is_due()
        row = await pool.fetchrow("SELECT tenant_id, offer_id FROM waitlist_offer WHERE state = 'open'")
        found = await offers.open_offer(row["tenant_id"], row["offer_id"]) if row else None
        assert found
        return found

    async def test_is_what_the_offer_takes_from_then_on(
        self, pool: asyncpg.Pool, offers: SqlOffers, offer: OpenOffer
    ) -> None:
        rooms = [Occupant(OccupantKind.RESOURCE, uuid4()) for _ in range(2)]
        for room in rooms:
            await offers.renewed(offer, _held(offer, room), offer.expire_time)
        taken = await pool.fetch(
            "SELECT occupant_id FROM waitlist_taken JOIN occupant ON number = occupant_number WHERE offer_id = $1",
            offer.offer_id,
        )
        assert {row["occupant_id"] for row in taken} == {PERSON, rooms[1].occupant_id}

    async def test_that_is_another_offers_is_lost(
        self, salon: WaitingSalon, pool: asyncpg.Pool, offers: SqlOffers, offer: OpenOffer
    ) -> None:
        room = Occupant(OccupantKind.RESOURCE, uuid4())
        other, second = replace(offer, offer_id=uuid4()), await salon.join(2)
        await pool.execute(
            "INSERT INTO waitlist_offer SELECT (jsonb_populate_record(o, jsonb_build_object('offer_id', $1::uuid,"
            " 'option_id', 'o-wait-another', 'waitlist_entry_id', $3::uuid))).* FROM waitlist_offer o"
            " WHERE o.offer_id = $2",
            other.offer_id, offer.offer_id, UUID(second.waitlist_entry_id),
        )  # fmt: skip
        held = _held(offer, room)
        await offers.renewed(other, replace(held, occupied=held.occupied[1:]), offer.expire_time)
        with pytest.raises(SlotTakenError):
            await offers.renewed(offer, held, offer.expire_time)
        assert (await salon.entries())[0].state == OFFERED


def _held(offer: OpenOffer, room: Occupant) -> HeldSlot:
    occupants = (Occupant(OccupantKind.PERSON, PERSON), room)
    occupied = tuple(Occupied(occupant, offer.span) for occupant in occupants)
    assert str(offer.entry.wish.tenant_id) == TENANT
    return HeldSlot("o-anew0001", PERSON, offer.span, occupied, offer.expire_time)
