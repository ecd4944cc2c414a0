"""Somebody waits for a time that is taken; it comes free, is held for her, and passed on if she does not want it."""

from datetime import UTC, timedelta
from typing import Any

import asyncpg
import pytest

from booking.errors import SlotTakenError
from booking.testing.calls import refused
from booking.testing.holding import HoldingAvailability
from booking.testing.samples import BRANCH, NOW, PERSON, TENANT
from booking.testing.waiting import (
    BOOKED,
    OFFERED,
    PASSED,
    TEN,
    WAITING,
    WaitingSalon,
    number_of,
)
from chassis.errors import Kind, ServiceError
from rufbuch.booking.v1 import appointment_pb2, care_pb2, service_pb2

HELD_FOR = timedelta(minutes=30)
ELSEWHERE = "55555555-5555-4555-8555-555555555555"


class AwayError(ServiceError):
    """As when Redis or the service is gone."""

    kind = Kind.UNAVAILABLE
    reason = "HOLDS_UNAVAILABLE"


async def test_what_comes_free_is_held_for_whoever_joined_first(
    salon: WaitingSalon, holding: HoldingAvailability, taken: appointment_pb2.Appointment
) -> None:
    first, second = await salon.join(1), await salon.join(2)
    await salon.cancel(taken)
    await salon.do_what_is_due()

    assert await salon.states() == [OFFERED, WAITING]
    (entry, _) = await salon.entries()
    assert entry.waitlist_entry_id == first.waitlist_entry_id != second.waitlist_entry_id
    assert entry.offer.start_time.ToDatetime(UTC) == TEN
    assert entry.offer.expire_time.ToDatetime(UTC) == NOW + HELD_FOR
    with pytest.raises(SlotTakenError):
        await salon.hold(TEN, "call_of_a_stranger")
    assert len(holding.holders((PERSON, TEN))) == 1


async def test_somebody_has_to_call_while_it_is_held(
    salon: WaitingSalon, taken: appointment_pb2.Appointment
) -> None:
    entry = await salon.join(1)
    await salon.cancel(taken)
    await salon.do_what_is_due()

    (case,) = await salon.callbacks()
    assert case.waitlist_entry_id == entry.waitlist_entry_id
    assert (case.phone_number, case.name) == (number_of(1), "Kim Nummer 1")
    assert case.priority == care_pb2.CALLBACK_PRIORITY_HIGH
    assert NOW < case.due_time.ToDatetime(UTC) < NOW + HELD_FOR
    assert case.topic == (
        "Warteliste: Dauerwelle bei Anna am Mi 26.11.2025, 11:00 ist frei geworden und bis Mo 24.11.2025, 11:00 reserviert."
    )


async def test_without_an_answer_it_passes_on_and_the_first_waits_on(
    salon: WaitingSalon, taken: appointment_pb2.Appointment
) -> None:
    for who in (1, 2):
        await salon.join(who)
    await salon.cancel(taken)
    await salon.do_what_is_due()
    await salon.after(HELD_FOR)

    assert await salon.states() == [WAITING, OFFERED]
    first, _ = await salon.entries()
    assert first.unanswered_offers == 1
    gone, case = sorted(await salon.callbacks(), key=lambda case: case.create_time.ToDatetime(UTC))
    assert (gone.state, gone.resolved_by) == (care_pb2.CALLBACK_STATE_RESOLVED, "rufbuch")
    assert (case.state, case.phone_number) == (care_pb2.CALLBACK_STATE_OPEN, number_of(2))
    await salon.after(HELD_FOR)
    # Nobody is asked twice for the same time, and nothing is kept free for nobody.
    assert await salon.states() == [WAITING, WAITING]
    assert await salon.hold(TEN, "call_of_a_stranger")


async def test_who_does_not_want_it_lets_the_next_have_it_at_once(
    salon: WaitingSalon, taken: appointment_pb2.Appointment
) -> None:
    for who in (1, 2):
        await salon.join(who)
    await salon.cancel(taken)
    await salon.do_what_is_due()
    (case,) = await salon.callbacks()
    await salon.resolve(case.callback_id)
    await salon.do_what_is_due()

    assert await salon.states() == [WAITING, OFFERED]
    assert (await salon.entries())[0].unanswered_offers == 0


async def test_whoever_waits_books_it_from_another_call(
    salon: WaitingSalon, pool: asyncpg.Pool, taken: appointment_pb2.Appointment
) -> None:
    await salon.join(1)
    await salon.cancel(taken)
    await salon.do_what_is_due()
    (entry,) = await salon.entries()
    handle = entry.offer.option_id
    made = await salon.book_option(handle, who=1, call_id="call_later")

    (entry,) = await salon.entries()
    assert (entry.state, entry.appointment_id) == (BOOKED, made.appointment_id)
    assert entry.customer_id == made.customer.customer_id
    (case,) = await salon.callbacks()
    assert case.state == care_pb2.CALLBACK_STATE_RESOLVED
    assert await pool.fetchval("SELECT count(*) FROM waitlist_taken") == 0
    again = await salon.book_option(handle, who=1, call_id="call_later")
    assert again.appointment_id == made.appointment_id


