"""The world around a gateway in tests: its peers, servicers behind real gRPC, and Retell on the line."""

import asyncio
import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import grpc
from gateway_phone import AGENT_VERSION, CALLER, DIALLED, KEY, OLD_KEY, OTHER_KEY, Phone

from chassis import postgres
from chassis.errors import Kind, ServiceError
from rufbuch.availability.v1 import service_pb2 as availability_pb2
from rufbuch.availability.v1 import service_pb2_grpc as availability_grpc
from rufbuch.booking.v1 import appointment_pb2, care_pb2, message_pb2, series_pb2
from rufbuch.booking.v1 import service_pb2 as booking_pb2
from rufbuch.booking.v1 import service_pb2_grpc as booking_grpc
from rufbuch.staff.v1 import business_pb2
from rufbuch.staff.v1 import service_pb2 as staff_pb2
from rufbuch.staff.v1 import service_pb2_grpc as staff_grpc

__all__ = ["AGENT_VERSION", "CALLER", "DIALLED", "KEY", "OLD_KEY", "OTHER_KEY", "Phone"]
NOW = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)  # a Sunday, 10:30 in Berlin
TENANT, BRANCH = str(uuid.UUID(int=1)), str(uuid.UUID(int=2))
PERM, ANNA = str(uuid.UUID(int=3)), str(uuid.UUID(int=4))


class RefusalError(ServiceError):
    """Any refusal of a peer."""

    kind = Kind.ABORTED
    reason = ""

    def __init__(self, kind: Kind, reason: str, **metadata: str) -> None:
        super().__init__("refused", **metadata)
        # The real ones are classes; a fake says what it is told to say.
        object.__setattr__(self, "kind", kind)
        object.__setattr__(self, "reason", reason)


def salon() -> business_pb2.Business:
    hours = business_pb2.WeeklyHours(weekdays=[2, 3, 4, 5], start="09:00", end="18:00")
    phases = [business_pb2.Phase(name="Wickeln", kind=business_pb2.PHASE_KIND_ACTIVE, minutes=135)]
    return business_pb2.Business(
        tenant_id=TENANT,
        key="salon",
        name="Salon Beispiel",
        language="de-DE",
        branches=[
            business_pb2.Branch(
                branch_id=BRANCH,
                time_zone="Europe/Berlin",
                dialled_numbers=[DIALLED],
                horizon_days=180,
                opening_hours=[hours],
            )
        ],
        people=[
            business_pb2.Person(person_id=ANNA, name="Anna", branch_ids=[BRANCH], bookable_service_ids=[PERM])
        ],
        services=[business_pb2.Service(service_id=PERM, name="Dauerwelle", phases=phases, currency="EUR")],
    )


class Registry(staff_grpc.StaffRegistryServiceServicer):
    def __init__(self) -> None:
        self.business = salon()
        self.reads = self.business_reads = 0
        self.is_down = False
        self.gate: asyncio.Event | None = None
        """Whoever asks for a number waits for it, once it has been read."""
        self._changes: asyncio.Queue[str] = asyncio.Queue()

    def tell(self, tenant_id: str) -> None:
        """That a business has changed."""
        self._changes.put_nowait(tenant_id)

    async def WatchChanges(self, request: Any, context: Any) -> AsyncIterator[staff_pb2.WatchChangesResponse]:
        while True:
            yield staff_pb2.WatchChangesResponse(tenant_id=await self._changes.get(), position="1")

    async def ResolveDialledNumber(
        self, request: Any, context: Any
    ) -> staff_pb2.ResolveDialledNumberResponse:
        self.reads += 1
        if self.is_down:
            await context.abort(grpc.StatusCode.UNAVAILABLE, "away")
        if request.dialled_number != DIALLED:
            raise RefusalError(Kind.NOT_FOUND, "NUMBER_UNKNOWN")
        answer = staff_pb2.ResolveDialledNumberResponse(
            tenant_id=TENANT, branch_id=BRANCH, business=self.business
        )
        if self.gate:
            await self.gate.wait()
        return answer

    async def GetBusiness(self, request: Any, context: Any) -> staff_pb2.GetBusinessResponse:
        self.business_reads += 1
        return staff_pb2.GetBusinessResponse(business=self.business)


