"""A salon with a waiting list, for tests: does what is due, and keeps availability informed of appointments."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import asyncpg

from booking.assembly import booking_service
from booking.clients.availability import HARMLESS_TO_REPEAT
from booking.clients.registry import RegistryPolicies
from booking.clients.slots import AvailabilitySlots
from booking.domain.contact import HoldTerms
from booking.instants import timestamp
from booking.storage.waiting_intake import SqlIntake
from booking.storage.waiting_offers import SqlOffers
from booking.storage.waiting_sweep import SqlOverdue
from booking.testing.fuse import Fuse, Fused
from booking.testing.holding import HoldingAvailability
from booking.testing.registry import ScriptedRegistry
from booking.testing.samples import BRANCH, PERSON, SERVICE, TENANT, a_request
from booking.usecases.fill_vacancy import FillVacancy
from booking.usecases.notice_changes import notice_once
from booking.usecases.settle_offer import SettleOffer
from booking.usecases.sweep_waitlist import sweep_once
from booking.waiting_work import WaitingWork
from chassis.eventlog import EventLog
from chassis.testing import SettableClock, serving
from rufbuch.availability.v1 import service_pb2 as availability_pb2
from rufbuch.booking.v1 import appointment_pb2, care_pb2, service_pb2, service_pb2_grpc

if TYPE_CHECKING:
    from rufbuch.booking.v1.service_pb2_grpc import BookingServiceAsyncStub

_UNREAD = """
SELECT EXISTS (SELECT 1 FROM event e, waitlist_stream s
                WHERE s.position = '' OR (e.transaction_id::text::numeric, e.number)
                    > (split_part(s.position, '-', 1)::numeric, split_part(s.position, '-', 2)::bigint))
