"""Several people, rooms and devices in one appointment, several appointments in one wish: all of it, or nothing."""

import asyncio
import random
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import UUID

import asyncpg
import grpc
import pytest

from booking.domain.option import ClaimedOption, Occupant, OccupantKind, Occupied
from booking.testing.availability import ScriptedAvailability
from booking.testing.calls import OVERLAPS, refused
from booking.testing.samples import PERSON, SERVICE, START, TENANT, a_request, an_option, taken
from chassis.grpc_client import fault_of
from rufbuch.booking.v1 import service_pb2

if TYPE_CHECKING:
    from rufbuch.booking.v1.service_pb2_grpc import BookingServiceAsyncStub

OTHER = UUID("55555555-5555-4555-8555-555555555555")
COLOUR = UUID("77777777-7777-4777-8777-777777777777")
BASIN = Occupant(OccupantKind.RESOURCE, UUID("66666666-6666-4666-8666-666666666666"))


def a_visit() -> ClaimedOption:
    """The first phase by one person, the last of another service by another, with a basin."""
    option = an_option()
    first, gap, last = option.phases
    phases = (first, gap, replace(last, person_id=OTHER, service_id=COLOUR))
    occupied = (*taken(first.span), *taken(last.span, person_id=OTHER), Occupied(BASIN, last.span))
    return replace(option, phases=phases, occupied=occupied, service_ids=(SERVICE, COLOUR))


async def test_each_phase_keeps_its_person_and_its_service(
    booking: "BookingServiceAsyncStub", availability: ScriptedAvailability
) -> None:
    """BK-14, BK-21, BK-23."""
    availability.options["o-aaaaaaaa"] = a_visit()

    made = (await booking.BookAppointment(a_request())).appointment
    got = await booking.GetAppointment(
        service_pb2.GetAppointmentRequest(tenant_id=TENANT, appointment_id=made.appointment_id)
    )

    assert [phase.person_id for phase in made.phases] == [str(PERSON), str(PERSON), str(OTHER)]
    assert [phase.service_id for phase in made.phases] == [str(SERVICE), str(SERVICE), str(COLOUR)]
    assert list(made.service_ids) == [str(SERVICE), str(COLOUR)]
    assert {(each.person_id, each.resource_id) for each in made.occupied} == {
        (str(PERSON), ""), (str(OTHER), ""), ("", str(BASIN.occupant_id)),
    }  # fmt: skip
    assert got.appointment == made


async def test_a_room_is_had_by_one_at_a_time(
    booking: "BookingServiceAsyncStub", availability: ScriptedAvailability, pool: asyncpg.Pool
) -> None:
    """BK-02: two people who are free, and one basin."""
    first, second = an_option(), an_option(person_id=OTHER)
    basin = Occupied(BASIN, first.phases[0].span)
    availability.options["o-aaaaaaaa"] = replace(first, occupied=(*first.occupied, basin))
    availability.options["o-bbbbbbbb"] = replace(second, occupied=(*second.occupied, basin))
    await booking.BookAppointment(a_request())

    fault = await refused(
        booking.BookAppointment(a_request(option_id="o-bbbbbbbb", call_id="call_0002", request_id="2"))
    )

    assert fault.reason == "SLOT_TAKEN"
    assert await pool.fetchval("SELECT count(*) FROM appointment") == 1


