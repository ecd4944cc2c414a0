"""The RPCs about callbacks and customers."""

from typing import Any

import grpc
from opentelemetry import trace

from booking.care_requests import callback_filters_of, callback_of, handling_of, optional_key
from booking.domain.identifiers import key_of, uuid_of, words_of
from booking.domain.listing import page_size_of
from booking.domain.phone_numbers import number_of
from booking.errors import RequestInvalidError
from booking.message_wire import message_to_wire
from booking.requests import operator_of
from booking.usecases.callbacks import (
    Branches,
    Callbacks,
    assign_callback,
    list_callbacks,
    must_be_of_a_branch,
    request_callback,
    resolve_callback,
)
from booking.usecases.customers import Customers, erase_customer, export_customer, find_customer
from booking.wire import appointment_to_wire, callback_to_wire, customer_to_wire, entry_to_wire
from chassis.clock import Clock
from rufbuch.booking.v1 import service_pb2

Context = grpc.aio.ServicerContext[Any, Any]


class CareRpcs:
    """A part of BookingService."""

    _callbacks: Callbacks
    _branches: Branches
    _customers: Customers
    _clock: Clock

    async def RequestCallback(
        self, request: service_pb2.RequestCallbackRequest, context: Context
    ) -> service_pb2.RequestCallbackResponse:
        """See the contract."""
        trace.get_current_span().set_attribute("rufbuch.call_id", request.call_id)
        wanted = callback_of(request, now=self._clock.now())
        request_id = key_of("request_id", request.request_id)
        await must_be_of_a_branch(self._branches, wanted)
        kept = await request_callback(self._callbacks, wanted, request_id)
        return service_pb2.RequestCallbackResponse(callback=callback_to_wire(kept))

    async def ListCallbacks(
        self, request: service_pb2.ListCallbacksRequest, context: Context
    ) -> service_pb2.ListCallbacksResponse:
        """See the contract."""
        filters = callback_filters_of(request, now=self._clock.now())
        page = await list_callbacks(
            self._callbacks, filters, token=request.page_token, size=page_size_of(request.page_size)
        )
        return service_pb2.ListCallbacksResponse(
            callbacks=map(callback_to_wire, page.callbacks), next_page_token=page.next_token
        )

    async def ResolveCallback(
        self, request: service_pb2.ResolveCallbackRequest, context: Context
    ) -> service_pb2.ResolveCallbackResponse:
        """See the contract."""
        who, resolution = handling_of(request), words_of("resolution", request.resolution)
        resolved = await resolve_callback(self._callbacks, who, resolution=resolution, now=self._clock.now())
        return service_pb2.ResolveCallbackResponse(callback=callback_to_wire(resolved))

    async def AssignCallback(
        self, request: service_pb2.AssignCallbackRequest, context: Context
    ) -> service_pb2.AssignCallbackResponse:
        """See the contract."""
        who, assignee = handling_of(request), optional_key("assignee", request.assignee) or ""
        assigned = await assign_callback(self._callbacks, who, assignee=assignee, now=self._clock.now())
        return service_pb2.AssignCallbackResponse(callback=callback_to_wire(assigned))

    async def FindCustomer(
        self, request: service_pb2.FindCustomerRequest, context: Context
    ) -> service_pb2.FindCustomerResponse:
        """See the contract."""
        tenant_id = uuid_of("tenant_id", request.tenant_id)
        number = number_of("phone_number", request.phone_number)
        if number is None:
            raise RequestInvalidError("phone_number", "without a number nobody is known")
        found = await find_customer(self._customers, tenant_id, number, self._clock.now())
        following = found.next_appointment
        return service_pb2.FindCustomerResponse(
            customer=customer_to_wire(found.customer),
            next_appointment=appointment_to_wire(following) if following else None,
            usual_service_id=str(found.usual_service_id or ""),
            usual_person_id=str(found.usual_person_id or ""),
        )

    async def ExportCustomer(
        self, request: service_pb2.ExportCustomerRequest, context: Context
    ) -> service_pb2.ExportCustomerResponse:
        """See the contract."""
        tenant_id = uuid_of("tenant_id", request.tenant_id)
        customer_id = uuid_of("customer_id", request.customer_id)
        stored = await export_customer(self._customers, tenant_id, customer_id)
        return service_pb2.ExportCustomerResponse(
            customer=customer_to_wire(stored.customer),
            appointments=map(appointment_to_wire, stored.appointments),
            callbacks=map(callback_to_wire, stored.callbacks),
            waitlist_entries=map(entry_to_wire, stored.waitlist_entries),
            messages=map(message_to_wire, stored.messages),
        )

    async def EraseCustomer(
        self, request: service_pb2.EraseCustomerRequest, context: Context
    ) -> service_pb2.EraseCustomerResponse:
        """See the contract."""
        operator = operator_of("operator", request.operator)
        tenant_id = uuid_of("tenant_id", request.tenant_id)
        customer_id = uuid_of("customer_id", request.customer_id)
        erased = await erase_customer(
            self._customers, tenant_id, customer_id, operator=operator, now=self._clock.now()
        )
        return service_pb2.EraseCustomerResponse(erased=erased)
