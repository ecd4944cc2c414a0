"""Between the contract's messages and our own words."""

import math
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from uuid import UUID

from google.protobuf.timestamp_pb2 import Timestamp

from calcom_sync.domain.accounts import AccountCheck
from calcom_sync.domain.answers import RemoteBooking
from calcom_sync.domain.appointment import Appointment, SyncState
from calcom_sync.domain.budget import BudgetState
from calcom_sync.domain.busy import Busy, Source, Span
from calcom_sync.domain.cases import OpenedCase
from calcom_sync.domain.intent import Intent, State
from calcom_sync.domain.mappings import MappingCheck
from calcom_sync.domain.setup import Spot
from calcom_sync.domain.slots import TimeState
from calcom_sync.errors import PageTokenInvalidError, RequestInvalidError
from calcom_sync.usecases.check_times import PersonTime
from calcom_sync.usecases.mirror_holds import Held, HeldPhase
from calcom_sync.usecases.verify import PhaseCheck
from chassis.eventlog import Event
from rufbuch.calendarsync.v1 import service_pb2

STATES = {
    state: service_pb2.AppointmentSyncState.Value(f"APPOINTMENT_SYNC_STATE_{state.name}")
    for state in SyncState
}
_PHASE_STATES = {state: service_pb2.PhaseSyncState.Value(f"PHASE_SYNC_STATE_{state.name}") for state in State}
_SOURCES = {source: service_pb2.BusySource.Value(f"BUSY_SOURCE_{source.name}") for source in Source}
WORDS_MAX = 1000
TIMES_MAX = 200
TIME_STATES = {state: service_pb2.TimeState.Value(f"TIME_STATE_{state.name}") for state in TimeState}
KEYS_MAX = 50
_KEY = re.compile(r"[!-~]{1,500}")


def uuid_from(text: str, field: str) -> UUID:
    """Raises RequestInvalidError."""
    try:
        return UUID(text)
    except ValueError as error:
        raise RequestInvalidError(f"{field} is no id", field=field) from error


def words_from(text: str, field: str) -> str:
    """What an operator writes. Raises RequestInvalidError."""
    if not text.strip() or len(text) > WORDS_MAX or not text.isprintable():
        raise RequestInvalidError(f"{field} has to be said in at most {WORDS_MAX} characters", field=field)
    return text


def keys_from(keys: Mapping[str, str]) -> dict[str, str]:
    """Keys of accounts, by their names; what is wrong is told without quoting any. Raises RequestInvalidError."""
    if len(keys) > KEYS_MAX:
        raise RequestInvalidError(f"at most {KEYS_MAX} keys", field="api_keys")
    for key in keys.values():
        if not _KEY.fullmatch(key):
            raise RequestInvalidError("a key has at most 500 printable ASCII characters", field="api_keys")
    return dict(keys)


def span_from(start: Timestamp, end: Timestamp) -> Span:
    """Raises RequestInvalidError."""
    try:
        span = Span(start.ToDatetime(tzinfo=UTC), end.ToDatetime(tzinfo=UTC))
    except (ValueError, OverflowError) as error:
        raise RequestInvalidError("not an instant", field="start_time") from error
    if span.start >= span.end:
        raise RequestInvalidError("a span ends after it starts", field="end_time")
    return span


def times_from(told: Sequence[service_pb2.PersonTime]) -> list[PersonTime]:
    """Raises RequestInvalidError."""
    if len(told) > TIMES_MAX:
        raise RequestInvalidError(f"at most {TIMES_MAX} times at once", field="times")
    return [
        PersonTime(uuid_from(one.person_id, "times.person_id"), span_from(one.start_time, one.end_time))
        for one in told
    ]


def instant_from(told: Timestamp, field: str) -> datetime:
    """Raises RequestInvalidError: a timestamp on the wire may be none."""
    try:
        return told.ToDatetime(tzinfo=UTC)
    except (ValueError, OverflowError) as error:
        raise RequestInvalidError("not an instant", field=field) from error


def held_from(request: service_pb2.MirrorHoldsRequest) -> Held:
    """Raises RequestInvalidError."""
    if len(request.phases) > TIMES_MAX:
        raise RequestInvalidError(f"at most {TIMES_MAX} phases at once", field="phases")
    if not request.call_id or not request.HasField("as_of_time"):
        raise RequestInvalidError("whose holds, as of when?", field="call_id")
    has_end = request.HasField("expire_time")
    return Held(
        uuid_from(request.tenant_id, "tenant_id"),
        words_from(request.call_id, "call_id"),
        instant_from(request.as_of_time, "as_of_time"),
        instant_from(request.expire_time, "expire_time") if has_end else None,
        [_held_phase(one) for one in request.phases],
    )


def _held_phase(told: service_pb2.HeldPhase) -> HeldPhase:
    spot = Spot(
        uuid_from(told.service_id, "phases.service_id"),
        told.phase_position,
        uuid_from(told.person_id, "phases.person_id"),
    )
    span = span_from(told.start_time, told.end_time)
    return HeldPhase(spot, span.start, span.end)


