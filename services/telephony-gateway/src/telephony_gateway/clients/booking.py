"""Making appointments at the booking service, as the use cases see it."""

import uuid
from typing import TYPE_CHECKING

import grpc

from rufbuch.booking.v1 import appointment_pb2, message_pb2, series_pb2, service_pb2, service_pb2_grpc
from telephony_gateway.clients.faults import peer_error, reason_of
from telephony_gateway.clients.instants import instant_of
from telephony_gateway.domain.business import DialledBranch
from telephony_gateway.domain.envelope import Caller
from telephony_gateway.usecases.ports import (
    Appointment,
    AppointmentState,
    BookedDate,
    FoundSlot,
    OutcomeUnknownError,
    Refused,
)

if TYPE_CHECKING:
    from rufbuch.booking.v1.service_pb2_grpc import BookingServiceAsyncStub

_SERVICE = "rufbuch.booking.v1.BookingService"
HARMLESS_TO_REPEAT = tuple(
    f"{_SERVICE}/{method}"
    for method in (
        # A request_id makes a repetition an answer, not a second one of it.
        "BookAppointment", "BookSeries", "RescheduleAppointment", "RequestCallback", "JoinWaitlist",
        # What is cancelled stays so, and reading changes nothing.
        "CancelAppointment", "FindCustomer", "GetAppointment", "ListAppointments", "ListCallbacks", "ListWaitlist",
    )
)  # fmt: skip
_WISHES = uuid.UUID("5b0c3f0e-5a3b-4c0e-9d5c-0b6a1f2f7a10")
REFUSALS = {
    "SLOT_TAKEN": Refused.TAKEN,
    "OPTION_UNKNOWN": Refused.OPTION_UNKNOWN,
    "SLOT_NOT_BOOKABLE": Refused.NOT_BOOKABLE,
    "NAME_INVALID": Refused.NAME_INVALID,
}
_NOTHING_HAPPENED = {
    "AVAILABILITY_UNAVAILABLE",
    "REGISTRY_UNAVAILABLE",
    "REQUEST_INVALID",
    "REQUEST_ID_REUSED",
}
_STATES = {
    appointment_pb2.APPOINTMENT_STATE_BOOKED: AppointmentState.BOOKED,
    appointment_pb2.APPOINTMENT_STATE_CANCELLED: AppointmentState.CANCELLED,
    appointment_pb2.APPOINTMENT_STATE_RESCHEDULED: AppointmentState.RESCHEDULED,
}

NOT_WRITTEN = message_pb2.MESSAGE_CHANNEL_UNSPECIFIED
_CHANNELS = {message_pb2.MESSAGE_CHANNEL_SMS: "sms", message_pb2.MESSAGE_CHANNEL_EMAIL: "email"}


class BookingClient:
    """New appointments over gRPC."""

    def __init__(self, channel: grpc.aio.Channel) -> None:
        self._stub: BookingServiceAsyncStub = service_pb2_grpc.BookingServiceStub(channel)

    async def book(
        self,
        branch: DialledBranch,
        caller: Caller,
        *,
        option_id: str,
        name: str,
        email: str = "",
        voucher: bytes = b"",
    ) -> Appointment | Refused:
        """Commit an option. Raises PeerError."""
        request = service_pb2.BookAppointmentRequest(
            tenant_id=branch.tenant_id,
            branch_id=branch.branch_id,
            option_id=option_id,
            call_id=caller.call_id,
            caller_number=caller.caller_number,
            customer_name=name,
            request_id=wish_id(caller.call_id, option_id),
            customer_email=email,
            voucher=voucher,
        )
        try:
            answer = await self._stub.BookAppointment(request)
        except grpc.aio.AioRpcError as error:
            refusal = REFUSALS.get(reason_of(error))
            if refusal:
                return refusal
            raise unsettled("booking", error) from error
        return read_appointment(answer.appointment, answer.confirmation_channel)

    async def book_series(
        self, branch: DialledBranch, caller: Caller, *, option_id: str, name: str, weeks: int, dates: int
    ) -> tuple[BookedDate, ...] | Refused:
        """Commit an option and what follows it. Raises PeerError."""
        request = service_pb2.BookSeriesRequest(
            tenant_id=branch.tenant_id,
            branch_id=branch.branch_id,
            option_id=option_id,
            call_id=caller.call_id,
            caller_number=caller.caller_number,
            customer_name=name,
            request_id=wish_id(caller.call_id, "series", option_id, str(weeks), str(dates)),
            every_weeks=weeks,
            count=dates,
        )
        try:
            answer = await self._stub.BookSeries(request)
        except grpc.aio.AioRpcError as error:
            reason = reason_of(error)
            if reason in REFUSALS:
                return REFUSALS[reason]
            if reason == "AVAILABILITY_UNAVAILABLE":
                # In the middle of it: some dates may be booked.
                raise OutcomeUnknownError(f"booking: {reason}") from error
            raise unsettled("booking", error) from error
        return tuple(_booked_date(date, answer.dates[0].appointment) for date in answer.dates)


def _booked_date(date: series_pb2.SeriesDate, first: appointment_pb2.Appointment) -> BookedDate:
    made = read_appointment(date.appointment) if date.HasField("appointment") else None
    failure = series_pb2.SeriesFailure.Name(date.failure).removeprefix("SERIES_FAILURE_").lower()
    other = date.alternative
    held = instant_of(other.hold_expire_time) if other.HasField("hold_expire_time") else None
    instead = FoundSlot(
        other.option_id,
        instant_of(other.start_time),
        instant_of(other.end_time),
        other.person_id,
        first.service_id,
        held,
    )
    return BookedDate(
        instant_of(date.start_time),
        made,
        "" if made else failure,
        instead if other.option_id else None,
    )


def wish_id(call_id: str, *wish: str) -> str:
    """One id for one wish: whoever sends it again, Retell or the model, means the same (BK-22)."""
    return str(uuid.uuid5(_WISHES, "\n".join((call_id, *wish))))


def unsettled(peer: str, error: grpc.aio.AioRpcError) -> Exception:
    """The disappointment behind a change that failed without a refusal: unless the peer says that nothing has happened,
    it may have committed before it was killed, cut off, late or broken. Only asking again tells."""
    if reason_of(error) in _NOTHING_HAPPENED or error.code() is grpc.StatusCode.UNIMPLEMENTED:
        return peer_error(peer, error)
    return OutcomeUnknownError(f"{peer}: {error.code().name}")


def read_appointment(
    appointment: appointment_pb2.Appointment, channel: message_pb2.MessageChannel.ValueType = NOT_WRITTEN
) -> Appointment:
    """As the use cases see it. ``channel``: on which its customer is written to of what has just happened."""
    active = (phase for phase in appointment.phases if phase.kind == appointment_pb2.PHASE_KIND_ACTIVE)
    several = len(appointment.service_ids) > 1
    return Appointment(
        appointment_id=appointment.appointment_id,
        service_ids=tuple(appointment.service_ids) or (appointment.service_id,),
        service_name=appointment.service_name,
        person_id=appointment.person_id,
        start=instant_of(appointment.start_time),
        state=_STATES.get(appointment.state, AppointmentState.OVER),
        moved_to_id=appointment.rescheduled_to_id,
        booked_for=appointment.booked_for,
        branch_id=appointment.branch_id,
        written_by=_CHANNELS.get(channel, ""),
        people=tuple(dict.fromkeys(phase.person_id for phase in active)) if several else (),
    )
