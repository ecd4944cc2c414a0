"""The RPCs that make appointments in other ways than by one option."""

from typing import Any

import grpc
from opentelemetry import trace

from booking.domain.series import Failure
from booking.requests import overbooking_of
from booking.series_messages import series_of, series_to_wire
from booking.usecases.book_series import BookSeries
from booking.usecases.overbook_appointment import OverbookAppointment
from booking.wire import appointment_to_wire
from rufbuch.booking.v1 import service_pb2
from signals.metrics import Counter

Context = grpc.aio.ServicerContext[Any, Any]
_dates = Counter(
    "rufbuch_booking_series_dates_total",
    "Dates of series, by what became of them",
    {"outcome": ("booked", *(one.value for one in Failure))},
)
_overbookings = Counter("rufbuch_booking_overbookings_total", "Appointments that were knowingly overbooked")


class MakingRpcs:
    """A part of BookingService."""

    _overbook: OverbookAppointment
    _series: BookSeries

    async def OverbookAppointment(
        self, request: service_pb2.OverbookAppointmentRequest, context: Context
    ) -> service_pb2.OverbookAppointmentResponse:
        """See the contract."""
        answer = await self._overbook(overbooking_of(request))
        if not answer.repeated:
            _overbookings.inc()
        return service_pb2.OverbookAppointmentResponse(
            appointment=appointment_to_wire(answer.appointment), repeated_answer=answer.repeated
        )

    async def BookSeries(
        self, request: service_pb2.BookSeriesRequest, context: Context
    ) -> service_pb2.BookSeriesResponse:
        """See the contract."""
        trace.get_current_span().set_attribute("rufbuch.call_id", request.call_id)
        answer = await self._series(series_of(request))
        if not answer.repeated:
            for date in answer.dates:
                _dates.labels(date.failure.value if date.failure else "booked").inc()
        return series_to_wire(answer)