async def test_whoever_waits_moves_an_appointment_there(
    salon: WaitingSalon, holding: HoldingAvailability, taken: appointment_pb2.Appointment
) -> None:
    holding.hours.append((PERSON, TEN.replace(day=28)))
    later = await salon.book(TEN.replace(day=28), who=1)
    await salon.join(1)
    await salon.cancel(taken)
    await salon.do_what_is_due()
    (entry,) = await salon.entries()
    moved = await salon.booking.RescheduleAppointment(
        service_pb2.RescheduleAppointmentRequest(
            tenant_id=TENANT,
            branch_id=BRANCH,
            appointment_id=later.appointment_id,
            option_id=entry.offer.option_id,
            actor=service_pb2.Actor(call_id="call_later", caller_number=number_of(1)),
            request_id="move-1",
        )
    )

    assert moved.appointment.start_time.ToDatetime(UTC) == TEN
    (entry,) = await salon.entries()
    assert (entry.state, entry.appointment_id) == (BOOKED, moved.appointment.appointment_id)


async def test_nobody_else_books_what_is_held(
    salon: WaitingSalon, taken: appointment_pb2.Appointment
) -> None:
    """BK-25: neither a name nor the option's id is a proof; the number is, or the call."""
    await salon.join(1)
    await salon.cancel(taken)
    await salon.do_what_is_due()
    (entry,) = await salon.entries()
    stolen = await refused(salon.book_option(entry.offer.option_id, who=2, call_id="call_of_a_stranger"))

    assert stolen.reason == "OPTION_UNKNOWN"
    assert await salon.states() == [OFFERED]


async def test_an_offer_outlives_the_store_of_the_holds(
    salon: WaitingSalon, holding: HoldingAvailability, taken: appointment_pb2.Appointment
) -> None:
    """Losing Redis loses holds, never the promise, unless somebody was faster."""
    await salon.join(1)
    await salon.cancel(taken)
    await salon.do_what_is_due()
    holding.lose()
    (entry,) = await salon.entries()
    await salon.book_option(entry.offer.option_id, who=1, call_id="call_later")

    assert await salon.states() == [BOOKED]


async def test_what_somebody_took_while_the_holds_were_lost_is_no_longer_promised(
    salon: WaitingSalon, holding: HoldingAvailability, taken: appointment_pb2.Appointment
) -> None:
    await salon.join(1)
    await salon.cancel(taken)
    await salon.do_what_is_due()
    holding.lose()
    await salon.book(who=51)
    assert await salon.entries(state=care_pb2.WAITLIST_STATE_OFFERED) == [], "who calls hears it at once"
    await salon.after(timedelta(minutes=3))

    (entry,) = await salon.entries()
    assert (entry.state, entry.unanswered_offers) == (WAITING, 0)
    (case,) = await salon.callbacks()
    assert (case.state, case.resolution) == (
        care_pb2.CALLBACK_STATE_RESOLVED,
        "Die Zeit ist inzwischen vergeben.",
    )


async def test_the_hold_is_renewed_for_as_long_as_the_offer_stands(
    salon: WaitingSalon, taken: appointment_pb2.Appointment
) -> None:
    """A hold lasts five minutes, an offer longer."""
    await salon.join(1)
    await salon.cancel(taken)
    await salon.do_what_is_due()
    await salon.after(HELD_FOR - timedelta(minutes=1))

    with pytest.raises(SlotTakenError):
        await salon.hold(TEN, "call_of_a_stranger")
    (entry,) = await salon.entries()
    await salon.book_option(entry.offer.option_id, who=1, call_id="call_later")
    assert await salon.states() == [BOOKED]


async def test_a_moved_appointment_frees_its_time_as_well(
    salon: WaitingSalon, holding: HoldingAvailability, taken: appointment_pb2.Appointment
) -> None:
    await salon.join(1)
    holding.hours.append((PERSON, TEN.replace(day=28)))
    option = await salon.hold(TEN.replace(day=28), "call_move")
    await salon.booking.RescheduleAppointment(
        service_pb2.RescheduleAppointmentRequest(
            tenant_id=TENANT,
            branch_id=BRANCH,
            appointment_id=taken.appointment_id,
            option_id=option,
            actor=service_pb2.Actor(call_id="call_move", operator="Kim"),
            request_id="move-1",
        )
    )
    del holding.busy[PERSON, TEN]
    await salon.do_what_is_due()

    assert await salon.states() == [OFFERED]


