"""Booking and the ledger of calls as far as the console asks them about one customer."""

from dataclasses import dataclass, field
from typing import Any

import grpc

from chassis.errors import Kind, ServiceError
from rufbuch.booking.v1 import appointment_pb2, erasure_pb2
from rufbuch.booking.v1 import service_pb2 as booking_pb2
from rufbuch.booking.v1 import service_pb2_grpc as booking_grpc

Context = grpc.aio.ServicerContext[Any, Any]
ERASURE = "4f9a9c1e-0000-4000-8000-0000000000ea"
STEPS = ("appointments", "settled", "calls", "customer", "calendar")


class CustomerUnknownError(ServiceError):
    kind = Kind.NOT_FOUND
    reason = "CUSTOMER_UNKNOWN"


class ErasureUnknownError(ServiceError):
    kind = Kind.NOT_FOUND
    reason = "ERASURE_UNKNOWN"


class AppointmentsAheadError(ServiceError):
    kind = Kind.FAILED_PRECONDITION
    reason = "APPOINTMENTS_AHEAD"


@dataclass
class Known:
    """What booking keeps of customers: records of each business by number, and what is being forgotten."""

    records: dict[tuple[str, str], booking_pb2.ExportCustomerResponse] = field(default_factory=dict)
    begun: list[erasure_pb2.BeginErasureRequest] = field(default_factory=list)
    erasures: dict[tuple[str, str], erasure_pb2.Erasure] = field(default_factory=dict)
    books_meanwhile: bool = False
    """Something is booked between the plan and the deed, after the console has looked."""


class CustomerRpcs(booking_grpc.BookingServiceServicer):
    """A part of booking."""

    customers: Known

    def reached(self) -> None:
        """Raises where booking is away."""

    async def FindCustomer(
        self, request: booking_pb2.FindCustomerRequest, context: Context
    ) -> booking_pb2.FindCustomerResponse:
        self.reached()
        found = self.customers.records.get((request.tenant_id, request.phone_number))
        if found is None:
            raise CustomerUnknownError("nobody has booked with this number")
        return booking_pb2.FindCustomerResponse(customer=found.customer)

    async def ExportCustomer(
        self, request: booking_pb2.ExportCustomerRequest, context: Context
    ) -> booking_pb2.ExportCustomerResponse:
        self.reached()
        for (tenant_id, _), record in self.customers.records.items():
            if (tenant_id, record.customer.customer_id) == (request.tenant_id, request.customer_id):
                return record
        raise CustomerUnknownError("no such customer")

    async def BeginErasure(
        self, request: erasure_pb2.BeginErasureRequest, context: Context
    ) -> erasure_pb2.BeginErasureResponse:
        self.reached()
        record = self.customers.records.get((request.tenant_id, request.phone_number))
        booked = [
            each
            for each in (record.appointments if record else ())
            if each.state == appointment_pb2.APPOINTMENT_STATE_BOOKED
        ]
        if (booked or self.customers.books_meanwhile) and not request.cancel_appointments:
            raise AppointmentsAheadError("the customer still has appointments ahead")
        self.customers.begun.append(request)
        made = erasure_pb2.Erasure(
            tenant_id=request.tenant_id, erasure_id=ERASURE, state=erasure_pb2.ERASURE_STATE_RUNNING,
            steps=[erasure_pb2.ErasureStep(name=name) for name in STEPS],
        )  # fmt: skip
        return erasure_pb2.BeginErasureResponse(
            erasure=self.customers.erasures.setdefault((request.tenant_id, ERASURE), made)
        )

    async def GetErasure(
        self, request: erasure_pb2.GetErasureRequest, context: Context
    ) -> erasure_pb2.GetErasureResponse:
        self.reached()
        found = self.customers.erasures.get((request.tenant_id, request.erasure_id))
        if found is None:
            raise ErasureUnknownError("this business has no such erasure")
        return erasure_pb2.GetErasureResponse(erasure=found)
