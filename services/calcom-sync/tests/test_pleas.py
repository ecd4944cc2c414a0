"""Booking is asked for a callback when a copy cannot be whole, until it has answered."""

from datetime import timedelta
from typing import TYPE_CHECKING

from calcom_sync.domain.pleas import LONGEST_PAUSE, PleaKind, pause_after
from calcom_sync.storage.pleas import LEASE, SqlPleas, make_plea
from calcom_sync.usecases.plead import plead
from rufbuch.booking.v1 import care_pb2

if TYPE_CHECKING:
    from conftest import Stage


async def _plead(stage: "Stage") -> int:
    return await plead(pleas=SqlPleas(stage.pool), desk=stage.desk, clock=stage.cal.clock)


async def _spoiled(stage: "Stage") -> str:
    stage.registry.mappings[2].event_type_id = 999_999
    made = stage.perm()
    await stage.settled(await stage.book(made))
    return made.appointment_id


async def test_somebody_has_to_call_when_the_copy_fails(stage: "Stage") -> None:
    appointment_id = await _spoiled(stage)

    assert await _plead(stage) == 1
    assert await _plead(stage) == 0

    (asked,) = stage.booking.callbacks
    assert asked.appointment_id == appointment_id
    assert asked.phone_number == "+493023125001"
    assert asked.priority == care_pb2.CALLBACK_PRIORITY_HIGH
    assert (
        asked.topic
        == "Der Termin am 02.03.2027 um 09:00 Uhr konnte nicht in den Kalender eingetragen werden."
    )


async def test_several_phases_that_fail_are_one_call(stage: "Stage") -> None:
    stage.registry.mappings.clear()
    await stage.settled(await stage.book())

    assert await _plead(stage) == 1
    assert len(stage.booking.callbacks) == 1


async def test_a_booking_that_cannot_do_it_yet_is_asked_again_under_the_same_id(stage: "Stage") -> None:
    stage.booking.implements = False
    await _spoiled(stage)
    assert await _plead(stage) == 0
    waiting = await stage.pool.fetchrow("SELECT * FROM plea")
    assert waiting
    assert waiting["last_error"] == "UNIMPLEMENTED"
    assert await _plead(stage) == 0

    stage.booking.implements = True
    stage.cal.clock.advance(pause_after(0))

    assert await _plead(stage) == 1
    assert [one.request_id for one in stage.booking.callbacks] == [str(waiting["request_id"])]


async def test_a_plea_whose_asker_died_is_taken_by_another(stage: "Stage") -> None:
    await _spoiled(stage)
    assert len(await SqlPleas(stage.pool).take(stage.cal.clock.now())) == 1
    assert await _plead(stage) == 0

    stage.cal.clock.advance(LEASE)

    assert await _plead(stage) == 1


async def test_what_booking_cannot_cancel_any_more_is_not_asked_for_again(stage: "Stage") -> None:
    stage.booking.illegal = True
    ref = await stage.book()
    async with stage.pool.acquire() as connection:
        await make_plea(connection, ref, PleaKind.CANCEL, "cancelled there", stage.cal.clock.now())

    assert await _plead(stage) == 1

    (asked,) = stage.booking.cancellations
    assert (asked.appointment_id, asked.actor.operator) == (str(ref.appointment_id), "calcom-sync")


async def test_nobody_is_called_about_what_works(stage: "Stage") -> None:
    await stage.settled(await stage.book())
    assert await _plead(stage) == 0


def test_pauses_between_pleas_grow_to_a_bound() -> None:
    pauses = [pause_after(attempts) for attempts in range(40)]
    assert pauses == sorted(pauses)
    assert (pauses[0], pauses[-1]) == (timedelta(seconds=5), LONGEST_PAUSE)
