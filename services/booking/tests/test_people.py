"""Two ids that are one human."""

import asyncio
import uuid
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

import asyncpg
import grpc
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from booking.storage import people_statements
from booking.testing.availability import ScriptedAvailability
from booking.testing.calls import OVERLAPS, book, refused, told
from booking.testing.samples import PERM, PERSON, START, TENANT, A, F, a_request, an_option
from booking.testing.waiting import a_join
from chassis.grpc_client import fault_of
from rufbuch.booking.v1 import appointment_pb2, people_pb2, service_pb2

if TYPE_CHECKING:
    from rufbuch.booking.v1.service_pb2_grpc import BookingServiceAsyncStub

ALIAS = UUID("55555555-5555-4555-8555-555555555555")
RESOLUTION = "66666666-6666-4666-8666-666666666666"
STATE = """
SELECT jsonb_agg(to_jsonb(a) - 'version' ORDER BY appointment_id) FROM appointment a
UNION ALL SELECT jsonb_agg(to_jsonb(p) ORDER BY phase_id) FROM phase p
UNION ALL SELECT jsonb_agg(to_jsonb(o) ORDER BY appointment_id, span) FROM occupancy o
UNION ALL SELECT jsonb_agg(to_jsonb(n) ORDER BY occupant_id) FROM occupant n
UNION ALL SELECT jsonb_agg(to_jsonb(w) ORDER BY waitlist_entry_id) FROM waitlist_entry w
"""
"""Everything that a union touches, but for the versions, which only ever grow."""


def unite(**changed: str) -> people_pb2.UnitePeopleRequest:
    words = {"tenant_id": TENANT, "resolution_id": RESOLUTION, "person_id": str(PERSON),
             "alias_person_id": str(ALIAS), "operator": "Olga"}  # fmt: skip
    return people_pb2.UnitePeopleRequest(**(words | changed))


def separate(**changed: Any) -> people_pb2.SeparatePeopleRequest:
    words = {"tenant_id": TENANT, "resolution_id": RESOLUTION, "operator": "Olga"}
    return people_pb2.SeparatePeopleRequest(**(words | changed))


def describe() -> people_pb2.DescribePeopleRequest:
    return people_pb2.DescribePeopleRequest(tenant_id=TENANT, person_ids=[str(PERSON), str(ALIAS)])


class Salon:
    """Books one of the two at an hour of the day."""

    def __init__(self, booking: "BookingServiceAsyncStub", availability: ScriptedAvailability) -> None:
        self.booking, self.availability, self._made = booking, availability, 0

    def offer(
        self, person_id: UUID, hour: int, phases: tuple[tuple[Any, int], ...] = ((A, 60),)
    ) -> dict[str, str]:
        self._made += 1
        option_id = f"o-{self._made:08d}"
        self.availability.options[option_id] = an_option(START + timedelta(hours=hour), phases, person_id)
        name = f"{self._made:04d}"
        return {"option_id": option_id, "call_id": f"call_{name}", "request_id": f"request_{name}"}

    async def book(self, person_id: UUID, hour: int, **kind: Any) -> appointment_pb2.Appointment:
        return await book(self.booking, **self.offer(person_id, hour, **kind))


@pytest.fixture
def salon(booking: "BookingServiceAsyncStub", availability: ScriptedAvailability) -> Salon:
    return Salon(booking, availability)


async def appointments(booking: "BookingServiceAsyncStub") -> dict[str, appointment_pb2.Appointment]:
    listed = await booking.ListAppointments(
        service_pb2.ListAppointmentsRequest(tenant_id=TENANT, page_size=200)
    )
    return {each.appointment_id: each for each in listed.appointments}


