"""Owns the writing of the API's responses."""

from collections.abc import Iterator
from datetime import datetime

from google.protobuf.timestamp_pb2 import Timestamp

from availability import words
from availability.domain.explain import Blocker, BlockerKind
from availability.domain.holds import Offer, PlannedPhase, Taking
from availability.domain.service import PhaseKind
from availability.stamps import stamp, stamp_of_minute
from availability.usecases.describe_people import Records
from availability.usecases.explain_slot import Explanation
from availability.usecases.following import StreamHealth
from availability.usecases.get_day import DayEntry
from availability.usecases.search_slots import Answer, Query
from availability.usecases.wishes import Outcome
from rufbuch.availability.v1 import operations_pb2, people_pb2, service_pb2

_KINDS = {
    PhaseKind.ACTIVE: service_pb2.PHASE_KIND_ACTIVE,
    PhaseKind.GAP_FREE: service_pb2.PHASE_KIND_GAP_FREE,
    PhaseKind.GAP_BLOCKED: service_pb2.PHASE_KIND_GAP_BLOCKED,
}
_OUTCOMES = {each: service_pb2.SearchOutcome.Value(f"SEARCH_OUTCOME_{each.value}") for each in Outcome}
_HOLD_STATES = {
    True: service_pb2.HOLD_STATE_HELD,
    False: service_pb2.HOLD_STATE_NONE,
    None: service_pb2.HOLD_STATE_UNAVAILABLE,
}
_BLOCKERS = {
    BlockerKind.PAST: service_pb2.BLOCKER_KIND_PAST,
    BlockerKind.NOTICE: service_pb2.BLOCKER_KIND_NOTICE,
    BlockerKind.HORIZON: service_pb2.BLOCKER_KIND_HORIZON,
    BlockerKind.BEYOND_CALENDAR: service_pb2.BLOCKER_KIND_HORIZON,
    BlockerKind.OFF_GRID: service_pb2.BLOCKER_KIND_GRID,
    BlockerKind.SERVICE_WINDOW: service_pb2.BLOCKER_KIND_START_WINDOW,
    BlockerKind.DAILY_CAP: service_pb2.BLOCKER_KIND_DAILY_CAP,
    BlockerKind.CLOSED: service_pb2.BLOCKER_KIND_OUTSIDE_HOURS,
    BlockerKind.OUTSIDE_HOURS: service_pb2.BLOCKER_KIND_OUTSIDE_HOURS,
    BlockerKind.BREAK: service_pb2.BLOCKER_KIND_OUTSIDE_HOURS,
    BlockerKind.HOLIDAY: service_pb2.BLOCKER_KIND_HOLIDAY,
    BlockerKind.ABSENCE: service_pb2.BLOCKER_KIND_ABSENCE,
    BlockerKind.APPOINTMENT: service_pb2.BLOCKER_KIND_APPOINTMENT,
    BlockerKind.EXTERNAL: service_pb2.BLOCKER_KIND_EXTERNAL,
    BlockerKind.HOLD: service_pb2.BLOCKER_KIND_HOLD,
}


def stream_status(name: str, health: StreamHealth) -> operations_pb2.StreamStatus:
    """How a stream is followed."""
    status = operations_pb2.StreamStatus(stream=name, connected=health.connected)
    if health.was_complete:
        status.lag_seconds = max(0.0, health.lag_s())
    return status