"""
TEN = datetime(2025, 11, 26, 10, tzinfo=UTC)
"""A full hour of the day after tomorrow."""
WAITING, OFFERED, BOOKED, EXPIRED, PASSED, WITHDRAWN = (
    care_pb2.WAITLIST_STATE_WAITING, care_pb2.WAITLIST_STATE_OFFERED, care_pb2.WAITLIST_STATE_BOOKED,
    care_pb2.WAITLIST_STATE_EXPIRED, care_pb2.WAITLIST_STATE_PASSED, care_pb2.WAITLIST_STATE_WITHDRAWN,
)  # fmt: skip


def number_of(who: int) -> str:
    """A number of a caller."""
    return f"+4930231250{who:02d}"


def a_join(who: int = 1, **changed: Any) -> service_pb2.JoinWaitlistRequest:  # noqa: ANN401 - fields of the request
    """Somebody wants any time on that day."""
    words: dict[str, Any] = {
        "tenant_id": TENANT, "branch_id": BRANCH, "call_id": f"call_wait_{who}", "phone_number": number_of(who),
        "customer_name": f"Kim Nummer {who}", "service_id": str(SERVICE), "request_id": f"join-{who}",
        "window_start_time": timestamp(TEN.replace(hour=7)), "window_end_time": timestamp(TEN.replace(hour=18)),
    }  # fmt: skip
    return service_pb2.JoinWaitlistRequest(**(words | changed))


@dataclass
class WaitingSalon:
    """The service, its work, and the availability beside it."""

    booking: "BookingServiceAsyncStub"
    work: WaitingWork
    pool: asyncpg.Pool
    clock: SettableClock
    availability: HoldingAvailability
    fuse: Fuse

    async def join(self, who: int = 1, **changed: Any) -> care_pb2.WaitlistEntry:  # noqa: ANN401 - fields of the request
        """Put somebody on the list."""
        return (await self.booking.JoinWaitlist(a_join(who, **changed))).entry

    async def entries(self, **filters: Any) -> list[care_pb2.WaitlistEntry]:  # noqa: ANN401 - fields of the request
        """The list, who joined first at its head."""
        request = service_pb2.ListWaitlistRequest(tenant_id=TENANT, **filters)
        return list((await self.booking.ListWaitlist(request)).entries)

    async def states(self) -> list["care_pb2.WaitlistState.ValueType"]:
        """Of all, in the order of joining."""
        return [entry.state for entry in await self.entries()]

    async def callbacks(self, **filters: Any) -> list[care_pb2.Callback]:  # noqa: ANN401 - fields of the request
        """The cases, what is due first at the head."""
        request = service_pb2.ListCallbacksRequest(tenant_id=TENANT, **filters)
        return list((await self.booking.ListCallbacks(request)).callbacks)

    async def book(
        self, start: datetime = TEN, *, who: int = 50, person_id: UUID = PERSON
    ) -> appointment_pb2.Appointment:
        """Somebody who does not wait books an hour by phone."""
        call_id = f"call_book_{who}"
        option = await self.hold(start, call_id, person_id)
        return await self.book_option(option, who=who, call_id=call_id)

    async def hold(self, start: datetime, call_id: str, person_id: UUID = PERSON) -> str:
        """The option of an hour for a call. Raises SlotTakenError."""
        request = availability_pb2.HoldOptionsRequest(tenant_id=TENANT, branch_id=BRANCH, call_id=call_id)
        request.slots.add(service_id=str(SERVICE), person_id=str(person_id), start_time=timestamp(start))
        return str((await self.availability.HoldOptions(request, None)).options[0].option_id)

    async def book_option(
        self, option_id: str, *, who: int, call_id: str, fresh: bool = False
    ) -> appointment_pb2.Appointment:
        """Somebody books an option."""
        request = a_request(
            option_id=option_id,
            call_id=call_id,
            caller_number=number_of(who),
            request_id=f"{call_id} {option_id}",
        )
        made = (await self.booking.BookAppointment(request)).appointment
        slot = (UUID(made.person_id), made.start_time.ToDatetime(UTC))
        self.availability.busy[slot] = made.appointment_id
        if not fresh:
            self.availability.end_claimed()
        return made

    async def cancel(self, made: appointment_pb2.Appointment, *, heard: bool = True) -> None:
        """An operator calls it off; availability hears of it at once, or later."""
        actor = service_pb2.Actor(operator="Kim")
        await self.booking.CancelAppointment(
            service_pb2.CancelAppointmentRequest(
                tenant_id=TENANT, appointment_id=made.appointment_id, actor=actor
            )
        )
        slot = (UUID(made.person_id), made.start_time.ToDatetime(UTC))
        del self.availability.busy[slot]
        if not heard:
            self.availability.unheard[slot] = made.appointment_id

    async def resolve(self, callback_id: str, resolution: str = "will nicht") -> None:
        """An operator has called."""
        await self.booking.ResolveCallback(
            service_pb2.ResolveCallbackRequest(
                tenant_id=TENANT, callback_id=callback_id, operator="Kim", resolution=resolution
            )
        )

    async def leave(self, entry_id: str, **actor: str) -> care_pb2.WaitlistEntry:
        """Somebody takes a wish back."""
        request = service_pb2.LeaveWaitlistRequest(
            tenant_id=TENANT, waitlist_entry_id=entry_id, actor=service_pb2.Actor(**actor)
        )
        return (await self.booking.LeaveWaitlist(request)).entry

    async def after(self, span: timedelta, *, every: timedelta = timedelta(minutes=1)) -> None:
        """Time goes by, and what becomes due in it is done minute by minute, as the queue would; or less often."""
        end = self.clock.now() + span
        while self.clock.now() < end:
            self.clock.advance(min(every, end - self.clock.now()))
            await self.do_what_is_due()

    async def do_what_is_due(self) -> None:
        """What the loops and the queue's jobs would do now, until nothing is left."""
        await sweep_once(self.work.overdue, self.clock)
        while await self._notice() or await self._jobs():
            pass

    async def _notice(self) -> bool:
        """Take in all events. One is visible only when no older transaction runs anywhere on the server: ask again."""
        noticed = False
        while await self.pool.fetchval(_UNREAD):
            noticed = await notice_once(self.work.intake, self.clock) or noticed
        return noticed

    async def _jobs(self) -> int:
        now = self.clock.now()
        offers = await self.pool.fetch(
            "SELECT tenant_id || '/' || offer_id AS thing FROM waitlist_offer WHERE state = 'open' AND due_at <= $1",
            now,
        )
        over = [await self.work.offer(row["thing"]) for row in offers]
        vacancies = await self.pool.fetch(
            "SELECT vacancy_id::text AS thing FROM waitlist_vacancy WHERE done_at IS NULL AND due_at <= $1",
            now,
        )
        done = [await self.work.vacancy(row["thing"]) for row in vacancies]
        return [*over, *done].count(None)


@asynccontextmanager
async def open_salon(
    pool: asyncpg.Pool, clock: SettableClock, availability: HoldingAvailability, registry: ScriptedRegistry
) -> AsyncIterator[WaitingSalon]:
    """The service over gRPC, and the work of its waiting list, which can be killed anywhere."""
    peers = serving(availability.servicer(), registry.servicer(), retried=HARMLESS_TO_REPEAT)
    async with peers as channel:
        events, fuse = EventLog(pool), Fuse()
        service = booking_service(
            pool, channel, channel, clock=clock, calendar_domain="kunden.example.org", events=events
        )
        offers: Any = Fused(SqlOffers(pool, events), fuse)
        slots: Any = Fused(AvailabilitySlots(channel), fuse)
        intake: Any = Fused(SqlIntake(pool, events), fuse)
        businesses = RegistryPolicies(channel, clock=clock)
        work = WaitingWork(
            fill=FillVacancy(offers, slots, businesses, clock=clock, new_id=uuid4, terms=HoldTerms()),
            settle=SettleOffer(offers, slots, businesses, clock=clock),
            overdue=SqlOverdue(pool, events),
            intake=intake,
            clock=clock,
        )
        async with serving(service) as served:
            stub = service_pb2_grpc.BookingServiceStub(served)
            yield WaitingSalon(stub, work, pool, clock, availability, fuse)
