"""What the database refuses, whoever asks: raw SQL against each invariant."""

import uuid
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlsplit, urlunsplit

import asyncpg
import pytest

from booking.testing.availability import ScriptedAvailability
from booking.testing.samples import PERSON, START, TENANT, a_request, an_option
from chassis.postgres import Connection

if TYPE_CHECKING:
    from rufbuch.booking.v1.service_pb2_grpc import BookingServiceAsyncStub

COPY = """
INSERT INTO appointment SELECT made.* FROM appointment AS one, jsonb_populate_record(
    one, jsonb_build_object('appointment_id', gen_random_uuid(), 'option_id', 'another') || '{changes}') AS made
"""
"""A second appointment like the first but for what is named; without phases."""


WHOLE = "SET CONSTRAINTS ALL IMMEDIATE; UPDATE phase SET kind = kind; UPDATE occupancy SET span = span"
"""Has every appointment looked at in the middle of the transaction."""
SHORTER = "UPDATE occupancy SET span = int8range(lower(span), upper(span) - 1)"
ONE_MORE = (
    "INSERT INTO phase SELECT gen_random_uuid(), tenant_id, appointment_id, 4, name, 'gap_free', person_id, end_time,"
    " end_time + interval '5 min' FROM phase WHERE position = 2"
)
"""A phase behind a hole."""


@pytest.fixture
async def attacker(
    booking: "BookingServiceAsyncStub", database_url: str, postgres_server: str
) -> AsyncIterator[Connection]:
    """A superuser's connection beside one appointment."""
    await booking.BookAppointment(a_request())
    connection = await asyncpg.connect(
        urlunsplit(urlsplit(postgres_server)._replace(path=urlsplit(database_url).path))
    )
    yield connection
    await connection.close()


