"""What is written to customers of what happens to their appointments, and what is promised of it."""

from datetime import timedelta
from typing import Any

import asyncpg
import pytest
from icalendar import Calendar

from booking.testing.availability import ScriptedAvailability
from booking.testing.calls import refused
from booking.testing.messages import MOBILE, settings
from booking.testing.samples import START, TENANT, a_request, an_option
from booking.testing.writing_salon import Salon, channel_of, state_of
from booking.usecases.messages.promise import Promises
from chassis.errors import Kind, ServiceError
from rufbuch.booking.v1 import message_pb2, service_pb2
from rufbuch.staff.v1 import message_pb2 as staff_message_pb2

ADDRESS = "erika@example.org"


class DownError(ServiceError):
    kind = Kind.UNAVAILABLE
    reason = "STORAGE_UNAVAILABLE"


async def test_a_booking_is_confirmed_by_the_way_that_was_promised(writing: Salon) -> None:
    answer = await writing.book()
    assert channel_of(answer) == "sms"
    await writing.everything()
    (parcel,) = writing.sms.parcels
    assert parcel.address == MOBILE
    assert parcel.words.text == (
        "Salon Lindenhof: Ihr Termin ist gebucht: Dauerwelle bei Anna am Mittwoch, 26. November 2025 um 15:00 Uhr, Mitte."
    )
    assert await writing.states() == [("confirmation", "sent"), ("reminder", "pending")]
    assert (await writing.messages())[0].receipt == "r-1"


async def test_who_has_a_landline_is_promised_nothing_and_it_is_seen_why(writing: Salon) -> None:
    answer = await writing.book(caller_number="+493023125001")
    assert channel_of(answer) == "unspecified"
    await writing.everything()
    (message,) = await writing.messages()
    assert (state_of(message), message.address) == ("suppressed", "")
    assert "reaches the customer" in message.detail
    assert writing.sms.parcels == writing.email.parcels == []


async def test_a_withheld_number_gets_an_e_mail_where_an_address_was_given(writing: Salon) -> None:
    answer = await writing.book(caller_number="", customer_email=ADDRESS)
    assert channel_of(answer) == "email"
    await writing.everything()
    (parcel,) = writing.email.parcels
    assert parcel.address == ADDRESS
    assert "Guten Tag Anna Beispiel," in parcel.words.text
    assert parcel.calendar
    assert parcel.calendar[0] == "REQUEST"


async def test_a_business_that_writes_nothing_promises_nothing_and_notes_nothing(writing: Salon) -> None:
    writing.registry.messages = None
    assert channel_of(await writing.book(customer_email=ADDRESS)) == "unspecified"
    await writing.everything()
    assert await writing.messages() == []


async def test_what_a_business_begins_to_write_is_promised_within_half_a_minute(writing: Salon) -> None:
    writing.registry.messages = None
    assert channel_of(await writing.book()) == "unspecified"
    writing.registry.messages = settings()
    assert channel_of(await writing.book()) == "unspecified"
    writing.clock.advance(timedelta(seconds=31))
    assert channel_of(await writing.book()) == "sms"


async def test_while_the_registry_is_silent_nothing_is_promised_but_it_is_sent_later(writing: Salon) -> None:
    writing.registry.refusal = DownError("away")
    assert channel_of(await writing.book()) == "unspecified"
    writing.registry.refusal = None
    writing.clock.advance(timedelta(seconds=5))
    await writing.everything()
    assert len(writing.sms.parcels) == 1


async def test_settings_that_cannot_be_are_no_failed_booking_and_stop_nobody(writing: Salon) -> None:
    """BK-29: the appointment stood, and a fault after it had the caller told that it failed. The reader of the log, which
    writes for all businesses, stopped for good."""
    writing.registry.messages = settings(quiet_from="22:00")
    assert channel_of(await writing.book()) == "unspecified"
    await writing.everything()
    assert await writing.messages() == []


async def test_a_fault_in_what_is_promised_is_no_failed_booking() -> None:
    """BK-29."""

    class Faulty:
        def __getattr__(self, name: str) -> None:
            raise LookupError(name)

    faulty: Any = Faulty()
    assert await Promises(faulty, faulty).about(faulty) is None


