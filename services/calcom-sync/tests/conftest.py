"""A stage: the worker on a real PostgreSQL and Redis, the stand-in Cal.com, peers that tell what they are told to."""

import asyncio
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid4, uuid5

import grpc
import pytest
from google.protobuf.timestamp_pb2 import Timestamp
from redis.asyncio import Redis

from calcom_sync.assembly import Parts, Terms, assemble
from calcom_sync.clients.calcom import CalcomCalendar, calcom_http
from calcom_sync.clients.desk import BookingDesk
from calcom_sync.clients.registry import RegistryDirectory
from calcom_sync.consumer import Consumer, event_of
from calcom_sync.domain.appointment import Appointment, AppointmentRef
from calcom_sync.migration import migrate
from calcom_sync.storage.intake import SqlIntake
from calcom_sync.worker import Worker
from chassis import postgres
from chassis.errors import Kind, ServiceError
from chassis.grpc_server import Servicer
from chassis.testing import serving
from local_stack.databases import MigratedDatabases
from rufbuch.booking.v1 import appointment_pb2
from rufbuch.booking.v1 import service_pb2 as booking_pb2
from rufbuch.booking.v1 import service_pb2_grpc as booking_grpc
from rufbuch.staff.v1 import business_pb2
from rufbuch.staff.v1 import service_pb2 as staff_pb2
from rufbuch.staff.v1 import service_pb2_grpc as staff_grpc
from sandbox.calcom.embedded import HOST_KEY, Cal, embedded
from sandbox.calcom.settings import Settings as StandInSettings

# Helpers that others than tests use as well.
sys.path.insert(0, str(Path(__file__).parent / "support"))

SECRET = "whsec-of-the-salon"
TRACEPARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
MINUTES = ((50, True), (15, False), (5, True), (15, True), (10, False), (40, True))
"""A perm: phases of a service with their lengths, True where the person is needed."""
ACTIVE = tuple(position for position, (_, active) in enumerate(MINUTES) if active)


def named(name: str) -> UUID:
    """The same id for the same name."""
    return uuid5(NAMESPACE_URL, name)


TENANT, BRANCH, SERVICE, PERSON, ACCOUNT = map(named, ("tenant", "branch", "service", "person", "account"))


_PERM = business_pb2.Service(
    service_id=str(SERVICE),
    phases=[
        business_pb2.Phase(
            minutes=minutes,
            kind=business_pb2.PHASE_KIND_ACTIVE if active else business_pb2.PHASE_KIND_GAP_FREE,
        )
        for minutes, active in MINUTES
    ],
)


class BusinessUnknownError(ServiceError):
    kind, reason = Kind.NOT_FOUND, "BUSINESS_UNKNOWN"


class PeerAwayError(ServiceError):
    kind, reason = Kind.UNAVAILABLE, ""


class IllegalError(ServiceError):
    kind, reason = Kind.FAILED_PRECONDITION, "ILLEGAL_MOVE"


@dataclass
class FakeRegistry(staff_grpc.StaffRegistryServiceServicer):
    """Answers for one business."""

    calendar_sync: bool = True
    api_key: str = HOST_KEY
    mappings: list[business_pb2.Mapping] = field(default_factory=list)
    away: bool = False
    asked: int = 0
    changes: asyncio.Queue[str] = field(default_factory=asyncio.Queue)

    def _check(self, tenant_id: str) -> None:
        self.asked += 1
        if self.away:
            raise PeerAwayError("away")
        if tenant_id != str(TENANT):
            raise BusinessUnknownError("no such business")

    async def ListBusinesses(self, request: Any, context: Any) -> staff_pb2.ListBusinessesResponse:
        self._check(str(TENANT))
        return staff_pb2.ListBusinessesResponse(tenant_ids=[str(TENANT)])

    async def GetBusiness(self, request: Any, context: Any) -> staff_pb2.GetBusinessResponse:
        self._check(request.tenant_id)
        branch = business_pb2.Branch(branch_id=str(BRANCH), time_zone="Europe/Berlin")
        business = business_pb2.Business(
            tenant_id=str(TENANT), language="de-DE", branches=[branch], calendar_sync=self.calendar_sync,
            people=[business_pb2.Person(person_id=str(PERSON), service_ids=[str(SERVICE)])],
            services=[_PERM],
        )  # fmt: skip
        return staff_pb2.GetBusinessResponse(business=business)

    async def GetCalendarSetup(self, request: Any, context: Any) -> staff_pb2.GetCalendarSetupResponse:
        self._check(request.tenant_id)
        account = staff_pb2.AccountSecret(
            account_id=str(ACCOUNT), person_id=str(PERSON), username="vera", api_key=self.api_key
        )
        return staff_pb2.GetCalendarSetupResponse(
            accounts=[account], mappings=self.mappings, webhook_secret=SECRET, etag="1"
        )

    async def WatchChanges(self, request: Any, context: Any) -> AsyncIterator[staff_pb2.WatchChangesResponse]:
        while True:
            tenant_id = await self.changes.get()
            yield staff_pb2.WatchChangesResponse(position="1", tenant_id=tenant_id)

    def map(self, position: int, event_type_id: int) -> None:
        """Map a phase of the service."""
        self.mappings.append(
            business_pb2.Mapping(
                service_id=str(SERVICE),
                phase_position=position,
                person_id=str(PERSON),
                account_id=str(ACCOUNT),
                event_type_id=event_type_id,
            )
        )


