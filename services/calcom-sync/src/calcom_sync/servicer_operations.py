"""The RPCs that operators read: what is not settled, figures, whether everything arrives."""

from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import grpc

from calcom_sync import wire
from calcom_sync.domain.figures import Day, Unsettled
from calcom_sync.errors import RequestInvalidError
from calcom_sync.storage.figures import SqlFigures
from calcom_sync.usecases.ports import Clock
from rufbuch.calendarsync.v1 import operations_pb2

_Context = grpc.aio.ServicerContext[Any, Any]
PAGE_DEFAULT, PAGE_MAX = 100, 500
DAYS_MAX = timedelta(days=92)


class OperationsRpcs:
    """A part of CalendarSyncService."""

    clock: Clock

    @property
    def figures(self) -> SqlFigures:
        """Where it is counted."""
        raise NotImplementedError

    async def ListUnsettled(
        self, request: operations_pb2.ListUnsettledRequest, context: _Context
    ) -> operations_pb2.ListUnsettledResponse:
        """See the proto."""
        tenant_id = wire.uuid_from(request.tenant_id, "tenant_id")
        size = min(request.page_size or PAGE_DEFAULT, PAGE_MAX)
        if size < 1:
            raise RequestInvalidError("a page has at least one appointment", field="page_size")
        found = await self.figures.unsettled(tenant_id, self.clock.now(), limit=size + 1)
        return operations_pb2.ListUnsettledResponse(
            appointments=map(_unsettled, found[:size]), more=len(found) > size
        )

    async def GetSyncFigures(
        self, request: operations_pb2.GetSyncFiguresRequest, context: _Context
    ) -> operations_pb2.GetSyncFiguresResponse:
        """See the proto."""
        tenant_id = wire.uuid_from(request.tenant_id, "tenant_id")
        span = wire.span_from(request.start_time, request.end_time)
        if span.end - span.start > DAYS_MAX:
            raise RequestInvalidError(f"at most {DAYS_MAX.days} days", field="end_time")
        zone = _zone(request.time_zone)
        days = await self.figures.days(tenant_id, span.start, span.end, zone)
        return operations_pb2.GetSyncFiguresResponse(days=map(_day, days))

    async def GetSyncStatus(
        self, request: operations_pb2.GetSyncStatusRequest, context: _Context
    ) -> operations_pb2.GetSyncStatusResponse:
        """See the proto."""
        status = await self.figures.status(wire.uuid_from(request.tenant_id, "tenant_id"), self.clock.now())
        return operations_pb2.GetSyncStatusResponse(
            webhook_time=wire.stamp(status.webhook_at),
            refused_webhook_time=wire.stamp(status.refused_at),
            booking_position=status.booking_position,
            held_times=status.held,
            reserved_times=status.reserved,
        )


def _zone(name: str) -> str:
    try:
        return ZoneInfo(name).key
    except (KeyError, ValueError, OSError) as error:
        raise RequestInvalidError("there is no such time zone", field="time_zone") from error


def _unsettled(one: Unsettled) -> operations_pb2.UnsettledAppointment:
    return operations_pb2.UnsettledAppointment(
        appointment_id=str(one.appointment_id), start_time=wire.stamp(one.start_time), wanted=one.wanted,
        pending=one.pending, in_flight=one.in_flight, unknown=one.unknown, failed=one.failed, leaving=one.leaving,
        copies=one.copies, since_time=wire.stamp(one.since), next_try_time=wire.stamp(one.next_try),
        last_error=one.last_error,
    )  # fmt: skip


def _day(day: Day) -> operations_pb2.SyncDay:
    copies, doubts = day.copies, day.doubts
    return operations_pb2.SyncDay(
        date=day.day.isoformat(), synced=copies.get("synced", 0), under_way=copies.get("under_way", 0),
        failed=copies.get("failed", 0), cancelled=copies.get("cancelled", 0), error_was_none=doubts.get("done", 0),
        was_absent=doubts.get("absent", 0), was_taken=doubts.get("taken", 0), was_unwanted=doubts.get("unwanted", 0),
    )  # fmt: skip