async def test_visits_that_share_people_in_all_orders_never_lock_each_other_up(
    booking: "BookingServiceAsyncStub", availability: ScriptedAvailability, pool: asyncpg.Pool
) -> None:
    """BK-22."""
    people = [UUID(int=number + 1) for number in range(4)]
    for number in range(40):
        pair = random.sample(people, 2)
        option = an_option(START + timedelta(days=number // 8), person_id=pair[0])
        first, gap, last = option.phases
        phases = (first, gap, replace(last, person_id=pair[1]))
        occupied = (*taken(first.span, person_id=pair[0]), *taken(last.span, person_id=pair[1]))
        availability.options[f"o-{number:08}"] = replace(option, phases=phases, occupied=occupied)
    availability.together = asyncio.Barrier(40)

    async with asyncio.timeout(20):
        outcomes = await asyncio.gather(
            *(
                booking.BookAppointment(a_request(option_id=o, call_id=o, request_id=o))
                for o in availability.options
                if o != "o-aaaaaaaa"
            ),
            return_exceptions=True,
        )

    faults = {fault_of(one).reason for one in outcomes if isinstance(one, grpc.aio.AioRpcError)}
    assert faults <= {"SLOT_TAKEN"}
    assert await pool.fetchval(OVERLAPS) == 0
    assert await pool.fetchval("SELECT count(*) FROM appointment") >= 5


@pytest.fixture
def party(availability: ScriptedAvailability) -> service_pb2.BookAppointmentRequest:
    """Mother and child, served by two at once."""
    availability.options["o-bbbbbbbb"] = an_option(person_id=OTHER)
    request = a_request()
    request.more_option_ids.append("o-bbbbbbbb")
    request.more_names.append("Mia Beispiel")
    return request


async def test_a_party_is_booked_together_and_answered_together(
    booking: "BookingServiceAsyncStub", party: service_pb2.BookAppointmentRequest, pool: asyncpg.Pool
) -> None:
    answer = await booking.BookAppointment(party)
    again = await booking.BookAppointment(party)

    assert [one.person_id for one in answer.more_appointments] == [str(OTHER)]
    assert answer.more_appointments[0].customer == answer.appointment.customer
    assert again.repeated_answer
    assert (again.appointment, list(again.more_appointments)) == (
        answer.appointment,
        list(answer.more_appointments),
    )
    names = await pool.fetch("SELECT name_given FROM appointment ORDER BY party_position")
    assert [row["name_given"] for row in names] == ["Anna Beispiel", "Mia Beispiel"]
    assert await pool.fetchval("SELECT count(*) FROM event") == 2


async def test_a_party_of_which_one_cannot_come_is_not_booked_by_halves(
    booking: "BookingServiceAsyncStub", availability: ScriptedAvailability, pool: asyncpg.Pool,
    party: service_pb2.BookAppointmentRequest,
) -> None:  # fmt: skip
    availability.options["o-cccccccc"] = an_option(person_id=OTHER)
    await booking.BookAppointment(
        a_request(option_id="o-cccccccc", call_id="call_0002", request_id="2", caller_number="")
    )

    fault = await refused(booking.BookAppointment(party))

    assert fault.reason == "SLOT_TAKEN"
    assert await pool.fetchval("SELECT count(*) FROM appointment") == 1
    assert await pool.fetchval("SELECT count(*) FROM booking_request") == 1


@pytest.mark.parametrize("alone", ["o-aaaaaaaa", "o-bbbbbbbb"])
async def test_a_party_of_which_one_is_booked_already_is_not_said_to_be_booked(
    booking: "BookingServiceAsyncStub",
    party: service_pb2.BookAppointmentRequest,
    pool: asyncpg.Pool,
    alone: str,
) -> None:
    await booking.BookAppointment(a_request(option_id=alone, request_id="alone"))

    fault = await refused(booking.BookAppointment(party))

    assert fault.reason == "SLOT_TAKEN"
    assert await pool.fetchval("SELECT count(*) FROM appointment") == 1


async def test_another_party_with_the_same_first_is_another_wish(
    booking: "BookingServiceAsyncStub", availability: ScriptedAvailability,
    party: service_pb2.BookAppointmentRequest,
) -> None:  # fmt: skip
    await booking.BookAppointment(party)
    availability.options["o-cccccccc"] = an_option(START + timedelta(days=1), person_id=OTHER)
    another = a_request(request_id="another")
    another.more_option_ids.append("o-cccccccc")

    assert (await refused(booking.BookAppointment(another))).reason == "SLOT_TAKEN"


@pytest.mark.parametrize("option_id", ["o-aaaaaaaa", "o-bbbbbbbb"])
async def test_one_of_a_party_asked_for_alone_is_had_already(
    booking: "BookingServiceAsyncStub", party: service_pb2.BookAppointmentRequest, option_id: str
) -> None:
    """BK-29: nobody is told "taken" of what they have; asked twice, as the second finds the first's request id."""
    made = await booking.BookAppointment(party)
    expected = made.appointment if option_id == "o-aaaaaaaa" else made.more_appointments[0]

    for _ in range(2):
        answer = await booking.BookAppointment(a_request(option_id=option_id, request_id="alone"))
        assert (answer.appointment, answer.repeated_answer) == (expected, True)
        assert not answer.more_appointments


async def test_twenty_twins_of_a_party_make_one(
    booking: "BookingServiceAsyncStub", party: service_pb2.BookAppointmentRequest, pool: asyncpg.Pool
) -> None:
    answers = await asyncio.gather(*(booking.BookAppointment(party) for _ in range(20)))

    assert len({answer.more_appointments[0].appointment_id for answer in answers}) == 1
    assert sorted(answer.repeated_answer for answer in answers) == [False] + [True] * 19
    assert await pool.fetchval("SELECT count(*) FROM appointment") == 2


@pytest.mark.parametrize(
    ("options", "names", "field"),
    [
        (["o-aaaaaaaa"], [], "more_option_ids"),
        (["o-bbbbbbbb", "o-bbbbbbbb"], [], "more_option_ids"),
        ([f"o-{number}" for number in range(5)], [], "more_option_ids"),
        ([], ["Mia Beispiel"], "more_names"),
    ],
)
async def test_what_is_no_party_is_refused(
    booking: "BookingServiceAsyncStub", pool: asyncpg.Pool, options: list[str], names: list[str], field: str
) -> None:
    request = a_request()
    request.more_option_ids.extend(options)
    request.more_names.extend(names)

    fault = await refused(booking.BookAppointment(request))

    assert (fault.reason, fault.metadata) == ("REQUEST_INVALID", {"field": field})
    assert await pool.fetchval("SELECT count(*) FROM appointment") == 0