@pytest.mark.parametrize(
    ("attack", "refusal"),
    [
        # Overlaps.
        (("INSERT INTO occupancy SELECT tenant_id, appointment_id, occupant_number, int8range(lower(span) + 1, upper(span))"
         " FROM occupancy LIMIT 1"), asyncpg.ExclusionViolationError),
        ("UPDATE occupancy SET span = int8range((SELECT min(lower(span)) FROM occupancy), upper(span))",
         asyncpg.ExclusionViolationError),
        # Spans that would not be where the exclusion looks.
        ("UPDATE occupancy SET span = 'empty'", asyncpg.CheckViolationError),
        ("UPDATE occupancy SET span = int8range(lower(span), NULL)", asyncpg.CheckViolationError),
        ("UPDATE occupancy SET span = int8range(NULL, upper(span))", asyncpg.CheckViolationError),
        ("UPDATE occupancy SET span = int8range(lower(span) % 4294967296, upper(span) % 4294967296)",
         asyncpg.CheckViolationError),
        ("UPDATE occupancy SET occupant_number = occupant_number + 1", asyncpg.CheckViolationError),
        (("UPDATE occupancy SET occupant_number = 99, span = int8range((99::bigint << 32) + 1, (99::bigint << 32) + 2)"
         " WHERE lower(span) = (SELECT min(lower(span)) FROM occupancy)"), asyncpg.ForeignKeyViolationError),
        # Occupancy that is not that of the phases.
        ("DELETE FROM occupancy", asyncpg.CheckViolationError),
        ("UPDATE occupancy SET span = int8range(lower(span), upper(span) - 1)", asyncpg.CheckViolationError),
        ("UPDATE phase SET kind = 'gap_blocked' WHERE position = 1", asyncpg.CheckViolationError),
        ("UPDATE phase SET person_id = gen_random_uuid()", asyncpg.CheckViolationError),
        ("UPDATE appointment SET state = 'cancelled'", asyncpg.CheckViolationError),
        # Phases with holes, out of order, missing, too many.
        ("DELETE FROM phase", asyncpg.CheckViolationError),
        ("DELETE FROM phase WHERE position = 0", asyncpg.CheckViolationError),
        ("DELETE FROM phase WHERE position = 1", asyncpg.CheckViolationError),
        ("DELETE FROM phase WHERE position = 2", asyncpg.CheckViolationError),
        ("UPDATE phase SET position = position + 1 WHERE position = 2", asyncpg.CheckViolationError),
        ("UPDATE phase SET position = -1 WHERE position = 0", asyncpg.CheckViolationError),
        ("UPDATE phase SET position = 1 WHERE position = 0", asyncpg.UniqueViolationError),
        ("UPDATE phase SET position = 5 - position", asyncpg.CheckViolationError),
        ("UPDATE phase SET end_time = end_time + interval '1 min' WHERE position = 1", asyncpg.CheckViolationError),
        ("UPDATE phase SET start_time = start_time + interval '1 min' WHERE position = 0",
         asyncpg.CheckViolationError),
        ("UPDATE phase SET end_time = start_time WHERE position = 1", asyncpg.CheckViolationError),
        (("INSERT INTO phase SELECT gen_random_uuid(), tenant_id, appointment_id, 3, name, 'gap_free', person_id, end_time,"
         " end_time + interval '5 min' FROM phase WHERE position = 2"), asyncpg.CheckViolationError),
        # The appointment itself.
        ("UPDATE appointment SET end_time = start_time", asyncpg.CheckViolationError),
        ("UPDATE appointment SET end_time = end_time + interval '1 min'", asyncpg.CheckViolationError),
        ("UPDATE appointment SET person_id = NULL", asyncpg.NotNullViolationError),
        ("UPDATE phase SET person_id = NULL", asyncpg.NotNullViolationError),
        ("UPDATE appointment SET state = 'moved'", asyncpg.CheckViolationError),
        ("UPDATE appointment SET version = 0", asyncpg.CheckViolationError),
        ("UPDATE appointment SET tenant_id = gen_random_uuid()", asyncpg.ForeignKeyViolationError),
        (COPY.format(changes="{}"), asyncpg.CheckViolationError),
        (COPY.format(changes='{"option_id": "o-aaaaaaaa"}'), asyncpg.UniqueViolationError),
        (("INSERT INTO booking_request SELECT tenant_id, request_id, 'another', appointment_id, now()"
         " FROM booking_request"), asyncpg.UniqueViolationError),
        ("INSERT INTO booking_request SELECT tenant_id, 'another', fingerprint, gen_random_uuid(), now() FROM booking_request",
         asyncpg.ForeignKeyViolationError),
        # Moves that go nowhere, or come from nowhere.
        ("UPDATE appointment SET moves = 1", asyncpg.CheckViolationError),
        ("UPDATE appointment SET moves = -1", asyncpg.CheckViolationError),
        ("UPDATE appointment SET state = 'rescheduled'", asyncpg.CheckViolationError),
        ("UPDATE appointment SET rescheduled_to_id = appointment_id", asyncpg.CheckViolationError),
        ("UPDATE appointment SET moves = 1, rescheduled_from_id = gen_random_uuid()",
         asyncpg.ForeignKeyViolationError),
        ("UPDATE occupant SET kind = 'table'", asyncpg.CheckViolationError),
        # Customers.
        (("INSERT INTO customer (tenant_id, customer_id, name, phone_number, calendar_email, created_at, booked_at)"
         " SELECT tenant_id, gen_random_uuid(), 'Twin', phone_number, 'twin@example.org', now(), now() FROM customer"),
         asyncpg.UniqueViolationError),
        (("INSERT INTO customer (tenant_id, customer_id, name, phone_number, calendar_email, created_at, booked_at)"
         " SELECT tenant_id, gen_random_uuid(), 'Twin', '+493023125002', calendar_email, now(), now() FROM customer"),
         asyncpg.UniqueViolationError),
        ("UPDATE customer SET phone_number = NULL", asyncpg.NotNullViolationError),
        ("UPDATE customer SET withheld_in_call = 'call'", asyncpg.CheckViolationError),
        ("UPDATE customer SET phone_number = ''", asyncpg.CheckViolationError),
        ("UPDATE customer SET phone_number = '030 23125001'", asyncpg.CheckViolationError),
        ("UPDATE customer SET name = ''", asyncpg.CheckViolationError),
        ("DELETE FROM customer", asyncpg.ForeignKeyViolationError),
        ("DELETE FROM occupant", asyncpg.ForeignKeyViolationError),
        # Overbooking that nobody answers for, or that hides from the exclusion.
        ("UPDATE occupancy SET overbooked = true", asyncpg.CheckViolationError),
        ("UPDATE appointment SET overbooking_reason = 'so', overbooked_by = 'Kim'", asyncpg.CheckViolationError),
        ("UPDATE appointment SET overbooking_reason = 'so'", asyncpg.CheckViolationError),
        ("UPDATE appointment SET overbooked_by = 'Kim'", asyncpg.CheckViolationError),
        ("UPDATE appointment SET overbooking_reason = '', overbooked_by = 'Kim'", asyncpg.CheckViolationError),
        (("WITH said AS (UPDATE appointment SET overbooking_reason = 'so', overbooked_by = 'Kim')"
          " UPDATE occupancy SET overbooked = NULL"), asyncpg.NotNullViolationError),
        (("INSERT INTO occupancy SELECT tenant_id, appointment_id, occupant_number,"
          " int8range(lower(span) + 1, upper(span)), true FROM occupancy LIMIT 1"), asyncpg.CheckViolationError),
        # Series.
        ("UPDATE appointment SET series_id = gen_random_uuid()", asyncpg.CheckViolationError),
        ("UPDATE appointment SET series_id = gen_random_uuid(), series_position = 0", asyncpg.CheckViolationError),
        # Whom somebody was promised, and what happens in which order.
        ("UPDATE appointment SET person_id = gen_random_uuid()", asyncpg.CheckViolationError),
        ("UPDATE phase SET name = 'another'", asyncpg.CheckViolationError),
        ("UPDATE phase SET service_id = gen_random_uuid()", asyncpg.CheckViolationError),
        # All at once.
        ("TRUNCATE occupancy", asyncpg.CheckViolationError),
        ("TRUNCATE phase", asyncpg.CheckViolationError),
        ("TRUNCATE appointment CASCADE", asyncpg.CheckViolationError),
        ("TRUNCATE customer CASCADE", asyncpg.CheckViolationError),
        ("TRUNCATE occupant CASCADE", asyncpg.CheckViolationError),
        ("DROP TABLE occupant", asyncpg.DependentObjectsStillExistError),
        ("SET CONSTRAINTS ALL DEFERRED; DELETE FROM occupancy", asyncpg.CheckViolationError),
        (("SET CONSTRAINTS ALL DEFERRED; INSERT INTO occupancy SELECT tenant_id, appointment_id, occupant_number,"
          " int8range(lower(span) + 1, upper(span)) FROM occupancy LIMIT 1"), asyncpg.ExclusionViolationError),
        # What was found whole a moment ago, and has been changed since.
        (f"{WHOLE}; DELETE FROM phase WHERE position = 2", asyncpg.CheckViolationError),
        (f"{WHOLE}; DELETE FROM occupancy", asyncpg.CheckViolationError),
        (f"{WHOLE}; {SHORTER}", asyncpg.CheckViolationError),
        (f"{WHOLE}; {ONE_MORE}", asyncpg.CheckViolationError),
        (f"BEGIN; {WHOLE}; SAVEPOINT a; ROLLBACK TO a; {ONE_MORE}; COMMIT", asyncpg.CheckViolationError),
        (f"BEGIN; SAVEPOINT a; {WHOLE}; ROLLBACK TO a; {ONE_MORE}; COMMIT", asyncpg.CheckViolationError),
        (f"BEGIN; {WHOLE}; SAVEPOINT a; {WHOLE}; RELEASE a; {ONE_MORE}; COMMIT", asyncpg.CheckViolationError),
        (f"{WHOLE}; UPDATE appointment SET state = 'cancelled'", asyncpg.CheckViolationError),
        (f"{WHOLE}; SET CONSTRAINTS ALL DEFERRED; {SHORTER}", asyncpg.CheckViolationError),
        (f"{WHOLE}; SET CONSTRAINTS ALL DEFERRED; {ONE_MORE}; {WHOLE}", asyncpg.CheckViolationError),
        (f"{ONE_MORE}; {WHOLE}", asyncpg.CheckViolationError),
        (f"{WHOLE}; " + COPY.format(changes="{}"), asyncpg.CheckViolationError),
        (f"{WHOLE}; TRUNCATE occupancy", asyncpg.CheckViolationError),
        # Upserts and copies are inserts.
        (("INSERT INTO occupancy SELECT * FROM occupancy ON CONFLICT (tenant_id, appointment_id, span)"
          " DO UPDATE SET span = int8range(lower(EXCLUDED.span), upper(EXCLUDED.span) - 1)"),
         asyncpg.CheckViolationError),
        (("MERGE INTO occupancy o USING appointment a ON o.appointment_id = a.appointment_id"
          " WHEN MATCHED THEN DELETE"), asyncpg.CheckViolationError),
        ("WITH gone AS (DELETE FROM phase RETURNING *) SELECT count(*) FROM gone", asyncpg.CheckViolationError),
    ],
)  # fmt: skip
async def test_the_database_refuses(
    attacker: Connection, attack: str, refusal: type[asyncpg.PostgresError]
) -> None:
    """BK-02, BK-04, BK-10, BK-14, BK-15, BK-21, BK-22, BK-24."""
    with pytest.raises(refusal):
        await attacker.execute(attack)


