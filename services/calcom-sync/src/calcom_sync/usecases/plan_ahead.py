"""Plan an appointment while its event is taken in, where that asks nobody: no job has to find out later where it goes."""

from dataclasses import replace
from datetime import datetime
from typing import Protocol
from uuid import UUID

from calcom_sync.domain.appointment import Appointment, Plan
from calcom_sync.domain.intent import Intent
from calcom_sync.domain.setup import Setup
from calcom_sync.usecases.plan import planned
from calcom_sync.usecases.take_in import Booked, Event


class Memory(Protocol):
    """What is known of businesses without asking."""

    def remembered(self, tenant_id: UUID) -> Setup | None:
        """As ``Directory.setup`` would say it at once; None: it would have to ask."""
        ...


def planned_ahead(event: Event, memory: Memory, now: datetime) -> Event:
    """The event with its plan. Without one where nothing is remembered, and where a phase goes nowhere: that is a case and
    more, which the job that plans it takes care of."""
    booked = event.change
    setup = memory.remembered(booked.ref.tenant_id) if isinstance(booked, Booked) and booked.phases else None
    if setup is None or not isinstance(booked, Booked):
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
