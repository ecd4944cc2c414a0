"""A business with many chairs, its events, and Cal.com beside it on a clock that is set: without gRPC and without pytest, for
tests and for whoever wants the figures."""

import asyncio
import random
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from uuid import NAMESPACE_URL, UUID, uuid5
from zoneinfo import ZoneInfo

import httpx
from redis.asyncio import Redis

from calcom_sync.assembly import Parts, Terms, assemble
from calcom_sync.clients.calcom import CalcomCalendar, calcom_http
from calcom_sync.domain.appointment import AppointmentRef, Attendee
from calcom_sync.domain.setup import Account, Setup, Spot, Target
from calcom_sync.storage.intake import SqlIntake
from calcom_sync.usecases.plan_ahead import planned_ahead
from calcom_sync.usecases.take_in import ActivePhase, Booked, CalledOff, Change, Event
from chassis import postgres
from sandbox.calcom.embedded import Cal, embedded
from sandbox.calcom.settings import Settings

BERLIN = ZoneInfo("Europe/Berlin")
MONDAY = datetime(2027, 3, 8, 9, 0, tzinfo=BERLIN)
"""When the first day of work begins. Sums of it are wall-clock times, so that days begin at nine in summer as well."""
PHASES = ((10, True), (5, False), (5, True), (5, True), (5, False), (10, True))
"""Minutes, and whether the person is needed."""
LENGTH = timedelta(minutes=sum(minutes for minutes, _ in PHASES))
GAP = PHASES[1][0]
PER_DAY = 12
AT_ONCE = 24
"""Appointments that are worked at at the same time; so many may overtake one that has not asked for budget yet."""
TRIGGERS = (
    "BOOKING_CREATED", "BOOKING_REQUESTED", "BOOKING_RESCHEDULED", "BOOKING_CANCELLED", "BOOKING_REJECTED",
)  # fmt: skip


def named(name: str) -> UUID:
    """The same id for the same name."""
    return uuid5(NAMESPACE_URL, name)


TENANT, BRANCH, SERVICE = map(named, ("tenant", "branch", "service"))


@dataclass
class FixedDirectory:
    """A registry that always answers."""

    known: Setup

    async def setup(self, tenant_id: UUID) -> Setup | None:
        """The one business."""
        return self.known if tenant_id == TENANT else None

    async def tenants(self) -> list[UUID]:
        """The one business."""
        return [TENANT]

    def forget(self, tenant_id: UUID) -> None:
        """It never changes."""


@dataclass
class Counting(httpx.AsyncBaseTransport):
    """Counts what is asked."""

    inner: httpx.AsyncBaseTransport
    requests: int = 0

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.requests += 1
        return await self.inner.handle_async_request(request)