async def test_nobody_is_looked_at_before_availability_has_heard_of_it(
    salon: WaitingSalon, holding: HoldingAvailability, taken: appointment_pb2.Appointment
) -> None:
    """Its copy of the calendar lags: what it calls taken just now may be free already."""
    await salon.join(1)
    await salon.cancel(taken, heard=False)
    await salon.do_what_is_due()
    assert await salon.states() == [WAITING]

    holding.unheard.clear()
    await salon.do_what_is_due()
    assert await salon.states() == [OFFERED]


async def test_what_is_cancelled_right_after_it_was_booked_is_offered_too(
    salon: WaitingSalon, holding: HoldingAvailability
) -> None:
    """Its own claimed hold outlasts the appointment."""
    holding.hours = [(PERSON, TEN)]
    option = await salon.hold(TEN, "call_book")
    made = await salon.book_option(option, who=50, call_id="call_book", fresh=True)
    await salon.join(1)
    await salon.cancel(made)
    await salon.do_what_is_due()
    assert await salon.states() == [WAITING]

    holding.end_claimed()
    await salon.do_what_is_due()
    assert await salon.states() == [OFFERED]


async def test_what_a_caller_held_and_let_go_is_offered_later(
    salon: WaitingSalon, taken: appointment_pb2.Appointment
) -> None:
    """No event tells of a hold that ends without a booking."""
    await salon.join(1)
    await salon.cancel(taken)
    await salon.hold(TEN, "call_of_a_stranger")
    await salon.do_what_is_due()
    assert await salon.states() == [WAITING]

    await salon.after(timedelta(minutes=16))
    assert await salon.states() == [OFFERED]


async def test_while_availability_is_away_nothing_is_lost(
    salon: WaitingSalon, holding: HoldingAvailability, taken: appointment_pb2.Appointment
) -> None:
    await salon.join(1)
    await salon.cancel(taken)
    holding.refusal = AwayError("away")
    await salon.do_what_is_due()
    assert await salon.states() == [WAITING]

    holding.refusal = None
    await salon.do_what_is_due()
    assert await salon.states() == [OFFERED]


async def test_a_wish_for_somebody_else_is_not_met_by_this_person(
    salon: WaitingSalon, holding: HoldingAvailability, registry: Any, taken: appointment_pb2.Appointment
) -> None:
    registry.people.append(ELSEWHERE)
    await salon.join(1, person_id=ELSEWHERE)
    await salon.join(2)
    await salon.cancel(taken)
    await salon.do_what_is_due()

    assert await salon.states() == [WAITING, OFFERED]


async def test_three_offers_in_vain_end_a_wish(
    salon: WaitingSalon, holding: HoldingAvailability, taken: appointment_pb2.Appointment
) -> None:
    holding.hours += [(PERSON, TEN.replace(hour=hour)) for hour in (11, 12)]
    more = [await salon.book(TEN.replace(hour=hour), who=hour) for hour in (11, 12)]
    await salon.join(1)
    for made in (taken, *more):
        await salon.cancel(made)
        await salon.do_what_is_due()
        assert await salon.states() == [OFFERED]
        await salon.after(HELD_FOR)

    assert await salon.states() == [PASSED]


async def test_what_begins_in_a_moment_is_offered_to_nobody(
    salon: WaitingSalon, pool: asyncpg.Pool, taken: appointment_pb2.Appointment
) -> None:
    await salon.join(1)
    salon.clock.advance(TEN - timedelta(minutes=4) - NOW)
    await salon.cancel(taken)
    await salon.do_what_is_due()

    assert await salon.states() == [WAITING]
    assert await pool.fetchval("SELECT outcome FROM waitlist_look LIMIT 1") == "too_late"
    assert await salon.hold(TEN, "call_of_a_stranger")


async def test_nobody_is_called_at_night_and_the_hold_outlasts_it(
    salon: WaitingSalon, taken: appointment_pb2.Appointment
) -> None:
    await salon.join(1)
    salon.clock.advance(timedelta(hours=10, minutes=15))  # 20:45 in Berlin
    await salon.cancel(taken)
    await salon.do_what_is_due()

    (entry,) = await salon.entries()
    (case,) = await salon.callbacks()
    assert entry.offer.expire_time.ToDatetime(UTC) == NOW.replace(day=25, hour=7, minute=30)
    assert case.due_time.ToDatetime(UTC) == NOW.replace(day=25, hour=7, minute=15)


async def test_a_wish_that_was_met_otherwise_waits_no_longer(
    salon: WaitingSalon, holding: HoldingAvailability, taken: appointment_pb2.Appointment
) -> None:
    for who in (1, 2):
        await salon.join(who)
    await salon.cancel(taken)
    await salon.do_what_is_due()
    holding.hours.append((PERSON, TEN.replace(hour=12)))
    made = await salon.book(TEN.replace(hour=12), who=1)
    await salon.do_what_is_due()

    first, second = await salon.entries()
    assert (first.state, first.appointment_id) == (BOOKED, made.appointment_id)
    assert second.state == OFFERED
