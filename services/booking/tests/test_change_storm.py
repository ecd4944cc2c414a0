"""Many callers book, move and cancel at once, and an operator overbooks; what everybody was told is true afterwards."""

import asyncio
import random
import uuid
from collections import Counter
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import TYPE_CHECKING

import asyncpg
import grpc
import pytest

from booking.testing.calendar import HOUR, ScriptedCalendar
from booking.testing.calls import OVERLAPS
from booking.testing.samples import BRANCH, SERVICE, START, TENANT, a_request, an_option
from chassis import postgres
from chassis.grpc_client import fault_of
from local_stack.embedded import EmbeddedPostgres
from rufbuch.booking.v1 import appointment_pb2, service_pb2

if TYPE_CHECKING:
    from rufbuch.booking.v1.service_pb2_grpc import BookingServiceAsyncStub

CALLERS, STEPS, PLACES = 40, 8, 12
BEFORE_THE_CRASH = 60
PEOPLE = [uuid.UUID(int=number + 1) for number in range(3)]
CLEAN = {"SLOT_TAKEN", "ILLEGAL_MOVE", "ETAG_MISMATCH"}


@pytest.fixture
def availability() -> ScriptedCalendar:
    """Half hours of three people, so that each overlaps with the next."""
    calendar = ScriptedCalendar()  # type: ignore[abstract] # the other RPCs answer UNIMPLEMENTED
    calendar.people = set(PEOPLE)
    return calendar


class Weather:
    """Kills a server once so much was told, where there is one to kill; who is cut off comes back when it is up again."""

    def __init__(self, server: EmbeddedPostgres | None = None) -> None:
        self._server, self._told, self._due = server, 0, asyncio.Event()
        self.over = asyncio.Event()

    def tell(self) -> None:
        """Somebody was told something."""
        self._told += 1
        if self._told == BEFORE_THE_CRASH:
            self._due.set()

    async def happen(self) -> None:
        """The crash, if any."""
        await self._due.wait()
        if self._server:
            await asyncio.to_thread(self._server.kill)
            await asyncio.to_thread(self._server.start)
        self.over.set()

    async def explains(self, error: grpc.aio.AioRpcError) -> bool:
        """Whether it is the crash's doing; then it is over by now."""
        if error.code() is not grpc.StatusCode.UNAVAILABLE:
            return False
        await self.over.wait()
        return True


class Caller:
    """Holds at most one appointment, and knows what it was told of it."""

    def __init__(
        self, booking: "BookingServiceAsyncStub", calendar: ScriptedCalendar, number: int, weather: Weather
    ) -> None:
        self._booking, self._calendar, self._number = booking, calendar, number
        self._weather = weather
        self._random = random.Random(number)
        self.has: appointment_pb2.Appointment | None = None
        self.refused: Counter[str] = Counter()
        self._step = 0

    async def live(self) -> None:
        """Some steps, each asked for until there is an answer."""
        for self._step in range(STEPS):
            await self._once()

    async def _once(self) -> None:
        step = self._book if self.has is None else self._random.choice((self._move, self._cancel, self._move))
        option_id = self._option()
        while True:
            try:
                await step(option_id)
            except grpc.aio.AioRpcError as error:
                if await self._weather.explains(error):
                    continue
                self.refused[fault_of(error).reason or error.code().name] += 1
            self._weather.tell()
            return

    def _option(self) -> str:
        option_id = f"o-{self._number:03}{self._step:03}"
        start = START + self._random.randrange(PLACES) * timedelta(minutes=30)
        self._calendar.options[option_id] = an_option(start, HOUR, self._random.choice(PEOPLE))
        return option_id

    async def _book(self, option_id: str) -> None:
        call_id = f"call_{self._number}"
        request = a_request(option_id=option_id, call_id=call_id, request_id=option_id, caller_number="")
        self.has = (await self._booking.BookAppointment(request)).appointment

    async def _move(self, option_id: str) -> None:
        assert self.has
        request = service_pb2.RescheduleAppointmentRequest(
            tenant_id=TENANT, branch_id=BRANCH, appointment_id=self.has.appointment_id, option_id=option_id,
            actor=service_pb2.Actor(call_id=f"call_{self._number}", operator="Kim"), request_id=f"move {option_id}",
        )  # fmt: skip
        self.has = (await self._booking.RescheduleAppointment(request)).appointment

    async def _cancel(self, _: str) -> None:
        assert self.has
        actor = service_pb2.Actor(call_id=f"call_{self._number}")
        await self._booking.CancelAppointment(
            service_pb2.CancelAppointmentRequest(
                tenant_id=TENANT, appointment_id=self.has.appointment_id, actor=actor
            )
        )
        self.has = None