@dataclass
class Salon:
    """All parts, and what is done with them."""

    cal: Cal
    pool: postgres.Pool
    parts: Parts
    calendar: CalcomCalendar
    intake: SqlIntake
    directory: FixedDirectory
    people: Sequence[UUID]
    sent: Counting
    dice: random.Random
    gaps: dict[UUID, int]
    """By person: the event type that others book."""
    position: int = 0
    made: dict[UUID, Booked] = field(default_factory=dict)
    """By appointment."""

    async def tell(self, change: Change) -> None:
        """Take in what booking tells."""
        self.position += 1
        now = self.cal.clock.now()
        events = await planned_ahead([Event(str(self.position), "", change)], self.directory, now)
        await self.intake.record_all(events, now)
        if isinstance(change, Booked):
            self.made[change.ref.appointment_id] = change

    async def book(self, number: int) -> AppointmentRef:
        """The appointment with a number: each has a time and a person of its own."""
        booked = self.appointment(f"appointment {number}", *self.place(number))
        await self.tell(booked)
        return booked.ref

    async def move(self, ref: AppointmentRef, by: timedelta) -> AppointmentRef:
        """To another time of the same person."""
        old = self.made[ref.appointment_id]
        start = (old.phases[0].start.astimezone(BERLIN) + by).astimezone(UTC)
        new = self.appointment(f"{ref.appointment_id} later", old.phases[0].person_id, start)
        await self.tell(replace(new, attendee=old.attendee, took_place_of=ref))
        return new.ref

    async def call_off(self, ref: AppointmentRef) -> None:
        """It will not take place."""
        await self.tell(CalledOff(ref))

    def place(self, number: int) -> tuple[UUID, datetime]:
        """Person and start, on weekdays."""
        day, rest = divmod(number, PER_DAY * len(self.people))
        person, slot = divmod(rest, PER_DAY)
        week, weekday = divmod(day, 5)
        local = MONDAY + timedelta(weeks=week, days=weekday) + slot * LENGTH
        return self.people[person], local.astimezone(UTC)

    def appointment(self, name: str, person_id: UUID, start: datetime) -> Booked:
        """Of four phases with gaps between them."""
        phases, at = [], start
        for position, (minutes, active) in enumerate(PHASES):
            until = at + timedelta(minutes=minutes)
            if active:
                phases.append(ActivePhase(named(f"{name}/{position}"), position, person_id, at, until))
            at = until
        email = f"{named(name).hex}@example.org"
        attendee = Attendee("Mia Sommer", email, "+493023125001")
        return Booked(AppointmentRef(TENANT, named(name)), BRANCH, SERVICE, attendee, "call_1", tuple(phases))

    async def other(self, number: int) -> None:
        """Somebody else books the gap in an appointment of ours; some of them move or cancel it later."""
        person, start = self.place(number)
        at = start + timedelta(minutes=PHASES[0][0])
        name = f"chair{list(self.people).index(person)}"
        made = await self._as(name, "", {
            "start": _text(at), "eventTypeId": self.gaps[person],
            "attendee": {"name": "Kim", "email": f"kim{number}@example.org", "timeZone": "Europe/Berlin"},
        })  # fmt: skip
        if made and self.dice.random() < 0.5:
            moved = self.dice.random() < 0.5
            later = _text((at.astimezone(BERLIN) + timedelta(weeks=6)).astimezone(UTC))
            path, body = (
                ("reschedule", {"start": later}) if moved else ("cancel", {"cancellationReason": "krank"})
            )
            await self._as(name, f"/{made}/{path}", body)

    async def _as(self, name: str, path: str, body: Mapping[str, object]) -> str:
        """Until it is carried out; the uid, "" where the answer got lost. Somebody else is in no hurry to find out."""
        answer = await self.cal.call("POST", f"/v2/bookings{path}", body, key=f"cal_test_{name}")
        return str(answer.json()["data"]["uid"]) if answer.is_success else ""

    async def work(self, *, at_once: int = AT_ONCE, killed: float = 0.0) -> int:
        """Do all that is due now; ``killed``: how likely it is that the worker dies in the middle."""
        refs = await self.parts.worker.appointments.overdue(self.cal.clock.now())
        slots = asyncio.Semaphore(at_once)

        async def one(ref: AppointmentRef) -> None:
            async with slots:
                await self.parts.worker.synchroniser.run(ref)

        tasks = [asyncio.create_task(one(ref)) for ref in refs]
        if tasks and self.dice.random() < killed:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in tasks:
                task.cancel()
        for result in await asyncio.gather(*tasks, return_exceptions=True):
            if isinstance(result, Exception):
                raise result
        return len(refs)

    async def drain(self, *, killed: float = 0.0, within: timedelta = timedelta(days=1)) -> None:
        """Let time pass from due to due until nothing is due any more."""
        ends = self.cal.clock.now() + within
        while self.cal.clock.now() <= ends:
            await self.work(killed=killed)
            await self.hear()
            due = await self.pool.fetchval("SELECT min(due_at) FROM intent")
            if due is None:
                return
            self.cal.clock.set(max(due, self.cal.clock.now()))
        raise RuntimeError("not settled")

    async def hear(self) -> None:
        """Take in the webhooks that have come since, in any order."""
        heard, self.cal.receiver.requests[:] = list(self.cal.receiver.requests), []
        self.dice.shuffle(heard)
        for request in heard:
            await self.parts.worker.webhooks.keep(TENANT, request.content, self.cal.clock.now())
        # Of the queue's reminders nobody takes care here.
        await self.pool.execute("DELETE FROM job")
        for number in await self.parts.worker.webhooks.unseen(self.cal.clock.now(), limit=10_000):
            await self.parts.worker.processor.process(number)

    async def survey(self) -> None:
        """A whole pass over every account."""
        self.cal.clock.advance(timedelta(minutes=20))
        for _ in range(200):
            await self.parts.backing.surveyor.round()
            left = await self.pool.fetchval(
                "SELECT min(due_at) FROM survey WHERE finished_at IS NULL OR started_at IS NOT NULL"
            )
            if left is None:
                return
            self.cal.clock.set(max(left, self.cal.clock.now()))
        raise RuntimeError("not surveyed")


