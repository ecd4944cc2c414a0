"""The RPCs about forgetting somebody everywhere."""

import uuid
from typing import Any

import grpc

from booking.domain.erasure import Erasure, Step
from booking.domain.identifiers import uuid_of
from booking.domain.phone_numbers import number_of
from booking.errors import RequestInvalidError
from booking.instants import timestamp
from booking.requests import operator_of
from booking.usecases.erase_everywhere import Erasures, get_erasure
from chassis.clock import Clock
from rufbuch.booking.v1 import erasure_pb2

Context = grpc.aio.ServicerContext[Any, Any]


class ErasureRpcs:
    """A part of BookingService."""

    _erasures: Erasures
    _clock: Clock

    async def BeginErasure(
        self, request: erasure_pb2.BeginErasureRequest, context: Context
    ) -> erasure_pb2.BeginErasureResponse:
        """See the contract."""
        number = number_of("phone_number", request.phone_number)
        if number is None:
            raise RequestInvalidError("phone_number", "without a number nobody is known")
        wanted = Erasure(
            tenant_id=uuid_of("tenant_id", request.tenant_id),
            erasure_id=uuid.uuid4(),
            phone_number=number,
            customer_id=None,
            operator=operator_of("operator", request.operator),
            cancel_ahead=request.cancel_appointments,
            created_at=self._clock.now(),
        )
        return erasure_pb2.BeginErasureResponse(erasure=_to_wire(await self._erasures.begin(wanted)))

    async def GetErasure(
        self, request: erasure_pb2.GetErasureRequest, context: Context
    ) -> erasure_pb2.GetErasureResponse:
        """See the contract."""
        tenant_id = uuid_of("tenant_id", request.tenant_id)
        found = await get_erasure(self._erasures, tenant_id, uuid_of("erasure_id", request.erasure_id))
        return erasure_pb2.GetErasureResponse(erasure=_to_wire(found))


def _to_wire(erasure: Erasure) -> erasure_pb2.Erasure:
    is_done = erasure.finished_at is not None
    return erasure_pb2.Erasure(
        tenant_id=str(erasure.tenant_id),
        erasure_id=str(erasure.erasure_id),
        state=erasure_pb2.ERASURE_STATE_DONE if is_done else erasure_pb2.ERASURE_STATE_RUNNING,
        steps=map(_step_to_wire, erasure.steps),
        create_time=timestamp(erasure.created_at),
        finish_time=timestamp(erasure.finished_at) if erasure.finished_at else None,
        certificate=erasure.certificate,
    )


def _step_to_wire(step: Step) -> erasure_pb2.ErasureStep:
    return erasure_pb2.ErasureStep(
        name=step.name.value,
        erased=dict(step.erased),
        attempts=step.attempts,
        last_error=step.last_error,
        done_time=timestamp(step.done_at) if step.done_at else None,
    )