@dataclass
class FakeBooking(booking_grpc.BookingServiceServicer):
    """A log that grows; ``cut`` ends the streams that are open."""

    events: list[booking_pb2.WatchEventsResponse] = field(default_factory=list)
    asked_after: list[str] = field(default_factory=list)
    grown: asyncio.Condition = field(default_factory=asyncio.Condition)
    generation: int = 0
    implements: bool = True
    illegal: bool = False
    callbacks: list[booking_pb2.RequestCallbackRequest] = field(default_factory=list)
    cancellations: list[booking_pb2.CancelAppointmentRequest] = field(default_factory=list)

    async def RequestCallback(self, request: Any, context: Any) -> booking_pb2.RequestCallbackResponse:
        if not self.implements:
            await context.abort(grpc.StatusCode.UNIMPLEMENTED, "Method not implemented!")
        self.callbacks.append(request)
        return booking_pb2.RequestCallbackResponse()

    async def CancelAppointment(self, request: Any, context: Any) -> booking_pb2.CancelAppointmentResponse:
        self.cancellations.append(request)
        if self.illegal:
            raise IllegalError("it took place")
        return booking_pb2.CancelAppointmentResponse()

    async def WatchEvents(self, request: Any, context: Any) -> AsyncIterator[booking_pb2.WatchEventsResponse]:
        self.asked_after.append(request.after)
        position, generation = int(request.after or 0), self.generation
        while await self._grown_beyond(position, generation):
            position += 1
            yield self.events[position - 1]
        raise PeerAwayError("cut")

    async def _grown_beyond(self, position: int, generation: int) -> bool:
        """Wait for an event at the position; False: the streams were cut before."""
        async with self.grown:
            await self.grown.wait_for(lambda: len(self.events) > position or self.generation != generation)
        return self.generation == generation

    async def tell(self, made: appointment_pb2.Appointment) -> booking_pb2.WatchEventsResponse:
        """Append that an appointment was made."""
        async with self.grown:
            event = booked_event(made, position=str(len(self.events) + 1))
            self.events.append(event)
            self.grown.notify_all()
        return event

    async def cut(self) -> None:
        """End the open streams with an error."""
        async with self.grown:
            self.generation += 1
            self.grown.notify_all()


def booked_event(made: appointment_pb2.Appointment, position: str) -> booking_pb2.WatchEventsResponse:
    """What booking tells."""
    return booking_pb2.WatchEventsResponse(
        position=position,
        traceparent=TRACEPARENT,
        appointment_booked=booking_pb2.AppointmentBooked(appointment=made),
    )


def appointment(
    start: datetime,
    *,
    phone: str = "+493023125001",
    name: str = "Mia Sommer",
    customer: appointment_pb2.Customer | None = None,
) -> appointment_pb2.Appointment:
    """A perm at a time, for a customer of her own unless told."""
    made = appointment_pb2.Appointment(
        appointment_id=str(uuid4()),
        tenant_id=str(TENANT),
        branch_id=str(BRANCH),
        service_id=str(SERVICE),
        person_id=str(PERSON),
        call_id="call_1",
        customer=customer
        or appointment_pb2.Customer(
            name=name, phone_number=phone, calendar_email=f"{uuid4().hex}@example.org"
        ),
    )
    at = start
    for position, (minutes, active) in enumerate(MINUTES):
        until = at + timedelta(minutes=minutes)
        kind = appointment_pb2.PHASE_KIND_ACTIVE if active else appointment_pb2.PHASE_KIND_GAP_FREE
        made.phases.append(
            appointment_pb2.AppointmentPhase(
                phase_id=str(uuid4()),
                position=position,
                kind=kind,
                person_id=str(PERSON),
                start_time=stamp(at),
                end_time=stamp(until),
            )
        )
        at = until
    return made


