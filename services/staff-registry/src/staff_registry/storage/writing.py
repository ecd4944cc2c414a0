"""Writes a whole business: rows that others refer to are updated in place, all others are put there anew."""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from datetime import date, datetime
from uuid import UUID

from chassis.postgres import Connection
from staff_registry.domain.business import Business, DatedHours, Person, Registered, WeeklyHours
from staff_registry.domain.ids import Ids
from staff_registry.storage.messages import COLUMNS, messages_row
from staff_registry.storage.rows import Row, insert, upsert
from staff_registry.storage.sealing import Sealer

_PUT_ANEW = (
    "mapping",
    "fee_tier",
    "policy",
    "phase_minutes",
    "skill",
    "person_branch",
    "working_hours",
    "working_day",
    "absence",
    "calendar_account",
    "opening_hours",
    "opening_day",
    "resource",
    "dialled_number",
    "start_window",
    "phase",
)
"""Referring tables before those that they refer to."""
_HOURS = "position, weekdays, starts, ends, valid_from, valid_until"
_DAY = "day, spans, note"


async def write_business(
    connection: Connection, registered: Registered, sealer: Sealer, *, now: datetime
) -> None:
    """Make the stored business this one. Runs in the caller's transaction."""
    business, ids = registered.business, Ids(registered.business.key)
    for table in _PUT_ANEW:
        await connection.execute(f"DELETE FROM {table} WHERE tenant_id = $1", ids.tenant)  # noqa: S608 - our own names
    await _write_tenant(connection, registered, sealer, now=now)
    await _write_branches(connection, business, ids)
    await _write_branch_hours(connection, business, ids)
    await _write_services(connection, business, ids)
    await _write_people(connection, business, ids)
    await _write_working_time(connection, business, ids)
    await _write_accounts(connection, business, ids, sealer)
    await _write_mappings(connection, business, ids)
    await _write_policies(connection, business, ids)


async def _write_tenant(
    connection: Connection, registered: Registered, sealer: Sealer, *, now: datetime
) -> None:
    business, terms = registered.business, registered.business.calendar_terms
    columns = (
        "tenant_id, key, name, language, calendar_sync, webhook_secret, revision, imported_at,"
        f" mirror_holds, cancelled_there, live_check_after_minutes, telephony_workspace, sentences, {COLUMNS}"
    )
    row = (
        Ids(business.key).tenant, business.key, business.name, business.language, business.calendar_sync,
        sealer.seal(business.webhook_secret), registered.revision, now,
        terms.mirror_holds, terms.cancelled_there.value if terms.cancelled_there else None,
        terms.live_check_after_minutes, business.telephony_workspace,
        json.dumps([asdict(own) for own in business.sentences]), *messages_row(business.messages, sealer),
    )  # fmt: skip
    await upsert(connection, "tenant", columns, [row], key="tenant_id")


async def _write_branches(connection: Connection, business: Business, ids: Ids) -> None:
    await upsert(
        connection,
        "branch",
        "tenant_id, branch_id, key, position, name, time_zone, holiday_region,"
        " slot_step_minutes, min_notice_minutes, horizon_days, hold_seconds, retired",
        [
            (ids.tenant, ids.branch(branch.key), branch.key, position, branch.name, branch.time_zone,
             branch.holiday_region, branch.slot_step_minutes, branch.min_notice_minutes, branch.horizon_days,
             branch.hold_seconds, branch.retired)
            for position, branch in enumerate(business.branches)
        ],
        key="tenant_id, branch_id",
    )  # fmt: skip
    await insert(
        connection,
        "dialled_number",
        "number, tenant_id, branch_id",
        [
            (n, ids.tenant, ids.branch(branch.key))
            for branch in business.branches
            for n in branch.dialled_numbers
        ],
    )
    await insert(
        connection,
        "resource",
        "tenant_id, branch_id, resource_id, key, position, name, resource_group",
        [
            (ids.tenant, ids.branch(branch.key), ids.resource(each.key), each.key, n, each.name, each.group)
            for branch in business.branches
            for n, each in enumerate(branch.resources)
        ],
    )


async def _write_branch_hours(connection: Connection, business: Business, ids: Ids) -> None:
    owners = [(ids.tenant, ids.branch(branch.key)) for branch in business.branches]
    weeks = [_hours(branch.opening_hours) for branch in business.branches]
    days = [_days(branch.dated_hours) for branch in business.branches]
    await insert(connection, "opening_hours", f"tenant_id, branch_id, {_HOURS}", _each(owners, weeks))
    await insert(connection, "opening_day", f"tenant_id, branch_id, {_DAY}", _each(owners, days))


def _each(owners: Iterable[Row], rows: Iterable[Iterable[Row]]) -> Iterator[Row]:
    """The rows of each owner, with the owner in front."""
    return (
        (*owner, *row) for owner, rows_of_owner in zip(owners, rows, strict=True) for row in rows_of_owner
    )


def _hours(hours: Sequence[WeeklyHours]) -> Iterator[Row]:
    return (
        (n, list(span.weekdays), span.start, span.end, _day(span.valid_from), _day(span.valid_until))
        for n, span in enumerate(hours)
    )


def _days(days: Sequence[DatedHours]) -> Iterator[Row]:
    return ((_day(day.date), json.dumps([asdict(span) for span in day.spans]), day.note) for day in days)


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


