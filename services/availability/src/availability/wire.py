"""Owns the translation between the API's messages and this service's own words."""

import re
from collections.abc import Iterable
from datetime import UTC, datetime
from uuid import UUID

from google.protobuf.timestamp_pb2 import Timestamp

from availability.domain.holds import Caller, Offer
from availability.domain.instants import Interval, to_minute_up
from availability.domain.service import PhaseKind
from availability.errors import (
    BranchUnknownError,
    OptionUnknownError,
    PersonUnknownError,
    ServiceUnknownError,
    WishInvalidError,
)
from availability.usecases.claim_option import OfferedTo
from availability.usecases.search_slots import OPTIONS_DEFAULT, OPTIONS_MAX, Answer, Query
from availability.usecases.wishes import Wish
from chassis.errors import ServiceError
from rufbuch.availability.v1 import service_pb2

CALL_ID = re.compile(r"[\x21-\x7e]{1,200}")
NUMBER = re.compile(r"\+[1-9]\d{1,14}")
UNWANTED_MAX = 200
_KINDS = {
    PhaseKind.ACTIVE: service_pb2.PHASE_KIND_ACTIVE,
    PhaseKind.GAP_FREE: service_pb2.PHASE_KIND_GAP_FREE,
    PhaseKind.GAP_BLOCKED: service_pb2.PHASE_KIND_GAP_BLOCKED,
}
_HOLD_STATES = {
    True: service_pb2.HOLD_STATE_HELD,
    False: service_pb2.HOLD_STATE_NONE,
    None: service_pb2.HOLD_STATE_UNAVAILABLE,
}


def query_of(request: service_pb2.SearchSlotsRequest) -> Query:
    """Raises BranchUnknownError, ServiceUnknownError, PersonUnknownError (no id has that form), WishInvalidError."""
    return Query(
        tenant_id=_id(request.tenant_id, BranchUnknownError),
        branch_id=_id(request.branch_id, BranchUnknownError),
        service_id=_id(request.service_id, ServiceUnknownError),
        person_id=_id(request.person_id, PersonUnknownError) if request.person_id else "",
        wish=_wish(request),
        caller=_caller(request),
        options_max=min(max(request.max_options, 0) or OPTIONS_DEFAULT, OPTIONS_MAX),
    )


def offered_of(request: service_pb2.ClaimOptionRequest) -> OfferedTo:
    """Raises BranchUnknownError, OptionUnknownError."""
    tenant_id, branch_id = (
        _id(request.tenant_id, BranchUnknownError),
        _id(request.branch_id, BranchUnknownError),
    )
    for value in (request.option_id, request.call_id):
        if not CALL_ID.fullmatch(value):
            raise OptionUnknownError("this call was not offered the option")
    return OfferedTo(tenant_id, branch_id, request.option_id, request.call_id)


def call_of(
    request: service_pb2.ExtendHoldsRequest | service_pb2.ReleaseHoldsRequest,
) -> tuple[str, str, str] | None:
    """Tenant, branch and call; None where no call can have such ids."""
    try:
        tenant_id, branch_id = (
            _id(each, BranchUnknownError) for each in (request.tenant_id, request.branch_id)
        )
    except BranchUnknownError:
        return None
    return (tenant_id, branch_id, request.call_id) if CALL_ID.fullmatch(request.call_id) else None


def response_of(answer: Answer) -> service_pb2.SearchSlotsResponse:
    """The answer in the API's words."""
    return service_pb2.SearchSlotsResponse(
        outcome=service_pb2.SearchOutcome.Value(f"SEARCH_OUTCOME_{answer.outcome.value}"),
        options=[option_of(offer, answer.expires) for offer in answer.offers],
        hold_state=_HOLD_STATES[answer.held],
        min_notice_minutes=int(answer.notice.total_seconds() // 60),
        horizon_days=answer.horizon.days,
    )


def option_of(offer: Offer, expires: datetime | None) -> service_pb2.Option:
    """An offer in the API's words."""
    return service_pb2.Option(
        option_id=offer.option_id,
        branch_id=offer.branch_id,
        service_id=offer.service_id,
        person_id=offer.person_id,
        start_time=_stamp(offer.start),
        end_time=_stamp(offer.end),
        phases=[
            service_pb2.PlannedPhase(
                position=phase.position, name=phase.name, kind=_KINDS[phase.kind],
                start_time=_stamp(phase.start), end_time=_stamp(phase.end),
            )
            for phase in offer.phases
        ],
        occupied=[
            service_pb2.OccupiedInterval(
                person_id=taking.person_id, start_time=_stamp(taking.interval.start), end_time=_stamp(taking.interval.end)
            )
            for taking in offer.occupied
        ],
        hold_expire_time=stamp_or_none(expires),
    )  # fmt: skip


def stamp_or_none(instant: datetime | None) -> Timestamp | None:
    """An instant in the API's words; absent where there is none."""
    return None if instant is None else _stamp(instant)


def _stamp(instant: datetime) -> Timestamp:
    stamp = Timestamp()
    stamp.FromDatetime(instant)
    return stamp


def _wish(request: service_pb2.SearchSlotsRequest) -> Wish:
    windows = [
        (_instant(each.start_time, "windows"), _instant(each.end_time, "windows")) for each in request.windows
    ]
    return Wish(
        start=_instant(request.start_time, "start_time") if request.HasField("start_time") else None,
        # A start lies in a window if it is not before its first and before its last instant.
        windows=tuple(Interval(to_minute_up(begin), to_minute_up(end)) for begin, end in windows),
        unwanted=_unwanted(request.excluded_start_times),
    )


def _unwanted(starts: Iterable[Timestamp]) -> frozenset[datetime]:
    known = frozenset(_instant(start, "excluded_start_times") for start in starts)
    if len(known) > UNWANTED_MAX:
        raise WishInvalidError(f"more than {UNWANTED_MAX} excluded starts", field="excluded_start_times")
    return known


def _caller(request: service_pb2.SearchSlotsRequest) -> Caller | None:
    if not request.call_id:
        return None
    if not CALL_ID.fullmatch(request.call_id):
        raise WishInvalidError("a call's id is 1 to 200 visible ASCII characters", field="call_id")
    if request.caller_number and not NUMBER.fullmatch(request.caller_number):
        raise WishInvalidError("the caller's number is not E.164", field="caller_number")
    return Caller(request.call_id, request.caller_number)


def _instant(timestamp: Timestamp, field: str) -> datetime:
    try:
        return timestamp.ToDatetime(UTC)
    except ValueError as error:
        raise WishInvalidError("not an instant", field=field) from error


def _id(value: str, unknown: type[ServiceError]) -> str:
    """An id in its one form; ids come as UUIDs."""
    try:
        return str(UUID(value)) if len(value) == 36 else _refuse(unknown)
    except ValueError:
        return _refuse(unknown)


def _refuse(unknown: type[ServiceError]) -> str:
    raise unknown("no id has this form")
