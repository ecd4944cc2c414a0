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
    CalendarTerms,
    CancelledThere,
    DatedHours,
    DaySpan,
    FeeTier,
    Person,
    Phase,
    PhaseKind,
    PhaseMapping,
    PhaseMinutes,
    Policy,
    Registered,
    Resource,
    Service,
    WeeklyHours,
)
from staff_registry.domain.other_names import Alias, Choice
from staff_registry.domain.sentences import OwnSentence
from staff_registry.storage.messages import messages_from
from staff_registry.storage.sealing import Sealer

_HOURS = """jsonb_agg(jsonb_build_object('weekdays', h.weekdays, 'start', h.starts, 'end', h.ends,
        'valid_from', h.valid_from, 'valid_until', h.valid_until) ORDER BY h.position)"""
_DAYS = "jsonb_agg(jsonb_build_object('date', d.day, 'spans', d.spans, 'note', d.note))"
_BRANCHES = f"""
    SELECT jsonb_agg(to_jsonb(b) || jsonb_build_object(
        'dialled_numbers', (SELECT jsonb_agg(d.number) FROM dialled_number d
            WHERE (d.tenant_id, d.branch_id) = (b.tenant_id, b.branch_id)),
        'opening_hours', (SELECT {_HOURS} FROM opening_hours h
            WHERE (h.tenant_id, h.branch_id) = (b.tenant_id, b.branch_id)),
        'dated_hours', (SELECT {_DAYS} FROM opening_day d
            WHERE (d.tenant_id, d.branch_id) = (b.tenant_id, b.branch_id)),
        'resources', (SELECT jsonb_agg(to_jsonb(r) ORDER BY r.position) FROM resource r
            WHERE (r.tenant_id, r.branch_id) = (b.tenant_id, b.branch_id))
    ) ORDER BY b.position) FROM branch b WHERE b.tenant_id = t.tenant_id"""  # noqa: S608 - only our own text
_SERVICES = f"""
    SELECT jsonb_agg(to_jsonb(s) || jsonb_build_object(
        'phases', (SELECT jsonb_agg(to_jsonb(p) ORDER BY p.position) FROM phase p
            WHERE (p.tenant_id, p.service_id) = (s.tenant_id, s.service_id)),
        'start_windows', (SELECT {_HOURS} FROM start_window h
            WHERE (h.tenant_id, h.service_id) = (s.tenant_id, s.service_id))
    ) ORDER BY s.position) FROM service s WHERE s.tenant_id = t.tenant_id"""  # noqa: S608 - only our own text
_PEOPLE = f"""
    SELECT jsonb_agg(to_jsonb(p) || jsonb_build_object(
        'branch_keys', (SELECT jsonb_agg(b.key) FROM person_branch x JOIN branch b USING (tenant_id, branch_id)
            WHERE (x.tenant_id, x.person_id) = (p.tenant_id, p.person_id)),
        'service_keys', (SELECT jsonb_agg(s.key) FROM skill x JOIN service s USING (tenant_id, service_id)
            WHERE (x.tenant_id, x.person_id) = (p.tenant_id, p.person_id)),
        'phase_minutes', (SELECT jsonb_agg(jsonb_build_object('service_key', s.key,
                'phase_position', x.phase_position, 'minutes', x.minutes))
            FROM phase_minutes x JOIN service s USING (tenant_id, service_id)
            WHERE (x.tenant_id, x.person_id) = (p.tenant_id, p.person_id)),
        'working_hours', (SELECT {_HOURS} FROM working_hours h
            WHERE (h.tenant_id, h.person_id) = (p.tenant_id, p.person_id)),
        'dated_hours', (SELECT {_DAYS} FROM working_day d
            WHERE (d.tenant_id, d.person_id) = (p.tenant_id, p.person_id)),
        'absences', (SELECT jsonb_agg(to_jsonb(a)) FROM absence a
            WHERE (a.tenant_id, a.person_id) = (p.tenant_id, p.person_id)),
        'accounts', (SELECT jsonb_agg(to_jsonb(a)) FROM calendar_account a
            WHERE (a.tenant_id, a.person_id) = (p.tenant_id, p.person_id))
    ) ORDER BY p.position) FROM person p WHERE p.tenant_id = t.tenant_id"""  # noqa: S608 - only our own text
_POLICIES = """
    SELECT jsonb_agg(jsonb_build_object('branch_key', b.key, 'service_key', s.key, 'person_key', p.key,
        'cancel_cutoff_minutes', x.cancel_cutoff_minutes, 'move_cutoff_minutes', x.move_cutoff_minutes,
        'moves_max', x.moves_max, 'cancellations_per_month_max', x.cancellations_per_month_max,
        'min_notice_minutes', x.min_notice_minutes,
        'fee_tiers', (SELECT jsonb_agg(jsonb_build_object('minutes_before', f.minutes_before,
                'fee_minor', f.fee_minor, 'currency', f.currency) ORDER BY f.minutes_before DESC) FROM fee_tier f
            WHERE (f.tenant_id, f.policy_position) = (x.tenant_id, x.position))))
    FROM policy x LEFT JOIN branch b USING (tenant_id, branch_id) LEFT JOIN service s USING (tenant_id, service_id)
        LEFT JOIN person p USING (tenant_id, person_id)
    WHERE x.tenant_id = t.tenant_id"""
