"""From the protos to values. Nothing is judged here: the domain does."""

from collections.abc import Iterable
from datetime import UTC, datetime

from google.protobuf.timestamp_pb2 import Timestamp

from rufbuch.staff.v1 import business_pb2, service_pb2
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
    Resource,
    Service,
    WeeklyHours,
)
from staff_registry.domain.merging import Pruning
from staff_registry.usecases.import_business import Terms
from staff_registry.wire.messages import described_messages
from staff_registry.wire.sentences import described_sentences

KINDS = {
    business_pb2.PHASE_KIND_ACTIVE: PhaseKind.ACTIVE,
    business_pb2.PHASE_KIND_GAP_FREE: PhaseKind.GAP_FREE,
    business_pb2.PHASE_KIND_GAP_BLOCKED: PhaseKind.GAP_BLOCKED,
}

THERE = {
    business_pb2.CANCELLED_THERE_UNSPECIFIED: CancelledThere.CANCEL,
    business_pb2.CANCELLED_THERE_CANCEL: CancelledThere.CANCEL,
    business_pb2.CANCELLED_THERE_CASE: CancelledThere.CASE,
}


def import_terms(message: service_pb2.ImportBusinessRequest) -> Terms:
    """How the operator wants it imported."""
    return Terms(
        pruning=Pruning(left_out=message.prune, mappings=message.prune and message.prune_mappings),
        validate_only=message.validate_only,
        etag=message.etag,
        actor=message.actor,
    )


def described_business(message: service_pb2.BusinessDescription) -> Business:
    """What an operator describes."""
    return Business(
        key=message.key,
        name=message.name,
        language=message.language,
        branches=tuple(map(_branch, message.branches)),
        people=tuple(map(_person, message.people)),
        services=tuple(map(_service, message.services)),
        mappings=tuple(map(_mapping, message.mappings)),
        calendar_sync=message.calendar_sync,
        telephony_workspace=message.telephony_workspace,
        webhook_secret=message.calendar_webhook_secret,
        policies=tuple(map(_policy, message.policies)),
        messages=described_messages(message.messages) if message.HasField("messages") else None,
        calendar_terms=_terms(message.calendar_terms),
        sentences=described_sentences(message.sentences),
    )


def _terms(message: business_pb2.CalendarTerms) -> CalendarTerms:
    return CalendarTerms(
        mirror_holds=message.mirror_holds,
        cancelled_there=THERE.get(message.cancelled_there),
        live_check_after_minutes=message.live_check_after_minutes,
    )


def _branch(message: business_pb2.Branch) -> Branch:
    return Branch(
        key=message.key,
        name=message.name,
        time_zone=message.time_zone,
        holiday_region=message.holiday_region,
        dialled_numbers=tuple(message.dialled_numbers),
        slot_step_minutes=message.slot_step_minutes,
        min_notice_minutes=message.min_notice_minutes,
        horizon_days=message.horizon_days,
        hold_seconds=message.hold_seconds,
        opening_hours=_hours(message.opening_hours),
        dated_hours=_days(message.dated_hours),
        resources=tuple(Resource(each.key, each.name, each.group) for each in message.resources),
        retired=message.retired,
    )


def _hours(messages: Iterable[business_pb2.WeeklyHours]) -> tuple[WeeklyHours, ...]:
    return tuple(
        WeeklyHours(tuple(hours.weekdays), hours.start, hours.end, hours.valid_from, hours.valid_until)
        for hours in messages
    )


def _days(messages: Iterable[business_pb2.DatedHours]) -> tuple[DatedHours, ...]:
    return tuple(
        DatedHours(day.date, tuple(DaySpan(span.start, span.end) for span in day.spans), day.note)
        for day in messages
    )


def _person(message: service_pb2.PersonDescription) -> Person:
    return Person(
        key=message.key,
        name=message.name,
        branch_keys=tuple(message.branch_keys),
        working_hours=_hours(message.working_hours),
        absences=tuple(
            Absence(_instant(absence.start_time), _instant(absence.end_time), absence.note)
            for absence in message.absences
        ),
        accounts=tuple(
            Account(account.key, account.username, account.email, account.api_key)
            for account in message.accounts
        ),
        service_keys=tuple(message.service_keys),
        dated_hours=_days(message.dated_hours),
        phase_minutes=tuple(
            PhaseMinutes(own.service_key, own.phase_position, own.minutes) for own in message.phase_minutes
        ),
        buffer_before_minutes=message.buffer_before_minutes,
        buffer_after_minutes=message.buffer_after_minutes,
        retired=message.retired,
        phone_number=message.phone_number,
    )


def _instant(message: Timestamp) -> datetime:
    try:
        return message.ToDatetime(UTC)
    except (ValueError, OverflowError):  # no date that Python knows; the domain refuses the year 1
        return datetime.min.replace(tzinfo=UTC)


def _service(message: business_pb2.Service) -> Service:
    return Service(
        key=message.key,
        name=message.name,
        synonyms=tuple(message.synonyms),
        phases=tuple(
            Phase(phase.name, KINDS.get(phase.kind), phase.minutes, tuple(phase.resource_groups))
            for phase in message.phases
        ),
        price_minor=message.price_minor if message.HasField("price_minor") else None,
        currency=message.currency,
        buffer_before_minutes=message.buffer_before_minutes,
        buffer_after_minutes=message.buffer_after_minutes,
        min_notice_minutes=message.min_notice_minutes if message.HasField("min_notice_minutes") else None,
        horizon_days=message.horizon_days if message.HasField("horizon_days") else None,
        start_windows=_hours(message.start_windows),
        daily_cap=message.daily_cap,
        retired=message.retired,
        booking_note=message.booking_note,
    )


def _policy(message: service_pb2.PolicyDescription) -> Policy:
    said = {field.name: value for field, value in message.ListFields() if field.has_presence}
    return Policy(
        branch_key=message.branch_key,
        service_key=message.service_key,
        person_key=message.person_key,
        cancel_cutoff_minutes=said.get("cancel_cutoff_minutes"),
        move_cutoff_minutes=said.get("move_cutoff_minutes"),
        fee_tiers=tuple(
            FeeTier(tier.minutes_before, tier.fee_minor, tier.currency) for tier in message.fee_tiers
        ),
        moves_max=said.get("moves_max"),
        cancellations_per_month_max=said.get("cancellations_per_month_max"),
        min_notice_minutes=said.get("min_notice_minutes"),
    )


def _mapping(message: service_pb2.MappingDescription) -> PhaseMapping:
    return PhaseMapping(
        service_key=message.service_key,
        phase_position=message.phase_position,
        person_key=message.person_key,
        account_key=message.account_key,
        event_type_id=message.event_type_id,
    )