def found(answer: Answer, query: Query) -> service_pb2.SearchSlotsResponse:
    """What a search has found."""
    return service_pb2.SearchSlotsResponse(
        outcome=_OUTCOMES[answer.outcome],
        options=[_vouched(option(offer, answer.expires), offer, answer, query) for offer in answer.offers],
        hold_state=service_pb2.HOLD_STATE_NOT_KEPT if answer.unkept else _HOLD_STATES[answer.held],
        min_notice_minutes=int(answer.notice.total_seconds() // 60),
        horizon_days=answer.horizon.days,
        calendars_unchecked=not answer.certain,
    )


def refusal(reason: str) -> service_pb2.ErrorReason.ValueType:
    """Why something was refused; "": it was not."""
    return service_pb2.ErrorReason.Value(f"ERROR_REASON_{reason or 'UNSPECIFIED'}")


def option(offer: Offer, expires: datetime | None) -> service_pb2.Option:
    """One offer; ``expires`` None: it is not held, or for good."""
    return service_pb2.Option(
        option_id=offer.option_id,
        branch_id=offer.branch_id,
        service_id=offer.service_id,
        person_id=offer.person_id,
        start_time=stamp(offer.start),
        end_time=stamp(offer.end),
        phases=list(map(_phase, offer.phases)),
        occupied=[*map(_of_person, offer.occupied), *map(_of_device, offer.devices)],
        hold_expire_time=stamp_or_none(expires),
        service_ids=offer.service_ids if len(offer.service_ids) > 1 else (),
    )


def _vouched(option: service_pb2.Option, offer: Offer, answer: Answer, query: Query) -> service_pb2.Option:
    """With what booking needs to know of it, as long as a claim could not say anything else."""
    if answer.vouched_until and query.caller:
        option.voucher = service_pb2.Voucher(
            tenant_id=query.tenant_id,
            call_id=query.caller.call_id,
            option=option,
            service_name=offer.service_name,
            valid_until_time=stamp(answer.vouched_until),
        ).SerializeToString()
    return option


def explained(explanation: Explanation, asked_language: str) -> service_pb2.ExplainSlotResponse:
    """What stands in the way, in words and as data."""
    language = words.language_of(asked_language, explanation)
    return service_pb2.ExplainSlotResponse(free=explanation.free, blockers=_blockers(explanation, language))


def records(found: Records) -> people_pb2.PersonRecords:
    """What is kept under one id."""
    return people_pb2.PersonRecords(
        person_id=found.person_id,
        holds=found.held_spans,
        appointments=found.appointments,
        external_busy_times=found.external,
        same_as_person_id=found.same_as,
    )


def entry(each: DayEntry) -> service_pb2.DayEntry:
    """A span of a day."""
    return service_pb2.DayEntry(
        kind=service_pb2.DayEntryKind.Value(f"DAY_ENTRY_KIND_{each.kind.value}"),
        start_time=stamp(each.interval.start),
        end_time=stamp(each.interval.end),
        appointment_id=each.appointment_id,
        hold_expire_time=stamp_or_none(each.expires),
    )


def stamp_or_none(instant: datetime | None) -> Timestamp | None:
    """Absent where there is none."""
    return None if instant is None else stamp(instant)


def _blockers(explanation: Explanation, language: str) -> Iterator[service_pb2.Blocker]:
    for person_id in explanation.unable:
        said = words.about_unable(person_id, explanation, language)
        yield service_pb2.Blocker(person_id=person_id, kind=service_pb2.BLOCKER_KIND_NOT_ABLE, words=said)
    for blocker in explanation.blockers:
        yield _blocker(
            blocker,
            person_id=blocker.person_id,
            kind=_BLOCKERS[blocker.kind],
            said=words.about(blocker, explanation, language),
        )
    for blocker in explanation.devices:
        said = words.about_device(blocker, explanation, language)
        yield _blocker(blocker, person_id="", kind=service_pb2.BLOCKER_KIND_RESOURCE, said=said)


def _blocker(
    blocker: Blocker, *, person_id: str, kind: service_pb2.BlockerKind.ValueType, said: str
) -> service_pb2.Blocker:
    return service_pb2.Blocker(
        person_id=person_id,
        kind=kind,
        start_time=stamp(blocker.interval.start),
        end_time=stamp(blocker.interval.end),
        appointment_id=blocker.busy_id if blocker.kind is BlockerKind.APPOINTMENT else "",
        words=said,
    )


def _phase(phase: PlannedPhase) -> service_pb2.PlannedPhase:
    return service_pb2.PlannedPhase(
        position=phase.position,
        name=phase.name,
        kind=_KINDS[phase.kind],
        start_time=stamp(phase.start),
        end_time=stamp(phase.end),
        person_id=phase.person_id,
        service_id=phase.service_id,
    )


def _of_person(taking: Taking) -> service_pb2.OccupiedInterval:
    owner_id, (begin, end) = taking
    return service_pb2.OccupiedInterval(
        person_id=owner_id, start_time=stamp_of_minute(begin), end_time=stamp_of_minute(end)
    )


def _of_device(taking: Taking) -> service_pb2.OccupiedInterval:
    owner_id, (begin, end) = taking
    return service_pb2.OccupiedInterval(
        resource_id=owner_id, start_time=stamp_of_minute(begin), end_time=stamp_of_minute(end)
    )
