"""The parts of a business in words that an operator reads; never a secret."""

import enum
from datetime import datetime
from functools import singledispatch

from staff_registry.domain.business import (
    Absence,
    Account,
    DatedHours,
    FeeTier,
    Phase,
    PhaseKind,
    PhaseMapping,
    PhaseMinutes,
    Resource,
    WeeklyHours,
)

_DAYS = ("", "mon", "tue", "wed", "thu", "fri", "sat", "sun")


@singledispatch
def said(value: object) -> str:
    """The words for a value."""
    return "none" if value in (None, "", ()) else str(value)


@said.register
def _(value: bool) -> str:  # noqa: FBT001 - chosen by its type
    return "yes" if value else "no"


@said.register
def _(value: tuple) -> str:  # type: ignore[type-arg] # of anything
    return "; ".join(said(item) for item in value) or "none"


@said.register
def _(value: datetime) -> str:
    return value.isoformat(timespec="minutes")


@said.register
def _(span: WeeklyHours) -> str:
    days = ",".join(_DAYS[day] for day in span.weekdays)
    begin = f" from {span.valid_from}" if span.valid_from else ""
    end = f" until {span.valid_until}" if span.valid_until else ""
    return f"{days} {span.start}-{span.end}{begin}{end}"


@said.register
def _(day: DatedHours) -> str:
    spans = ", ".join(f"{span.start}-{span.end}" for span in day.spans)
    return f"{day.date} {spans or 'closed'}"


@said.register
def _(absence: Absence) -> str:
    """Without its note, which may say more than a record should keep."""
    return f"{said(absence.start)} to {said(absence.end)}"


@said.register
def _(account: Account) -> str:
    return f"{account.key} ({account.username}, {account.email})"


@said.register
def _(resource: Resource) -> str:
    return f"{resource.key} ({resource.name}, {resource.group})"


@said.register
def _(phase: Phase) -> str:
    kind = "" if phase.kind in {None, PhaseKind.ACTIVE} else f" {phase.kind.value.lower()}"
    needs = f" needs {', '.join(phase.resource_groups)}" if phase.resource_groups else ""
    return f"{phase.name} {phase.minutes} min{kind}{needs}"


@said.register
def _(own: PhaseMinutes) -> str:
    return f"{own.service_key} phase {own.phase_position}: {own.minutes} min"


@said.register
def _(tier: FeeTier) -> str:
    return f"{tier.fee_minor} {tier.currency} under {tier.minutes_before} min"


@said.register
def _(value: enum.Enum) -> str:
    return str(value.value).lower()


@said.register
def _(mapping: PhaseMapping) -> str:
    return f"event type {mapping.event_type_id} of account {mapping.account_key}"