def stamp(instant: datetime) -> Timestamp:
    """As it goes over the wire."""
    told = Timestamp()
    told.FromDatetime(instant)
    return told


@dataclass
class Stage:
    """All parts, and what tests do with them."""

    cal: Cal
    parts: Parts
    pool: postgres.Pool
    database_url: str
    redis: Redis
    registry: FakeRegistry
    booking: FakeBooking
    directory: RegistryDirectory
    intake: SqlIntake
    consumer: Consumer
    worker: Worker
    calendar: CalcomCalendar
    desk: BookingDesk

    @property
    def start(self) -> datetime:
        """Tomorrow at 9 in Berlin: within working hours."""
        return datetime(2027, 3, 2, 8, 0, tzinfo=UTC)

    async def book(self, made: appointment_pb2.Appointment | None = None) -> AppointmentRef:
        """Take in that an appointment was made."""
        made = made or appointment(self.start)
        await self._tell(appointment_booked=booking_pb2.AppointmentBooked(appointment=made))
        return self.ref(made)

    def perm(
        self, start: datetime | None = None, *, phone: str = "+493023125001"
    ) -> appointment_pb2.Appointment:
        """An appointment that nobody has told yet."""
        return appointment(start or self.start, phone=phone)

    def short(self, start: datetime) -> appointment_pb2.Appointment:
        """An appointment of one phase of five minutes."""
        made = appointment(start)
        phase = made.phases[2]
        phase.start_time.CopyFrom(stamp(start))
        phase.end_time.CopyFrom(stamp(start + timedelta(minutes=MINUTES[2][0])))
        del made.phases[3:]
        del made.phases[:2]
        return made

    async def drained(self, *, within: timedelta = timedelta(hours=6)) -> None:
        """Work, and let time pass from due to due, until nothing is due any more for anybody."""
        ends = self.cal.clock.now() + within
        while self.cal.clock.now() <= ends:
            await self.worker.work_once()
            due = await self.pool.fetchval("SELECT min(due_at) FROM intent")
            if due is None:
                return
            self.cal.clock.set(max(due, self.cal.clock.now()))
        raise AssertionError("not drained")

    async def call_off(self, made: appointment_pb2.Appointment) -> None:
        """Take in that an appointment was cancelled."""
        await self._tell(appointment_cancelled=booking_pb2.AppointmentCancelled(appointment=made))

    async def moved(
        self,
        made: appointment_pb2.Appointment,
        start: datetime,
        *,
        again: appointment_pb2.Appointment | None = None,
    ) -> appointment_pb2.Appointment:
        """Take in that an appointment was moved; the one that took its place."""
        later = again or appointment(start, customer=made.customer)
        later.rescheduled_from_id = made.appointment_id
        moved = booking_pb2.AppointmentRescheduled(previous=made, appointment=later)
        await self._tell(appointment_rescheduled=moved)
        return later

    async def move(self, made: appointment_pb2.Appointment, start: datetime) -> AppointmentRef:
        """The same; which one took its place."""
        return self.ref(await self.moved(made, start))

    async def forget(self, customer_id: str) -> None:
        """Take in that a customer was erased."""
        erased = booking_pb2.CustomerErased(tenant_id=str(TENANT), customer_id=customer_id)
        await self._tell(customer_erased=erased)

    def ref(self, made: appointment_pb2.Appointment) -> AppointmentRef:
        """Which one it is here."""
        return AppointmentRef(UUID(made.tenant_id), UUID(made.appointment_id))

    async def _tell(self, **event: Any) -> None:
        position = str(int(await self.intake.position() or 0) + 1)
        told = booking_pb2.WatchEventsResponse(position=position, traceparent=TRACEPARENT, **event)
        await self.intake.record(event_of(told), self.cal.clock.now())

    async def book_at(self, start: datetime) -> AppointmentRef:
        """Take in an appointment at a time."""
        return await self.book(appointment(start))

    async def tell(self) -> booking_pb2.WatchEventsResponse:
        """Let booking append that an appointment was made."""
        return await self.booking.tell(appointment(self.start))

    async def settled(self, ref: AppointmentRef, *, within: timedelta = timedelta(hours=6)) -> Appointment:
        """Work, and let time pass from due to due, until nothing is due any more."""
        ends = self.cal.clock.now() + within
        while self.cal.clock.now() <= ends:
            await self.worker.work_once()
            found = await self.found(ref)
            if found.next_due is None:
                return found
            self.cal.clock.set(max(found.next_due, self.cal.clock.now()))
        raise AssertionError(f"not settled: {found}")

    async def found(self, ref: AppointmentRef) -> Appointment:
        """The appointment as it is stored."""
        stored = await self.worker.appointments.load(ref)
        assert stored
        return stored

    async def cases(self) -> list[str]:
        """Kinds of the open cases, in the order of their opening."""
        rows = await self.pool.fetch("SELECT kind FROM sync_case ORDER BY opened_at, kind")
        return [row["kind"] for row in rows]

    async def bookings(self, *statuses: str) -> list[dict[str, Any]]:
        """What the stand-in has, in some statuses."""
        told: list[dict[str, Any]] = (await self.cal.client.get("/admin/bookings")).json()
        return [one for one in told if one["status"] in (statuses or ("accepted",))]

    async def requests(self, method: str, path: str) -> list[dict[str, Any]]:
        """What the stand-in was asked, by method and end of the path."""
        told: list[dict[str, Any]] = (await self.cal.client.get("/admin/requests")).json()
        return [one for one in told if one["method"] == method and one["path"].split("?")[0].endswith(path)]

    async def posts(self) -> int:
        """How many requests to create a booking the stand-in saw."""
        return len(await self.requests("POST", "/v2/bookings"))

    def with_timeout(self, seconds: float) -> Worker:
        """The worker with less patience for one request."""
        calendar = CalcomCalendar(self.calendar._http, timeout_s=seconds)
        return replace(self.worker, synchroniser=replace(self.worker.synchroniser, calendar=calendar))

    async def hanging(self) -> tuple[asyncio.Event, asyncio.Event]:
        """Let requests to create hang once they are carried out: the first event tells that one does, the second lets them
        go on."""
        begun, release = asyncio.Event(), asyncio.Event()

        async def when_delivered(_: dict[str, Any]) -> None:
            begun.set()
            await release.wait()

        await self.cal.subscribe("BOOKING_CREATED")
        self.cal.receiver.on_delivery = when_delivered
        return begun, release

    def impatient(self, seconds: float = 0.05) -> None:
        """From now on requests time out soon."""
        self.worker = self.with_timeout(seconds)


