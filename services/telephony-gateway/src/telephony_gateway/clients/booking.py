"""Making appointments at the booking service, as the use cases see it."""

import uuid
from datetime import UTC
from typing import TYPE_CHECKING

import grpc

from rufbuch.booking.v1 import appointment_pb2, service_pb2, service_pb2_grpc
from telephony_gateway.clients.faults import peer_error, reason_of
from telephony_gateway.domain.business import DialledBranch
from telephony_gateway.domain.envelope import Caller
from telephony_gateway.usecases.ports import Appointment, AppointmentState, OutcomeUnknownError, Refused

if TYPE_CHECKING:
    from rufbuch.booking.v1.service_pb2_grpc import BookingServiceAsyncStub

_SERVICE = "rufbuch.booking.v1.BookingService"
HARMLESS_TO_REPEAT = tuple(
    f"{_SERVICE}/{method}"
    for method in (
        # A request_id makes a repetition an answer, not a second one of it.
        "BookAppointment", "RescheduleAppointment", "RequestCallback", "JoinWaitlist",
        # What is cancelled stays so, and reading changes nothing.
        "CancelAppointment", "FindCustomer", "GetAppointment", "ListAppointments", "ListCallbacks",
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


class BookingClient:
    """New appointments over gRPC."""

    def __init__(self, channel: grpc.aio.Channel) -> None:
        self._stub: BookingServiceAsyncStub = service_pb2_grpc.BookingServiceStub(channel)

    async def book(
        self, branch: DialledBranch, caller: Caller, *, option_id: str, name: str
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
        )
        try:
            answer = await self._stub.BookAppointment(request)
        except grpc.aio.AioRpcError as error:
            refusal = REFUSALS.get(reason_of(error))
            if refusal:
                return refusal
            raise unsettled("booking", error) from error
        return read_appointment(answer.appointment)


def wish_id(call_id: str, *wish: str) -> str:
    """One id for one wish: whoever sends it again, Retell or the model, means the same (BK-22)."""
    return str(uuid.uuid5(_WISHES, "\n".join((call_id, *wish))))


def unsettled(peer: str, error: grpc.aio.AioRpcError) -> Exception:
    """The disappointment behind a change that failed without a refusal: unless the peer says that nothing has happened,
    it may have committed before it was killed, cut off, late or broken. Only asking again tells."""
    if reason_of(error) in _NOTHING_HAPPENED or error.code() is grpc.StatusCode.UNIMPLEMENTED:
        return peer_error(peer, error)
    return OutcomeUnknownError(f"{peer}: {error.code().name}")


def read_appointment(appointment: appointment_pb2.Appointment) -> Appointment:
    """As the use cases see it."""
    return Appointment(
        appointment_id=appointment.appointment_id,
        service_ids=tuple(appointment.service_ids) or (appointment.service_id,),
        service_name=appointment.service_name,
        person_id=appointment.person_id,
        start=appointment.start_time.ToDatetime(UTC),
        state=_STATES.get(appointment.state, AppointmentState.OVER),
        moved_to_id=appointment.rescheduled_to_id,
    )
