"""Appointments of a business, page by page."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

import asyncpg
import grpc
import pytest
from google.protobuf.timestamp_pb2 import Timestamp

from booking.testing.availability import ScriptedAvailability
from booking.testing.samples import BRANCH, PERSON, START, TENANT, a_request, an_option
from chassis.grpc_client import Fault, fault_of
from rufbuch.booking.v1 import appointment_pb2, service_pb2

if TYPE_CHECKING:
    from rufbuch.booking.v1.service_pb2_grpc import BookingServiceAsyncStub

COLLEAGUE = UUID("55555555-5555-4555-8555-555555555555")
List = Callable[..., Awaitable[service_pb2.ListAppointmentsResponse]]


def at(instant: datetime) -> Timestamp:
    written = Timestamp()
    written.FromDatetime(instant)
    return written


@pytest.fixture
async def ids(booking: "BookingServiceAsyncStub", availability: ScriptedAvailability) -> list[str]:
    """Seven appointments on seven days, made last first; the last three by a colleague, the last two in one call."""
    made = []
    for day in reversed(range(7)):
        option = f"o-{day:08}"
        person = PERSON if day < 4 else COLLEAGUE
        availability.options[option] = an_option(START + timedelta(days=day), person_id=person)
        call = f"call_{min(day, 5)}"
        answer = await booking.BookAppointment(a_request(option_id=option, request_id=option, call_id=call))
        made.append(answer.appointment.appointment_id)
    return made[::-1]


@pytest.fixture
def page(booking: "BookingServiceAsyncStub") -> List:
    async def ask(**filters: Any) -> service_pb2.ListAppointmentsResponse:
        return await booking.ListAppointments(
            service_pb2.ListAppointmentsRequest(**({"tenant_id": TENANT} | filters))
        )

    return ask


async def refused(call: Awaitable[object]) -> Fault:
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await call
    return fault_of(caught.value)


def ids_of(answer: service_pb2.ListAppointmentsResponse) -> list[str]:
    return [appointment.appointment_id for appointment in answer.appointments]


async def test_all_of_a_business_come_by_start(page: List, ids: list[str]) -> None:
    answer = await page()

    assert ids_of(answer) == ids
    assert answer.next_page_token == ""


async def test_each_filter_holds(page: List, ids: list[str]) -> None:
    day = timedelta(days=1)
    assert ids_of(await page(start_time_min=at(START + 2 * day))) == ids[2:]
    assert ids_of(await page(start_time_max=at(START + 2 * day))) == ids[:2]
    assert ids_of(await page(person_id=str(COLLEAGUE))) == ids[4:]
    # BK-26: what a call has made is what is stored, whatever anybody says about the call.
    assert ids_of(await page(call_id="call_5")) == ids[5:]
    assert ids_of(await page(state=appointment_pb2.APPOINTMENT_STATE_BOOKED)) == ids
    assert ids_of(await page(state=appointment_pb2.APPOINTMENT_STATE_CANCELLED)) == []
    assert ids_of(await page(phone_number="+493023125001")) == ids
    assert ids_of(await page(phone_number="+493023125002")) == []
    both = await page(
        start_time_min=at(START + 3 * day), start_time_max=at(START + 6 * day), person_id=str(PERSON)
    )
    assert ids_of(both) == ids[3:4]


async def test_another_business_sees_nothing(page: List, ids: list[str]) -> None:
    """SE-07, SE-12."""
    assert ids_of(await page(tenant_id=BRANCH)) == []


@pytest.mark.parametrize("size", [1, 2, 3, 6, 7, 8])
async def test_pages_together_are_the_list(page: List, ids: list[str], size: int) -> None:
    """BK-18."""
    seen, token = [], None
    while token != "":
        answer = await page(page_size=size, page_token=token or "")
        assert 1 <= len(answer.appointments) <= size
        seen += ids_of(answer)
        token = answer.next_page_token

    assert seen == ids


async def test_appointments_of_one_start_are_not_lost_between_pages(
    page: List, booking: "BookingServiceAsyncStub", availability: ScriptedAvailability
) -> None:
    for number in range(5):
        availability.options[f"o-{number:08}"] = an_option(person_id=UUID(int=number + 1))
        await booking.BookAppointment(a_request(option_id=f"o-{number:08}", request_id=f"{number}"))

    first = await page(page_size=2)
    second = await page(page_size=3, page_token=first.next_page_token)

    assert len({*ids_of(first), *ids_of(second)}) == 5


async def test_a_page_holds_at_most_500(page: List, ids: list[str]) -> None:
    assert ids_of(await page(page_size=2_000_000_000)) == ids


async def test_a_token_of_other_filters_or_of_nobody_is_refused(page: List, ids: list[str]) -> None:
    token = (await page(page_size=1)).next_page_token
    broken = [
        "x",
        token[:-4],
        token + "AAAA",
        "bnVsbA==",
        "W10=",
        "é",
        token.replace("=", ""),
        "W251bGwsMSwyXQ==",
    ]

    faults = [await refused(page(page_token=word)) for word in broken]
    faults.append(await refused(page(page_token=token, call_id="call_5")))
    faults.append(await refused(page(page_token=token, tenant_id=BRANCH)))

    assert {(fault.code, fault.reason) for fault in faults} == {
        (grpc.StatusCode.INVALID_ARGUMENT, "PAGE_TOKEN_INVALID")
    }


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("tenant_id", "x"),
        ("person_id", "x"),
        ("call_id", "\x00"),
        ("phone_number", "030 23125001"),
        ("customer_id", "x"),
        ("page_size", -1),
        ("state", 99),
        ("start_time_min", Timestamp(seconds=10**15)),
        ("start_time_max", Timestamp(seconds=-(10**15))),
    ],
)
async def test_a_malformed_filter_is_named(page: List, field: str, value: object) -> None:
    fault = await refused(page(**{field: value}))

    assert (fault.code, fault.reason, fault.metadata) == (
        grpc.StatusCode.INVALID_ARGUMENT, "REQUEST_INVALID", {"field": field},
    )  # fmt: skip


async def test_appointments_of_several_hands_are_read_with_one_statement(
    page: List, ids: list[str], pool: asyncpg.Pool
) -> None:
    """No query per appointment: 7 appointments or 1, one statement."""
    statements: list[str] = []
    async with pool.acquire() as connection:
        connection.add_query_logger(lambda record: statements.append(record.query))
    # The pool hands out the connection that was used last.
    await page()

    assert len([words for words in statements if "appointment" in words]) == 1