async def test_of_two_appointments_the_one_that_is_not_whole_is_found(
    attacker: Connection, booking: "BookingServiceAsyncStub", availability: ScriptedAvailability
) -> None:
    """BK-24: whichever of them was looked at last."""
    availability.options["o-bbbbbbbb"] = an_option(START + timedelta(days=1))
    await booking.BookAppointment(a_request(option_id="o-bbbbbbbb", request_id="2"))
    ids = [row["appointment_id"] for row in await attacker.fetch("SELECT appointment_id FROM appointment")]

    for whole, broken in (ids, ids[::-1]):
        look = f"UPDATE phase SET kind = kind WHERE appointment_id = '{whole}'"
        harm = f"DELETE FROM phase WHERE appointment_id = '{broken}' AND position = 0"
        for attack in (f"{look}; {harm}", f"{harm}; {look}"):
            with pytest.raises(asyncpg.CheckViolationError):
                await attacker.execute(attack)


async def test_a_phase_cannot_be_moved_away_unseen(attacker: Connection) -> None:
    """BK-24: the appointment that loses its phases is checked, also where the one that gets them is whole."""
    await attacker.execute("SET session_replication_role = replica")
    await attacker.execute(COPY.format(changes='{"state": "cancelled"}'))
    await attacker.execute("SET session_replication_role = origin")
    move = "UPDATE phase SET appointment_id = (SELECT appointment_id FROM appointment WHERE option_id = 'another')"

    with pytest.raises(asyncpg.CheckViolationError):
        await attacker.execute(move)


