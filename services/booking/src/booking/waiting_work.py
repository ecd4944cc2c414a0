"""Puts together what goes on for the waiting list while the service runs."""

import uuid
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import grpc

from booking.clients.registry import RegistryPolicies
from booking.clients.slots import AvailabilitySlots
from booking.domain.contact import HoldTerms
from booking.storage.vacancies import OFFER, VACANCY
from booking.storage.waiting_intake import SqlIntake
from booking.storage.waiting_offers import SqlOffers
from booking.storage.waiting_sweep import SqlOverdue
from booking.usecases.fill_vacancy import FillVacancy
from booking.usecases.notice_changes import notice_changes
from booking.usecases.settle_offer import SettleOffer
from booking.usecases.sweep_waitlist import sweep_waitlist
from booking.worker import Handler
from chassis import rows
from chassis.clock import Clock
from chassis.eventlog import EventLog
from chassis.postgres import Pool


@dataclass(frozen=True)
class WaitingWork:
    """The jobs and the loops of the waiting list; several processes may run them."""

    fill: FillVacancy
    settle: SettleOffer
    overdue: SqlOverdue
    intake: SqlIntake
    clock: Clock

    async def vacancy(self, thing: str) -> timedelta | None:
        """The job that looks at a vacancy."""
        return await self.fill(UUID(thing))

    async def offer(self, thing: str) -> timedelta | None:
        """The job that looks at an offer."""
        tenant_id, offer_id = thing.split("/")
        with rows.only_of(tenant_id):
            return await self.settle(UUID(tenant_id), UUID(offer_id))

    @property
    def handlers(self) -> Mapping[str, Handler]:
        """By kind of reminder."""
        return {VACANCY: self.vacancy, OFFER: self.offer}

    @property
    def loops(self) -> Mapping[str, Callable[[], Awaitable[None]]]:
        """By name; each runs for as long as the service does."""
        return {
            "waitlist sweep": lambda: sweep_waitlist(self.overdue, self.clock),
            "waitlist events": lambda: notice_changes(self.intake, self.clock),
        }


def waiting_work(
    pool: Pool,
    availability: grpc.aio.Channel,
    registry: grpc.aio.Channel,
    *,
    clock: Clock,
    terms: HoldTerms,
    events: EventLog,
    own_pool: Pool | None = None,
) -> WaitingWork:
    """Over the service's database and channels to availability and the staff registry. ``own_pool``: connections for what
    follows the log of all owners; None: the same."""
    offers, slots = SqlOffers(pool, events), AvailabilitySlots(availability)
    businesses = RegistryPolicies(registry, clock=clock)
    return WaitingWork(
        fill=FillVacancy(offers, slots, businesses, clock=clock, new_id=uuid.uuid4, terms=terms),
        settle=SettleOffer(offers, slots, businesses, clock=clock),
        overdue=SqlOverdue(pool, events),
        intake=SqlIntake(own_pool or pool, events),
        clock=clock,
    )