async def test_what_was_two_peoples_is_one_persons(salon: Salon, pool: asyncpg.Pool) -> None:
    """SR-01."""
    hers = await salon.book(PERSON, 0, phases=PERM)
    moved = await salon.book(ALIAS, 4, phases=PERM)
    done = await salon.booking.UnitePeople(unite())
    assert list(done.appointment_ids) == [moved.appointment_id]
    assert done.phases == 3
    kept = await appointments(salon.booking)
    assert {each.person_id for each in kept.values()} == {str(PERSON)}
    assert {phase.person_id for each in kept.values() for phase in each.phases} == {str(PERSON)}
    assert {taken.person_id for each in kept.values() for taken in each.occupied} == {str(PERSON)}
    assert kept[hers.appointment_id].etag == hers.etag
    assert await pool.fetchval(OVERLAPS) == 0


async def test_who_is_one_cannot_be_booked_twice_under_the_other_name(salon: Salon) -> None:
    """SR-01: "neither notices that the same human can then be double-booked"."""
    await salon.booking.UnitePeople(unite())
    await salon.book(PERSON, 0)
    fault = await refused(salon.book(ALIAS, 0))
    assert fault.reason == "SLOT_TAKEN"


async def test_an_option_under_the_old_name_is_booked_under_the_right_one(salon: Salon) -> None:
    offered = salon.offer(ALIAS, 0)
    await salon.booking.UnitePeople(unite())
    made = await book(salon.booking, **offered)
    assert made.person_id == str(PERSON)
    assert {each.person_id for each in made.phases} == {str(PERSON)}
    assert {each.person_id for each in made.occupied} == {str(PERSON)}
    (event,) = [each async for each in _first(salon.booking, 1)]
    assert event.appointment_booked.appointment == made


async def _first(booking: "BookingServiceAsyncStub", number: int) -> Any:
    for event in await told(booking, number):
        yield event


async def test_a_move_to_an_option_under_the_old_name(salon: Salon) -> None:
    made = await salon.book(ALIAS, 0)
    offered = salon.offer(ALIAS, 3)
    await salon.booking.UnitePeople(unite())
    request = service_pb2.RescheduleAppointmentRequest(
        tenant_id=TENANT, appointment_id=made.appointment_id, option_id=offered["option_id"],
        request_id="move-1", actor=service_pb2.Actor(call_id=offered["call_id"], caller_number="+493023125001"),
        branch_id=made.branch_id,
    )  # fmt: skip
    moved = await salon.booking.RescheduleAppointment(request)
    assert moved.appointment.person_id == moved.previous.person_id == str(PERSON)
    again = await salon.booking.RescheduleAppointment(request)
    assert again.appointment == moved.appointment
    assert again.repeated_answer


async def test_the_same_again_answers_the_same_and_changes_nothing(salon: Salon) -> None:
    await salon.book(ALIAS, 0)
    done = await salon.booking.UnitePeople(unite())
    before = await appointments(salon.booking)
    assert await salon.booking.UnitePeople(unite()) == done
    assert await appointments(salon.booking) == before


async def test_a_union_that_was_made_and_not_told_is_told_by_whoever_comes_next(
    salon: Salon, pool: asyncpg.Pool
) -> None:
    """Killed between the two transactions: nobody who follows the log would ever hear of it."""
    await salon.book(ALIAS, 0)
    await salon.booking.UnitePeople(unite())
    told_of = "FROM event WHERE kind = 'appointment_reassigned'"
    await pool.execute(f"DELETE {told_of}")
    await pool.execute("UPDATE person_union SET union_told = false")
    for _ in range(2):
        await salon.booking.UnitePeople(unite())
    assert await pool.fetchval(f"SELECT count(*) {told_of}") == 1


async def test_two_workers_at_once_do_it_once(salon: Salon, pool: asyncpg.Pool) -> None:
    await salon.book(ALIAS, 0)
    one, other = await asyncio.gather(*(salon.booking.UnitePeople(unite()) for _ in range(2)))
    assert one == other
    assert await pool.fetchval("SELECT count(*) FROM event WHERE kind = 'appointment_reassigned'") == 1