async def test_an_appointment_is_not_moved_in_place_however_consistently(attacker: Connection) -> None:
    """BK-08: whoever has been told a time has that time, or an appointment that says where it went."""
    async with attacker.transaction():
        await attacker.execute(
            "UPDATE occupancy SET span = int8range(lower(span) + 1440, upper(span) + 1440)"
        )
        await attacker.execute("ALTER TABLE phase DISABLE TRIGGER agreed_stays")
        await attacker.execute(
            "UPDATE phase SET start_time = start_time + interval '1 day', end_time = end_time + interval '1 day'"
        )
        with pytest.raises(asyncpg.CheckViolationError, match="gives way to another") as caught:
            async with attacker.transaction():
                await attacker.execute(
                    "UPDATE appointment SET start_time = start_time + interval '1 day',"
                    " end_time = end_time + interval '1 day'"
                )
        assert caught.value.constraint_name == "confirmed_time_stays"
        await attacker.execute("DELETE FROM appointment")


async def test_an_appointment_gives_way_to_one_only(attacker: Connection) -> None:
    """BK-16."""
    heir = '{"rescheduled_from_id": "%s", "moves": 1, "option_id": "%s", "appointment_id": "%s"}'
    first_id = str(await attacker.fetchval("SELECT appointment_id FROM appointment"))
    await attacker.execute("SET session_replication_role = replica")
    await attacker.execute(
        COPY.format(changes=heir % (first_id, "second", uuid.uuid4())) + " WHERE one.moves = 0"
    )

    with pytest.raises(asyncpg.UniqueViolationError):
        await attacker.execute(
            COPY.format(changes=heir % (first_id, "third", uuid.uuid4())) + " WHERE one.moves = 0"
        )


