"""The booking service, as the use cases see it."""

import uuid
from datetime import UTC
from typing import TYPE_CHECKING

import grpc

from rufbuch.booking.v1 import service_pb2, service_pb2_grpc
from telephony_gateway.clients.faults import peer_error, reason_of
from telephony_gateway.domain.business import DialledBranch
from telephony_gateway.domain.envelope import Caller
from telephony_gateway.usecases.ports import Booked, OutcomeUnknownError, Refused

if TYPE_CHECKING:
    from rufbuch.booking.v1.service_pb2_grpc import BookingServiceAsyncStub

HARMLESS_TO_REPEAT = ("rufbuch.booking.v1.BookingService/BookAppointment",)
"""Its request_id makes a repetition an answer, not a second appointment."""
_WISHES = uuid.UUID("5b0c3f0e-5a3b-4c0e-9d5c-0b6a1f2f7a10")
_REFUSALS = {
    "SLOT_TAKEN": Refused.TAKEN,
    "OPTION_UNKNOWN": Refused.OPTION_UNKNOWN,
    "SLOT_NOT_BOOKABLE": Refused.NOT_BOOKABLE,
    "NAME_INVALID": Refused.NAME_INVALID,
}
_NOTHING_BOOKED = {"AVAILABILITY_UNAVAILABLE", "REQUEST_INVALID", "REQUEST_ID_REUSED"}


class BookingClient:
    """Appointments over gRPC."""

    def __init__(self, channel: grpc.aio.Channel) -> None:
        self._stub: BookingServiceAsyncStub = service_pb2_grpc.BookingServiceStub(channel)

    async def book(
        self, branch: DialledBranch, caller: Caller, *, option_id: str, name: str
    ) -> Booked | Refused:
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
            refusal = _REFUSALS.get(reason_of(error))
            if refusal:
                return refusal
            if reason_of(error) in _NOTHING_BOOKED:
                raise peer_error("booking", error) from error
            # Killed, cut off, late or broken: it may have committed before. Only asking again tells.
            raise OutcomeUnknownError(f"booking: {error.code().name}") from error
        appointment = answer.appointment
        return Booked(
            appointment_id=appointment.appointment_id,
            service_name=appointment.service_name,
            person_id=appointment.person_id,
            start=appointment.start_time.ToDatetime(UTC),
        )


def wish_id(call_id: str, option_id: str) -> str:
    """One id for one wish: whoever sends it again, Retell or the model, means the same appointment (BK-22)."""
    return str(uuid.uuid5(_WISHES, f"{call_id}\n{option_id}"))