async def test_what_both_have_at_one_time_is_named_kept_and_marked(salon: Salon, pool: asyncpg.Pool) -> None:
    """Nothing that was confirmed is moved or dropped in silence; what nobody else has of it stays protected."""
    hers = await salon.book(PERSON, 1)
    other = await salon.book(ALIAS, 0, phases=((A, 90),))
    described = await salon.booking.DescribePeople(describe())
    (overlap,) = described.overlaps
    assert {overlap.appointment_id, overlap.other_appointment_id} == {
        hers.appointment_id,
        other.appointment_id,
    }
    assert overlap.end_time.seconds - overlap.start_time.seconds == 30 * 60
    assert [each.appointments_ahead for each in described.people] == [1, 1]

    done = await salon.booking.UnitePeople(unite())
    assert list(done.overbooked) == [overlap]
    kept = await appointments(salon.booking)
    assert [
        taken.end_time.seconds - taken.start_time.seconds for taken in kept[other.appointment_id].occupied
    ] == [
        3600,
        1800,
    ]
    assert (
        await pool.fetchval("SELECT overbooked_by FROM appointment WHERE overbooking_reason IS NOT NULL")
        == "Olga"
    )
    fault = await refused(salon.book(PERSON, 0))
    assert fault.reason == "SLOT_TAKEN"


async def test_nobody_is_another_name_twice(salon: Salon) -> None:
    await salon.booking.UnitePeople(unite())
    fault = await refused(salon.booking.UnitePeople(unite(resolution_id=str(uuid.uuid4()))))
    assert fault.reason == "PERSON_IS_ALIAS"


async def test_names_of_a_name_are_names_of_the_person(salon: Salon) -> None:
    third = uuid.uuid4()
    await salon.booking.UnitePeople(unite(person_id=str(ALIAS), alias_person_id=str(third)))
    await salon.booking.UnitePeople(unite(resolution_id=str(uuid.uuid4())))
    made = await salon.book(third, 0)
    assert made.person_id == str(PERSON)


async def test_taken_back_everything_is_as_it_was(salon: Salon, registry: Any, pool: asyncpg.Pool) -> None:
    """SR-01: whoever waits for one of the two waits for her again, and not for the other."""
    registry.people.append(str(ALIAS))
    for who, person_id in enumerate((PERSON, ALIAS)):
        await salon.booking.JoinWaitlist(a_join(who, person_id=str(person_id)))
    await salon.book(PERSON, 1)
    await salon.book(ALIAS, 0, phases=((A, 90),))
    await salon.booking.DescribePeople(describe())
    before = [row[0] for row in await pool.fetch(STATE)]
    await salon.booking.UnitePeople(unite())
    assert not (await salon.booking.SeparatePeople(separate(validate_only=True))).conflicts
    done = await salon.booking.SeparatePeople(separate())
    assert not done.conflicts
    assert [row[0] for row in await pool.fetch(STATE)] == before
    assert await salon.booking.SeparatePeople(separate()) == done


@pytest.mark.parametrize("what", ["made", "cancelled", "united"])
async def test_what_contradicts_it_since_is_named(salon: Salon, what: str) -> None:
    moved = await salon.book(ALIAS, 0)
    await salon.booking.UnitePeople(unite())
    if what == "made":
        await salon.book(PERSON, 5)
    elif what == "cancelled":
        await salon.booking.CancelAppointment(
            service_pb2.CancelAppointmentRequest(
                tenant_id=TENANT,
                appointment_id=moved.appointment_id,
                actor=service_pb2.Actor(operator="Olga"),
            )
        )
    else:
        again = unite(
            resolution_id=str(uuid.uuid4()), person_id=str(uuid.uuid4()), alias_person_id=str(PERSON)
        )
        await salon.booking.UnitePeople(again)
    for validate_only in (True, False):
        answer = await salon.booking.SeparatePeople(separate(validate_only=validate_only))
        assert answer.conflicts
        assert not answer.appointment_ids


async def test_what_was_never_united_cannot_be_taken_back(salon: Salon) -> None:
    fault = await refused(salon.booking.SeparatePeople(separate()))
    assert fault.reason == "RESOLUTION_UNKNOWN"


