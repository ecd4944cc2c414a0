"""A message is noted once and sent once, and whatever becomes of it is seen."""

import asyncio
from datetime import UTC, datetime, timedelta

import asyncpg
import pytest

from booking.domain.messages.message import Delivery, Outcome
from booking.message_work import message_work
from booking.testing.calls import refused
from booking.testing.messages import Post, settings
from booking.testing.samples import START, TENANT
from booking.testing.writing_salon import Salon, kind_of, state_of
from chassis.eventlog import EventLog
from chassis.testing import SettableClock
from rufbuch.booking.v1 import care_pb2, message_pb2, service_pb2

ADDRESS = "erika@example.org"
UNKNOWN = Delivery(Outcome.UNKNOWN, "cut off")
NOT_SENT = Delivery(Outcome.NOT_SENT, "try later")
# Here, not in the database of another test.
WAITING = """
SELECT count(*) FROM pg_locks JOIN pg_stat_activity USING (pid) WHERE NOT granted AND datname = current_database()
"""


async def test_read_again_from_the_beginning_nothing_is_said_twice(
    writing: Salon, pool: asyncpg.Pool
) -> None:
    """Positions do not survive a dump and restore: the log is read again, and the messages are there already."""
    await writing.book()
    await writing.everything()
    await pool.execute("UPDATE message_reader SET position = ''")
    await writing.everything()
    assert len(writing.sms.parcels) == 1
    assert len(await writing.messages()) == 2


async def test_two_readers_of_the_log_note_each_message_once(
    writing: Salon, pool: asyncpg.Pool, clock: SettableClock
) -> None:
    other = message_work(pool, writing.peers, {}, clock=clock, events=EventLog(pool))
    await writing.book()
    await asyncio.gather(writing.post.note(), Post(other, pool).note())
    assert len(await writing.messages()) == 2


async def test_what_happened_before_there_were_messages_is_not_told(
    writing: Salon, pool: asyncpg.Pool
) -> None:
    await writing.book()
    await pool.execute("UPDATE message_reader SET position = ''")
    writing.clock.advance(timedelta(days=1, hours=1))
    await writing.everything()
    assert await writing.states() == [("confirmation", "suppressed"), ("reminder", "pending")]


async def test_of_two_workers_at_the_same_moment_one_sends(writing: Salon) -> None:
    await writing.book()
    await writing.post.note()
    writing.sms.waits = asyncio.Event()
    first = asyncio.ensure_future(writing.post.work())
    await writing.sms.asked.wait()
    await writing.post.work()
    writing.sms.waits.set()
    await first
    assert len(writing.sms.parcels) == 1


async def test_a_reminder_whose_appointment_is_called_off_at_that_very_moment_is_not_sent(
    writing: Salon, pool: asyncpg.Pool
) -> None:
    """Taking it waits for whoever is changing the appointment, and then reads what became of it."""
    booked = await writing.book()
    await writing.everything()
    writing.clock.set(START - timedelta(hours=20))
    async with pool.acquire() as connection:
        change = connection.transaction()
        await change.start()
        await connection.execute("UPDATE appointment SET state = 'cancelled', version = 2")
        await connection.execute("DELETE FROM occupancy")
        sending = asyncio.ensure_future(writing.post.work())
        waiting = 0
        async with asyncio.timeout(10):
            while not waiting:
                waiting = await pool.fetchval(WAITING)
        await change.commit()
    await sending
    assert len(writing.sms.parcels) == 1
    reminder = (await writing.messages(appointment_id=booked.appointment.appointment_id))[1]
    assert (kind_of(reminder), state_of(reminder)) == ("reminder", "suppressed")


async def test_a_reminder_never_comes_after_the_start(writing: Salon) -> None:
    await writing.book()
    await writing.everything()
    writing.clock.set(START)
    await writing.post.work()
    assert ("reminder", "suppressed") in await writing.states()
    assert len(writing.sms.parcels) == 1


async def test_a_reminder_that_is_late_waits_for_the_morning(writing: Salon) -> None:
    writing.registry.messages = settings(quiet_from="21:00", quiet_until="08:00")
    await writing.book()
    await writing.everything()
    writing.clock.set(datetime(2025, 11, 25, 23, 30, tzinfo=UTC))
    await writing.post.work()
    assert len(writing.sms.parcels) == 1
    writing.clock.set(datetime(2025, 11, 26, 7, 0, tzinfo=UTC))
    await writing.post.work()
    assert len(writing.sms.parcels) == 2