async def test_a_move_says_both_times_and_takes_the_reminder_along(writing: Salon) -> None:
    booked = await writing.book(caller_number="", customer_email=ADDRESS)
    await writing.everything()
    moved = await writing.move(booked.appointment.appointment_id, "o-later")
    assert channel_of(moved) == "email"
    await writing.everything()
    change = writing.email.parcels[-1]
    assert "nicht mehr am Mittwoch, 26. November 2025 um 15:00 Uhr" in change.words.text
    assert "am Donnerstag, 27. November 2025 um 15:00 Uhr" in change.words.text
    writing.clock.set(START - timedelta(hours=23))
    await writing.post.work()
    assert len(writing.email.parcels) == 2
    writing.clock.set(START + timedelta(hours=1))
    await writing.post.work()
    assert writing.email.parcels[-1].words.subject == (
        "Erinnerung: Ihr Termin am Donnerstag, 27. November 2025 um 15:00 Uhr"
    )
    assert sorted(await writing.states()) == [
        ("change", "sent"),
        ("confirmation", "sent"),
        ("reminder", "sent"),
        ("reminder", "suppressed"),
    ]


async def test_the_calendar_file_is_one_event_through_all_changes(writing: Salon) -> None:
    booked = await writing.book(caller_number="", customer_email=ADDRESS)
    await writing.everything()
    moved = await writing.move(booked.appointment.appointment_id, "o-later")
    await writing.everything()
    await writing.cancel(moved.appointment.appointment_id)
    await writing.everything()
    files = [Calendar.from_ical(parcel.calendar[1]) for parcel in writing.email.parcels if parcel.calendar]
    events = [file.walk("VEVENT")[0] for file in files]
    assert [str(file["METHOD"]) for file in files] == ["REQUEST", "REQUEST", "CANCEL"]
    assert len({str(event["UID"]) for event in events}) == 1
    assert [event.decoded("SEQUENCE") for event in events] == [0, 1, 2]
    assert [event.decoded("DTSTART") for event in events] == [START, *[START + timedelta(days=1)] * 2]
    assert all("phase" not in file.to_ical().decode() for file in files)


async def test_a_cancellation_is_told_and_the_confirmation_that_was_not_sent_yet_is_not(
    writing: Salon,
) -> None:
    """Whoever reads "booked" after the cancellation would come."""
    booked = await writing.book()
    await writing.post.note()
    assert channel_of(await writing.cancel(booked.appointment.appointment_id)) == "sms"
    await writing.everything()
    assert [parcel.words.text.split(":")[1] for parcel in writing.sms.parcels] == [" Ihr Termin ist abgesagt"]
    assert await writing.states() == [
        ("confirmation", "suppressed"),
        ("cancellation", "sent"),
        ("reminder", "pending"),
    ]
    writing.clock.set(START - timedelta(hours=20))
    await writing.post.work()
    assert ("reminder", "suppressed") in await writing.states()
    assert len(writing.sms.parcels) == 1


async def test_the_business_speaks_in_its_own_words_and_language(writing: Salon) -> None:
    writing.registry.language = "en"
    writing.registry.messages = settings(
        texts=[
            staff_message_pb2.MessageText(
                language="en",
                kind="confirmation",
                channel="sms",
                text="Hi {name}, see you {date} at {time}! 💇",
            )
        ]
    )
    await writing.book()
    await writing.everything()
    assert writing.sms.parcels[0].words.text == (
        "Hi Anna Beispiel, see you Wednesday, 26 November 2025 at 15:00! 💇"
    )


async def test_a_known_address_stays_unless_the_new_one_was_read_back(
    writing: Salon, availability: ScriptedAvailability
) -> None:
    writing.registry.messages = settings(channels=["email"])
    availability.options["o-third"] = an_option(START + timedelta(days=2))
    await writing.book(customer_email=ADDRESS)
    await writing.book(option_id="o-later", request_id="r-2", customer_email="erica@example.org")
    request = a_request(option_id="o-third", request_id="r-3", caller_number=MOBILE)
    request.customer_email, request.customer_email_confirmed = "erika@example.net", True
    await writing.post.note()
    await writing.stub.BookAppointment(request)
    await writing.everything()
    sent = [parcel.address for parcel in writing.email.parcels]
    assert sorted(sent) == ["erika@example.net", ADDRESS, ADDRESS]


