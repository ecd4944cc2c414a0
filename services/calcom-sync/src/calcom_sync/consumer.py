"""Follows booking's log of events: translates each and has it taken in; goes on from the stored position."""

import asyncio
import logging
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Protocol
from uuid import UUID

import grpc
from google.protobuf.timestamp_pb2 import Timestamp
from prometheus_client import Counter

from calcom_sync.domain.appointment import AppointmentRef, Attendee
from calcom_sync.usecases.ports import Clock
from calcom_sync.usecases.take_in import ActivePhase, Booked, Event, Intake, take_in
from chassis.errors import StorageUnavailableError
from chassis.grpc_client import fault_of
from chassis.postgres import reaching_storage
from rufbuch.booking.v1 import appointment_pb2, service_pb2

if TYPE_CHECKING:
    from rufbuch.booking.v1 import service_pb2_grpc

PAUSES_S = (0.1, 0.5, 1.0, 2.0)
"""Before connecting again; the last one stays."""
_log = logging.getLogger(__name__)
_taken_in = Counter("rufbuch_calcom_sync_events", "Events of booking taken in", ["new"])


class EventUnknownError(Exception):
    """Booking tells something that this version does not understand. Stepping over it would lose it."""


class Log(Intake, Protocol):
    """Where events are kept, and how far they were read."""

    async def position(self) -> str: ...


class Consumer:
    """One reader of the log."""

    def __init__(self, stub: "service_pb2_grpc.BookingServiceAsyncStub", intake: Log, clock: Clock) -> None:
        self._stub, self._intake, self._clock = stub, intake, clock

    async def follow(self) -> None:
        """Take in all events as they come, until cancelled."""
        failures = 0
        while True:
            try:
                with reaching_storage():
                    await self._until_it_breaks()
                failures = 0
            except grpc.aio.AioRpcError as error:
                fault = fault_of(error)
                _log.warning("booking's events stopped", extra={"code": fault.code.name, "why": fault.reason})
            except StorageUnavailableError as error:
                _log.warning("events cannot be stored", extra={"error": str(error)})
            except EventUnknownError:
                _log.exception("booking is newer than this service")
            await asyncio.sleep(PAUSES_S[min(failures, len(PAUSES_S) - 1)])
            failures += 1

    async def _until_it_breaks(self) -> None:
        request = service_pb2.WatchEventsRequest(after=await self._intake.position())
        async for told in self._stub.WatchEvents(request):
            new = await take_in(event_of(told), intake=self._intake, now=self._clock.now())
            _taken_in.labels(str(new).lower()).inc()


def event_of(told: service_pb2.WatchEventsResponse) -> Event:
    """An event in our words. Raises EventUnknownError."""
    if told.WhichOneof("event") != "appointment_booked":
        raise EventUnknownError(f"no known event at position {told.position}")
    return Event(told.position, told.traceparent, _booked(told.appointment_booked.appointment))


def _booked(made: appointment_pb2.Appointment) -> Booked:
    customer = made.customer
    active = [phase for phase in made.phases if phase.kind == appointment_pb2.PHASE_KIND_ACTIVE]
    return Booked(
        ref=AppointmentRef(UUID(made.tenant_id), UUID(made.appointment_id)),
        branch_id=UUID(made.branch_id),
        service_id=UUID(made.service_id),
        attendee=Attendee(customer.name, customer.calendar_email, customer.phone_number),
        call_id=made.call_id,
        phases=tuple(_phase(phase) for phase in active),
    )


def _phase(phase: appointment_pb2.AppointmentPhase) -> ActivePhase:
    return ActivePhase(
        phase_id=UUID(phase.phase_id),
        position=phase.position,
        person_id=UUID(phase.person_id),
        start=_instant(phase.start_time),
        end=_instant(phase.end_time),
    )


def _instant(stamp: Timestamp) -> datetime:
    return stamp.ToDatetime(tzinfo=UTC)
