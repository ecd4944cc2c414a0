"""One human in two rows, on a stage: found, planned, made one while callers book, killed at every step, and two again."""

import asyncio
import random
import uuid
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import grpc

from booking.testing.calls import OVERLAPS
from chassis.grpc_client import fault_of
from rufbuch.availability.v1 import service_pb2 as slots_pb2
from rufbuch.booking.v1 import service_pb2 as booking_pb2
from rufbuch.staff.v1 import business_pb2, resolution_pb2, service_pb2
from rufbuch_cli.proof.listed_twice import Stage, stamp
from staff_registry.domain.business import Business, PhaseMapping
from staff_registry.domain.resolution import Kind, State, StepName
from staff_registry.testing.killing import Death, Mortal, carry_out, deaths
from staff_registry.wire.describing import request_for
from staff_registry.yaml_file import describe

ZONE = ZoneInfo("Europe/Berlin")
STAYING, GOING = (25, 20), (20, 6)
"""Appointments and mappings of the two rows (SR-01)."""
CALLERS, WISHES = 20, 3
WITHIN_S = 120
APPLIED = resolution_pb2.RESOLUTION_STATE_APPLIED
_SERVICE = (
    "  - {{key: service-{n}, name: Service {n}, price_minor: 2000, phases: [{{name: Work, minutes: 30}}]}}"
)
_PERSON = """  - key: {key}
    name: Anna Beispiel
    branches: [mitte]
    services: [{services}]
    working_hours:
      - {{days: [mon, tue, wed, thu, fri, sat, sun], start: "08:00", end: "20:00"}}
    accounts:
      - {{key: {key}, username: {username}, email: {username}@example.org}}"""
_FILE = """key: salon
name: Salon
language: de-DE
currency: EUR
calendar_sync: true
branches:
  - {{key: mitte, name: Mitte, time_zone: Europe/Berlin, dialled_numbers: ["+493023125100"], slot_step_minutes: 30,
     min_notice_minutes: 15, horizon_days: 60, hold_seconds: 300}}
services:
{services}
people:
{people}
"""


def listed_twice(kind: Kind) -> Business:
    """Two rows of one name. To be linked: two accounts, and six services mapped on both; to be merged: one account, entered
    twice, and six services that only the second row has."""
    link = kind is Kind.LINK
    skills = {
        "anna": range(STAYING[1]),
        "anna-2": range(GOING[1]) if link else range(STAYING[1], STAYING[1] + GOING[1]),
    }
    people = [
        _PERSON.format(
            key=key,
            services=", ".join(f"service-{n}" for n in skill),
            username=key if link else "anna",
        )
        for key, skill in skills.items()
    ]
    services = [_SERVICE.format(n=n) for n in range(STAYING[1] + GOING[1])]
    text = _FILE.format(services="\n".join(services), people="\n".join(people))
    mappings = [
        PhaseMapping(f"service-{n}", 0, key, key, 1000 * number + n)
        for number, (key, skill) in enumerate(skills.items(), start=1)
        for n in skill
    ]
    return describe(text, api_keys={key: f"cal_test_{key}" for key in skills}, mappings=mappings)


@dataclass
class Told:
    """What callers were told."""

    booked: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    enough: asyncio.Event = field(default_factory=asyncio.Event)
    """Set as soon as each caller has been told something, as good as."""


@dataclass(frozen=True)
class Outcome:
    """What came of it."""

    advice: str
    conflicts: int
    deaths: tuple[Death, ...]
    booked_before: int
    told_booked: int
    appointments: int
    told_without: int
    mappings: int
    accounts: int
    people: int
    overlaps: int
    overbooked: int
    accounts_that_block: int
    seconds: float


@dataclass(frozen=True)
class Returned:
    """Appointments and mappings of each row, before and after; who died on the way back."""

    before: tuple[tuple[int, int], ...]
    after: tuple[tuple[int, int], ...]
    deaths: tuple[Death, ...]
    are_two: bool


