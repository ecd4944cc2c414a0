"""Follows booking's log of events: translates each and has it taken in; goes on from the stored position."""

import asyncio
import logging
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Protocol
from uuid import UUID

import grpc
from google.protobuf.timestamp_pb2 import Timestamp

from calcom_sync.domain.appointment import AppointmentRef, Attendee
from calcom_sync.domain.visit import places
from calcom_sync.usecases.ports import Clock
from calcom_sync.usecases.take_in import (
    ActivePhase,
    Booked,
    CalledOff,
    Change,
    Event,
    EventRefusedError,
    Forgotten,
    Intake,
    NoConcern,
    NotUnderstood,
    Reassigned,
    take_in,
)
from chassis.errors import StorageUnavailableError
from chassis.grpc_client import fault_of
from chassis.postgres import reaching_storage
from rufbuch.booking.v1 import appointment_pb2, service_pb2
from signals.metrics import Counter, Gauge

if TYPE_CHECKING:
    from rufbuch.booking.v1 import service_pb2_grpc

PAUSES_S = (0.1, 0.5, 1.0, 2.0)
"""Before connecting again; the last one stays."""
_log = logging.getLogger(__name__)
_taken_in = Counter("rufbuch_calcom_sync_events", "Events of booking taken in", {"new": ("true", "false")})
_not_understood = Counter(
    "rufbuch_calcom_sync_events_not_understood",
    "Events of a newer booking, or that break a rule: kept as they came, but without effect here",
)
_lag = Gauge(
    "rufbuch_calcom_sync_event_lag_seconds",
    "For how long booking's log has not been followed, or how old the event is that is taken in just now",
)
NO_CONCERN = frozenset(
    {
        "appointment_completed",
        "appointment_no_show",
        "callback_requested",
        "callback_changed",
        "waitlist_entry_changed",
    }
)


class Log(Intake, Protocol):
    """Where events are kept, and how far they were read."""

    async def position(self) -> str: ...


class Consumer:
    """One reader of the log."""

    def __init__(self, stub: "service_pb2_grpc.BookingServiceAsyncStub", intake: Log, clock: Clock) -> None:
        self._stub, self._intake, self._clock = stub, intake, clock
        self._behind_since: datetime | None = clock.now()
        _lag.set_function(self.lag_s)

    def lag_s(self) -> float:
        """Zero while all that is known to be there was taken in."""
        behind = self._behind_since
        return (self._clock.now() - behind).total_seconds() if behind else 0.0

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
            await asyncio.sleep(PAUSES_S[min(failures, len(PAUSES_S) - 1)])
            failures += 1

    async def _until_it_breaks(self) -> None:
        request = service_pb2.WatchEventsRequest(after=await self._intake.position())
        stream = self._stub.WatchEvents(request)
        await stream.initial_metadata()
        self._behind_since = None
        try:
            async for told in stream:
                self._behind_since = _instant(told.event_time) if told.HasField("event_time") else None
                await self._take_in(told)
                self._behind_since = None
        finally:
            self._behind_since = self._behind_since or self._clock.now()

    async def _take_in(self, told: service_pb2.WatchEventsResponse) -> None:
        now = self._clock.now()
        try:
            event = event_of(told)
            new = await take_in(event, intake=self._intake, now=now)
        except (EventRefusedError, ValueError) as error:
            # Coming again it would be refused again, and all that is behind it would never be read.
            _log.exception("an event cannot be", extra={"position": told.position, "error": str(error)})
            event = Event(told.position, told.traceparent, NotUnderstood(told.SerializeToString()))
            new = await take_in(event, intake=self._intake, now=now)
        _taken_in.labels(str(new).lower()).inc()
        if isinstance(event.change, NotUnderstood):
            # Not waited for: while the log stands still, cancellations that callers were told of would not reach Cal.com
            # either, and a kind that is new says nothing that this version has ever acted on.
            _not_understood.inc()
            _log.error("an event is not understood", extra={"position": event.position})


def event_of(told: service_pb2.WatchEventsResponse) -> Event:
    """An event in our words."""
    return Event(told.position, told.traceparent, _change(told))


def _change(told: service_pb2.WatchEventsResponse) -> Change:
    kind = told.WhichOneof("event")
    if kind == "appointment_booked":
        return _booked(told.appointment_booked.appointment, None)
    if kind == "appointment_rescheduled":
        moved = told.appointment_rescheduled
        return _booked(moved.appointment, _ref(moved.previous))
    if kind == "appointment_cancelled":
        return CalledOff(_ref(told.appointment_cancelled.appointment))
    if kind == "customer_erased":
        return Forgotten(UUID(told.customer_erased.tenant_id), UUID(told.customer_erased.customer_id))
    if kind == "appointment_reassigned":
        made = told.appointment_reassigned.appointment
        return Reassigned(_ref(made), {UUID(one.phase_id): UUID(one.person_id) for one in made.phases})
    return NoConcern() if kind in NO_CONCERN else NotUnderstood(told.SerializeToString())


def _ref(appointment: appointment_pb2.Appointment) -> AppointmentRef:
    return AppointmentRef(UUID(appointment.tenant_id), UUID(appointment.appointment_id))


def _booked(made: appointment_pb2.Appointment, took_place_of: AppointmentRef | None) -> Booked:
    customer = made.customer
    return Booked(
        ref=_ref(made),
        branch_id=UUID(made.branch_id),
        service_id=UUID(made.service_id),
        attendee=Attendee(customer.name, customer.calendar_email, customer.phone_number),
        call_id=made.call_id,
        phases=tuple(_phases(made)),
        customer_id=UUID(customer.customer_id) if customer.customer_id else None,
        took_place_of=took_place_of,
    )


def _phases(made: appointment_pb2.Appointment) -> Iterator[ActivePhase]:
    """Those in which a person is needed. Event types stand for the phases of a service, not for those of a visit."""
    whole = UUID(made.service_id)
    of_phases = [UUID(phase.service_id) if phase.service_id else whole for phase in made.phases]
    services = [UUID(one) for one in made.service_ids] or [whole]
    if len(services) == 1:
        found = [(service, phase.position) for service, phase in zip(of_phases, made.phases, strict=True)]
    else:
        found = places(services, of_phases)
    for phase, place in zip(made.phases, found, strict=True):
        if phase.kind == appointment_pb2.PHASE_KIND_ACTIVE:
            yield _phase(phase, *place)


def _phase(phase: appointment_pb2.AppointmentPhase, service_id: UUID, position: int) -> ActivePhase:
    return ActivePhase(
        phase_id=UUID(phase.phase_id),
        position=phase.position,
        person_id=UUID(phase.person_id),
        start=_instant(phase.start_time),
        end=_instant(phase.end_time),
        service_id=service_id,
        service_position=position,
    )


def _instant(stamp: Timestamp) -> datetime:
    return stamp.ToDatetime(tzinfo=UTC)