async def test_callers_while_two_become_one(salon: Salon, pool: asyncpg.Pool) -> None:
    """No moment in which the person can be booked twice: whoever comes after is refused, whoever came before has moved."""
    wishes = [salon.offer(person_id, hour) for hour in range(10) for person_id in (PERSON, ALIAS)]
    for hour in range(0, 10, 2):
        await salon.book(PERSON, hour)
    free = [wish for number, wish in enumerate(wishes) if (number // 2) % 2]

    async def call(wish: dict[str, str]) -> str:
        try:
            return (await salon.booking.BookAppointment(_request(wish))).appointment.appointment_id
        except grpc.aio.AioRpcError as error:
            return fault_of(error).reason

    united = asyncio.create_task(_after(free[:2], salon))
    answers = await asyncio.gather(*(call(wish) for wish in free[2:]))
    await united
    kept = await appointments(salon.booking)
    assert set(answers) <= {*kept, "SLOT_TAKEN"}
    overbooked = await pool.fetchval("SELECT count(*) FROM appointment WHERE overbooking_reason IS NOT NULL")
    unknown = await pool.fetchval(
        "SELECT count(*) FROM occupancy one JOIN occupancy other ON one.span && other.span"
        " AND one.appointment_id < other.appointment_id WHERE NOT one.overbooked AND NOT other.overbooked"
    )
    assert unknown == 0
    assert overbooked <= 4
    assert {each.person_id for each in kept.values()} == {str(PERSON)}


def _request(wish: dict[str, str]) -> service_pb2.BookAppointmentRequest:
    return a_request(**wish)


async def _after(wishes: list[dict[str, str]], salon: Salon) -> None:
    await salon.booking.BookAppointment(_request(wishes[1]))
    await salon.booking.UnitePeople(unite())


async def test_every_column_that_names_a_person_is_renamed(pool: asyncpg.Pool) -> None:
    """A table that comes later cannot be forgotten: it is listed, or this fails."""
    rows = await pool.fetch(
        "SELECT table_name, column_name FROM information_schema.columns"
        " WHERE table_schema = current_schema() AND column_name LIKE '%person%' AND data_type IN ('uuid', 'ARRAY')"
    )
    named = {(row["table_name"], row["column_name"]) for row in rows}
    others = {(table, column) for table, column, _ in people_statements.OTHER_NAMES}
    by_statements_of_their_own = {
        ("appointment", "person_id"),
        ("phase", "person_id"),
        ("person_union", "person_id"),
        ("waitlist_vacancy", "person_ids"),
    }
    assert named == by_statements_of_their_own | others


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.tuples(
            st.booleans(), st.integers(0, 40), st.sampled_from([((A, 60),), ((A, 30), (F, 30), (A, 30))])
        ),
        max_size=8,
    )
)
async def test_any_two_become_one_and_two_again(
    salon: Salon, pool: asyncpg.Pool, plan: list[tuple[bool, int, tuple[tuple[Any, int], ...]]]
) -> None:
    for table in ("appointment", "person_union", "event", "occupant"):
        await pool.execute(f"DELETE FROM {table}")
    made, taken = 0, list[str]()
    for first, half_hours, phases in plan:
        option = salon.offer(PERSON if first else ALIAS, 0, phases)
        salon.availability.options[option["option_id"]] = an_option(
            START + timedelta(minutes=30 * half_hours), phases, PERSON if first else ALIAS
        )
        try:
            await salon.booking.BookAppointment(_request(option))
            made += 1
        except grpc.aio.AioRpcError as error:
            # One person cannot have two at once.
            taken.append(fault_of(error).reason)
    assert set(taken) <= {"SLOT_TAKEN"}
    described = await salon.booking.DescribePeople(describe())
    assert sum(each.appointments for each in described.people) == made
    before = [row[0] for row in await pool.fetch(STATE)]
    done = await salon.booking.UnitePeople(unite())
    assert list(done.overbooked) == list(described.overlaps)
    assert len(await appointments(salon.booking)) == made
    assert not (await salon.booking.SeparatePeople(separate())).conflicts
    after = [row[0] for row in await pool.fetch(STATE)]
    assert after[:3] == before[:3]
