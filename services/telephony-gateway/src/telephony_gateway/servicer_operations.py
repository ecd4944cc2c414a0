"""The RPCs that operators read: figures of calls, and what was heard last."""

from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import ClassVar
from uuid import UUID
from zoneinfo import ZoneInfo

from google.protobuf.timestamp_pb2 import Timestamp

from chassis.errors import Kind, ServiceError
from rufbuch.telephony.v1 import operations_pb2
from telephony_gateway.storage.figures import CallDay, SqlFigures

DAYS_MAX = timedelta(days=92)


class RequestInvalidError(ServiceError):
    """A field is missing or malformed; metadata: field."""

    kind: ClassVar[Kind] = Kind.INVALID_ARGUMENT
    reason: ClassVar[str] = "REQUEST_INVALID"


class OperationsRpcs:
    """A part of CallService."""

    _figures: SqlFigures
    _expected_agent_version: int
    _build: str

    async def GetCallFigures(
        self, request: operations_pb2.GetCallFiguresRequest, context: object
    ) -> operations_pb2.GetCallFiguresResponse:
        """See the proto."""
        tenant_id, (start, end) = _business(request.tenant_id), _span(request)
        days = await self._figures.days(tenant_id, start, end, _zone(request.time_zone))
        return operations_pb2.GetCallFiguresResponse(days=map(_day, days))

    async def GetCallStatus(
        self, request: operations_pb2.GetCallStatusRequest, context: object
    ) -> operations_pb2.GetCallStatusResponse:
        """See the proto."""
        status = await self._figures.status(_business(request.tenant_id))
        return operations_pb2.GetCallStatusResponse(
            webhook_time=_stamp(status.webhook_at),
            function_time=_stamp(status.function_at),
            agent_id=status.agent_id,
            agent_version=status.agent_version,
            expected_agent_version=self._expected_agent_version,
            build=self._build,
        )


def _business(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise RequestInvalidError("the id of a business is a UUID", field="tenant_id") from error


def _span(request: operations_pb2.GetCallFiguresRequest) -> tuple[datetime, datetime]:
    try:
        start, end = request.start_time.ToDatetime(UTC), request.end_time.ToDatetime(UTC)
    except (ValueError, OverflowError) as error:
        raise RequestInvalidError("this is no instant", field="start_time") from error
    if not timedelta() < end - start <= DAYS_MAX:
        raise RequestInvalidError(f"follows start_time by at most {DAYS_MAX.days} days", field="end_time")
    return start, end


def _zone(name: str) -> str:
    try:
        return ZoneInfo(name).key
    except (KeyError, ValueError, OSError) as error:
        raise RequestInvalidError("there is no such time zone", field="time_zone") from error


def _day(day: CallDay) -> operations_pb2.CallDay:
    counts = asdict(day)
    return operations_pb2.CallDay(date=counts.pop("day"), **counts)


def _stamp(instant: datetime | None) -> Timestamp | None:
    if instant is None:
        return None
    told = Timestamp()
    told.FromDatetime(instant)
    return told
