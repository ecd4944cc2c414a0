"""Asks availability for the dates of a series."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from uuid import UUID

import grpc

from booking.clients.availability import refusal_of
from booking.domain.appointment import Appointment
from booking.domain.series import Alternative, Failure, SeriesWish
from booking.errors import AvailabilityUnavailableError
from booking.instants import timestamp
from booking.usecases.book_series import Sought
from chassis.grpc_client import fault_of
from rufbuch.availability.v1 import service_pb2, service_pb2_grpc

if TYPE_CHECKING:
    from rufbuch.availability.v1.service_pb2_grpc import AvailabilityServiceAsyncStub

HELD_MAX = 5
"""So many starts availability holds together."""
_KIND = service_pb2
# The first that stands in the way is what is said.
_FAILURES = (
    (_KIND.BLOCKER_KIND_HORIZON, Failure.TOO_FAR),
    (_KIND.BLOCKER_KIND_HOLIDAY, Failure.HOLIDAY),
    (_KIND.BLOCKER_KIND_ABSENCE, Failure.ABSENCE),
    (_KIND.BLOCKER_KIND_OUTSIDE_HOURS, Failure.CLOSED),
    (_KIND.BLOCKER_KIND_APPOINTMENT, Failure.TAKEN),
    (_KIND.BLOCKER_KIND_HOLD, Failure.TAKEN),
    (_KIND.BLOCKER_KIND_EXTERNAL, Failure.TAKEN),
    (_KIND.BLOCKER_KIND_RESOURCE, Failure.TAKEN),
    (_KIND.BLOCKER_KIND_DAILY_CAP, Failure.TAKEN),
)


class AvailabilityDates:
    """The port of BookSeries over gRPC."""

    def __init__(self, channel: grpc.aio.Channel) -> None:
        self._stub: AvailabilityServiceAsyncStub = service_pb2_grpc.AvailabilityServiceStub(channel)

    async def seek(
        self, wish: SeriesWish, first: Appointment, start: datetime, *, but: Sequence[datetime]
    ) -> Sought:
        """See ``Dates``."""
        one = wish.wish
        request = service_pb2.SearchSlotsRequest(
            tenant_id=str(one.tenant_id),
            branch_id=str(one.branch_id),
            service_id=str(first.service_id),
            more_service_ids=map(str, first.service_ids[1:]),
            person_id=_person_of(first),
            call_id=one.call_id,
            caller_number=one.caller_number or "",
            start_time=timestamp(start),
            max_options=1,
            excluded_start_times=map(timestamp, but),
        )
        try:
            answer = await self._stub.SearchSlots(request)
        except grpc.aio.AioRpcError as error:
            if fault_of(error).reason == "TOO_MANY_HOLDS":
                return Sought("", None)
            raise _unavailable(error) from error
        if not answer.options:
            return Sought("", None)
        option = answer.options[0]
        if option.start_time == timestamp(start):
            return Sought(option.option_id, None)
        return Sought("", _alternative(option, held=False))

    async def why_not(self, first: Appointment, start: datetime) -> Failure:
        """See ``Dates``."""
        request = service_pb2.ExplainSlotRequest(
            tenant_id=str(first.tenant_id),
            branch_id=str(first.branch_id),
            service_id=str(first.service_id),
            person_id=str(first.person_id),
            start_time=timestamp(start),
        )
        try:
            answer = await self._stub.ExplainSlot(request)
        except grpc.aio.AioRpcError as error:
            raise _unavailable(error) from error
        kinds = {blocker.kind for blocker in answer.blockers}
        # Free by now: somebody had it when it was asked for. What is in the way of a visit's other services is not known.
        otherwise = Failure.NOT_BOOKABLE if kinds or len(first.service_ids) > 1 else Failure.TAKEN
        return next((failure for kind, failure in _FAILURES if kind in kinds), otherwise)

    async def hold(
        self, wish: SeriesWish, first: Appointment, alternatives: Sequence[Alternative]
    ) -> Sequence[Alternative]:
        """See ``Dates``. A visit of several services is offered without being held."""
        if len(first.service_ids) > 1:
            return alternatives
        one, kept = wish.wish, alternatives[:HELD_MAX]
        request = service_pb2.HoldOptionsRequest(
            tenant_id=str(one.tenant_id),
            branch_id=str(one.branch_id),
            call_id=one.call_id,
            caller_number=one.caller_number or "",
            slots=[
                service_pb2.WantedSlot(
                    service_id=str(first.service_id),
                    person_id=str(each.person_id),
                    start_time=timestamp(each.start_time),
                )
                for each in kept
            ],
        )
        try:
            answer = await self._stub.HoldOptions(request)
        except grpc.aio.AioRpcError:
            # What was booked is booked; that nothing is held is said by the missing ids.
            return alternatives
        return [*(_alternative(option, held=True) for option in answer.options), *alternatives[HELD_MAX:]]


def _person_of(first: Appointment) -> str:
    """Whose series it is; "" where several people serve in one visit."""
    return str(first.person_id) if len({phase.person_id for phase in first.phases}) == 1 else ""


def _alternative(option: service_pb2.Option, *, held: bool) -> Alternative:
    has_expiry = held and option.HasField("hold_expire_time")
    return Alternative(
        start_time=option.start_time.ToDatetime(UTC),
        end_time=option.end_time.ToDatetime(UTC),
        person_id=UUID(option.person_id),
        option_id=option.option_id if held else "",
        held_until=option.hold_expire_time.ToDatetime(UTC) if has_expiry else None,
    )


def _unavailable(error: grpc.aio.AioRpcError) -> Exception:
    refusal = refusal_of(fault_of(error))
    return refusal if isinstance(refusal, AvailabilityUnavailableError) else error