async def test_a_deleted_appointment_takes_its_rows_with_it(attacker: Connection) -> None:
    await attacker.execute("DELETE FROM appointment")

    left = "SELECT (SELECT count(*) FROM phase) + (SELECT count(*) FROM occupancy) + (SELECT count(*) FROM booking_request)"
    assert await attacker.fetchval(left) == 0


async def test_a_cancelled_appointment_gives_its_time_and_its_option_free(
    attacker: Connection, booking: "BookingServiceAsyncStub"
) -> None:
    async with attacker.transaction():
        await attacker.execute("DELETE FROM occupancy")
        await attacker.execute("UPDATE appointment SET state = 'cancelled', version = 2")

    again = await booking.BookAppointment(a_request(request_id="request-2"))

    assert not again.repeated_answer


async def test_people_have_numbers_that_fit_beside_the_minutes(attacker: Connection) -> None:
    number = await attacker.fetchval(
        "SELECT number FROM occupant WHERE tenant_id = $1 AND occupant_id = $2", TENANT, PERSON
    )
    span = await attacker.fetchval("SELECT min(lower(span)) FROM occupancy")

    assert number == 1
    assert span >> 32 == number
    with pytest.raises(asyncpg.CheckViolationError):
        await attacker.execute(
            "INSERT INTO occupant (tenant_id, occupant_id, kind, number) OVERRIDING SYSTEM VALUE"
            " VALUES ($1, gen_random_uuid(), 'person', 2147483648)",
            TENANT,
        )


@pytest.mark.parametrize("state", ["cancelled", "completed", "no_show"])
async def test_what_has_ended_does_not_come_back(attacker: Connection, state: str) -> None:
    """BK-16: also with the time that it had, the state goes one way."""
    async with attacker.transaction():
        await attacker.execute("CREATE TEMP TABLE before AS SELECT * FROM occupancy")
        await attacker.execute("DELETE FROM occupancy")
        await attacker.execute("UPDATE appointment SET state = $1", state)

    await attacker.execute("BEGIN")
    await attacker.execute("INSERT INTO occupancy SELECT * FROM before")
    with pytest.raises(asyncpg.CheckViolationError) as caught:
        await attacker.execute("UPDATE appointment SET state = 'booked'")
    await attacker.execute("ROLLBACK")
    assert caught.value.constraint_name == "agreed_stays"


async def test_a_person_is_not_swapped_however_consistently(attacker: Connection) -> None:
    """AV-19, SR-06: nobody is given to somebody else in silence."""
    await attacker.execute(
        "INSERT INTO occupant (tenant_id, occupant_id, kind) VALUES ($1, $2, 'person')",
        TENANT,
        uuid.UUID(int=7),
    )
    swap = (
        "UPDATE appointment SET person_id = '00000000-0000-0000-0000-000000000007'",
        "UPDATE phase SET person_id = '00000000-0000-0000-0000-000000000007'",
    )
    for statement in swap:
        with pytest.raises(asyncpg.CheckViolationError) as caught:
            async with attacker.transaction():
                await attacker.execute(statement)
        assert caught.value.constraint_name == "agreed_stays"