async def play(
    booking: "BookingServiceAsyncStub", calendar: ScriptedCalendar, weather: Weather
) -> list[Caller]:
    """All callers at once, an operator who overbooks, and the weather."""
    callers = [Caller(booking, calendar, number, weather) for number in range(CALLERS)]

    async def overbook(number: int) -> None:
        request = service_pb2.OverbookAppointmentRequest(
            tenant_id=TENANT, branch_id=BRANCH, service_id=str(SERVICE), person_id=str(PEOPLE[0]),
            customer_name="Eva Beispiel", operator="Kim", reason="so", request_id=f"overbook {number}",
        )  # fmt: skip
        request.start_time.FromDatetime(START + number * timedelta(minutes=30))
        while True:
            try:
                await booking.OverbookAppointment(request)
            except grpc.aio.AioRpcError as error:
                if not await weather.explains(error):
                    raise
            else:
                return

    async with asyncio.timeout(60):
        await asyncio.gather(
            weather.happen(), *(caller.live() for caller in callers), *map(overbook, range(6))
        )
    return callers


async def must_be_true(callers: list[Caller], pool: asyncpg.Pool) -> None:
    """What each was told last is what stands, nothing else does, and nothing overlaps unknowingly."""
    rows = await pool.fetch(
        "SELECT appointment_id, start_time, call_id FROM appointment WHERE state = 'booked' AND overbooked_by IS NULL"
    )
    assert {str(row["appointment_id"]) for row in rows} == {
        caller.has.appointment_id for caller in callers if caller.has
    }
    assert await pool.fetchval(OVERLAPS + " AND NOT (one.overbooked OR other.overbooked)") == 0
    assert await pool.fetchval("SELECT count(*) FROM appointment WHERE overbooked_by IS NOT NULL") == 6
    reasons = sum((caller.refused for caller in callers), Counter[str]())
    assert set(reasons) <= CLEAN, reasons
    moves = "SELECT count(*) FROM appointment WHERE state = 'rescheduled' AND rescheduled_to_id IS NULL"
    assert await pool.fetchval(moves) == 0
    told = await pool.fetchval("SELECT count(*) FROM event")
    changed = await pool.fetchval("SELECT count(*) FROM appointment_change")
    made = await pool.fetchval("SELECT count(*) FROM appointment WHERE rescheduled_from_id IS NULL")
    assert told == changed + made


async def test_whoever_was_told_something_in_the_storm_finds_it_so(
    booking: "BookingServiceAsyncStub", availability: ScriptedCalendar, pool: asyncpg.Pool
) -> None:
    """BK-02, BK-16, BK-19, BK-22: no deadlock, no lost appointment, none twice."""
    await must_be_true(await play(booking, availability, Weather()), pool)


class TestThroughACrash:
    """PostgreSQL is killed in the middle of it, and started again."""

    @pytest.fixture
    async def pool(self, private_postgres: EmbeddedPostgres) -> AsyncIterator[asyncpg.Pool]:
        await asyncio.to_thread(postgres.migrate, private_postgres.url, "booking")
        async with postgres.pool(private_postgres.url) as opened:
            yield opened

    async def test_it_is_still_so(
        self, private_postgres: EmbeddedPostgres, booking: "BookingServiceAsyncStub",
        availability: ScriptedCalendar, pool: asyncpg.Pool,
    ) -> None:  # fmt: skip
        """BK-05, BK-29: whoever was cut off asks the same again, and is told what has become of it."""
        weather = Weather(private_postgres)

        await must_be_true(await play(booking, availability, weather), pool)

        assert weather.over.is_set()