_MAPPINGS = """
    SELECT jsonb_agg(jsonb_build_object('service_key', s.key, 'phase_position', m.phase_position,
        'person_key', p.key, 'account_key', a.key, 'event_type_id', m.event_type_id))
    FROM mapping m JOIN service s USING (tenant_id, service_id) JOIN person p USING (tenant_id, person_id)
        JOIN calendar_account a USING (tenant_id, account_id)
    WHERE m.tenant_id = t.tenant_id"""
_ALIASES = """
    SELECT jsonb_agg(jsonb_build_object('key', x.alias_key, 'of', p.key, 'retired', x.retired,
        'decisions', x.decisions, 'accounts', x.account_keys) ORDER BY x.alias_key)
    FROM person_alias x JOIN person p USING (tenant_id, person_id) WHERE x.tenant_id = t.tenant_id"""
_WHOLE = f"""
    SELECT t.*, ({_ALIASES}) AS aliases, ({_BRANCHES}) AS branches, ({_SERVICES}) AS services, ({_PEOPLE}) AS people,
        ({_MAPPINGS}) AS mappings, ({_POLICIES}) AS policies
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
        telephony_workspace=row["telephony_workspace"],
        webhook_secret=_unsealed(row["webhook_secret"], sealer),
        policies=tuple(map(_policy, _items(row["policies"]))),
        calendar_terms=CalendarTerms(
            row["mirror_holds"], CancelledThere(row["cancelled_there"]), row["live_check_after_minutes"]
        ),
        sentences=tuple(OwnSentence(**own) for own in _items(row["sentences"])),
        messages=messages_from(
            row["messages"], _unsealed(row["smtp_password"], sealer), _unsealed(row["sms_key"], sealer)
        ),
    )
    return Registered(business.canonical(), row["revision"], tuple(map(_alias, _items(row["aliases"]))))


def _alias(row: dict[str, Any]) -> Alias:
    decisions = {subject: Choice(choice) for subject, choice in row["decisions"].items()}
    return Alias(row["key"], row["of"], row["retired"], decisions, tuple(row["accounts"]))


def _items(found: str | None) -> list[dict[str, Any]]:
    """What jsonb_agg made; of no rows it makes NULL."""
    return json.loads(found) if found else []


def _unsealed(token: str, sealer: Sealer | None) -> str:
    return sealer.unseal(token) if sealer else ""


def _hours(spans: list[dict[str, Any]] | None) -> tuple[WeeklyHours, ...]:
    return tuple(
        WeeklyHours(
            weekdays=tuple(span["weekdays"]),
            start=span["start"],
            end=span["end"],
            valid_from=span["valid_from"] or "",
            valid_until=span["valid_until"] or "",
        )
        for span in spans or ()
    )


def _days(days: list[dict[str, Any]] | None) -> tuple[DatedHours, ...]:
    return tuple(
        DatedHours(day["date"], tuple(DaySpan(**span) for span in day["spans"]), day["note"])
        for day in days or ()
    )


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
        dated_hours=_days(row["dated_hours"]),
        resources=tuple(
            Resource(resource["key"], resource["name"], resource["resource_group"])
            for resource in row["resources"] or ()
        ),
        retired=row["retired"],
    )


def _service(row: dict[str, Any]) -> Service:
    phases = (
        Phase(phase["name"], PhaseKind(phase["kind"]), phase["minutes"], tuple(phase["resource_groups"]))
        for phase in row["phases"] or ()
    )
    return Service(
        key=row["key"],
        name=row["name"],
        synonyms=tuple(row["synonyms"]),
        phases=tuple(phases),
        price_minor=row["price_minor"],
        currency=row["currency"],
        buffer_before_minutes=row["buffer_before_minutes"],
        buffer_after_minutes=row["buffer_after_minutes"],
        min_notice_minutes=row["min_notice_minutes"],
        horizon_days=row["horizon_days"],
        start_windows=_hours(row["start_windows"]),
        daily_cap=row["daily_cap"],
        retired=row["retired"],
        booking_note=row["booking_note"],
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
        dated_hours=_days(row["dated_hours"]),
        phase_minutes=tuple(PhaseMinutes(**own) for own in row["phase_minutes"] or ()),
        buffer_before_minutes=row["buffer_before_minutes"],
        buffer_after_minutes=row["buffer_after_minutes"],
        retired=row["retired"],
        phone_number=row["phone_number"],
    )


def _policy(row: dict[str, Any]) -> Policy:
    return Policy(
        branch_key=row["branch_key"] or "",
        service_key=row["service_key"] or "",
        person_key=row["person_key"] or "",
        cancel_cutoff_minutes=row["cancel_cutoff_minutes"],
        move_cutoff_minutes=row["move_cutoff_minutes"],
        fee_tiers=tuple(FeeTier(**tier) for tier in row["fee_tiers"] or ()),
        moves_max=row["moves_max"],
        cancellations_per_month_max=row["cancellations_per_month_max"],
        min_notice_minutes=row["min_notice_minutes"],
    )


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)