@dataclass
class Availability(availability_grpc.AvailabilityServiceServicer):
    """Answers what the test tells it to, and remembers what it was asked."""

    answer: availability_pb2.SearchSlotsResponse | Exception = field(
        default_factory=availability_pb2.SearchSlotsResponse
    )
    answers: list[availability_pb2.SearchSlotsResponse | Exception] = field(default_factory=list)
    """The next ones, before ``answer``."""
    searches: list[availability_pb2.SearchSlotsRequest] = field(default_factory=list)
    released: list[str] = field(default_factory=list)
    kept: list[list[str]] = field(default_factory=list)
    """What was not to be released, each time."""
    extended: list[str] = field(default_factory=list)
    time_left: list[float] = field(default_factory=list)
    """What each search was told of its deadline, in seconds."""
    is_hanging: bool = False
    gate: asyncio.Event | None = None
    """Searches wait for it."""
    is_away: bool = False

    async def SearchSlots(self, request: Any, context: Any) -> availability_pb2.SearchSlotsResponse:
        self.searches.append(request)
        self.time_left.append(context.time_remaining())
        if self.is_away:
            await context.abort(grpc.StatusCode.UNAVAILABLE, "away")
        if self.is_hanging:
            await asyncio.Event().wait()
        if self.gate:
            await self.gate.wait()
        answer = self.answers.pop(0) if self.answers else self.answer
        if isinstance(answer, Exception):
            raise answer
        return answer

    async def ReleaseHolds(self, request: Any, context: Any) -> availability_pb2.ReleaseHoldsResponse:
        self.released.append(request.call_id)
        self.kept.append(list(request.kept_option_ids))
        return availability_pb2.ReleaseHoldsResponse(released=1)

    async def ExtendHold(self, request: Any, context: Any) -> availability_pb2.ExtendHoldResponse:
        self.extended.append(request.call_id)
        return availability_pb2.ExtendHoldResponse(extended=1)


