"""Owns the reading of the API's requests: whatever is malformed is refused here, with its reason."""

import re
from collections.abc import Iterable
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import NoReturn, Protocol
from uuid import UUID

from google.protobuf.timestamp_pb2 import Timestamp

from availability.domain.holds import Caller
from availability.domain.instants import Interval, to_minute_up
from availability.errors import (
    BranchUnknownError,
    OptionUnknownError,
    PersonUnknownError,
    ServiceUnknownError,
    WishInvalidError,
)
from availability.usecases.claim_option import OfferedTo
from availability.usecases.hold_options import WantedSlot
from availability.usecases.search_slots import OPTIONS_DEFAULT, OPTIONS_MAX, Query
from availability.usecases.wishes import Wish
from chassis.errors import ServiceError
from rufbuch.availability.v1 import service_pb2

CALL_ID = re.compile(r"[\x21-\x7e]{1,200}")
NUMBER = re.compile(r"\+[1-9]\d{1,14}")
UNWANTED_MAX = 200
SERVICES_MAX = 5
"""In one visit."""
DAYS_MAX = 400
KEPT_MAX = 20
CLAIMS_MAX = 100
"""That may come together."""
SLOTS_MAX = 5
"""To be held together."""


class InBranch(Protocol):
    """Every request."""

    tenant_id: str
    branch_id: str


class OfCall(InBranch, Protocol):
    """A request about the holds of a call."""

    call_id: str


def query_of(request: service_pb2.SearchSlotsRequest) -> Query:
    """Raises BranchUnknownError, ServiceUnknownError, PersonUnknownError (no id has that form), WishInvalidError."""
    tenant_id, branch_id = branch_of(request)
    if len(request.more_service_ids) >= SERVICES_MAX:
        raise WishInvalidError(f"more than {SERVICES_MAX} services in one visit", field="more_service_ids")
    return Query(
        tenant_id=tenant_id,
        branch_id=branch_id,
        service_ids=tuple(map(service_of, (request.service_id, *request.more_service_ids))),
        person_id=person_of(request.person_id),
        wish=_wish(request),
        moved_appointment_id=_moved(request.moved_appointment_id),
        caller=_caller(request.call_id, request.caller_number) if request.call_id else None,
        promised=request.promised,
        kept=kept_of(request),
        options_max=min(max(request.max_options, 0) or OPTIONS_DEFAULT, OPTIONS_MAX),
    )


def offered_of(request: service_pb2.ClaimOptionRequest) -> OfferedTo:
    """Raises BranchUnknownError, OptionUnknownError."""
    tenant_id, branch_id = branch_of(request)
    for value in (request.option_id, request.call_id):
        if not CALL_ID.fullmatch(value):
            raise OptionUnknownError("this call was not offered the option")
    return OfferedTo(tenant_id, branch_id, request.option_id, request.call_id)


def claims_of(request: service_pb2.BatchClaimOptionsRequest) -> list[OfferedTo | ServiceError]:
    """Each by itself, or why it is none. Raises WishInvalidError."""
    if len(request.claims) > CLAIMS_MAX:
        raise WishInvalidError(f"at most {CLAIMS_MAX} claims", field="claims")
    return list(map(_offered_or_refused, request.claims))


def _offered_or_refused(request: service_pb2.ClaimOptionRequest) -> OfferedTo | ServiceError:
    try:
        return offered_of(request)
    except ServiceError as error:
        return error


def slots_of(request: service_pb2.HoldOptionsRequest) -> tuple[str, str, Caller, list[WantedSlot]]:
    """Raises BranchUnknownError, ServiceUnknownError, PersonUnknownError, WishInvalidError."""
    if not 1 <= len(request.slots) <= SLOTS_MAX:
        raise WishInvalidError(f"1 to {SLOTS_MAX} starts can be held together", field="slots")
    caller = _caller(request.call_id, request.caller_number)
    return (*branch_of(request), caller, [_slot(slot) for slot in request.slots])