@pytest.fixture
def database_url(migrated_database: MigratedDatabases) -> Iterator[str]:
    with migrated_database("calcom_sync", migrate) as url:
        yield url


@asynccontextmanager
async def _peers(registry: FakeRegistry, booking: FakeBooking) -> AsyncIterator[grpc.aio.Channel]:
    async with serving(
        Servicer(
            registry,
            staff_grpc.add_StaffRegistryServiceServicer_to_server,
            "rufbuch.staff.v1.StaffRegistryService",
        ),
        Servicer(
            booking, booking_grpc.add_BookingServiceServicer_to_server, "rufbuch.booking.v1.BookingService"
        ),
    ) as channel:
        yield channel


@pytest.fixture
async def stage(database_url: str, redis_url: str) -> AsyncIterator[Stage]:
    registry = FakeRegistry()  # type: ignore[abstract] # nobody here calls what it lacks
    booking = FakeBooking()  # type: ignore[abstract] # the same
    async with (
        embedded(StandInSettings(insert_delay_s=0, rate_limit=100_000)) as cal,
        postgres.pool(database_url, connections_max=12) as pool,
        Redis.from_url(redis_url) as redis,
        _peers(registry, booking) as channel,
        calcom_http("http://calcom.test", timeout_s=5, transport=cal.client._transport) as http,
    ):
        for position in ACTIVE:
            minutes = MINUTES[position][0]
            registry.map(position, await cal.event_type(lengthInMinutes=minutes))
        directory = RegistryDirectory(staff_grpc.StaffRegistryServiceStub(channel), cal.clock)
        intake = SqlIntake(pool)
        calendar = CalcomCalendar(http, timeout_s=5)
        terms = Terms(per_minute=100_000, burst=1000, timeout_s=15)
        parts = assemble(pool, redis, directory, calendar, cal.clock, terms)
        worker = parts.worker
        consumer = Consumer(booking_grpc.BookingServiceStub(channel), intake, cal.clock)
        desk = BookingDesk(booking_grpc.BookingServiceStub(channel))
        yield Stage(
            cal,
            parts,
            pool,
            database_url,
            redis,
            registry,
            booking,
            directory,
            intake,
            consumer,
            worker,
            calendar,
            desk,
        )