@pytest.mark.parametrize(
    "address", ["erika", "a@b", "a@b@example.org", "x" * 10_000 + "@example.org", "a\r\nBcc: b@example.org"]
)
async def test_what_is_no_address_books_nothing(writing: Salon, address: str) -> None:
    fault = await refused(writing.book(customer_email=address))
    assert (fault.reason, fault.metadata) == ("REQUEST_INVALID", {"field": "customer_email"})


async def test_a_technical_address_is_never_written_to(writing: Salon) -> None:
    writing.registry.messages = settings(channels=["email"])
    answer = await writing.book(customer_email="kunde-1@kunden.example.org")
    assert channel_of(answer) == "unspecified"
    await writing.everything()
    assert writing.email.parcels == []


async def test_a_forgotten_customer_leaves_no_address_and_no_words(
    writing: Salon, pool: asyncpg.Pool
) -> None:
    booked = await writing.book(customer_email=ADDRESS)
    await writing.everything()
    await pool.execute("UPDATE message SET detail = 'said of ' || address WHERE state = 'sent'")
    await writing.cancel(booked.appointment.appointment_id)
    await writing.post.note()
    ids = {"tenant_id": TENANT, "customer_id": booked.appointment.customer.customer_id}
    known = await writing.stub.ExportCustomer(service_pb2.ExportCustomerRequest(**ids))
    assert (known.customer.email, len(known.messages)) == (ADDRESS, 3)
    assert [each.text for each in known.messages if "Dauerwelle bei Anna" in each.text]
    erased = await writing.stub.EraseCustomer(service_pb2.EraseCustomerRequest(**ids, operator="Petra"))
    assert erased.erased["message"] == 3
    rows = str([tuple(row) for row in await pool.fetch("SELECT * FROM message")])
    assert "said of" not in rows
    assert MOBILE not in rows
    assert "Dauerwelle" not in rows
    await writing.post.work()
    assert len(writing.sms.parcels) == 1
    assert ADDRESS not in str([tuple(row) for row in await pool.fetch("SELECT * FROM customer")])
    again = await writing.stub.EraseCustomer(service_pb2.EraseCustomerRequest(**ids, operator="Petra"))
    assert set(again.erased.values()) == {0}


async def test_addresses_are_not_in_the_log_that_others_read(writing: Salon, pool: asyncpg.Pool) -> None:
    await writing.book(customer_email=ADDRESS)
    assert ADDRESS not in str(await pool.fetchval("SELECT payload::text FROM event"))


async def test_messages_are_listed_by_state_and_appointment_and_in_pages(writing: Salon) -> None:
    booked = await writing.book()
    await writing.book(option_id="o-later", request_id="r-2")
    await writing.everything()
    assert len(await writing.messages(appointment_id=booked.appointment.appointment_id)) == 2
    assert len(await writing.messages(state=message_pb2.MESSAGE_STATE_SENT)) == 2
    seen: list[str] = []
    token = ""
    while True:
        page = await writing.stub.ListMessages(
            message_pb2.ListMessagesRequest(tenant_id=TENANT, page_size=1, page_token=token)
        )
        seen += [each.message_id for each in page.messages]
        token = page.next_page_token
        if not token:
            break
    assert len(set(seen)) == len(seen) == 4


async def test_bad_requests_about_messages_are_refused(writing: Salon) -> None:
    other = "99999999-9999-4999-8999-999999999999"
    await writing.book()
    await writing.everything()
    message = (await writing.messages())[0]
    strangers = message_pb2.RetryMessageRequest(
        tenant_id=other, message_id=message.message_id, operator="Petra"
    )
    assert (await refused(writing.stub.RetryMessage(strangers))).reason == "MESSAGE_UNKNOWN"
    by_nobody = message_pb2.RetryMessageRequest(tenant_id=TENANT, message_id=message.message_id)
    assert (await refused(writing.stub.RetryMessage(by_nobody))).reason == "REQUEST_INVALID"
    odd = message_pb2.ListMessagesRequest(tenant_id=TENANT, page_token="x")
    assert (await refused(writing.stub.ListMessages(odd))).reason == "PAGE_TOKEN_INVALID"
    assert (await writing.stub.ListMessages(message_pb2.ListMessagesRequest(tenant_id=other))).messages == []
