"""Find out where the phases of an appointment go at Cal.com."""

from dataclasses import replace
from datetime import datetime

from calcom_sync.domain.appointment import Appointment, Plan
from calcom_sync.domain.cases import CaseKind
from calcom_sync.domain.intent import Intent
from calcom_sync.domain.settling import Settlement, failure
from calcom_sync.domain.setup import Setup, Spot, Target
from calcom_sync.usecases.ports import Appointments, Directory, Planned

_LANGUAGES = frozenset({"de", "en"})


async def plan(
    appointment: Appointment, *, directory: Directory, appointments: Appointments, now: datetime
) -> None:
    """Store where each phase goes, or that none does. Raises SetupUnavailableError: nothing was stored."""
    setup = await directory.setup(appointment.ref.tenant_id)
    await appointments.plan(planned(appointment, setup), now)


def planned(appointment: Appointment, setup: Setup | None) -> Planned:
    """The plan. A phase without a mapping has failed, never silently."""
    if setup is None or appointment.branch_id not in setup.zones:
        text = "the registry does not know the business or the branch"
        lost = [failure(intent, CaseKind.BUSINESS_UNKNOWN, text) for intent in appointment.intents]
        return Planned(appointment.ref, Plan.MADE, "", "", lost)
    if not setup.calendar_sync:
        idle = [Settlement(intent.cancelled()) for intent in appointment.intents]
        return Planned(appointment.ref, Plan.NOT_NEEDED, "", "", idle)
    language = setup.language if setup.language in _LANGUAGES else "en"
    mapped = [_mapped(appointment, intent, setup) for intent in appointment.intents]
    return Planned(appointment.ref, Plan.MADE, setup.zones[appointment.branch_id], language, mapped)


def target_of(appointment: Appointment, intent: Intent, setup: Setup) -> Target | None:
    """Where a phase goes; None: nowhere any more."""
    position = intent.position if intent.service_position is None else intent.service_position
    return setup.target(Spot(intent.service_id or appointment.service_id, position, intent.person_id))


def where_it_goes_now(appointment: Appointment, intent: Intent, setup: Setup) -> Intent:
    """What is sent once more, where a person wants it or it has vanished: its event type may have been replaced since. One
    that is still mapped is kept, also where the person has another account as well by now."""
    if not intent.revived or intent.held or _is_mapped(intent, setup):
        return intent
    target = target_of(appointment, intent, setup)
    if target is None:
        return intent
    return replace(intent, account_id=target.account_id, event_type_id=target.event_type_id)


def _is_mapped(intent: Intent, setup: Setup) -> bool:
    if intent.account_id is None or intent.account_id not in setup.accounts:
        return False
    return any(number == intent.event_type_id for _, number in setup.mapped(intent.account_id))


def _mapped(appointment: Appointment, intent: Intent, setup: Setup) -> Settlement:
    target = target_of(appointment, intent, setup)
    if target is None:
        return failure(intent, CaseKind.NO_MAPPING, f"no event type stands for phase {intent.position}")
    return Settlement(replace(intent, account_id=target.account_id, event_type_id=target.event_type_id))
