"""From a change of an appointment to a message: noted once, sent once, seen whatever becomes of it."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import asyncpg
import grpc
import pytest
from icalendar import Calendar

from booking.assembly import booking_service
from booking.clients.availability import HARMLESS_TO_REPEAT
from booking.domain.messages.message import Channel, Delivery, Outcome
from booking.message_work import message_work
from booking.testing.availability import ScriptedAvailability
from booking.testing.calls import refused
from booking.testing.messages import MOBILE, MessagingRegistry, Post, ScriptedCarrier, settings
from booking.testing.samples import BRANCH, START, TENANT, a_request, an_option
from chassis.errors import Kind, ServiceError
from chassis.eventlog import EventLog
from chassis.testing import SettableClock, serving
from rufbuch.booking.v1 import care_pb2, message_pb2, service_pb2, service_pb2_grpc
from rufbuch.staff.v1 import message_pb2 as staff_message_pb2

if TYPE_CHECKING:
    from rufbuch.booking.v1.service_pb2_grpc import BookingServiceAsyncStub

ADDRESS = "erika@example.org"
UNKNOWN = Delivery(Outcome.UNKNOWN, "cut off")
NOT_SENT = Delivery(Outcome.NOT_SENT, "try later")


class DownError(ServiceError):
    kind = Kind.UNAVAILABLE
    reason = "STORAGE_UNAVAILABLE"


@dataclass
class Salon:
    """The service, what works off its messages, and what goes out."""

    stub: "BookingServiceAsyncStub"
    post: Post
    sms: ScriptedCarrier
    email: ScriptedCarrier
    registry: MessagingRegistry
    clock: SettableClock
    peers: grpc.aio.Channel

    async def book(self, **changed: str) -> service_pb2.BookAppointmentResponse:
        return await self.stub.BookAppointment(a_request(**({"caller_number": MOBILE} | changed)))

    async def cancel(self, appointment_id: str) -> service_pb2.CancelAppointmentResponse:
        return await self.stub.CancelAppointment(
            service_pb2.CancelAppointmentRequest(
                tenant_id=TENANT, appointment_id=appointment_id, actor=service_pb2.Actor(operator="Petra")
            )
        )

    async def move(self, appointment_id: str, option_id: str) -> service_pb2.RescheduleAppointmentResponse:
        return await self.stub.RescheduleAppointment(
            service_pb2.RescheduleAppointmentRequest(
                tenant_id=TENANT,
                branch_id=BRANCH,
                appointment_id=appointment_id,
                option_id=option_id,
                actor=service_pb2.Actor(operator="Petra", call_id="call_0001"),
                request_id=f"move-{option_id}",
            )
        )

    async def messages(self, **filters: Any) -> list[message_pb2.Message]:
        """By when they were made, and then what they are about."""
        request = message_pb2.ListMessagesRequest(tenant_id=TENANT, **filters)
        found = (await self.stub.ListMessages(request)).messages
        return sorted(found, key=lambda each: (each.create_time.ToDatetime(), each.kind))

    async def states(self) -> list[tuple[str, str]]:
        return [(kind_of(each), state_of(each)) for each in await self.messages()]

    async def everything(self) -> None:
        await self.post.note()
        await self.post.work()


def kind_of(message: message_pb2.Message) -> str:
    return message_pb2.MessageKind.Name(message.kind).removeprefix("MESSAGE_KIND_").lower()


def state_of(message: message_pb2.Message) -> str:
    return message_pb2.MessageState.Name(message.state).removeprefix("MESSAGE_STATE_").lower()


def channel_of(answer: Any) -> str:
    name = message_pb2.MessageChannel.Name(answer.confirmation_channel)
    return name.removeprefix("MESSAGE_CHANNEL_").lower()


@pytest.fixture
async def salon(
    pool: asyncpg.Pool, clock: SettableClock, availability: ScriptedAvailability
) -> AsyncIterator[Salon]:
    registry = MessagingRegistry()  # type: ignore[abstract] # the other RPCs answer UNIMPLEMENTED
    availability.options["o-later"] = an_option(START + timedelta(days=1))
    sms, email = ScriptedCarrier(repeat_within=timedelta(minutes=2)), ScriptedCarrier()
    async with serving(availability.servicer(), registry.servicer(), retried=HARMLESS_TO_REPEAT) as peers:
        carriers = {Channel.SMS: sms, Channel.EMAIL: email}
        events = EventLog(pool)
        work = message_work(pool, peers, carriers, clock=clock, events=events)
        service = booking_service(
            pool, peers, peers, clock=clock, calendar_domain="kunden.example.org", events=events
        )
        async with serving(service) as channel:
            stub = service_pb2_grpc.BookingServiceStub(channel)
            yield Salon(stub, Post(work, pool), sms, email, registry, clock, peers)


async def test_a_booking_is_confirmed_by_the_way_that_was_promised(salon: Salon) -> None:
    answer = await salon.book()
    assert channel_of(answer) == "sms"
    await salon.everything()
    (parcel,) = salon.sms.parcels
    assert parcel.address == MOBILE
    assert parcel.words.text == (
        "Salon Lindenhof: Ihr Termin ist gebucht: Dauerwelle bei Anna am Mittwoch, 26. November 2025 um 15:00 Uhr, Mitte."
    )
    assert await salon.states() == [("confirmation", "sent"), ("reminder", "pending")]
    assert (await salon.messages())[0].receipt == "r-1"


async def test_who_has_a_landline_is_promised_nothing_and_it_is_seen_why(salon: Salon) -> None:
    answer = await salon.book(caller_number="+493023125001")
    assert channel_of(answer) == "unspecified"
    await salon.everything()
    (message,) = await salon.messages()
    assert (state_of(message), message.address) == ("suppressed", "")
    assert "reaches the customer" in message.detail
    assert salon.sms.parcels == salon.email.parcels == []


async def test_a_withheld_number_gets_an_e_mail_where_an_address_was_given(salon: Salon) -> None:
    answer = await salon.book(caller_number="", customer_email=ADDRESS)
    assert channel_of(answer) == "email"
    await salon.everything()
    (parcel,) = salon.email.parcels
    assert parcel.address == ADDRESS
    assert "Guten Tag Anna Beispiel," in parcel.words.text
    assert parcel.calendar
    assert parcel.calendar[0] == "REQUEST"


async def test_a_business_that_writes_nothing_promises_nothing_and_notes_nothing(salon: Salon) -> None:
    salon.registry.messages = None
    assert channel_of(await salon.book(customer_email=ADDRESS)) == "unspecified"
    await salon.everything()
    assert await salon.messages() == []


async def test_while_the_registry_is_silent_nothing_is_promised_but_it_is_sent_later(salon: Salon) -> None:
    salon.registry.refusal = DownError("away")
    assert channel_of(await salon.book()) == "unspecified"
    salon.registry.refusal = None
    salon.clock.advance(timedelta(seconds=5))
    await salon.everything()
    assert len(salon.sms.parcels) == 1


async def test_read_again_from_the_beginning_nothing_is_said_twice(salon: Salon, pool: asyncpg.Pool) -> None:
    """Positions do not survive a dump and restore: the log is read again, and the messages are there already."""
    await salon.book()
    await salon.everything()
    await pool.execute("UPDATE message_reader SET position = ''")
    await salon.everything()
    assert len(salon.sms.parcels) == 1
    assert len(await salon.messages()) == 2


async def test_two_readers_of_the_log_note_each_message_once(
    salon: Salon, pool: asyncpg.Pool, clock: SettableClock
) -> None:
    other = message_work(pool, salon.peers, {}, clock=clock, events=EventLog(pool))
    await salon.book()
    await asyncio.gather(salon.post.note(), Post(other, pool).note())
    assert len(await salon.messages()) == 2


async def test_what_happened_before_there_were_messages_is_not_told(salon: Salon, pool: asyncpg.Pool) -> None:
    await salon.book()
    await pool.execute("UPDATE message_reader SET position = ''")
    salon.clock.advance(timedelta(days=1, hours=1))
    await salon.everything()
    assert await salon.states() == [("confirmation", "suppressed"), ("reminder", "pending")]


async def test_of_two_workers_at_the_same_moment_one_sends(salon: Salon) -> None:
    await salon.book()
    await salon.post.note()
    salon.sms.waits = asyncio.Event()
    first = asyncio.ensure_future(salon.post.work())
    await salon.sms.asked.wait()
    await salon.post.work()
    salon.sms.waits.set()
    await first
    assert len(salon.sms.parcels) == 1


async def test_a_move_says_both_times_and_takes_the_reminder_along(salon: Salon) -> None:
    booked = await salon.book(caller_number="", customer_email=ADDRESS)
    await salon.everything()
    moved = await salon.move(booked.appointment.appointment_id, "o-later")
    assert channel_of(moved) == "email"
    await salon.everything()
    change = salon.email.parcels[-1]
    assert "nicht mehr am Mittwoch, 26. November 2025 um 15:00 Uhr" in change.words.text
    assert "am Donnerstag, 27. November 2025 um 15:00 Uhr" in change.words.text
    salon.clock.set(START - timedelta(hours=23))
    await salon.post.work()
    assert len(salon.email.parcels) == 2
    salon.clock.set(START + timedelta(hours=1))
    await salon.post.work()
    assert salon.email.parcels[-1].words.subject == (
        "Erinnerung: Ihr Termin am Donnerstag, 27. November 2025 um 15:00 Uhr"
    )
    assert sorted(await salon.states()) == [
        ("change", "sent"),
        ("confirmation", "sent"),
        ("reminder", "sent"),
        ("reminder", "suppressed"),
    ]


async def test_the_calendar_file_is_one_event_through_all_changes(salon: Salon) -> None:
    booked = await salon.book(caller_number="", customer_email=ADDRESS)
    await salon.everything()
    moved = await salon.move(booked.appointment.appointment_id, "o-later")
    await salon.everything()
    await salon.cancel(moved.appointment.appointment_id)
    await salon.everything()
    files = [Calendar.from_ical(parcel.calendar[1]) for parcel in salon.email.parcels if parcel.calendar]
    events = [file.walk("VEVENT")[0] for file in files]
    assert [str(file["METHOD"]) for file in files] == ["REQUEST", "REQUEST", "CANCEL"]
    assert len({str(event["UID"]) for event in events}) == 1
    assert [event.decoded("SEQUENCE") for event in events] == [0, 1, 2]
    assert [event.decoded("DTSTART") for event in events] == [START, *[START + timedelta(days=1)] * 2]
    assert all("phase" not in file.to_ical().decode() for file in files)


async def test_a_cancellation_is_told_and_the_confirmation_that_was_not_sent_yet_is_not(salon: Salon) -> None:
    """Whoever reads "booked" after the cancellation would come."""
    booked = await salon.book()
    await salon.post.note()
    assert channel_of(await salon.cancel(booked.appointment.appointment_id)) == "sms"
    await salon.everything()
    assert [parcel.words.text.split(":")[1] for parcel in salon.sms.parcels] == [" Ihr Termin ist abgesagt"]
    assert await salon.states() == [
        ("confirmation", "suppressed"),
        ("cancellation", "sent"),
        ("reminder", "pending"),
    ]
    salon.clock.set(START - timedelta(hours=20))
    await salon.post.work()
    assert ("reminder", "suppressed") in await salon.states()
    assert len(salon.sms.parcels) == 1


async def test_a_reminder_whose_appointment_is_called_off_at_that_very_moment_is_not_sent(
    salon: Salon, pool: asyncpg.Pool
) -> None:
    """Taking it waits for whoever is changing the appointment, and then reads what became of it."""
    booked = await salon.book()
    await salon.everything()
    salon.clock.set(START - timedelta(hours=20))
    async with pool.acquire() as connection:
        change = connection.transaction()
        await change.start()
        await connection.execute("UPDATE appointment SET state = 'cancelled', version = 2")
        await connection.execute("DELETE FROM occupancy")
        sending = asyncio.ensure_future(salon.post.work())
        waiting = 0
        async with asyncio.timeout(10):
            while not waiting:
                waiting = await pool.fetchval("SELECT count(*) FROM pg_locks WHERE NOT granted")
        await change.commit()
    await sending
    assert len(salon.sms.parcels) == 1
    reminder = (await salon.messages(appointment_id=booked.appointment.appointment_id))[1]
    assert (kind_of(reminder), state_of(reminder)) == ("reminder", "suppressed")


async def test_a_reminder_never_comes_after_the_start(salon: Salon) -> None:
    await salon.book()
    await salon.everything()
    salon.clock.set(START)
    await salon.post.work()
    assert ("reminder", "suppressed") in await salon.states()
    assert len(salon.sms.parcels) == 1


async def test_a_reminder_that_is_late_waits_for_the_morning(salon: Salon) -> None:
    salon.registry.messages = settings(quiet_from="21:00", quiet_until="08:00")
    await salon.book()
    await salon.everything()
    salon.clock.set(datetime(2025, 11, 25, 23, 30, tzinfo=UTC))
    await salon.post.work()
    assert len(salon.sms.parcels) == 1
    salon.clock.set(datetime(2025, 11, 26, 7, 0, tzinfo=UTC))
    await salon.post.work()
    assert len(salon.sms.parcels) == 2


async def test_what_is_not_sent_is_tried_again_with_growing_pauses_and_then_a_case(salon: Salon) -> None:
    booked = await salon.book()
    await salon.post.note()
    salon.sms.deliveries = [NOT_SENT] * 20
    pauses = []
    while True:
        await salon.post.work()
        message = (await salon.messages())[0]
        if state_of(message) != "pending":
            break
        pauses.append(message.due_time.ToDatetime(UTC) - salon.clock.now())
        salon.clock.set(message.due_time.ToDatetime(UTC))
    assert pauses == sorted(pauses)
    assert len(pauses) == len(salon.sms.parcels) - 1 == 5
    assert (state_of(message), message.detail) == ("failed", "try later")
    await salon.post.loops.sweep()
    await salon.post.loops.sweep()
    (case,) = (await salon.stub.ListCallbacks(service_pb2.ListCallbacksRequest(tenant_id=TENANT))).callbacks
    assert case.topic == "Bestätigung des Termins (Dauerwelle) nicht zugestellt"
    assert case.priority == care_pb2.CALLBACK_PRIORITY_HIGH
    assert case.appointment_id == booked.appointment.appointment_id


async def test_a_refusal_is_final_at_once_and_an_operator_can_have_it_tried_again(salon: Salon) -> None:
    await salon.book()
    await salon.post.note()
    salon.sms.deliveries = [Delivery(Outcome.REFUSED, "no such number")]
    await salon.post.work()
    (failed,) = await salon.messages(state=message_pb2.MESSAGE_STATE_FAILED)
    request = message_pb2.RetryMessageRequest(
        tenant_id=TENANT, message_id=failed.message_id, operator="Petra"
    )
    again = (await salon.stub.RetryMessage(request)).message
    assert (state_of(again), again.detail) == ("pending", "again, by Petra")
    await salon.post.work()
    assert (await salon.states())[0] == ("confirmation", "sent")
    assert (await refused(salon.stub.RetryMessage(request))).reason == "ILLEGAL_MOVE"


async def test_an_sms_of_unknown_outcome_is_repeated_only_while_the_provider_would_notice(
    salon: Salon,
) -> None:
    """Two SMS about one appointment look like two appointments; so after a while a person decides."""
    await salon.book()
    await salon.post.note()
    salon.sms.deliveries = [UNKNOWN, UNKNOWN]
    await salon.post.work()
    first = (await salon.messages())[0]
    assert (state_of(first), first.HasField("due_time")) == ("unknown", True)
    salon.clock.set(first.due_time.ToDatetime(UTC) + timedelta(minutes=3))
    await salon.post.work()
    late = (await salon.messages())[0]
    assert (state_of(late), late.HasField("due_time")) == ("unknown", False)
    assert len(salon.sms.parcels) == 1
    await salon.post.loops.sweep()
    assert (await salon.stub.ListCallbacks(service_pb2.ListCallbacksRequest(tenant_id=TENANT))).callbacks


async def test_an_e_mail_of_unknown_outcome_is_sent_again_as_the_same_one(salon: Salon) -> None:
    await salon.book(caller_number="", customer_email=ADDRESS)
    await salon.post.note()
    salon.email.deliveries = [UNKNOWN]
    await salon.post.work()
    salon.clock.advance(timedelta(minutes=10))
    await salon.post.work()
    first, second = salon.email.parcels
    assert first == second
    assert (await salon.states())[0] == ("confirmation", "sent")


async def test_who_is_killed_between_sending_and_noting_it_leaves_an_unknown_outcome(salon: Salon) -> None:
    await salon.book(caller_number="", customer_email=ADDRESS)
    await salon.post.note()
    salon.email.falls = asyncio.CancelledError()
    with pytest.raises(asyncio.CancelledError):
        await salon.post.work()
    salon.email.falls = None
    assert (await salon.states())[0] == ("confirmation", "sending")
    await salon.post.work()
    assert len(salon.email.parcels) == 1
    salon.clock.advance(timedelta(minutes=3))
    await salon.post.work()
    lapsed = (await salon.messages())[0]
    assert (state_of(lapsed), lapsed.detail) == ("unknown", "whoever was sending it is gone")
    salon.clock.advance(timedelta(minutes=3))
    await salon.post.work()
    assert (await salon.states())[0] == ("confirmation", "sent")


async def test_a_channel_that_was_switched_off_meanwhile_fails_visibly(salon: Salon) -> None:
    await salon.book()
    await salon.post.note()
    salon.registry.messages = settings(channels=["email"])
    salon.clock.advance(timedelta(minutes=1))
    await salon.post.work()
    assert (await salon.states())[0] == ("confirmation", "failed")


async def test_the_business_speaks_in_its_own_words_and_language(salon: Salon) -> None:
    salon.registry.language = "en"
    salon.registry.messages = settings(
        texts=[
            staff_message_pb2.MessageText(
                language="en",
                kind="confirmation",
                channel="sms",
                text="Hi {name}, see you {date} at {time}! 💇",
            )
        ]
    )
    await salon.book()
    await salon.everything()
    assert salon.sms.parcels[0].words.text == (
        "Hi Anna Beispiel, see you Wednesday, 26 November 2025 at 15:00! 💇"
    )


async def test_a_known_address_stays_unless_the_new_one_was_read_back(
    salon: Salon, availability: ScriptedAvailability
) -> None:
    salon.registry.messages = settings(channels=["email"])
    availability.options["o-third"] = an_option(START + timedelta(days=2))
    await salon.book(customer_email=ADDRESS)
    await salon.book(option_id="o-later", request_id="r-2", customer_email="erica@example.org")
    request = a_request(option_id="o-third", request_id="r-3", caller_number=MOBILE)
    request.customer_email, request.customer_email_confirmed = "erika@example.net", True
    await salon.post.note()
    await salon.stub.BookAppointment(request)
    await salon.everything()
    sent = [parcel.address for parcel in salon.email.parcels]
    assert sorted(sent) == ["erika@example.net", ADDRESS, ADDRESS]


@pytest.mark.parametrize(
    "address", ["erika", "a@b", "a@b@example.org", "x" * 10_000 + "@example.org", "a\r\nBcc: b@example.org"]
)
async def test_what_is_no_address_books_nothing(salon: Salon, address: str) -> None:
    fault = await refused(salon.book(customer_email=address))
    assert (fault.reason, fault.metadata) == ("REQUEST_INVALID", {"field": "customer_email"})


async def test_a_technical_address_is_never_written_to(salon: Salon) -> None:
    salon.registry.messages = settings(channels=["email"])
    answer = await salon.book(customer_email="kunde-1@kunden.example.org")
    assert channel_of(answer) == "unspecified"
    await salon.everything()
    assert salon.email.parcels == []


async def test_a_forgotten_customer_leaves_no_address_and_no_words(salon: Salon, pool: asyncpg.Pool) -> None:
    booked = await salon.book(customer_email=ADDRESS)
    await salon.everything()
    await salon.cancel(booked.appointment.appointment_id)
    await salon.post.note()
    ids = {"tenant_id": TENANT, "customer_id": booked.appointment.customer.customer_id}
    known = await salon.stub.ExportCustomer(service_pb2.ExportCustomerRequest(**ids))
    assert (known.customer.email, len(known.messages)) == (ADDRESS, 3)
    assert [each.text for each in known.messages if "Dauerwelle bei Anna" in each.text]
    erased = await salon.stub.EraseCustomer(service_pb2.EraseCustomerRequest(**ids, operator="Petra"))
    assert erased.erased["message"] == 3
    rows = str([tuple(row) for row in await pool.fetch("SELECT * FROM message")])
    assert MOBILE not in rows
    assert "Dauerwelle" not in rows
    await salon.post.work()
    assert len(salon.sms.parcels) == 1
    assert ADDRESS not in str([tuple(row) for row in await pool.fetch("SELECT * FROM customer")])
    again = await salon.stub.EraseCustomer(service_pb2.EraseCustomerRequest(**ids, operator="Petra"))
    assert set(again.erased.values()) == {0}


async def test_addresses_are_not_in_the_log_that_others_read(salon: Salon, pool: asyncpg.Pool) -> None:
    await salon.book(customer_email=ADDRESS)
    assert ADDRESS not in str(await pool.fetchval("SELECT payload::text FROM event"))


async def test_messages_are_listed_by_state_and_appointment_and_in_pages(salon: Salon) -> None:
    booked = await salon.book()
    await salon.book(option_id="o-later", request_id="r-2")
    await salon.everything()
    assert len(await salon.messages(appointment_id=booked.appointment.appointment_id)) == 2
    assert len(await salon.messages(state=message_pb2.MESSAGE_STATE_SENT)) == 2
    seen: list[str] = []
    token = ""
    while True:
        page = await salon.stub.ListMessages(
            message_pb2.ListMessagesRequest(tenant_id=TENANT, page_size=1, page_token=token)
        )
        seen += [each.message_id for each in page.messages]
        token = page.next_page_token
        if not token:
            break
    assert len(set(seen)) == len(seen) == 4


async def test_bad_requests_about_messages_are_refused(salon: Salon) -> None:
    other = "99999999-9999-4999-8999-999999999999"
    await salon.book()
    await salon.everything()
    message = (await salon.messages())[0]
    strangers = message_pb2.RetryMessageRequest(
        tenant_id=other, message_id=message.message_id, operator="Petra"
    )
    assert (await refused(salon.stub.RetryMessage(strangers))).reason == "MESSAGE_UNKNOWN"
    by_nobody = message_pb2.RetryMessageRequest(tenant_id=TENANT, message_id=message.message_id)
    assert (await refused(salon.stub.RetryMessage(by_nobody))).reason == "REQUEST_INVALID"
    odd = message_pb2.ListMessagesRequest(tenant_id=TENANT, page_token="x")
    assert (await refused(salon.stub.ListMessages(odd))).reason == "PAGE_TOKEN_INVALID"
    assert (await salon.stub.ListMessages(message_pb2.ListMessagesRequest(tenant_id=other))).messages == []
