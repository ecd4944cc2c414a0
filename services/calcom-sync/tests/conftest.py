"""A stage: the worker on a real PostgreSQL and Redis, the stand-in Cal.com, peers that tell what they are told to."""

import asyncio
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import grpc
import pytest
from redis.asyncio import Redis

from calcom_sync.assembly import Parts, Terms, assemble
from calcom_sync.clients.calcom import CalcomCalendar, calcom_http
from calcom_sync.clients.desk import BookingDesk
from calcom_sync.clients.registry import RegistryDirectory
from calcom_sync.consumer import Consumer, event_of
from calcom_sync.domain.appointment import Appointment, AppointmentRef, SyncState
from calcom_sync.migration import migrate
from calcom_sync.servicer import FULL_NAME, CalendarSyncServicer
from calcom_sync.storage.intake import SqlIntake
from calcom_sync.usecases.plan_ahead import planned_ahead
from calcom_sync.worker import Worker
from chassis import postgres
from chassis.grpc_server import Servicer
from chassis.testing import serving
from local_stack.databases import MigratedDatabases
from rufbuch.booking.v1 import appointment_pb2
from rufbuch.booking.v1 import service_pb2 as booking_pb2
from rufbuch.booking.v1 import service_pb2_grpc as booking_grpc
from rufbuch.calendarsync.v1 import service_pb2_grpc
from rufbuch.staff.v1 import service_pb2_grpc as staff_grpc
from sandbox.calcom.embedded import OTHER_KEY, Cal, embedded
from sandbox.calcom.settings import Settings as StandInSettings

# Helpers that others than tests use as well.
sys.path.insert(0, str(Path(__file__).parent / "support"))

from peers import (
    MINUTES,
    TENANT,
    TRACEPARENT,
    FakeBooking,
    FakeRegistry,
    appointment,
    stamp,
)

ACTIVE = tuple(position for position, (_, active) in enumerate(MINUTES) if active)


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
        now = self.cal.clock.now()
        await self.intake.record_all(await planned_ahead([event_of(told)], self.directory, now), now)

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

    async def in_flight(self) -> tuple["asyncio.Task[int]", asyncio.Event]:
        """Work that hangs in its requests, until told to go on."""
        begun, release = await self.hanging()
        work = asyncio.create_task(self.worker.work_once())
        await asyncio.wait_for(begun.wait(), 5)
        return work, release

    async def booked(self) -> tuple[appointment_pb2.Appointment, AppointmentRef]:
        """An appointment as booking tells it, taken in."""
        made = self.perm()
        return made, await self.book(made)

    async def standing(self) -> dict[str, str]:
        """Start by uid of what stands at Cal.com."""
        return {one["uid"]: one["start"].replace(".000Z", "Z") for one in await self.bookings()}

    async def is_right(self, ref: AppointmentRef) -> bool:
        """Whether every phase stands where it should, and nothing else does."""
        found = await self.found(ref)
        wanted = {one.booking_uid: one.start.isoformat().replace("+00:00", "Z") for one in found.intents}
        return found.state is SyncState.SYNCED and await self.standing() == wanted

    async def event_type_of_another(self, minutes: int) -> int:
        """An event type of the host otto; its id."""
        body = {
            "lengthInMinutes": minutes,
            "title": "Cut",
            "slug": f"cut-{minutes}",
            "minimumBookingNotice": 0,
        }
        answer = await self.cal.call("POST", "/v2/event-types", body, key=OTHER_KEY)
        return int(answer.json()["data"]["id"])

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
        consumer = Consumer(booking_grpc.BookingServiceStub(channel), intake, cal.clock, directory)
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


@pytest.fixture
async def stub(stage: Stage) -> AsyncIterator[Any]:
    servicer = CalendarSyncServicer(stage.parts.backing, stage.directory, stage.cal.clock, asyncio.Event())
    add = service_pb2_grpc.add_CalendarSyncServiceServicer_to_server
    async with serving(Servicer(servicer, add, FULL_NAME)) as channel:
        yield service_pb2_grpc.CalendarSyncServiceStub(channel)