def token_from(text: str) -> tuple[datetime, UUID] | None:
    """After which case a page begins. Raises PageTokenInvalidError."""
    if not text:
        return None
    instant, _, number = text.partition("/")
    try:
        told = datetime.fromisoformat(instant), UUID(number)
    except ValueError as error:
        raise PageTokenInvalidError("a page token has the form it was given out in") from error
    if told[0].tzinfo is None:
        raise PageTokenInvalidError("a page token has the form it was given out in")
    return told


def token_to(last: OpenedCase) -> str:
    """Where the next page begins."""
    return f"{last.opened_at.isoformat()}/{last.case_id}"


def phases_to(appointment: Appointment) -> list[service_pb2.PhaseSync]:
    """All phases in their order."""
    return [phase_to(intent) for intent in appointment.intents]


def phase_to(intent: Intent) -> service_pb2.PhaseSync:
    """One phase."""
    return service_pb2.PhaseSync(
        phase_id=str(intent.phase_id),
        position=intent.position,
        state=_PHASE_STATES[intent.state],
        booking_uid=intent.booking_uid,
        attempts=intent.attempts,
        last_error=intent.last_error,
        start_time=stamp(intent.start),
        update_time=stamp(intent.updated_at),
    )


def check_to(check: PhaseCheck) -> service_pb2.PhaseCheck:
    """One phase, here and there."""
    return service_pb2.PhaseCheck(
        phase=phase_to(check.intent),
        bookings=[_booking_to(one) for one in check.bookings],
        error=check.error,
        differences=check.differences,
    )


def _booking_to(booking: RemoteBooking) -> service_pb2.RemoteBooking:
    return service_pb2.RemoteBooking(
        uid=booking.uid,
        status=booking.status,
        start_time=stamp(booking.start),
        end_time=stamp(booking.end),
        event_type_id=booking.event_type_id or 0,
    )


def case_to(case: OpenedCase) -> service_pb2.SyncCase:
    """A case."""
    return service_pb2.SyncCase(
        case_id=str(case.case_id),
        tenant_id=str(case.tenant_id),
        appointment_id=str(case.appointment_id),
        phase_id=str(case.phase_id),
        kind=case.kind,
        detail=case.detail,
        open_time=stamp(case.opened_at),
        close_time=stamp(case.closed_at),
        resolution=case.resolution,
        resolved_by=case.resolved_by,
        appointment_start_time=stamp(case.appointment_start),
    )


def mapping_to(check: MappingCheck) -> service_pb2.MappingCheck:
    """A mapping, or the lack of one."""
    return service_pb2.MappingCheck(
        service_id=str(check.spot.service_id),
        phase_position=check.spot.position,
        person_id=str(check.spot.person_id),
        account_id=str(check.account_id or ""),
        event_type_id=check.event_type_id or 0,
        faults=check.faults,
        created_event_type_id=check.created or 0,
        wait_seconds=math.ceil(check.wait.total_seconds()),
    )


def account_to(check: AccountCheck) -> service_pb2.AccountCheck:
    """Whether an account can be worked with."""
    return service_pb2.AccountCheck(
        account_id=str(check.account.account_id),
        person_id=str(check.account.person_id),
        username=check.account.username,
        reached=check.reached,
        faults=check.faults,
        repairs=check.repairs,
        wait_seconds=math.ceil(check.wait.total_seconds()),
    )


def busy_to(busy: Busy) -> service_pb2.BusyTime:
    """A busy time."""
    return service_pb2.BusyTime(
        busy_id=str(busy.busy_id),
        tenant_id=str(busy.tenant_id),
        person_id=str(busy.person_id),
        start_time=stamp(busy.span.start),
        end_time=stamp(busy.span.end),
        source=_SOURCES[busy.source],
    )


def change_to(event: Event) -> service_pb2.WatchBusyTimesResponse:
    """A change of a busy time."""
    told = event.payload
    busy = Busy(
        UUID(told["busy_id"]),
        UUID(told["tenant_id"]),
        UUID(told["person_id"]),
        Span(datetime.fromisoformat(told["start"]), datetime.fromisoformat(told["end"])),
        Source(told["source"]),
    )
    return service_pb2.WatchBusyTimesResponse(
        position=event.position,
        event_time=stamp(event.recorded_at),
        traceparent=event.traceparent,
        busy_time=busy_to(busy),
        gone=told["gone"],
    )


def budget_to(account_id: UUID, state: BudgetState) -> service_pb2.AccountBudget:
    """How an account's key fares."""
    return service_pb2.AccountBudget(
        account_id=str(account_id),
        tokens=state.tokens,
        waiting=state.waiting,
        pause_end_time=stamp(state.paused_until),
        rest_end_time=stamp(state.rests_until),
    )


def stamp(instant: datetime | None) -> Timestamp | None:
    """None stays absent."""
    if instant is None:
        return None
    told = Timestamp()
    told.FromDatetime(instant)
    return told
