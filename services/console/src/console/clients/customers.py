"""One customer: all that is stored of her, and forgetting her. Who knows what is asked together here; booking forgets by itself."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

import grpc
from google.protobuf.json_format import MessageToDict

from chassis.grpc_client import fault_of
from console.errors import NotFoundError
from rufbuch.booking.v1 import appointment_pb2, erasure_pb2, service_pb2
from rufbuch.telephony.v1 import service_pb2 as telephony_pb2

if TYPE_CHECKING:
    from rufbuch.booking.v1.service_pb2_grpc import BookingServiceAsyncStub
    from rufbuch.telephony.v1.service_pb2_grpc import CallServiceAsyncStub

CALLS_ASKED_MAX = 1000
CALLS_COUNTED_MAX = 100


@dataclass(frozen=True)
class Stored:
    """What is known under a number, as a plan tells it. Whoever never booked has no customer in her record."""

    number: str
    record: service_pb2.ExportCustomerResponse
    call_ids: Sequence[str]
    more_calls: bool
    now: datetime

    @property
    def customer_id(self) -> str:
        """ "": nobody has booked with the number."""
        return self.record.customer.customer_id

    @property
    def ahead(self) -> list[appointment_pb2.Appointment]:
        """What is booked and not over, the earliest first."""
        booked = (
            each
            for each in self.record.appointments
            if each.state == appointment_pb2.APPOINTMENT_STATE_BOOKED
            and each.start_time.seconds > self.now.timestamp()
        )
        return sorted(booked, key=lambda each: each.start_time.seconds)

    @property
    def counts(self) -> dict[str, int]:
        """How much there is of what."""
        record = self.record
        return {
            "appointments": len(record.appointments),
            "callbacks": len(record.callbacks),
            "waitlist": len(record.waitlist_entries),
            "messages": len(record.messages),
            "calls": len(self.call_ids),
        }

    @property
    def etag(self) -> str:
        """Another one, as soon as anything of it is another."""
        told = [
            self.record.SerializeToString(deterministic=True).hex(),
            *self.call_ids,
        ]
        # What is ahead is so for as long as time does not pass it.
        told += [each.appointment_id for each in self.ahead]
        return hashlib.sha256("\n".join(told).encode()).hexdigest()[:32]


class Customers:
    """BookingService and CallService, one business at a time. All methods raise grpc.aio.AioRpcError."""

    def __init__(self, booking: "BookingServiceAsyncStub", calls: "CallServiceAsyncStub") -> None:
        self._booking, self._calls = booking, calls

    async def stored(self, tenant_id: str, number: str, now: datetime) -> Stored:
        """What a plan has to say."""
        found = await self._calls.ListCalls(
            telephony_pb2.ListCallsRequest(
                tenant_id=tenant_id, caller_number=number, page_size=CALLS_COUNTED_MAX
            )
        )
        return Stored(
            number,
            await self._record(tenant_id, number),
            [each.call_id for each in found.calls],
            bool(found.next_page_token),
            now,
        )

    async def everything(self, tenant_id: str, number: str, operator: str, now: datetime) -> dict[str, Any]:
        """What booking and the gateway keep, as it is; calcom-sync keeps copies of the same. Who asks is written down."""
        record = await self._record(tenant_id, number)
        call_ids = {one.call_id for one in record.appointments} | {one.call_id for one in record.callbacks}
        call_ids.discard("")
        heard = await self._calls.ExportCaller(
            telephony_pb2.ExportCallerRequest(
                tenant_id=tenant_id, phone_number=number, operator=operator,
                call_ids=sorted(call_ids)[:CALLS_ASKED_MAX],
            )
        )  # fmt: skip
        return {
            "tenant_id": tenant_id,
            "phone_number": number,
            "exported_time": now.isoformat(),
            "booking": MessageToDict(record) or None,
            "calls": [MessageToDict(call) for call in heard.calls],
        }

    async def begin(self, request: erasure_pb2.BeginErasureRequest) -> erasure_pb2.Erasure:
        """Begin to forget her, or find what has begun already."""
        return (await self._booking.BeginErasure(request)).erasure

    async def erasure(self, tenant_id: str, erasure_id: str) -> erasure_pb2.Erasure:
        """How far it is. Raises NotFoundError."""
        request = erasure_pb2.GetErasureRequest(tenant_id=tenant_id, erasure_id=erasure_id)
        try:
            return (await self._booking.GetErasure(request)).erasure
        except grpc.aio.AioRpcError as error:
            if error.code() in {grpc.StatusCode.NOT_FOUND, grpc.StatusCode.INVALID_ARGUMENT}:
                raise NotFoundError("no such erasure") from error
            raise

    async def _record(self, tenant_id: str, number: str) -> service_pb2.ExportCustomerResponse:
        try:
            found = await self._booking.FindCustomer(
                service_pb2.FindCustomerRequest(tenant_id=tenant_id, phone_number=number)
            )
        except grpc.aio.AioRpcError as error:
            if fault_of(error).reason == "CUSTOMER_UNKNOWN":
                return await self._record_of_number(tenant_id, number)
            raise
        customer_id = found.customer.customer_id
        return await self._booking.ExportCustomer(
            service_pb2.ExportCustomerRequest(tenant_id=tenant_id, customer_id=customer_id)
        )

    async def _record_of_number(self, tenant_id: str, number: str) -> service_pb2.ExportCustomerResponse:
        """Of whoever never booked: who wants to be called, and waits."""
        record, token = service_pb2.ExportCustomerResponse(), ""
        while True:
            promised = await self._booking.ListCallbacks(
                service_pb2.ListCallbacksRequest(tenant_id=tenant_id, phone_number=number, page_token=token)
            )
            record.callbacks.extend(promised.callbacks)
            if not (token := promised.next_page_token):
                break
        while True:
            waits = await self._booking.ListWaitlist(
                service_pb2.ListWaitlistRequest(tenant_id=tenant_id, phone_number=number, page_token=token)
            )
            record.waitlist_entries.extend(waits.entries)
            if not (token := waits.next_page_token):
                return record


def as_json(told: object) -> str:
    """For a person to read and a file to hold."""
    return json.dumps(told, ensure_ascii=False, indent=2, sort_keys=True)
