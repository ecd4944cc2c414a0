"""The RPCs that operators read: figures, and whether everybody hears of what happens."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol
from uuid import UUID
from zoneinfo import ZoneInfo

import grpc
from google.protobuf.timestamp_pb2 import Timestamp

from booking.domain.identifiers import uuid_of
from booking.errors import RequestInvalidError
from booking.instants import timestamp
from rufbuch.booking.v1 import operations_pb2

Context = grpc.aio.ServicerContext[Any, Any]
DAYS_MAX = timedelta(days=92)


class Lagging(Protocol):
    """What a reader has not read yet."""

    @property
    def reader(self) -> str: ...

    @property
    def waiting(self) -> int: ...

    @property
    def oldest(self) -> datetime | None: ...


class Figures(Protocol):
    """Where it is counted."""

    async def days(
        self, tenant_id: UUID, start: datetime, end: datetime, zone: str
    ) -> Mapping[str, Mapping[str, int]]:
        """Local day (ISO) → state now → how many appointments were made on it."""
        ...

    async def lags(self, positions: Mapping[str, str]) -> Sequence[Lagging]:
        """Of those and of our own readers. Raises PositionInvalidError."""
        ...


class OperationsRpcs:
    """A part of BookingService."""

    _figures: Figures

    async def GetBookingFigures(
        self, request: operations_pb2.GetBookingFiguresRequest, context: Context
    ) -> operations_pb2.GetBookingFiguresResponse:
        """See the contract."""
        tenant_id = uuid_of("tenant_id", request.tenant_id)
        start, end = _span(request)
        days = await self._figures.days(tenant_id, start, end, _zone(request.time_zone))
        return operations_pb2.GetBookingFiguresResponse(
            days=[operations_pb2.BookingDay(date=day, **counts) for day, counts in days.items()]
        )

    async def GetEventLag(
        self, request: operations_pb2.GetEventLagRequest, context: Context
    ) -> operations_pb2.GetEventLagResponse:
        """See the contract."""
        lags = await self._figures.lags(request.positions)
        return operations_pb2.GetEventLagResponse(
            readers=[
                operations_pb2.ReaderLag(
                    reader=lag.reader, waiting=lag.waiting, oldest_time=_stamp(lag.oldest)
                )
                for lag in lags
            ]
        )


def _span(request: operations_pb2.GetBookingFiguresRequest) -> tuple[datetime, datetime]:
    try:
        start, end = request.start_time.ToDatetime(UTC), request.end_time.ToDatetime(UTC)
    except (ValueError, OverflowError) as error:
        raise RequestInvalidError("start_time", "is no instant") from error
    if not timedelta() < end - start <= DAYS_MAX:
        raise RequestInvalidError("end_time", f"follows start_time by at most {DAYS_MAX.days} days")
    return start, end


def _zone(name: str) -> str:
    try:
        return ZoneInfo(name).key
    except (KeyError, ValueError, OSError) as error:
        raise RequestInvalidError("time_zone", "there is no such time zone") from error


def _stamp(instant: datetime | None) -> Timestamp | None:
    return timestamp(instant) if instant else None
