"""Appointments that there are, at the booking service: the caller's own, called off and moved."""

import asyncio
from datetime import datetime
from typing import TYPE_CHECKING

import grpc

from chassis.grpc_client import Fault, fault_of
from rufbuch.booking.v1 import service_pb2, service_pb2_grpc
from telephony_gateway.clients.booking import REFUSALS, read_appointment, unsettled, wish_id
from telephony_gateway.clients.faults import peer_error, reason_of
from telephony_gateway.clients.instants import stamp_of
from telephony_gateway.domain.business import DialledBranch
from telephony_gateway.domain.envelope import Caller
from telephony_gateway.usecases.ports import Appointment, Changed, Denial, Denied, FeeDue, Refused

if TYPE_CHECKING:
    from rufbuch.booking.v1.service_pb2_grpc import BookingServiceAsyncStub

PAGE = 100
"""Nobody on the phone has more appointments than this ahead."""
_DENIALS = {
    "APPOINTMENT_UNKNOWN": Denial.UNKNOWN,
    "NOT_THE_CUSTOMER": Denial.NOT_YOURS,
    "ILLEGAL_MOVE": Denial.STATE,
    "POLICY_REFUSED": Denial.POLICY,
}


class AppointmentsClient:
    """The caller's appointments over gRPC."""

    def __init__(self, channel: grpc.aio.Channel) -> None:
        self._stub: BookingServiceAsyncStub = service_pb2_grpc.BookingServiceStub(channel)

    async def of_caller(
        self, branch: DialledBranch, caller: Caller, *, since: datetime
    ) -> tuple[Appointment, ...]:
        """By number and by call; a withheld number has what this call made (SE-03). Raises PeerError."""
        wanted = [self._list(branch.tenant_id, since, call_id=caller.call_id)]
        if caller.caller_number:
            wanted.append(self._list(branch.tenant_id, since, phone_number=caller.caller_number))
        try:
            lists = await asyncio.gather(*wanted)
        except grpc.aio.AioRpcError as error:
            raise peer_error("booking", error) from error
        found = {one.appointment_id: one for some in lists for one in some}
        return tuple(sorted(found.values(), key=lambda one: (one.start, one.appointment_id)))

    async def _list(
        self, tenant_id: str, since: datetime, *, call_id: str = "", phone_number: str = ""
    ) -> list[Appointment]:
        answer = await self._stub.ListAppointments(
            service_pb2.ListAppointmentsRequest(
                tenant_id=tenant_id,
                start_time_min=stamp_of(since),
                call_id=call_id,
                phone_number=phone_number,
                page_size=PAGE,
            )
        )
        return [read_appointment(one) for one in answer.appointments]

    async def exists(self, branch: DialledBranch, appointment_id: str) -> bool:
        """Whether the business has it. Raises PeerError."""
        return await self.get(branch.tenant_id, appointment_id) is not None

    async def get(self, tenant_id: str, appointment_id: str) -> Appointment | None:
        """One appointment, whosever it is. Raises PeerError."""
        request = service_pb2.GetAppointmentRequest(tenant_id=tenant_id, appointment_id=appointment_id)
        try:
            answer = await self._stub.GetAppointment(request)
        except grpc.aio.AioRpcError as error:
            if reason_of(error) == "APPOINTMENT_UNKNOWN":
                return None
            raise peer_error("booking", error) from error
        return read_appointment(answer.appointment)

    async def move_terms(
        self, branch: DialledBranch, caller: Caller, appointment_id: str
    ) -> Denied | FeeDue | None:
        """What forbids a move, or what it costs. Raises nothing."""
        request = service_pb2.GetAppointmentRequest(
            tenant_id=branch.tenant_id, appointment_id=appointment_id, moving_actor=_actor(caller)
        )
        try:
            terms = (await self._stub.GetAppointment(request)).move_terms
        except grpc.aio.AioRpcError:
            return None
        if terms.rule:
            return Denied(Denial.POLICY, terms.rule, terms.limit)
        return FeeDue(terms.fee_minor, terms.fee_currency) if terms.fee_minor else None

    async def of_call(self, tenant_id: str, call_id: str, *, since: datetime) -> list[Appointment]:
        """What one call made. Raises PeerError."""
        try:
            return await self._list(tenant_id, since, call_id=call_id)
        except grpc.aio.AioRpcError as error:
            raise peer_error("booking", error) from error

    async def cancel(
        self, branch: DialledBranch, caller: Caller, appointment_id: str, *, reason: str, fee_agreed: int
    ) -> Changed | Denied | FeeDue:
        """Call one off. Raises PeerError."""
        request = service_pb2.CancelAppointmentRequest(
            tenant_id=branch.tenant_id,
            appointment_id=appointment_id,
            actor=_actor(caller),
            reason=reason,
            fee_agreed_minor=fee_agreed,
        )
        try:
            answer = await self._stub.CancelAppointment(request)
        except grpc.aio.AioRpcError as error:
            fault = fault_of(error)
            denial = _denial(fault) or _fee_due(fault)
            if denial:
                return denial
            raise unsettled("booking", error) from error
        made = read_appointment(answer.appointment, answer.confirmation_channel)
        return Changed(made, answer.fee_minor, answer.fee_currency)

    async def move(
        self, branch: DialledBranch, caller: Caller, appointment_id: str, *, option_id: str, fee_agreed: int
    ) -> Changed | Denied | Refused | FeeDue:
        """Move one to an option. Raises PeerError."""
        request = service_pb2.RescheduleAppointmentRequest(
            tenant_id=branch.tenant_id,
            branch_id=branch.branch_id,
            appointment_id=appointment_id,
            option_id=option_id,
            actor=_actor(caller),
            request_id=wish_id(caller.call_id, "move", appointment_id, option_id),
            fee_agreed_minor=fee_agreed,
        )
        try:
            answer = await self._stub.RescheduleAppointment(request)
        except grpc.aio.AioRpcError as error:
            fault = fault_of(error)
            refusal = _denial(fault) or _fee_due(fault) or REFUSALS.get(fault.reason)
            if refusal:
                return refusal
            raise unsettled("booking", error) from error
        made = read_appointment(answer.appointment, answer.confirmation_channel)
        return Changed(made, answer.fee_minor, answer.fee_currency)


def _actor(caller: Caller) -> service_pb2.Actor:
    return service_pb2.Actor(call_id=caller.call_id, caller_number=caller.caller_number)


def _fee_due(fault: Fault) -> FeeDue | None:
    if fault.reason != "FEE_NOT_AGREED":
        return None
    return FeeDue(int(fault.metadata.get("fee_minor", "0")), fault.metadata.get("fee_currency", ""))


def _denial(fault: Fault) -> Denied | None:
    why = _DENIALS.get(fault.reason)
    if why is None:
        return None
    return Denied(why, fault.metadata.get("rule", ""), fault.metadata.get("limit", ""))