@asynccontextmanager
async def salon(
    database_url: str, redis_url: str, *, people: int, terms: Terms, rate_limit: int = 10**9, seed: int = 0
) -> AsyncIterator[Salon]:
    """A business with some people on a migrated, empty database."""
    names = [f"chair{number}" for number in range(people)]
    async with (
        embedded(Settings(insert_delay_s=0, rate_limit=rate_limit)) as cal,
        postgres.pool(database_url, connections_max=16) as pool,
        Redis.from_url(redis_url) as redis,
    ):
        sent = Counting(cal.client._transport)
        async with calcom_http("http://calcom.test", timeout_s=terms.timeout_s, transport=sent) as http:
            calendar = CalcomCalendar(http, timeout_s=terms.timeout_s)
            directory = FixedDirectory(await _setup(cal, names))
            parts = assemble(pool, redis, directory, calendar, cal.clock, terms)
            ids = [named(name) for name in names]
            yield Salon(
                cal, pool, parts, calendar, SqlIntake(pool), directory, ids, sent, random.Random(seed),
                {named(name): await _event_type(cal, f"cal_test_{name}", f"{name}-gap", GAP) for name in names},
            )  # fmt: skip


async def _setup(cal: Cal, names: Sequence[str]) -> Setup:
    """Accounts with webhooks, and an event type for each phase and person."""
    accounts, targets = {}, {}
    for name in names:
        key, person_id, account_id = f"cal_test_{name}", named(name), named(f"{name}'s account")
        await cal.user(name, key)
        hook = {"active": True, "subscriberUrl": "http://receiver.test/hook", "triggers": list(TRIGGERS)}
        await cal.call("POST", "/v2/webhooks", hook, key=key)
        accounts[account_id] = Account(account_id, name, key, person_id)
        for position, (minutes, active) in enumerate(PHASES):
            if active:
                number = await _event_type(cal, key, f"{name}-{position}", minutes)
                targets[Spot(SERVICE, position, person_id)] = Target(account_id, number)
    return Setup(
        calendar_sync=True, language="de", zones={BRANCH: "Europe/Berlin"}, accounts=accounts, targets=targets,
        webhook_secret="",
    )  # fmt: skip


def _text(instant: datetime) -> str:
    return instant.strftime("%Y-%m-%dT%H:%M:%SZ")


async def _event_type(cal: Cal, key: str, slug: str, minutes: int) -> int:
    body = {"lengthInMinutes": minutes, "title": slug, "slug": slug, "minimumBookingNotice": 0}
    answer = await cal.call("POST", "/v2/event-types", body, key=key)
    answer.raise_for_status()
    number: int = answer.json()["data"]["id"]
    return number