@dataclass
class Booking(booking_grpc.BookingServiceServicer):
    """Keeps appointments, callbacks and wishes in memory; fails as told."""

    failure: Exception | grpc.StatusCode | None = None
    """Of everything that changes something."""
    requests: list[booking_pb2.BookAppointmentRequest] = field(default_factory=list)
    answers: appointment_pb2.Appointment | None = None
    """What every booking leads to, as if it had been answered before."""
    series: list[booking_pb2.BookSeriesRequest] = field(default_factory=list)
    dates: list[series_pb2.SeriesDate] = field(default_factory=list)
    """What becomes of a series."""
    cancels: list[booking_pb2.CancelAppointmentRequest] = field(default_factory=list)
    moves: list[booking_pb2.RescheduleAppointmentRequest] = field(default_factory=list)
    listings: list[booking_pb2.ListAppointmentsRequest] = field(default_factory=list)
    callbacks: list[care_pb2.Callback] = field(default_factory=list)
    waiting: list[booking_pb2.JoinWaitlistRequest] = field(default_factory=list)
    held: list[care_pb2.WaitlistEntry] = field(default_factory=list)
    appointments: dict[str, appointment_pb2.Appointment] = field(default_factory=dict)
    customers: dict[str, booking_pb2.FindCustomerResponse] = field(default_factory=dict)
    lookups: list[str] = field(default_factory=list)
    commits_before_failing: bool = False
    is_hanging: bool = False
    is_away: bool = False
    """Nothing can be read."""
    fee_minor: int = 0
    move_terms: booking_pb2.MoveTerms | None = None
    """None: nobody tells."""
    writes_by: message_pb2.MessageChannel.ValueType = message_pb2.MESSAGE_CHANNEL_UNSPECIFIED
    """On which channel customers are told of what happens."""

    async def _stand_or_fail(self, context: Any) -> None:
        await self._read_or_fail(context)
        if isinstance(self.failure, Exception):
            raise self.failure
        if self.failure:
            await context.abort(self.failure, "told to")

    async def _read_or_fail(self, context: Any) -> None:
        if self.is_hanging:
            await asyncio.Event().wait()
        if self.is_away:
            await context.abort(grpc.StatusCode.UNAVAILABLE, "away")

    async def BookAppointment(self, request: Any, context: Any) -> booking_pb2.BookAppointmentResponse:
        self.requests.append(request)
        made = self.answers or appointment(
            15, appointment_id=str(uuid.UUID(int=9)), call_id=request.call_id, number=request.caller_number
        )
        if self.failure is None or self.commits_before_failing:
            self.appointments[made.appointment_id] = made
        await self._stand_or_fail(context)
        return booking_pb2.BookAppointmentResponse(appointment=made, confirmation_channel=self.writes_by)

    async def BookSeries(self, request: Any, context: Any) -> booking_pb2.BookSeriesResponse:
        self.series.append(request)
        await self._stand_or_fail(context)
        return booking_pb2.BookSeriesResponse(series_id=str(uuid.UUID(int=8)), dates=self.dates)

    async def ListAppointments(self, request: Any, context: Any) -> booking_pb2.ListAppointmentsResponse:
        self.listings.append(request)
        await self._read_or_fail(context)
        found = [
            one
            for one in self.appointments.values()
            if (not request.call_id or one.call_id == request.call_id)
            and (not request.phone_number or one.customer.phone_number == request.phone_number)
            and one.start_time.ToDatetime(UTC) >= request.start_time_min.ToDatetime(UTC)
        ]
        found.sort(key=lambda one: one.start_time.ToDatetime(UTC))
        return booking_pb2.ListAppointmentsResponse(appointments=found)

    async def GetAppointment(self, request: Any, context: Any) -> booking_pb2.GetAppointmentResponse:
        await self._read_or_fail(context)
        found = self._known(request.appointment_id)
        terms = self.move_terms if request.HasField("moving_actor") else None
        return booking_pb2.GetAppointmentResponse(appointment=found, move_terms=terms)

    def _known(self, appointment_id: str) -> appointment_pb2.Appointment:
        found = self.appointments.get(appointment_id)
        if found is None:
            raise RefusalError(Kind.NOT_FOUND, "APPOINTMENT_UNKNOWN")
        return found

    def _may(self, found: appointment_pb2.Appointment, actor: booking_pb2.Actor) -> None:
        is_own_number = actor.caller_number and actor.caller_number == found.customer.phone_number
        if not is_own_number and actor.call_id != found.call_id:
            raise RefusalError(Kind.PERMISSION_DENIED, "NOT_THE_CUSTOMER")

    def _must_agree(self, request: Any) -> None:
        if request.HasField("fee_agreed_minor") and self.fee_minor > request.fee_agreed_minor:
            fee = {"fee_minor": str(self.fee_minor), "fee_currency": "EUR"}
            raise RefusalError(Kind.FAILED_PRECONDITION, "FEE_NOT_AGREED", **fee)

    async def CancelAppointment(self, request: Any, context: Any) -> booking_pb2.CancelAppointmentResponse:
        self.cancels.append(request)
        found = self._known(request.appointment_id)
        self._may(found, request.actor)
        await self._stand_or_fail(context)
        if found.state == appointment_pb2.APPOINTMENT_STATE_RESCHEDULED:
            raise RefusalError(Kind.FAILED_PRECONDITION, "ILLEGAL_MOVE")
        if found.state != appointment_pb2.APPOINTMENT_STATE_CANCELLED:
            self._must_agree(request)
        found.state = appointment_pb2.APPOINTMENT_STATE_CANCELLED
        return booking_pb2.CancelAppointmentResponse(
            appointment=found,
            fee_minor=self.fee_minor,
            fee_currency="EUR",
            confirmation_channel=self.writes_by,
        )

    async def RescheduleAppointment(
        self, request: Any, context: Any
    ) -> booking_pb2.RescheduleAppointmentResponse:
        found = self._known(request.appointment_id)
        self._may(found, request.actor)
        is_again = request.request_id in {one.request_id for one in self.moves}
        await self._stand_or_fail(context)
        if not is_again and found.state != appointment_pb2.APPOINTMENT_STATE_BOOKED:
            raise RefusalError(Kind.FAILED_PRECONDITION, "ILLEGAL_MOVE")
        if not is_again:
            self._must_agree(request)
        self.moves.append(request)
        found.state = appointment_pb2.APPOINTMENT_STATE_RESCHEDULED
        found.rescheduled_to_id = found.rescheduled_to_id or str(uuid.UUID(int=10 + len(self.moves)))
        made = appointment(16, appointment_id=found.rescheduled_to_id, call_id=request.actor.call_id)
        self.appointments[made.appointment_id] = made
        return booking_pb2.RescheduleAppointmentResponse(
            appointment=made,
            previous=found,
            fee_minor=self.fee_minor,
            fee_currency="EUR",
            confirmation_channel=self.writes_by,
        )

    async def FindCustomer(self, request: Any, context: Any) -> booking_pb2.FindCustomerResponse:
        self.lookups.append(request.phone_number)
        await self._read_or_fail(context)
        found = self.customers.get(request.phone_number)
        if found is None:
            raise RefusalError(Kind.NOT_FOUND, "CUSTOMER_UNKNOWN")
        return found

    async def RequestCallback(self, request: Any, context: Any) -> booking_pb2.RequestCallbackResponse:
        await self._stand_or_fail(context)
        made = care_pb2.Callback(
            callback_id=request.request_id, call_id=request.call_id, phone_number=request.phone_number,
            topic=request.topic, priority=request.priority,
        )  # fmt: skip
        made.due_time.FromDatetime(NOW + timedelta(hours=8))
        if made not in self.callbacks:
            self.callbacks.append(made)
        return booking_pb2.RequestCallbackResponse(callback=made)

    async def ListCallbacks(self, request: Any, context: Any) -> booking_pb2.ListCallbacksResponse:
        return booking_pb2.ListCallbacksResponse(callbacks=self.callbacks)

    async def ListWaitlist(self, request: Any, context: Any) -> booking_pb2.ListWaitlistResponse:
        await self._read_or_fail(context)
        mine = [entry for entry in self.held if entry.phone_number == request.phone_number]
        return booking_pb2.ListWaitlistResponse(entries=mine)

    async def JoinWaitlist(self, request: Any, context: Any) -> booking_pb2.JoinWaitlistResponse:
        await self._stand_or_fail(context)
        self.waiting.append(request)
        return booking_pb2.JoinWaitlistResponse(
            entry=care_pb2.WaitlistEntry(
                window_start_time=request.window_start_time, window_end_time=request.window_end_time
            )
        )

    def add(self, *some: appointment_pb2.Appointment) -> None:
        """Appointments that were made before this call."""
        self.appointments.update({one.appointment_id: one for one in some})


