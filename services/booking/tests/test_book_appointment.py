"""A caller's wish becomes one appointment, told the same to whoever asks again."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import asyncpg
import grpc
import pytest

from booking.clients.availability import DEADLINE_S
from booking.domain.option import Span
from booking.errors import AvailabilityUnavailableError, SlotTakenError
from booking.testing.availability import ScriptedAvailability
from booking.testing.calls import OVERLAPS, refused
from booking.testing.samples import NUMBER, PERSON, START, TENANT, a_request, an_option, taken
from chassis.errors import Kind, ServiceError
from chassis.grpc_client import fault_of
from chassis.testing import SettableClock
from rufbuch.booking.v1 import appointment_pb2, service_pb2

if TYPE_CHECKING:
    from rufbuch.booking.v1.service_pb2_grpc import BookingServiceAsyncStub


async def count(pool: asyncpg.Pool, table: str) -> int:
    return int(await pool.fetchval(f"SELECT count(*) FROM {table}"))


async def test_an_option_becomes_an_appointment_with_all_its_phases(
    booking: "BookingServiceAsyncStub",
) -> None:
    """AV-01, BK-06, BK-14, BK-21, BK-23: phases, person and length are those of the option, nothing is defaulted."""
    answer = await booking.BookAppointment(a_request())

    made = answer.appointment
    assert not answer.repeated_answer
    assert made.state == appointment_pb2.APPOINTMENT_STATE_BOOKED
    assert made.person_id == str(PERSON)
    assert [(phase.position, phase.end_time.seconds - phase.start_time.seconds) for phase in made.phases] == [
        (0, 3600), (1, 1800), (2, 2700),
    ]  # fmt: skip
    assert made.start_time.seconds == made.phases[0].start_time.seconds == START.timestamp()
    assert made.end_time.seconds - made.start_time.seconds == 135 * 60
    assert len({phase.phase_id for phase in made.phases}) == 3
    assert [taken.person_id for taken in made.occupied] == [str(PERSON)] * 2


async def test_fifty_twins_at_once_make_one_appointment_and_get_equal_answers(
    booking: "BookingServiceAsyncStub", pool: asyncpg.Pool, availability: ScriptedAvailability
) -> None:
    """BK-07, BK-11, BK-22, BK-29, TG-31: a twin is told of the appointment, never of nothing; one event starts one sync."""
    availability.together = asyncio.Barrier(50)

    answers = await asyncio.gather(*(booking.BookAppointment(a_request()) for _ in range(50)))

    assert len({answer.appointment.SerializeToString(deterministic=True) for answer in answers}) == 1
    assert sorted(answer.repeated_answer for answer in answers) == [False] + [True] * 49
    assert (await count(pool, "appointment"), await count(pool, "event")) == (1, 1)


async def test_a_finished_request_is_answered_without_asking_availability(
    booking: "BookingServiceAsyncStub", availability: ScriptedAvailability
) -> None:
    """TG-31: a retry is answered as fast as one query, also when availability is gone."""
    first = await booking.BookAppointment(a_request())
    availability.claims.clear()
    availability.refusal = AvailabilityUnavailableError("gone")

    again = await booking.BookAppointment(a_request(customer_name="Anne Beispil", caller_number=""))

    assert again.repeated_answer
    assert again.appointment == first.appointment
    assert not availability.claims


async def test_a_twin_that_finds_the_option_gone_gets_the_answer_of_the_first(
    booking: "BookingServiceAsyncStub", availability: ScriptedAvailability
) -> None:
    """BK-29: the hold of a committed option is gone, which is no reason to tell its owner that it is taken."""
    availability.together = asyncio.Barrier(2)
    late = asyncio.ensure_future(booking.BookAppointment(a_request()))
    await availability.asked.wait()
    late_is_between, availability.together = availability.together, None

    first = await booking.BookAppointment(a_request())
    availability.refusal = SlotTakenError("taken")
    await late_is_between.wait()

    assert (await late).appointment == first.appointment
    assert (await late).repeated_answer


async def test_the_same_option_under_another_request_id_is_the_same_wish(
    booking: "BookingServiceAsyncStub", pool: asyncpg.Pool
) -> None:
    """TG-31: a model that makes up a new id for each attempt books once."""
    first = await booking.BookAppointment(a_request(request_id="one"))
    second = await booking.BookAppointment(a_request(request_id="two"))

    assert second.repeated_answer
    assert second.appointment == first.appointment
    assert await count(pool, "appointment") == 1


async def test_the_same_option_under_twenty_request_ids_at_once_is_one_wish(
    booking: "BookingServiceAsyncStub", pool: asyncpg.Pool, availability: ScriptedAvailability
) -> None:
    availability.together = asyncio.Barrier(20)

    answers = await asyncio.gather(
        *(booking.BookAppointment(a_request(request_id=f"request-{number}")) for number in range(20))
    )

    assert len({answer.appointment.appointment_id for answer in answers}) == 1
    assert (await count(pool, "appointment"), await count(pool, "booking_request")) == (1, 20)


@pytest.mark.parametrize("first_id", ["request-1", "another-id-for-the-same-option"])
async def test_a_request_id_is_not_lent_to_another_option(
    booking: "BookingServiceAsyncStub", availability: ScriptedAvailability, first_id: str
) -> None:
    availability.options["o-bbbbbbbb"] = an_option(START + timedelta(days=1))
    await booking.BookAppointment(a_request(request_id=first_id))
    await booking.BookAppointment(a_request())

    fault = await refused(booking.BookAppointment(a_request(option_id="o-bbbbbbbb")))

    assert (fault.code, fault.reason) == (grpc.StatusCode.ALREADY_EXISTS, "REQUEST_ID_REUSED")


async def test_a_request_id_belongs_to_its_business(
    booking: "BookingServiceAsyncStub", availability: ScriptedAvailability
) -> None:
    """BK-03: the business comes with each request, nobody has to be logged in."""
    other = "99999999-9999-4999-8999-999999999999"
    mine = await booking.BookAppointment(a_request())
    availability.options["o-aaaaaaaa"] = an_option(person_id=type(PERSON)(other))

    theirs = await booking.BookAppointment(a_request(tenant_id=other))

    assert not theirs.repeated_answer
    assert theirs.appointment.appointment_id != mine.appointment.appointment_id
    assert theirs.appointment.customer.customer_id != mine.appointment.customer.customer_id


@pytest.mark.parametrize("shift_min", [0, 30, -15, 100])
async def test_availability_that_promises_one_time_twice_gets_one_appointment(
    booking: "BookingServiceAsyncStub", pool: asyncpg.Pool, availability: ScriptedAvailability, shift_min: int
) -> None:
    """BK-01, BK-02: the database has the last word, whatever the holds say."""
    availability.options["o-bbbbbbbb"] = an_option(START + timedelta(minutes=shift_min))
    await booking.BookAppointment(a_request())

    fault = await refused(
        booking.BookAppointment(
            a_request(option_id="o-bbbbbbbb", call_id="call_0002", request_id="request-2")
        )
    )

    assert (fault.code, fault.reason) == (grpc.StatusCode.ABORTED, "SLOT_TAKEN")
    assert [
        await count(pool, table) for table in ("appointment", "event", "customer", "booking_request")
    ] == [1] * 4


async def test_twenty_callers_for_one_time_at_once_get_it_once(
    booking: "BookingServiceAsyncStub", pool: asyncpg.Pool, availability: ScriptedAvailability
) -> None:
    """BK-01, BK-02."""
    availability.together = asyncio.Barrier(20)
    options = {f"o-{number:08}": an_option(START + timedelta(minutes=number)) for number in range(20)}
    availability.options |= options

    outcomes = await asyncio.gather(
        *(
            booking.BookAppointment(
                a_request(option_id=option_id, call_id=f"call_{option_id}", request_id=option_id)
            )
            for option_id in options
        ),
        return_exceptions=True,
    )

    faults = [fault_of(outcome) for outcome in outcomes if isinstance(outcome, grpc.aio.AioRpcError)]
    assert [fault.reason for fault in faults] == ["SLOT_TAKEN"] * 19
    assert await count(pool, "appointment") == 1
    assert await pool.fetchval(OVERLAPS) == 0


async def test_somebody_else_fits_into_the_processing_time(
    booking: "BookingServiceAsyncStub", availability: ScriptedAvailability
) -> None:
    """AV-01: what is free in the search is free at the commit."""
    cut = an_option(START + timedelta(minutes=60), phases=[(an_option().phases[0].kind, 30)])
    availability.options["o-bbbbbbbb"] = cut
    await booking.BookAppointment(a_request())

    fitted = await booking.BookAppointment(
        a_request(option_id="o-bbbbbbbb", call_id="call_0002", request_id="2")
    )

    assert not fitted.repeated_answer


async def test_a_start_that_has_passed_is_not_booked(
    booking: "BookingServiceAsyncStub", pool: asyncpg.Pool, clock: SettableClock
) -> None:
    """BK-27: whatever availability says."""
    clock.set(START)

    fault = await refused(booking.BookAppointment(a_request()))

    assert (fault.code, fault.reason) == (grpc.StatusCode.FAILED_PRECONDITION, "SLOT_NOT_BOOKABLE")
    assert fault.metadata == {"outcome": "PAST"}
    assert await count(pool, "appointment") == 0


class _HoldsGoneError(ServiceError):
    kind = Kind.UNAVAILABLE
    reason = "HOLDS_UNAVAILABLE"


async def test_availability_without_its_holds_books_nothing_and_says_try_again(
    booking: "BookingServiceAsyncStub", pool: asyncpg.Pool, availability: ScriptedAvailability
) -> None:
    availability.refusal = _HoldsGoneError("no Redis")

    fault = await refused(booking.BookAppointment(a_request()))

    assert (fault.code, fault.reason) == (grpc.StatusCode.UNAVAILABLE, "AVAILABILITY_UNAVAILABLE")
    assert await count(pool, "appointment") == 0


async def test_availability_that_does_not_answer_in_time_books_nothing(
    booking: "BookingServiceAsyncStub", pool: asyncpg.Pool, availability: ScriptedAvailability
) -> None:
    availability.silent = True

    fault = await refused(booking.BookAppointment(a_request(), timeout=DEADLINE_S + 8))

    assert (fault.code, fault.reason) == (grpc.StatusCode.UNAVAILABLE, "AVAILABILITY_UNAVAILABLE")
    assert await count(pool, "appointment") == 0


async def test_an_unknown_option_is_named_as_such(booking: "BookingServiceAsyncStub") -> None:
    fault = await refused(booking.BookAppointment(a_request(option_id="o-zzzzzzzz")))

    assert (fault.code, fault.reason) == (grpc.StatusCode.NOT_FOUND, "OPTION_UNKNOWN")


LONG = "x" * 10_000


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("tenant_id", ""),
        ("tenant_id", "1"),
        ("branch_id", "{22222222-2222-4222-8222-222222222222}"),
        ("option_id", ""),
        ("option_id", LONG),
        ("call_id", "call\0"),
        ("request_id", " "),
        ("request_id", LONG),
        ("caller_number", "anonymous"),
        ("caller_number", "030 23125001"),
        ("caller_number", "+49 30 23125001"),
        ("caller_number", "+4"),
        ("caller_number", LONG),
    ],
)
async def test_a_malformed_field_is_named_and_nothing_is_stored(
    booking: "BookingServiceAsyncStub", pool: asyncpg.Pool, field: str, value: str
) -> None:
    fault = await refused(booking.BookAppointment(a_request(**{field: value})))

    assert (fault.code, fault.reason) == (grpc.StatusCode.INVALID_ARGUMENT, "REQUEST_INVALID")
    assert fault.metadata == {"field": field}
    assert await count(pool, "appointment") == 0


async def test_time_to_prepare_is_kept_free_as_well(
    booking: "BookingServiceAsyncStub", availability: ScriptedAvailability
) -> None:
    option = an_option()
    buffer = Span(option.span.end_time, option.span.end_time + timedelta(minutes=15))
    availability.options["o-aaaaaaaa"] = replace(option, occupied=(*option.occupied, *taken(buffer)))
    availability.options["o-bbbbbbbb"] = an_option(option.span.end_time + timedelta(minutes=10))
    first = await booking.BookAppointment(a_request())

    fault = await refused(booking.BookAppointment(a_request(option_id="o-bbbbbbbb", request_id="request-2")))

    assert len(first.appointment.occupied) == 3
    assert fault.reason == "SLOT_TAKEN"


async def test_a_name_that_is_none_is_refused(
    booking: "BookingServiceAsyncStub", availability: ScriptedAvailability
) -> None:
    """TG-24."""
    fault = await refused(booking.BookAppointment(a_request(customer_name="Unbekannt")))

    assert (fault.code, fault.reason) == (grpc.StatusCode.INVALID_ARGUMENT, "NAME_INVALID")
    assert not availability.claims


async def test_callers_of_one_number_are_one_customer_whose_name_stays(
    booking: "BookingServiceAsyncStub", pool: asyncpg.Pool, availability: ScriptedAvailability
) -> None:
    """BK-15, BK-25: also when they come at once; a name that was misheard later changes nothing."""
    await booking.BookAppointment(a_request())
    options = {f"o-{day:08}": an_option(START + timedelta(days=day)) for day in range(1, 11)}
    availability.options |= options

    answers = await asyncio.gather(
        *(
            booking.BookAppointment(
                a_request(option_id=option, request_id=option, call_id=option, customer_name="Hanna Beispil")
            )
            for option in options
        )
    )

    assert {answer.appointment.customer.name for answer in answers} == {"Anna Beispiel"}
    assert len({answer.appointment.customer.customer_id for answer in answers}) == 1
    assert await count(pool, "customer") == 1
    assert await pool.fetchval("SELECT count(*) FROM appointment WHERE name_given = 'Hanna Beispil'") == 10


async def test_ten_first_calls_of_one_number_at_once_make_one_customer(
    booking: "BookingServiceAsyncStub", pool: asyncpg.Pool, availability: ScriptedAvailability
) -> None:
    """BK-15: nobody is known yet, and everybody is served by somebody else, so that no lock orders them."""
    people = {f"o-{number:08}": type(PERSON)(int=number + 1) for number in range(10)}
    availability.options |= {option: an_option(person_id=person) for option, person in people.items()}
    availability.together = asyncio.Barrier(10)

    answers = await asyncio.gather(
        *(booking.BookAppointment(a_request(option_id=o, request_id=o, call_id=o)) for o in people)
    )

    assert len({answer.appointment.customer.customer_id for answer in answers}) == 1
    assert await count(pool, "customer") == 1


async def test_a_withheld_number_makes_a_customer_of_its_call(
    booking: "BookingServiceAsyncStub", pool: asyncpg.Pool, availability: ScriptedAvailability
) -> None:
    """BK-04, BK-20, TG-16: two who withhold their number are two, two wishes in one call are one's."""
    options = {f"o-{day:08}": an_option(START + timedelta(days=day)) for day in range(3)}
    availability.options |= options
    calls = ["call_a", "call_a", "call_b"]

    answers = [
        await booking.BookAppointment(a_request(option_id=o, request_id=o, call_id=call, caller_number=""))
        for o, call in zip(options, calls, strict=True)
    ]

    first, second, third = [answer.appointment.customer for answer in answers]
    assert first == second
    assert first.customer_id != third.customer_id
    assert first.phone_number == ""
    assert first.calendar_email != third.calendar_email


async def test_each_customer_has_a_calendar_address_that_nobody_shares(
    booking: "BookingServiceAsyncStub",
) -> None:
    """BK-10, SE-14, TG-38."""
    customer = (await booking.BookAppointment(a_request())).appointment.customer

    assert customer.phone_number == NUMBER
    assert customer.calendar_email == f"kunde-{customer.customer_id.replace('-', '')[:16]}@kunden.example.org"


async def test_get_tells_what_was_booked_and_only_to_its_business(booking: "BookingServiceAsyncStub") -> None:
    """SE-09, SE-12."""
    made = (await booking.BookAppointment(a_request())).appointment

    got = await booking.GetAppointment(
        service_pb2.GetAppointmentRequest(tenant_id=TENANT, appointment_id=made.appointment_id)
    )
    other = await refused(
        booking.GetAppointment(
            service_pb2.GetAppointmentRequest(tenant_id=made.branch_id, appointment_id=made.appointment_id)
        )
    )

    assert got.appointment == made
    assert (other.code, other.reason) == (grpc.StatusCode.NOT_FOUND, "APPOINTMENT_UNKNOWN")
