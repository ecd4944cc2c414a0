"""Reads a whole business in one statement, so that all of it is of one moment."""

import json
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from chassis.postgres import Connection
from staff_registry.domain.business import (
    Absence,
    Account,
    Branch,
    Business,
    Person,
    Phase,
    PhaseKind,
    PhaseMapping,
    Registered,
    Service,
    WeeklyHours,
)
from staff_registry.storage.sealing import Sealer

_HOURS = "jsonb_agg(jsonb_build_object('weekdays', h.weekdays, 'start', h.starts, 'end', h.ends) ORDER BY h.position)"
_BRANCHES = f"""
    SELECT jsonb_agg(to_jsonb(b) || jsonb_build_object(
        'dialled_numbers', (SELECT jsonb_agg(d.number) FROM dialled_number d
            WHERE (d.tenant_id, d.branch_id) = (b.tenant_id, b.branch_id)),
        'opening_hours', (SELECT {_HOURS} FROM opening_hours h
            WHERE (h.tenant_id, h.branch_id) = (b.tenant_id, b.branch_id))
    ) ORDER BY b.position) FROM branch b WHERE b.tenant_id = t.tenant_id"""  # noqa: S608 - only our own text
_SERVICES = """
    SELECT jsonb_agg(to_jsonb(s) || jsonb_build_object(
        'phases', (SELECT jsonb_agg(to_jsonb(p) ORDER BY p.position) FROM phase p
            WHERE (p.tenant_id, p.service_id) = (s.tenant_id, s.service_id))
    ) ORDER BY s.position) FROM service s WHERE s.tenant_id = t.tenant_id"""
_PEOPLE = f"""
    SELECT jsonb_agg(to_jsonb(p) || jsonb_build_object(
        'branch_keys', (SELECT jsonb_agg(b.key) FROM person_branch x JOIN branch b USING (tenant_id, branch_id)
            WHERE (x.tenant_id, x.person_id) = (p.tenant_id, p.person_id)),
        'service_keys', (SELECT jsonb_agg(s.key) FROM skill x JOIN service s USING (tenant_id, service_id)
            WHERE (x.tenant_id, x.person_id) = (p.tenant_id, p.person_id)),
        'working_hours', (SELECT {_HOURS} FROM working_hours h
            WHERE (h.tenant_id, h.person_id) = (p.tenant_id, p.person_id)),
        'absences', (SELECT jsonb_agg(to_jsonb(a)) FROM absence a
            WHERE (a.tenant_id, a.person_id) = (p.tenant_id, p.person_id)),
        'accounts', (SELECT jsonb_agg(to_jsonb(a)) FROM calendar_account a
            WHERE (a.tenant_id, a.person_id) = (p.tenant_id, p.person_id))
    ) ORDER BY p.position) FROM person p WHERE p.tenant_id = t.tenant_id"""  # noqa: S608 - only our own text
_MAPPINGS = """
    SELECT jsonb_agg(jsonb_build_object('service_key', s.key, 'phase_position', m.phase_position,
        'person_key', p.key, 'account_key', a.key, 'event_type_id', m.event_type_id))
    FROM mapping m JOIN service s USING (tenant_id, service_id) JOIN person p USING (tenant_id, person_id)
        JOIN calendar_account a USING (tenant_id, account_id)
    WHERE m.tenant_id = t.tenant_id"""
_WHOLE = f"""
    SELECT t.*, ({_BRANCHES}) AS branches, ({_SERVICES}) AS services, ({_PEOPLE}) AS people,
        ({_MAPPINGS}) AS mappings
    FROM tenant t WHERE t.tenant_id = $1"""  # noqa: S608 - only our own text


async def read_business(connection: Connection, tenant_id: UUID, sealer: Sealer | None) -> Registered | None:
    """The business in canonical form; its secrets are left empty where there is nothing to decrypt them with."""
    row = await connection.fetchrow(_WHOLE, tenant_id)
    if row is None:
        return None
    business = Business(
        key=row["key"],
        name=row["name"],
        language=row["language"],
        branches=tuple(map(_branch, _items(row["branches"]))),
        people=tuple(_person(person, sealer) for person in _items(row["people"])),
        services=tuple(map(_service, _items(row["services"]))),
        mappings=tuple(PhaseMapping(**mapping) for mapping in _items(row["mappings"])),
        calendar_sync=row["calendar_sync"],
        webhook_secret=_unsealed(row["webhook_secret"], sealer),
    )
    return Registered(business.canonical(), row["revision"])


def _items(found: str | None) -> list[dict[str, Any]]:
    """What jsonb_agg made; of no rows it makes NULL."""
    return json.loads(found) if found else []


def _unsealed(token: str, sealer: Sealer | None) -> str:
    return sealer.unseal(token) if sealer else ""


def _hours(spans: list[dict[str, Any]] | None) -> tuple[WeeklyHours, ...]:
    return tuple(WeeklyHours(tuple(span["weekdays"]), span["start"], span["end"]) for span in spans or ())


def _branch(row: dict[str, Any]) -> Branch:
    return Branch(
        key=row["key"],
        name=row["name"],
        time_zone=row["time_zone"],
        holiday_region=row["holiday_region"],
        dialled_numbers=tuple(row["dialled_numbers"] or ()),
        slot_step_minutes=row["slot_step_minutes"],
        min_notice_minutes=row["min_notice_minutes"],
        horizon_days=row["horizon_days"],
        hold_seconds=row["hold_seconds"],
        opening_hours=_hours(row["opening_hours"]),
    )


def _service(row: dict[str, Any]) -> Service:
    phases = (
        Phase(phase["name"], PhaseKind(phase["kind"]), phase["minutes"]) for phase in row["phases"] or ()
    )
    return Service(
        key=row["key"],
        name=row["name"],
        synonyms=tuple(row["synonyms"]),
        phases=tuple(phases),
        price_minor=row["price_minor"],
        currency=row["currency"],
    )


def _person(row: dict[str, Any], sealer: Sealer | None) -> Person:
    return Person(
        key=row["key"],
        name=row["name"],
        branch_keys=tuple(row["branch_keys"] or ()),
        working_hours=_hours(row["working_hours"]),
        absences=tuple(
            Absence(_instant(absence["start_time"]), _instant(absence["end_time"]), absence["note"])
            for absence in row["absences"] or ()
        ),
        accounts=tuple(
            Account(
                account["key"], account["username"], account["email"], _unsealed(account["api_key"], sealer)
            )
            for account in row["accounts"] or ()
        ),
        service_keys=tuple(row["service_keys"] or ()),
    )


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)
