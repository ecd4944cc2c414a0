"""Writes a whole business: rows that others refer to are updated in place, all others are put there anew."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from chassis.postgres import Connection
from staff_registry.domain.business import Business, Person, Registered, WeeklyHours
from staff_registry.domain.ids import Ids
from staff_registry.storage.sealing import Sealer

Row = tuple[object, ...]

_PUT_ANEW = (
    "mapping",
    "skill",
    "person_branch",
    "working_hours",
    "absence",
    "calendar_account",
    "opening_hours",
    "dialled_number",
    "phase",
)
"""Referring tables before those that they refer to."""


async def write_business(
    connection: Connection, registered: Registered, sealer: Sealer, *, now: datetime
) -> None:
    """Make the stored business this one. Runs in the caller's transaction."""
    business, ids = registered.business, Ids(registered.business.key)
    for table in _PUT_ANEW:
        await connection.execute(f"DELETE FROM {table} WHERE tenant_id = $1", ids.tenant)  # noqa: S608 - our own names
    await _write_tenant(connection, registered, sealer, now=now)
    await _write_branches(connection, business, ids)
    await _write_services(connection, business, ids)
    await _write_people(connection, business, ids)
    await _write_accounts(connection, business, ids, sealer)
    await _write_mappings(connection, business, ids)


async def _write_tenant(
    connection: Connection, registered: Registered, sealer: Sealer, *, now: datetime
) -> None:
    business = registered.business
    await connection.execute(
        "INSERT INTO tenant (tenant_id, key, name, language, calendar_sync, webhook_secret, revision, imported_at)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (tenant_id) DO UPDATE SET name = excluded.name,"
        " language = excluded.language, calendar_sync = excluded.calendar_sync,"
        " webhook_secret = excluded.webhook_secret, revision = excluded.revision, imported_at = excluded.imported_at",
        Ids(business.key).tenant, business.key, business.name, business.language, business.calendar_sync,
        sealer.seal(business.webhook_secret), registered.revision, now,
    )  # fmt: skip


async def _write_branches(connection: Connection, business: Business, ids: Ids) -> None:
    await connection.executemany(
        "INSERT INTO branch (tenant_id, branch_id, key, position, name, time_zone, holiday_region,"
        " slot_step_minutes, min_notice_minutes, horizon_days, hold_seconds)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)"
        " ON CONFLICT (tenant_id, branch_id) DO UPDATE SET position = excluded.position, name = excluded.name,"
        " time_zone = excluded.time_zone, holiday_region = excluded.holiday_region,"
        " slot_step_minutes = excluded.slot_step_minutes, min_notice_minutes = excluded.min_notice_minutes,"
        " horizon_days = excluded.horizon_days, hold_seconds = excluded.hold_seconds",
        [
            (ids.tenant, ids.branch(branch.key), branch.key, position, branch.name, branch.time_zone,
             branch.holiday_region, branch.slot_step_minutes, branch.min_notice_minutes, branch.horizon_days,
             branch.hold_seconds)
            for position, branch in enumerate(business.branches)
        ],
    )  # fmt: skip
    await connection.executemany(
        "INSERT INTO dialled_number (number, tenant_id, branch_id) VALUES ($1, $2, $3)",
        [
            (number, ids.tenant, ids.branch(branch.key))
            for branch in business.branches
            for number in branch.dialled_numbers
        ],
    )
    await connection.executemany(
        "INSERT INTO opening_hours (tenant_id, branch_id, position, weekdays, starts, ends)"
        " VALUES ($1, $2, $3, $4, $5, $6)",
        [
            (ids.tenant, ids.branch(branch.key), *row)
            for branch in business.branches
            for row in _hours(branch.opening_hours)
        ],
    )


def _hours(hours: Sequence[WeeklyHours]) -> Iterable[Row]:
    return ((n, list(span.weekdays), span.start, span.end) for n, span in enumerate(hours))


async def _write_services(connection: Connection, business: Business, ids: Ids) -> None:
    await connection.executemany(
        "INSERT INTO service (tenant_id, service_id, key, position, name, synonyms, price_minor, currency)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (tenant_id, service_id) DO UPDATE"
        " SET position = excluded.position, name = excluded.name, synonyms = excluded.synonyms,"
        " price_minor = excluded.price_minor, currency = excluded.currency",
        [
            (ids.tenant, ids.service(service.key), service.key, position, service.name, list(service.synonyms),
             service.price_minor, service.currency)
            for position, service in enumerate(business.services)
        ],
    )  # fmt: skip
    await connection.executemany(
        "INSERT INTO phase (tenant_id, service_id, position, name, kind, minutes) VALUES ($1, $2, $3, $4, $5, $6)",
        [
            (
                ids.tenant,
                ids.service(service.key),
                n,
                phase.name,
                phase.kind and phase.kind.value,
                phase.minutes,
            )
            for service in business.services
            for n, phase in enumerate(service.phases)
        ],
    )


async def _write_people(connection: Connection, business: Business, ids: Ids) -> None:
    await connection.executemany(
        "INSERT INTO person (tenant_id, person_id, key, position, name) VALUES ($1, $2, $3, $4, $5)"
        " ON CONFLICT (tenant_id, person_id) DO UPDATE SET position = excluded.position, name = excluded.name",
        [(ids.tenant, ids.person(p.key), p.key, n, p.name) for n, p in enumerate(business.people)],
    )
    await connection.executemany(
        "INSERT INTO person_branch (tenant_id, person_id, branch_id) VALUES ($1, $2, $3)",
        [(*_of(p, ids), ids.branch(key)) for p in business.people for key in p.branch_keys],
    )
    await connection.executemany(
        "INSERT INTO skill (tenant_id, person_id, service_id) VALUES ($1, $2, $3)",
        [(*_of(p, ids), ids.service(key)) for p in business.people for key in p.service_keys],
    )
    await connection.executemany(
        "INSERT INTO working_hours (tenant_id, person_id, position, weekdays, starts, ends)"
        " VALUES ($1, $2, $3, $4, $5, $6)",
        [(*_of(p, ids), *row) for p in business.people for row in _hours(p.working_hours)],
    )
    await connection.executemany(
        "INSERT INTO absence (tenant_id, person_id, position, start_time, end_time, note)"
        " VALUES ($1, $2, $3, $4, $5, $6)",
        [
            (*_of(p, ids), n, absence.start, absence.end, absence.note)
            for p in business.people
            for n, absence in enumerate(p.absences)
        ],
    )


def _of(person: Person, ids: Ids) -> Row:
    return (ids.tenant, ids.person(person.key))


async def _write_accounts(connection: Connection, business: Business, ids: Ids, sealer: Sealer) -> None:
    await connection.executemany(
        "INSERT INTO calendar_account (tenant_id, person_id, account_id, key, username, email, api_key)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7)",
        [
            (*_of(p, ids), ids.account(a.key), a.key, a.username, a.email, sealer.seal(a.api_key))
            for p in business.people
            for a in p.accounts
        ],
    )


async def _write_mappings(connection: Connection, business: Business, ids: Ids) -> None:
    await connection.executemany(
        "INSERT INTO mapping (tenant_id, service_id, phase_position, person_id, account_id, event_type_id)"
        " VALUES ($1, $2, $3, $4, $5, $6)",
        [
            (ids.tenant, ids.service(m.service_key), m.phase_position, ids.person(m.person_key),
             ids.account(m.account_key), m.event_type_id)
            for m in business.mappings
        ],
    )  # fmt: skip