async def test_only_what_is_overbooked_may_overlap_and_only_where_it_says_so(attacker: Connection) -> None:
    """The exclusion is partial, and what stays outside it is exactly what somebody has answered for."""
    beside = COPY.format(changes='{"overbooking_reason": "so", "overbooked_by": "Kim"}')
    takes = (
        "INSERT INTO occupancy SELECT o.tenant_id, a.appointment_id, o.occupant_number, o.span, {overbooked}"
        " FROM occupancy o, appointment a WHERE a.option_id = 'another'"
    )
    phases = (
        "INSERT INTO phase (phase_id, tenant_id, appointment_id, position, name, kind, person_id, start_time, end_time)"
        " SELECT gen_random_uuid(), p.tenant_id, a.appointment_id, position, name, kind, p.person_id, p.start_time,"
        " p.end_time FROM phase p, appointment a WHERE a.option_id = 'another'"
    )
    for overbooked, refusal in (("false", asyncpg.ExclusionViolationError), ("true", None)):
        try:
            async with attacker.transaction():
                await attacker.execute(beside)
                await attacker.execute(phases)
                await attacker.execute(takes.format(overbooked=overbooked))
        except asyncpg.PostgresError as error:
            assert type(error) is refusal  # noqa: PT017 - one of the two must pass
        else:
            assert refusal is None


class TestRoles:
    """Who is not the service cannot get round the checks."""

    @pytest.fixture
    async def stranger(self, attacker: Connection) -> AsyncIterator[Connection]:
        """The same connection as a role that may do nothing yet."""
        role = f"stranger_{uuid.uuid4().hex[:12]}"
        await attacker.execute(f"CREATE ROLE {role}")
        await attacker.execute(f"GRANT USAGE ON SCHEMA public TO {role}")
        yield attacker
        await attacker.execute("RESET ROLE")
        await attacker.execute(f"DROP OWNED BY {role}")
        await attacker.execute(f"DROP ROLE {role}")

    @staticmethod
    async def become(stranger: Connection, *rights: str) -> None:
        role = await stranger.fetchval(
            "SELECT rolname FROM pg_roles WHERE rolname LIKE 'stranger%' ORDER BY oid DESC LIMIT 1"
        )
        for right in rights:
            await stranger.execute(f"GRANT {right} ON ALL TABLES IN SCHEMA public TO {role}")
        await stranger.execute(f"SET ROLE {role}; SET rufbuch.tenant = '*'")

    @pytest.mark.parametrize("table", ["appointment", "phase", "occupancy", "customer", "event", "series"])
    async def test_nobody_reads_what_they_were_not_given(self, stranger: Connection, table: str) -> None:
        """SE-16."""
        await self.become(stranger)
        for attack in (f"SELECT 1 FROM {table}", f"DELETE FROM {table}"):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await stranger.execute(attack)

    @pytest.mark.parametrize(
        "attack",
        [
            "TRUNCATE occupancy",
            "ALTER TABLE occupancy DISABLE TRIGGER ALL",
            "ALTER TABLE occupancy DROP CONSTRAINT occupancy_without_overlap",
            "DROP TRIGGER appointment_is_whole ON appointment",
            "SET session_replication_role = replica",
            "CREATE OR REPLACE FUNCTION appointment_is_whole() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'",
            "DROP TABLE occupancy",
        ],
    )
    async def test_whoever_may_write_rows_still_may_not_switch_the_checks_off(
        self, stranger: Connection, attack: str
    ) -> None:
        await self.become(stranger, "SELECT", "INSERT", "UPDATE", "DELETE")
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await stranger.execute(attack)

    async def test_the_checks_bind_whoever_writes(self, stranger: Connection) -> None:
        await self.become(stranger, "SELECT", "INSERT", "UPDATE", "DELETE")
        with pytest.raises(asyncpg.CheckViolationError):
            await stranger.execute("DELETE FROM occupancy")