def appointment(
    hour: int, *, day: int = 25, appointment_id: str, call_id: str = "call_before", number: str = CALLER
) -> appointment_pb2.Appointment:
    """A perm with Anna in November, wall clock of Berlin (UTC+1)."""
    made = appointment_pb2.Appointment(
        appointment_id=appointment_id,
        tenant_id=TENANT,
        branch_id=BRANCH,
        service_id=PERM,
        service_name="Dauerwelle",
        person_id=ANNA,
        state=appointment_pb2.APPOINTMENT_STATE_BOOKED,
        call_id=call_id,
        customer=appointment_pb2.Customer(name="Erika Mustermann", phone_number=number),
    )
    made.start_time.FromDatetime(datetime(2026, 11, day, hour - 1, tzinfo=UTC))
    return made


def option(
    hour: int, minute: int = 0, *, option_id: str = "o-abcd2345", day: int = 25, month: int = 11
) -> availability_pb2.Option:
    """A start on Wednesday, 25 November, or another day of that winter, wall clock of Berlin (UTC+1)."""
    made = availability_pb2.Option(option_id=option_id, branch_id=BRANCH, service_id=PERM, person_id=ANNA)
    start = datetime(2026, month, day, hour - 1, minute, tzinfo=UTC)
    made.start_time.FromDatetime(start)
    made.end_time.FromDatetime(start + timedelta(minutes=135))
    made.hold_expire_time.FromDatetime(NOW + timedelta(seconds=300))
    return made


def found(
    outcome: availability_pb2.SearchOutcome.ValueType, *options: availability_pb2.Option, held: bool = True
) -> availability_pb2.SearchSlotsResponse:
    state = availability_pb2.HOLD_STATE_HELD if held else availability_pb2.HOLD_STATE_UNAVAILABLE
    return availability_pb2.SearchSlotsResponse(
        outcome=outcome, options=options, hold_state=state, min_notice_minutes=15, horizon_days=180
    )


@dataclass
class World:
    """The gateway and the peers around it."""

    phone: Phone
    registry: Registry
    availability: Availability
    booking: Booking
    pool: postgres.Pool
