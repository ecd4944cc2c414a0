"""Booking, as far as it is asked for something."""

import logging
from typing import TYPE_CHECKING

import grpc

from calcom_sync.domain.pleas import Plea, PleaKind, topic_of
from calcom_sync.usecases.plead import NotYetError
from chassis.grpc_client import fault_of
from rufbuch.booking.v1 import care_pb2, service_pb2

if TYPE_CHECKING:
    from rufbuch.booking.v1 import service_pb2_grpc

OPERATOR = "calcom-sync"
_SETTLED = {
    PleaKind.CALLBACK: frozenset[grpc.StatusCode](),
    # Nothing is there that could be cancelled, or it is over.
    PleaKind.CANCEL: frozenset({grpc.StatusCode.NOT_FOUND, grpc.StatusCode.FAILED_PRECONDITION}),
}
_log = logging.getLogger(__name__)


class BookingDesk:
    """Implements the port Desk."""

    def __init__(self, stub: "service_pb2_grpc.BookingServiceAsyncStub") -> None:
        self._stub = stub

    async def ask(self, plea: Plea) -> str:
        """What came of it. Raises NotYetError; a booking that does not know the method yet is asked again as well."""
        try:
            if plea.kind is PleaKind.CALLBACK:
                await self._stub.RequestCallback(_callback(plea))
            else:
                await self._stub.CancelAppointment(_cancellation(plea))
        except grpc.aio.AioRpcError as error:
            fault = fault_of(error)
            if fault.code in _SETTLED[plea.kind]:
                return fault.reason or fault.code.name
            _log.warning("booking did not take a plea", extra={"code": fault.code.name, "why": fault.reason})
            raise NotYetError(fault.reason or fault.code.name) from error
        return ""


def _callback(plea: Plea) -> service_pb2.RequestCallbackRequest:
    appointment = plea.appointment
    return service_pb2.RequestCallbackRequest(
        tenant_id=str(appointment.ref.tenant_id),
        branch_id=str(appointment.branch_id),
        call_id=appointment.call_id,
        phone_number=appointment.attendee.phone,
        name=appointment.attendee.name,
        topic=topic_of(appointment),
        priority=care_pb2.CALLBACK_PRIORITY_HIGH,
        appointment_id=str(appointment.ref.appointment_id),
        request_id=str(plea.request_id),
    )


def _cancellation(plea: Plea) -> service_pb2.CancelAppointmentRequest:
    ref = plea.appointment.ref
    return service_pb2.CancelAppointmentRequest(
        tenant_id=str(ref.tenant_id),
        appointment_id=str(ref.appointment_id),
        actor=service_pb2.Actor(operator=OPERATOR),
        reason=plea.detail,
    )
