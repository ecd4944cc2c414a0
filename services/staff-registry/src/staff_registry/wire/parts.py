"""The messages that are alike whether a business is told or described."""

from collections.abc import Iterable

from google.protobuf.timestamp_pb2 import Timestamp

from rufbuch.staff.v1 import business_pb2
from staff_registry.domain.business import (
    Absence,
    Branch,
    CalendarTerms,
    CancelledThere,
    DatedHours,
    FeeTier,
    PhaseKind,
    Resource,
    Service,
    WeeklyHours,
)
from staff_registry.domain.ids import Ids

KINDS = {
    None: business_pb2.PHASE_KIND_UNSPECIFIED,
    PhaseKind.ACTIVE: business_pb2.PHASE_KIND_ACTIVE,
    PhaseKind.GAP_FREE: business_pb2.PHASE_KIND_GAP_FREE,
    PhaseKind.GAP_BLOCKED: business_pb2.PHASE_KIND_GAP_BLOCKED,
}


THERE = {
    None: business_pb2.CANCELLED_THERE_UNSPECIFIED,
    CancelledThere.CANCEL: business_pb2.CANCELLED_THERE_CANCEL,
    CancelledThere.CASE: business_pb2.CANCELLED_THERE_CASE,
}


def terms_message(terms: CalendarTerms) -> business_pb2.CalendarTerms:
    """How the business and its calendars go together."""
    return business_pb2.CalendarTerms(
        mirror_holds=terms.mirror_holds,
        cancelled_there=THERE[terms.cancelled_there],
        live_check_after_minutes=terms.live_check_after_minutes,
    )


def branch_message(branch: Branch, ids: Ids | None = None) -> business_pb2.Branch:
    """A branch; in a description it and its resources have no ids."""
    return business_pb2.Branch(
        branch_id=str(ids.branch(branch.key)) if ids else "",
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
        dated_hours=dated_hours_messages(branch.dated_hours),
        resources=[_resource(resource, ids) for resource in branch.resources],
        retired=branch.retired,
    )


def _resource(resource: Resource, ids: Ids | None) -> business_pb2.Resource:
    return business_pb2.Resource(
        resource_id=str(ids.resource(resource.key)) if ids else "",
        key=resource.key,
        name=resource.name,
        group=resource.group,
    )


def hours_messages(hours: Iterable[WeeklyHours]) -> list[business_pb2.WeeklyHours]:
    """The spans of a week."""
    return [
        business_pb2.WeeklyHours(
            weekdays=span.weekdays,
            start=span.start,
            end=span.end,
            valid_from=span.valid_from,
            valid_until=span.valid_until,
        )
        for span in hours
    ]


def dated_hours_messages(days: Iterable[DatedHours]) -> list[business_pb2.DatedHours]:
    """The hours of single days."""
    return [
        business_pb2.DatedHours(
            date=day.date,
            spans=[business_pb2.DaySpan(start=span.start, end=span.end) for span in day.spans],
            note=day.note,
        )
        for day in days
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


def service_message(service: Service, ids: Ids | None = None) -> business_pb2.Service:
    """A service; in a description it has no id."""
    return business_pb2.Service(
        service_id=str(ids.service(service.key)) if ids else "",
        key=service.key,
        name=service.name,
        synonyms=service.synonyms,
        phases=[
            business_pb2.Phase(
                name=phase.name,
                kind=KINDS[phase.kind],
                minutes=phase.minutes,
                resource_groups=phase.resource_groups,
            )
            for phase in service.phases
        ],
        price_minor=service.price_minor,
        currency=service.currency,
        buffer_before_minutes=service.buffer_before_minutes,
        buffer_after_minutes=service.buffer_after_minutes,
        min_notice_minutes=service.min_notice_minutes,
        horizon_days=service.horizon_days,
        start_windows=hours_messages(service.start_windows),
        daily_cap=service.daily_cap,
        retired=service.retired,
        booking_note=service.booking_note,
    )


def fee_tier_messages(tiers: Iterable[FeeTier]) -> list[business_pb2.FeeTier]:
    """What cancelling or moving costs."""
    return [
        business_pb2.FeeTier(
            minutes_before=tier.minutes_before, fee_minor=tier.fee_minor, currency=tier.currency
        )
        for tier in tiers
    ]
