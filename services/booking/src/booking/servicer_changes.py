"""The RPCs that change an appointment."""

from typing import Any

import grpc
from opentelemetry import trace

from booking.domain.change import Order
from booking.errors import PolicyRefusedError
from booking.message_wire import channel_to_wire
from booking.requests import cancellation_of, ending_of, move_of
from booking.usecases.change_appointment import ChangeAppointment
from booking.usecases.messages.promise import Promises
from booking.usecases.move_appointment import MoveAppointment
from booking.wire import appointment_to_wire
from chassis.errors import ServiceError
from rufbuch.booking.v1 import service_pb2
from signals.metrics import Counter

Context = grpc.aio.ServicerContext[Any, Any]
CHANGES = ("cancelled", "rescheduled", "repeated", "completed", "no_show")
_changes = Counter(
    "rufbuch_booking_changes_total", "Appointments changed, by what was done", {"change": CHANGES}
)


class ChangeRpcs:
    """A part of BookingService."""

    _change: ChangeAppointment
    _move: MoveAppointment
    _promises: Promises

    async def CancelAppointment(
        self, request: service_pb2.CancelAppointmentRequest, context: Context
    ) -> service_pb2.CancelAppointmentResponse:
        """See the contract."""
        trace.get_current_span().set_attribute("rufbuch.call_id", request.actor.call_id)
        changed = await self._change.cancel(cancellation_of(request))
        _changes.labels("cancelled").inc()
        return service_pb2.CancelAppointmentResponse(
            appointment=appointment_to_wire(changed.appointment),
            fee_minor=changed.fee.minor,
            fee_currency=changed.fee.currency,
            confirmation_channel=channel_to_wire(await self._promises.about(changed.appointment)),
        )

    async def RescheduleAppointment(
        self, request: service_pb2.RescheduleAppointmentRequest, context: Context
    ) -> service_pb2.RescheduleAppointmentResponse:
        """See the contract."""
        trace.get_current_span().set_attribute("rufbuch.call_id", request.actor.call_id)
        moved = await self._move(move_of(request))
        _changes.labels("repeated" if moved.repeated else "rescheduled").inc()
        return service_pb2.RescheduleAppointmentResponse(
            appointment=appointment_to_wire(moved.appointment),
            previous=appointment_to_wire(moved.previous),
            repeated_answer=moved.repeated,
            fee_minor=moved.fee.minor,
            fee_currency=moved.fee.currency,
            confirmation_channel=channel_to_wire(await self._promises.about(moved.appointment)),
        )

    async def _move_terms(self, order: Order) -> service_pb2.MoveTerms | None:
        """What forbids a move, or what it costs; None: it is not this actor's to move, or not known."""
        try:
            fee = await self._move.fee_of(order)
        except PolicyRefusedError as refusal:
            return service_pb2.MoveTerms(rule=refusal.metadata["rule"], limit=refusal.metadata["limit"])
        except ServiceError:
            return None
        return service_pb2.MoveTerms(fee_minor=fee.minor, fee_currency=fee.currency)

    async def CompleteAppointment(
        self, request: service_pb2.CompleteAppointmentRequest, context: Context
    ) -> service_pb2.CompleteAppointmentResponse:
        """See the contract."""
        changed = await self._change.complete(ending_of(request))
        _changes.labels("completed").inc()
        return service_pb2.CompleteAppointmentResponse(appointment=appointment_to_wire(changed.appointment))

    async def MarkNoShow(
        self, request: service_pb2.MarkNoShowRequest, context: Context
    ) -> service_pb2.MarkNoShowResponse:
        """See the contract."""
        changed = await self._change.mark_no_show(ending_of(request))
        _changes.labels("no_show").inc()
        return service_pb2.MarkNoShowResponse(appointment=appointment_to_wire(changed.appointment))