class Play:
    """One run, on a stage."""

    def __init__(self, on: Stage, kind: Kind, *, seed: int = 0) -> None:
        self.on, self.kind, self.chance = on, kind, random.Random(seed)  # noqa: S311 - no secret
        self.told = Told()
        self.business = business_pb2.Business()
        self.resolution = resolution_pb2.Resolution()
        self.today = on.clock.now().astimezone(ZONE).replace(hour=0, minute=0, second=0, microsecond=0)

    async def run(self) -> Outcome:
        """All of it."""
        loop = asyncio.get_running_loop()
        await self._open()
        advice = await self._advice()
        before = await self._appointments()
        conflicts = await self._plan_and_apply()
        began = loop.time()
        mortal = Mortal(self.on.resolutions, deaths(State.APPLYING), self._after)
        async with asyncio.timeout(WITHIN_S), asyncio.TaskGroup() as group:
            self._group = group
            over = carry_out(mortal, self.on.peers, self.on.clock, lambda: self._is(APPLIED), _pause)
            group.create_task(over)
        seconds = loop.time() - began
        found = await self._found()
        return replace(
            found,
            advice=advice,
            conflicts=conflicts,
            deaths=tuple(mortal.died),
            booked_before=before,
            seconds=seconds,
        )

    async def there_and_back(self) -> Returned:
        """Made one, and two again, without callers: they would be a reason not to."""
        await self._open()
        before = await self._rows()
        await self._plan_and_apply()
        await self._carried_out(Mortal(self.on.resolutions, deaths(State.APPLYING)), APPLIED)
        undo = resolution_pb2.UndoResolutionRequest(
            tenant_id=self.business.tenant_id, resolution_id=self.resolution.resolution_id, operator="proof"
        )
        self.resolution = (await self.on.staff.UndoResolution(undo)).resolution
        mortal = Mortal(self.on.resolutions, deaths(State.UNDOING))
        await self._carried_out(mortal, resolution_pb2.RESOLUTION_STATE_UNDONE)
        after = await self._rows()
        return Returned(before, after, tuple(mortal.died), await self._both_free_again())

    async def _carried_out(self, mortal: Mortal, state: int) -> None:
        async with asyncio.timeout(WITHIN_S):
            await carry_out(mortal, self.on.peers, self.on.clock, lambda: self._is(state), _pause)

    async def _rows(self) -> tuple[tuple[int, int], ...]:
        """Appointments and mappings of each row."""
        request = service_pb2.GetBusinessRequest(tenant_id=self.business.tenant_id)
        now = (await self.on.staff.GetBusiness(request)).business
        counted = "SELECT count(*) FROM appointment WHERE state = 'booked' AND person_id = $1"
        return tuple(
            [
                (
                    await self.on.pools["booking"].fetchval(counted, uuid.UUID(person.person_id)),
                    sum(mapping.person_id == person.person_id for mapping in now.mappings),
                )
                for person in now.people
            ]
        )

    async def _both_free_again(self) -> bool:
        """Each can be booked where the other one is: they are two."""
        one, other = self.business.people
        hers, others = self._at(2, 9), self._at(2, 14)
        return await self._book(other.person_id, other.service_ids[0], hers) and await self._book(
            one.person_id, one.service_ids[0], others
        )

    async def _open(self) -> None:
        """The business, its appointments, and one booking of others on each account."""
        imported = await self.on.staff.ImportBusiness(request_for(listed_twice(self.kind)))
        self.business = imported.business
        one, other = self.business.people
        for person, count, first_hour in ((one, STAYING[0], 9), (other, GOING[0], 14)):
            for number in range(count):
                start = self._at(2 + number // 5, first_hour + number % 5)
                if not await self._book(person.person_id, person.service_ids[0], start):
                    raise RuntimeError(f"what was free cannot be had: {self.told.refused}")
        self.told = Told()
        for number, person in enumerate((one, other)):
            account = person.accounts[0].account_id
            await self.on.elsewhere(
                self.business.tenant_id, person.person_id, account, self._at(20, 9 + 2 * number)
            )

    async def _advice(self) -> str:
        """What is said of the two rows."""
        request = resolution_pb2.FindDuplicatesRequest(tenant_id=self.business.tenant_id)
        candidates = (await self.on.staff.FindDuplicates(request)).candidates
        pairs = [
            each for each in candidates if {each.person_key, each.other_person_key} == {"anna", "anna-2"}
        ]
        return resolution_pb2.DuplicateAdvice.Name(pairs[0].advice).rsplit("_", 1)[1] if pairs else "nothing"

    async def _plan_and_apply(self) -> int:
        staff, tenant_id = self.on.staff, self.business.tenant_id
        one, other = (person.person_id for person in self.business.people)
        if self.kind is Kind.LINK:
            planning = resolution_pb2.PlanLinkRequest(
                tenant_id=tenant_id, person_id=one, alias_person_id=other
            )
            plan = (await staff.PlanLink(planning)).plan
            link = resolution_pb2.ApplyLinkRequest(
                tenant_id=tenant_id, person_id=one, alias_person_id=other, etag=plan.etag, operator="proof"
            )
            self.resolution = (await staff.ApplyLink(link)).resolution
        else:
            merging = resolution_pb2.PlanMergeRequest(
                tenant_id=tenant_id, person_id=one, alias_person_id=other
            )
            plan = (await staff.PlanMerge(merging)).plan
            merge = resolution_pb2.ApplyMergeRequest(
                tenant_id=tenant_id, person_id=one, alias_person_id=other, etag=plan.etag, operator="proof"
            )
            self.resolution = (await staff.ApplyMerge(merge)).resolution
        return len(plan.conflicts)

    async def _after(self, step: StepName) -> None:
        """The callers come as soon as availability has heard that the two are one, before booking makes them one."""
        if step is StepName.HEARD and not self.told.enough.is_set():
            for caller in range(CALLERS):
                self._group.create_task(self._caller(caller))
            await self.told.enough.wait()

    async def _caller(self, number: int) -> None:
        people = [person.person_id for person in self.business.people]
        service_id = self.business.people[0].service_ids[0]
        for _ in range(WISHES):
            # By either name, as sessions, usual persons and option ids have it; the same few days for all.
            person_id = self.chance.choice(people)
            if person_id == people[1]:
                service_id = self.business.people[1].service_ids[0]
            start = self._at(10 + self.chance.randrange(3), 9 + self.chance.randrange(20) / 2)
            await self._book(person_id, service_id, start, number=f"+4930231250{number:02d}")
            if len(self.told.booked) + len(self.told.refused) >= CALLERS:
                self.told.enough.set()

    async def _book(
        self, person_id: str, service_id: str, start: datetime, *, number: str = "+493023125099"
    ) -> bool:
        """Ask, and book what is offered, as a call does."""
        call_id = f"call_{uuid.uuid4().hex}"
        tenant_id, branch_id = self.business.tenant_id, self.business.branches[0].branch_id
        try:
            found = await self.on.slots.SearchSlots(
                slots_pb2.SearchSlotsRequest(
                    tenant_id=tenant_id, branch_id=branch_id, service_id=service_id, person_id=person_id, start_time=stamp(start),
                    call_id=call_id, caller_number=number, max_options=1,
                )
            )  # fmt: skip
            if not found.options:
                self.told.refused.append("NOTHING_FREE")
                return False
            request = booking_pb2.BookAppointmentRequest(
                tenant_id=tenant_id, branch_id=branch_id, option_id=found.options[0].option_id, call_id=call_id, caller_number=number,
                customer_name="Erika Mustermann", request_id=call_id,
            )  # fmt: skip
            made = await self.on.bookings.BookAppointment(request)
        except grpc.aio.AioRpcError as error:
            self.told.refused.append(fault_of(error).reason)
            return False
        self.told.booked.append(made.appointment.appointment_id)
        return True

    async def _is(self, state: int) -> bool:
        request = resolution_pb2.GetResolutionRequest(
            tenant_id=self.business.tenant_id, resolution_id=self.resolution.resolution_id
        )
        self.resolution = (await self.on.staff.GetResolution(request)).resolution
        return self.resolution.state == state

    async def _found(self) -> Outcome:
        """Counted in booking's tables and in what the registry tells."""
        pool = self.on.pools["booking"]
        staying_id = uuid.UUID(self.business.people[0].person_id)
        kept = {
            str(row["appointment_id"])
            for row in await pool.fetch(
                "SELECT appointment_id FROM appointment WHERE person_id = $1", staying_id
            )
        }
        request = service_pb2.GetBusinessRequest(tenant_id=self.business.tenant_id)
        now = (await self.on.staff.GetBusiness(request)).business
        people = [person for person in now.people if person.key.startswith("anna")]
        return Outcome(
            advice="", conflicts=0, deaths=(), booked_before=0, seconds=0.0,
            told_booked=len(self.told.booked),
            appointments=await self._appointments(),
            told_without=len(set(self.told.booked) - kept) + len(self.told.booked) - len(set(self.told.booked)),
            mappings=sum(mapping.person_id == str(staying_id) for mapping in now.mappings),
            accounts=sum(len(person.accounts) for person in people),
            people=len(people),
            overlaps=await pool.fetchval(OVERLAPS),
            overbooked=await pool.fetchval("SELECT count(*) FROM appointment WHERE overbooking_reason IS NOT NULL"),
            accounts_that_block=await self._blocking(now),
        )  # fmt: skip

    async def _appointments(self) -> int:
        """Of all that are booked."""
        booked = "SELECT count(*) FROM appointment WHERE state = 'booked'"
        return int(await self.on.pools["booking"].fetchval(booked))

    async def _blocking(self, now: business_pb2.Business) -> int:
        """At how many of the hours that others have booked, one on each account, the person is not to be had."""
        person = now.people[0]
        blocked = 0
        for hour in (9, 11):
            found = await self.on.slots.SearchSlots(
                slots_pb2.SearchSlotsRequest(
                    tenant_id=now.tenant_id, branch_id=now.branches[0].branch_id, person_id=person.person_id,
                    service_id=person.bookable_service_ids[0], start_time=stamp(self._at(20, hour)),
                )
            )  # fmt: skip
            blocked += found.outcome != slots_pb2.SEARCH_OUTCOME_AVAILABLE
        return blocked

    def _at(self, days: int, hour: float) -> datetime:
        return self.today + timedelta(days=days, hours=hour)


async def _pause() -> None:
    await asyncio.sleep(0.06)
