"""Plan appointments while their events are taken in: no job has to find out later where they go."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from calcom_sync.domain.appointment import Appointment, Plan
from calcom_sync.domain.intent import Intent
from calcom_sync.domain.setup import Setup
from calcom_sync.usecases.plan import planned
from calcom_sync.usecases.ports import Directory, SetupUnavailableError
from calcom_sync.usecases.take_in import Booked, Event

WITHIN_S = 0.1
"""No other service has to answer for an event to be taken in: so long is waited, and then its job finds out."""


async def planned_ahead(events: Sequence[Event], directory: Directory, now: datetime) -> list[Event]:
    """The events with their plans. Without one where nothing is said about the business in time, and where a phase goes
    nowhere: that is a case and more, which the job that plans it takes care of."""
    tenants = {
        one.change.ref.tenant_id for one in events if isinstance(one.change, Booked) and one.change.phases
    }
    setups = dict(
        zip(tenants, await asyncio.gather(*(_setup(directory, one) for one in tenants)), strict=True)
    )
    return [_planned(event, setups, now) for event in events]


async def _setup(directory: Directory, tenant_id: UUID) -> Setup | None:
    try:
        async with asyncio.timeout(WITHIN_S):
            return await directory.setup(tenant_id)
    except (TimeoutError, SetupUnavailableError):
        return None


def _planned(event: Event, setups: Mapping[UUID, Setup | None], now: datetime) -> Event:
    booked = event.change
    if not isinstance(booked, Booked) or not booked.phases:
        return event
    setup = setups[booked.ref.tenant_id]
    if setup is None:
        return event
    plan = planned(_appointment(booked, now), setup)
    return event if any(one.case for one in plan.settlements) else replace(event, planned=plan)


def _appointment(booked: Booked, now: datetime) -> Appointment:
    """As it is before it is planned."""
    key = booked.ref.tenant_id, booked.ref.appointment_id
    return Appointment(
        ref=booked.ref, branch_id=booked.branch_id, service_id=booked.service_id, attendee=booked.attendee, time_zone="",
        language="", call_id=booked.call_id, traceparent="", plan=Plan.OPEN, wanted=True, spoiled=False, received_at=now,
        intents=[
            Intent(
                *key, one.phase_id, one.position, one.person_id, one.start, one.end, now, service_id=one.service_id,
                service_position=one.service_position,
            )
            for one in booked.phases
        ],
    )  # fmt: skip