def call_of(request: OfCall) -> tuple[str, str, str] | None:
    """Tenant, branch and call; None where no call can have such ids."""
    try:
        tenant_id, branch_id = branch_of(request)
    except BranchUnknownError:
        return None
    return (tenant_id, branch_id, request.call_id) if CALL_ID.fullmatch(request.call_id) else None


def kept_of(request: service_pb2.SearchSlotsRequest | service_pb2.ReleaseHoldsRequest) -> tuple[str, ...]:
    """The options that are being booked; what can be none is left out. Raises WishInvalidError."""
    if len(request.kept_option_ids) > KEPT_MAX:
        raise WishInvalidError(f"a call books at most {KEPT_MAX} options at once", field="kept_option_ids")
    return tuple(filter(CALL_ID.fullmatch, request.kept_option_ids))


def days_of(request: service_pb2.BatchGetDaysRequest) -> list[tuple[str, date]]:
    """Raises PersonUnknownError, WishInvalidError."""
    if len(request.days) > DAYS_MAX:
        raise WishInvalidError(f"at most {DAYS_MAX} days", field="days")
    return [(person_of(each.person_id), date_of(each.date)) for each in request.days]


def branch_of(request: InBranch) -> tuple[str, str]:
    """Tenant and branch. Raises BranchUnknownError."""
    return _id(request.tenant_id, BranchUnknownError), _id(request.branch_id, BranchUnknownError)


def tenant_of(tenant_id: str) -> str:
    """Raises BranchUnknownError: a business that is none has no branch."""
    return _id(tenant_id, BranchUnknownError)


def service_of(service_id: str) -> str:
    """Raises ServiceUnknownError."""
    return _id(service_id, ServiceUnknownError)


def person_of(person_id: str) -> str:
    """Anybody is "". Raises PersonUnknownError."""
    return _id(person_id, PersonUnknownError) if person_id else ""


def somebody_of(person_id: str) -> str:
    """Raises PersonUnknownError."""
    return _id(person_id, PersonUnknownError)


def start_of(
    request: service_pb2.ExplainSlotRequest | service_pb2.WantedSlot | service_pb2.PlanSlotRequest,
) -> datetime:
    """Raises WishInvalidError."""
    if not request.HasField("start_time"):
        raise WishInvalidError("which start?", field="start_time")
    return _instant(request.start_time, "start_time")


def date_of(text: str) -> date:
    """A date of this or a near century. Raises WishInvalidError."""
    if re.fullmatch(r"[12]\d{3}-\d\d-\d\d", text):
        try:
            return date.fromisoformat(text)
        except ValueError as error:
            raise WishInvalidError("there is no such date", field="date") from error
    raise WishInvalidError("a date has the form YYYY-MM-DD", field="date")


def _slot(slot: service_pb2.WantedSlot) -> WantedSlot:
    return WantedSlot(service_of(slot.service_id), person_of(slot.person_id), start_of(slot))


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


def _moved(appointment_id: str) -> str:
    try:
        return str(UUID(appointment_id)) if appointment_id else ""
    except ValueError as error:
        raise WishInvalidError("no appointment has such an id", field="moved_appointment_id") from error


def _caller(call_id: str, number: str) -> Caller:
    if not CALL_ID.fullmatch(call_id):
        raise WishInvalidError("a call's id is 1 to 200 visible ASCII characters", field="call_id")
    if number and not NUMBER.fullmatch(number):
        raise WishInvalidError("the caller's number is not E.164", field="caller_number")
    return Caller(call_id, number)


def _instant(timestamp: Timestamp, field: str) -> datetime:
    try:
        return timestamp.ToDatetime(UTC)
    except ValueError as error:
        raise WishInvalidError("not an instant", field=field) from error


def _id(value: str, unknown: type[ServiceError]) -> str:
    """An id in its one form: a UUID."""
    try:
        return _as_uuid(value) if len(value) == 36 else _refuse(unknown)
    except ValueError:
        _refuse(unknown)


@lru_cache(maxsize=4096)
def _as_uuid(value: str) -> str:
    """Kept for the few that all callers ask about. Raises ValueError."""
    return str(UUID(value))


def _refuse(unknown: type[ServiceError]) -> NoReturn:
    raise unknown("no id has this form")
