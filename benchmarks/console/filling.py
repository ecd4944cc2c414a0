"""A business with years of appointments, calls and copies: what its services would have stored, written by PostgreSQL itself.

Constraints hold as ever; triggers rest meanwhile, and the rows are judged by the schema's own check afterwards.
"""

import asyncio
from dataclasses import dataclass
from datetime import datetime
from importlib import resources
from uuid import UUID

import asyncpg

from rufbuch.staff.v1 import business_pb2

A_DAY = 12
"""Appointments of one person; each takes 45 minutes from eight on."""
DAYS_AHEAD = 60
"""So many days of the appointments lie ahead; all others are over."""
TABLES = ("booking", "telephony_gateway", "calcom_sync", "availability", "console")


@dataclass(frozen=True)
class Filled:
    """Somebody to look up."""

    appointments: int
    call_id: str
    appointment_id: str


def fill(
    database_url: str,
    business: business_pb2.Business,
    *,
    appointments: int,
    now: datetime,
    a_day: int = A_DAY,
) -> Filled:
    """Write it, for the superuser of the database. Raises asyncpg.PostgresError where a row breaks a constraint."""
    return asyncio.run(_fill(database_url, business, appointments, now, a_day))


async def _fill(
    url: str, business: business_pb2.Business, appointments: int, now: datetime, a_day: int
) -> Filled:
    connection = await asyncpg.connect(url, server_settings={"session_replication_role": "replica"})
    try:
        await _describe(connection, business, appointments, now, a_day)
        for schema in TABLES:
            await connection.execute(_statements(schema))
        if wrong := await connection.fetchval(_statements("check")):
            raise ValueError(f"{wrong} appointments are not as the service would have stored them")
        # As autovacuum does within its minute where it runs.
        await connection.execute("ANALYZE")
        row = await connection.fetchrow(
            "SELECT appointment_id::text, call_id FROM pg_temp.filled WHERE start_time > now() ORDER BY number LIMIT 1"
        )
    finally:
        await connection.close()
    if row is None:
        raise ValueError("nothing lies ahead")
    return Filled(appointments, row["call_id"], row["appointment_id"])


async def _describe(
    connection: asyncpg.Connection,
    business: business_pb2.Business,
    appointments: int,
    now: datetime,
    a_day: int,
) -> None:
    people = [UUID(each.person_id) for each in business.people]
    services = [each for each in business.services if not each.retired][:10]
    await connection.execute(_statements("plan"))
    await connection.execute(
        "INSERT INTO pg_temp.given VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        UUID(business.tenant_id), UUID(business.branches[0].branch_id), people,
        [UUID(each.service_id) for each in services], [each.name for each in services], appointments, a_day, DAYS_AHEAD,
        now,
    )  # fmt: skip
    await connection.execute(_statements("filled"))


def _statements(name: str) -> str:
    return (resources.files("benchmarks.console") / "filling" / f"{name}.sql").read_text(encoding="utf-8")
