"""How PostgreSQL finds rows in tables that nobody has analysed yet: its plans are kept by each connection for long."""

from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import UUID

import asyncpg
import pytest

from booking.storage.plans import by_indexes
from booking.testing.availability import ScriptedAvailability
from booking.testing.samples import NUMBER, START, TENANT, a_request, an_option
from chassis import postgres
from rufbuch.booking.v1 import service_pb2

if TYPE_CHECKING:
    from rufbuch.booking.v1.service_pb2_grpc import BookingServiceAsyncStub


@pytest.mark.parametrize(
    ("table", "key"),
    [
        ("appointment", "appointment_id"),
        ("customer", "customer_id"),
        ("occupant", "occupant_id"),
        ("occupant", "number"),
        ("callback", "callback_id"),
        ("waitlist_entry", "waitlist_entry_id"),
        ("waitlist_offer", "offer_id"),
    ],
)
async def test_what_a_foreign_key_names_is_found_by_both_of_its_columns(
    pool: asyncpg.Pool, table: str, key: str
) -> None:
    """Not among all rows of a business, however many those become."""
    async with pool.acquire() as connection:
        await connection.execute(
            "SET plan_cache_mode = force_generic_plan;"
            f"PREPARE found AS SELECT 1 FROM {table} WHERE tenant_id = $1 AND {key} = $2 FOR KEY SHARE"
        )
        plan = [row[0] for row in await connection.fetch("EXPLAIN EXECUTE found(NULL, NULL)")]

    (condition,) = [line for line in plan if "Index Cond" in line]
    assert f"{key} = $2" in condition


async def test_a_plan_made_for_a_short_table_is_one_for_a_long_table(
    database_url: str, pool: asyncpg.Pool, booking: "BookingServiceAsyncStub"
) -> None:
    """It is kept while the table grows: each booking read all customers, phases and occupied time."""
    await booking.BookAppointment(a_request())
    await pool.execute("ANALYZE")
    read = (
        "SELECT FROM phase WHERE tenant_id = $1 AND appointment_id = $2",
        "SELECT FROM ONLY customer x WHERE tenant_id = $1 AND customer_id = $2 FOR KEY SHARE OF x",
    )
    async with postgres.pool(by_indexes(database_url)) as ours, ours.acquire() as connection:
        for statement in read:
            await connection.execute(
                f"SET plan_cache_mode = force_generic_plan; PREPARE found AS {statement}"
            )
            plan = [row[0] for row in await connection.fetch("EXPLAIN EXECUTE found(NULL, NULL)")]
            await connection.execute("DEALLOCATE found")
            assert not any("Seq Scan" in line for line in plan)


@pytest.mark.parametrize("more", ["", "?application_name=booking"])
async def test_the_service_asks_for_plans_by_indexes_beside_what_the_url_says(
    database_url: str, more: str
) -> None:
    async with postgres.pool(by_indexes(database_url + more)) as ours:
        assert await ours.fetchval("SHOW enable_seqscan") == "off"
        assert await ours.fetchval("SHOW application_name") == more.partition("=")[2]


GROWN = """
ALTER TABLE appointment DISABLE TRIGGER USER; ALTER TABLE phase DISABLE TRIGGER USER;
INSERT INTO appointment SELECT made.* FROM appointment AS one, generate_series(1, 3000) AS n, jsonb_populate_record(
    one, jsonb_build_object('appointment_id', gen_random_uuid(), 'option_id', n::text, 'state', 'cancelled')) AS made;
INSERT INTO phase SELECT gen_random_uuid(), tenant_id, a.appointment_id, 0, service_name, 'active', person_id, start_time, end_time
  FROM appointment a WHERE state = 'cancelled';
ALTER TABLE appointment ENABLE TRIGGER USER; ALTER TABLE phase ENABLE TRIGGER USER;
"""
PLANS_KEPT = "SELECT count(*) FROM pg_backend_memory_contexts WHERE name = 'CachedPlan' AND ident LIKE '%FROM ' || $1 || '%'"


async def test_whether_an_appointment_is_whole_is_planned_once(
    pool: asyncpg.Pool, booking: "BookingServiceAsyncStub", availability: ScriptedAvailability
) -> None:
    """By a connection that comes when the tables have grown, and nobody has analysed them: planning it anew for each booking
    took longer than the booking. A booking of one appointment does not ask at all."""
    await booking.BookAppointment(a_request())
    async with pool.acquire() as connection, connection.transaction():
        await connection.execute(GROWN)
    await pool.expire_connections()
    # One after the other they all go over one connection, and the questions about it do.
    for others, plans in ((), 0), (("o-withher",), 1):
        for day in range(1, 13):
            option_id = f"o-{len(others)}{day:07}"
            availability.options[option_id] = an_option(START + timedelta(days=day + 20 * plans))
            availability.options["o-withher"] = an_option(
                START + timedelta(days=day + 20 * plans), person_id=UUID(int=5)
            )
            request = a_request(option_id=option_id, request_id=option_id, call_id=option_id)
            request.more_option_ids.extend(others)
            await booking.BookAppointment(request)

        for table in ("appointment a WHERE", "phase p WHERE", "occupancy o WHERE"):
            assert await pool.fetchval(PLANS_KEPT, table) == plans


async def test_a_new_connection_books_without_asking_what_types_there_are(
    pool: asyncpg.Pool, booking: "BookingServiceAsyncStub", availability: ScriptedAvailability
) -> None:
    """asyncpg asks for arrays, and its question takes PostgreSQL as long as ten bookings; where calls are rare nearly each comes
    to a new connection."""
    await booking.BookAppointment(a_request())
    await pool.expire_connections()
    availability.options["o-bbbbbbbb"] = an_option(START + timedelta(days=1))

    await booking.FindCustomer(service_pb2.FindCustomerRequest(tenant_id=TENANT, phone_number=NUMBER))
    await booking.BookAppointment(a_request(option_id="o-bbbbbbbb", request_id="2"))

    asked = [row["statement"] for row in await pool.fetch("SELECT statement FROM pg_prepared_statements")]
    assert any("SELECT book(" in statement for statement in asked)
    assert not any("typeinfo" in statement for statement in asked)
