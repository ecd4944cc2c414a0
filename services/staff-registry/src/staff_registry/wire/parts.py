"""The messages that are alike whether a business is told or described."""

from collections.abc import Iterable

from google.protobuf.timestamp_pb2 import Timestamp

from rufbuch.staff.v1 import business_pb2
from staff_registry.domain.business import Absence, Branch, PhaseKind, Service, WeeklyHours

KINDS = {
    None: business_pb2.PHASE_KIND_UNSPECIFIED,
    PhaseKind.ACTIVE: business_pb2.PHASE_KIND_ACTIVE,
    PhaseKind.GAP_FREE: business_pb2.PHASE_KIND_GAP_FREE,
    PhaseKind.GAP_BLOCKED: business_pb2.PHASE_KIND_GAP_BLOCKED,
}


def branch_message(branch: Branch, branch_id: str = "") -> business_pb2.Branch:
    """A branch; in a description it has no id."""
    return business_pb2.Branch(
        branch_id=branch_id,
        key=branch.key,
        name=branch.name,
        time_zone=branch.time_zone,
        holiday_region=branch.holiday_region,
        dialled_numbers=branch.dialled_numbers,
        slot_step_minutes=branch.slot_step_minutes,
        min_notice_minutes=branch.min_notice_minutes,
        horizon_days=branch.horizon_days,
        hold_seconds=branch.hold_seconds,
        opening_hours=hours_messages(branch.opening_hours),
    )


def hours_messages(hours: Iterable[WeeklyHours]) -> list[business_pb2.WeeklyHours]:
    """The spans of a week."""
    return [
        business_pb2.WeeklyHours(weekdays=span.weekdays, start=span.start, end=span.end) for span in hours
    ]


def absence_messages(absences: Iterable[Absence]) -> list[business_pb2.Absence]:
    """The times in which somebody is away."""
    messages = []
    for absence in absences:
        start, end = Timestamp(), Timestamp()
        start.FromDatetime(absence.start)
        end.FromDatetime(absence.end)
        messages.append(business_pb2.Absence(start_time=start, end_time=end, note=absence.note))
    return messages


def service_message(service: Service, service_id: str = "") -> business_pb2.Service:
    """A service; in a description it has no id."""
    return business_pb2.Service(
        service_id=service_id,
        key=service.key,
        name=service.name,
        synonyms=service.synonyms,
        phases=[
            business_pb2.Phase(name=phase.name, kind=KINDS[phase.kind], minutes=phase.minutes)
            for phase in service.phases
        ],
        price_minor=service.price_minor,
        currency=service.currency,
    )