async def test_what_is_not_sent_is_tried_again_with_growing_pauses_and_then_a_case(writing: Salon) -> None:
    booked = await writing.book()
    await writing.post.note()
    writing.sms.deliveries = [NOT_SENT] * 20
    pauses = []
    while True:
        await writing.post.work()
        message = (await writing.messages())[0]
        if state_of(message) != "pending":
            break
        pauses.append(message.due_time.ToDatetime(UTC) - writing.clock.now())
        writing.clock.set(message.due_time.ToDatetime(UTC))
    assert pauses == sorted(pauses)
    assert len(pauses) == len(writing.sms.parcels) - 1 == 5
    assert (state_of(message), message.detail) == ("failed", "try later")
    await writing.post.loops.sweep()
    await writing.post.loops.sweep()
    (case,) = (await writing.stub.ListCallbacks(service_pb2.ListCallbacksRequest(tenant_id=TENANT))).callbacks
    assert case.topic == "Bestätigung des Termins (Dauerwelle) nicht zugestellt"
    assert case.priority == care_pb2.CALLBACK_PRIORITY_HIGH
    assert case.appointment_id == booked.appointment.appointment_id


async def test_a_refusal_is_final_at_once_and_an_operator_can_have_it_tried_again(writing: Salon) -> None:
    await writing.book()
    await writing.post.note()
    writing.sms.deliveries = [Delivery(Outcome.REFUSED, "no such number")]
    await writing.post.work()
    (failed,) = await writing.messages(state=message_pb2.MESSAGE_STATE_FAILED)
    request = message_pb2.RetryMessageRequest(
        tenant_id=TENANT, message_id=failed.message_id, operator="Petra"
    )
    again = (await writing.stub.RetryMessage(request)).message
    assert (state_of(again), again.detail) == ("pending", "again, by Petra")
    await writing.post.work()
    assert (await writing.states())[0] == ("confirmation", "sent")
    assert (await refused(writing.stub.RetryMessage(request))).reason == "ILLEGAL_MOVE"


async def test_an_sms_of_unknown_outcome_is_repeated_only_while_the_provider_would_notice(
    writing: Salon,
) -> None:
    """Two SMS about one appointment look like two appointments; so after a while a person decides."""
    await writing.book()
    await writing.post.note()
    writing.sms.deliveries = [UNKNOWN, UNKNOWN]
    await writing.post.work()
    first = (await writing.messages())[0]
    assert (state_of(first), first.HasField("due_time")) == ("unknown", True)
    writing.clock.set(first.due_time.ToDatetime(UTC) + timedelta(minutes=3))
    await writing.post.work()
    late = (await writing.messages())[0]
    assert (state_of(late), late.HasField("due_time")) == ("unknown", False)
    assert len(writing.sms.parcels) == 1
    await writing.post.loops.sweep()
    assert (await writing.stub.ListCallbacks(service_pb2.ListCallbacksRequest(tenant_id=TENANT))).callbacks


async def test_an_e_mail_of_unknown_outcome_is_sent_again_as_the_same_one(writing: Salon) -> None:
    await writing.book(caller_number="", customer_email=ADDRESS)
    await writing.post.note()
    writing.email.deliveries = [UNKNOWN]
    await writing.post.work()
    writing.clock.advance(timedelta(minutes=10))
    await writing.post.work()
    first, second = writing.email.parcels
    assert first == second
    assert (await writing.states())[0] == ("confirmation", "sent")


async def test_who_is_killed_between_sending_and_noting_it_leaves_an_unknown_outcome(writing: Salon) -> None:
    await writing.book(caller_number="", customer_email=ADDRESS)
    await writing.post.note()
    writing.email.falls = asyncio.CancelledError()
    with pytest.raises(asyncio.CancelledError):
        await writing.post.work()
    writing.email.falls = None
    assert (await writing.states())[0] == ("confirmation", "sending")
    await writing.post.work()
    assert len(writing.email.parcels) == 1
    writing.clock.advance(timedelta(minutes=3))
    await writing.post.work()
    lapsed = (await writing.messages())[0]
    assert (state_of(lapsed), lapsed.detail) == ("unknown", "whoever was sending it is gone")
    writing.clock.advance(timedelta(minutes=3))
    await writing.post.work()
    assert (await writing.states())[0] == ("confirmation", "sent")


async def test_a_channel_that_was_switched_off_meanwhile_fails_visibly(writing: Salon) -> None:
    await writing.book()
    await writing.post.note()
    writing.registry.messages = settings(channels=["email"])
    writing.clock.advance(timedelta(minutes=1))
    await writing.post.work()
    assert (await writing.states())[0] == ("confirmation", "failed")
