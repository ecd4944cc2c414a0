"""Follows booking's log of events: translates each and has it taken in; goes on from the stored position."""

import asyncio
import logging
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import aclosing
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Protocol
from uuid import UUID

import grpc
from google.protobuf.timestamp_pb2 import Timestamp

from calcom_sync.domain.appointment import AppointmentRef, Attendee
from calcom_sync.domain.visit import places
from calcom_sync.gathering import gathered
from calcom_sync.usecases.plan_ahead import planned_ahead
from calcom_sync.usecases.ports import Clock, Directory
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
    in_turns,
)
from chassis.errors import StorageUnavailableError
from chassis.grpc_client import fault_of
from chassis.postgres import reaching_storage
from rufbuch.booking.v1 import appointment_pb2, service_pb2
from signals.metrics import Counter, Gauge

if TYPE_CHECKING:
    from rufbuch.booking.v1 import service_pb2_grpc

Told = service_pb2.WatchEventsResponse
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
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

    def __init__(
        self,
        stub: "service_pb2_grpc.BookingServiceAsyncStub",
        intake: Log,
        clock: Clock,
        directory: Directory,
    ) -> None:
        """``directory``: what appointments are planned by at once."""
        self._stub, self._intake, self._clock, self._directory = stub, intake, clock, directory
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
        request = service_pb2.WatchEventsRequest(after=await self._intake.position(), reads_more_events=True)
        stream = self._stub.WatchEvents(request)
        await stream.initial_metadata()
        self._behind_since = None
        try:
            async with aclosing(gathered(_each(aiter(stream)))) as batches:
                async for together in batches:
                    first = together[0]
                    self._behind_since = _instant(first.event_time) if first.HasField("event_time") else None
                    await self._take_in(together)
                    self._behind_since = None
        finally:
            self._behind_since = self._behind_since or self._clock.now()

    async def _take_in(self, together: Sequence[Told]) -> None:
        told = {one.position: one for one in together}
        # Once for all of them: while the registry hangs, what is stored for itself would wait for it one after the other.
        events = await planned_ahead(
            [self._read(one) for one in together], self._directory, self._clock.now()
        )
        for some in in_turns(events):
            try:
                await self._store(some)
            except EventRefusedError as error:
                await self._one_by_one(some, told, error)

    async def _one_by_one(self, events: Sequence[Event], told: Mapping[str, Told], error: Exception) -> None:
        """At least one of them cannot be, which holds up none of the others."""
        if len(events) == 1:
            await self._store([_refused(told[events[0].position], error)])
            return
        for event in events:
            try:
                await self._store([event])
            except EventRefusedError as reason:
                await self._store([_refused(told[event.position], reason)])

    async def _store(self, events: Sequence[Event]) -> None:
        for event, new in zip(events, await self._intake.record_all(events, self._clock.now()), strict=True):
            _taken_in.labels(str(new).lower()).inc()
            if isinstance(event.change, NotUnderstood):
                # Not waited for: while the log stands still, cancellations that callers were told of would not reach Cal.com
                # either, and a kind that is new says nothing that this version has ever acted on.
                _not_understood.inc()
                _log.error("an event is not understood", extra={"position": event.position})

    def _read(self, told: Told) -> Event:
        try:
            return event_of(told)
        except ValueError as error:
            return _refused(told, error)


async def _each(messages: AsyncIterator[Told]) -> AsyncIterator[Told]:
    """The events of a stream, each by itself: what is not understood is kept as it came, and its neighbours are not of it."""
    async for first in messages:
        more = list(first.more_events)
        first.ClearField("more_events")
        yield first
        for event in more:
            yield event


def _refused(told: Told, error: Exception) -> Event:
    # Coming again it would be refused again, and all that is behind it would never be read.
    _log.error("an event cannot be", extra={"position": told.position, "error": str(error)}, exc_info=error)
    return Event(told.position, told.traceparent, NotUnderstood(told.SerializeToString()))


def event_of(told: Told) -> Event:
    """An event in our words."""
    return Event(told.position, told.traceparent, _change(told))


def _change(told: Told) -> Change:
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
    return AppointmentRef(_id(appointment.tenant_id), UUID(appointment.appointment_id))


def _booked(made: appointment_pb2.Appointment, took_place_of: AppointmentRef | None) -> Booked:
    customer = made.customer
    return Booked(
        ref=_ref(made),
        branch_id=_id(made.branch_id),
        service_id=_id(made.service_id),
        attendee=Attendee(customer.name, customer.calendar_email, customer.phone_number),
        call_id=made.call_id,
        phases=tuple(_phases(made)),
        customer_id=UUID(customer.customer_id) if customer.customer_id else None,
        took_place_of=took_place_of,
    )


def _phases(made: appointment_pb2.Appointment) -> Iterator[ActivePhase]:
    """Those in which a person is needed. Event types stand for the phases of a service, not for those of a visit."""
    whole = _id(made.service_id)
    of_phases = [_id(phase.service_id) if phase.service_id else whole for phase in made.phases]
    services = [_id(one) for one in made.service_ids] or [whole]
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
        person_id=_id(phase.person_id),
        start=_instant(phase.start_time),
        end=_instant(phase.end_time),
        service_id=service_id,
        service_position=position,
    )


_id = lru_cache(maxsize=4096)(UUID)
"""Of what many appointments name: businesses, branches, services, people."""


def _instant(stamp: Timestamp) -> datetime:
    """Raises ValueError where no calendar has it."""
    try:
        return _EPOCH + timedelta(seconds=stamp.seconds, microseconds=stamp.nanos // 1000)
    except OverflowError as error:
        raise ValueError(str(error)) from error