async def _write_services(connection: Connection, business: Business, ids: Ids) -> None:
    owners = [(ids.tenant, ids.service(service.key)) for service in business.services]
    await upsert(
        connection,
        "service",
        "tenant_id, service_id, key, position, name, synonyms, price_minor, currency, buffer_before_minutes,"
        " buffer_after_minutes, min_notice_minutes, horizon_days, daily_cap, retired, booking_note",
        [
            (*owner, service.key, position, service.name, list(service.synonyms), service.price_minor,
             service.currency, service.buffer_before_minutes, service.buffer_after_minutes,
             service.min_notice_minutes, service.horizon_days, service.daily_cap, service.retired,
             service.booking_note)
            for position, (owner, service) in enumerate(zip(owners, business.services, strict=True))
        ],
        key="tenant_id, service_id",
    )  # fmt: skip
    await insert(
        connection,
        "phase",
        "tenant_id, service_id, position, name, kind, minutes, resource_groups",
        [
            (
                *owner,
                n,
                phase.name,
                phase.kind and phase.kind.value,
                phase.minutes,
                list(phase.resource_groups),
            )
            for owner, service in zip(owners, business.services, strict=True)
            for n, phase in enumerate(service.phases)
        ],
    )
    windows = [_hours(service.start_windows) for service in business.services]
    await insert(connection, "start_window", f"tenant_id, service_id, {_HOURS}", _each(owners, windows))


async def _write_people(connection: Connection, business: Business, ids: Ids) -> None:
    await upsert(
        connection,
        "person",
        "tenant_id, person_id, key, position, name, buffer_before_minutes, buffer_after_minutes, retired,"
        " phone_number",
        [
            (*_of(p, ids), p.key, n, p.name, p.buffer_before_minutes, p.buffer_after_minutes, p.retired,
             p.phone_number)
            for n, p in enumerate(business.people)
        ],
        key="tenant_id, person_id",
    )  # fmt: skip
    await insert(
        connection,
        "person_branch",
        "tenant_id, person_id, branch_id",
        [(*_of(p, ids), ids.branch(key)) for p in business.people for key in p.branch_keys],
    )
    await insert(
        connection,
        "skill",
        "tenant_id, person_id, service_id",
        [(*_of(p, ids), ids.service(key)) for p in business.people for key in p.service_keys],
    )
    await insert(
        connection,
        "phase_minutes",
        "tenant_id, person_id, service_id, phase_position, minutes",
        [
            (*_of(p, ids), ids.service(own.service_key), own.phase_position, own.minutes)
            for p in business.people
            for own in p.phase_minutes
        ],
    )


async def _write_working_time(connection: Connection, business: Business, ids: Ids) -> None:
    owners = [_of(person, ids) for person in business.people]
    weeks = [_hours(person.working_hours) for person in business.people]
    days = [_days(person.dated_hours) for person in business.people]
    await insert(connection, "working_hours", f"tenant_id, person_id, {_HOURS}", _each(owners, weeks))
    await insert(connection, "working_day", f"tenant_id, person_id, {_DAY}", _each(owners, days))
    await insert(
        connection,
        "absence",
        "tenant_id, person_id, position, start_time, end_time, note",
        [
            (*_of(p, ids), n, absence.start, absence.end, absence.note)
            for p in business.people
            for n, absence in enumerate(p.absences)
        ],
    )


def _of(person: Person, ids: Ids) -> Row:
    return (ids.tenant, ids.person(person.key))


async def _write_accounts(connection: Connection, business: Business, ids: Ids, sealer: Sealer) -> None:
    await insert(
        connection,
        "calendar_account",
        "tenant_id, person_id, account_id, key, username, email, api_key",
        [
            (*_of(p, ids), ids.account(a.key), a.key, a.username, a.email, sealer.seal(a.api_key))
            for p in business.people
            for a in p.accounts
        ],
    )


async def _write_mappings(connection: Connection, business: Business, ids: Ids) -> None:
    await insert(
        connection,
        "mapping",
        "tenant_id, service_id, phase_position, person_id, account_id, event_type_id",
        [
            (ids.tenant, ids.service(m.service_key), m.phase_position, ids.person(m.person_key),
             ids.account(m.account_key), m.event_type_id)
            for m in business.mappings
        ],
    )  # fmt: skip


async def _write_policies(connection: Connection, business: Business, ids: Ids) -> None:
    await insert(
        connection,
        "policy",
        "tenant_id, position, branch_id, service_id, person_id, cancel_cutoff_minutes, move_cutoff_minutes,"
        " moves_max, cancellations_per_month_max, min_notice_minutes",
        [
            (ids.tenant, n, *_scope(policy.scope(), ids), policy.cancel_cutoff_minutes,
             policy.move_cutoff_minutes, policy.moves_max, policy.cancellations_per_month_max,
             policy.min_notice_minutes)
            for n, policy in enumerate(business.policies)
        ],
    )  # fmt: skip
    await insert(
        connection,
        "fee_tier",
        "tenant_id, policy_position, minutes_before, fee_minor, currency",
        [
            (ids.tenant, n, tier.minutes_before, tier.fee_minor, tier.currency)
            for n, policy in enumerate(business.policies)
            for tier in policy.fee_tiers
        ],
    )


def _scope(scope: tuple[str, str, str], ids: Ids) -> tuple[UUID | None, ...]:
    found = zip(scope, (ids.branch, ids.service, ids.person), strict=True)
    return tuple(id_of(key) if key else None for key, id_of in found)
