"""Which parts there are, and what each of them stands on; the same in the process and in tests."""

from dataclasses import dataclass
from datetime import timedelta

from redis.asyncio import Redis

from calcom_sync.clients.accounts import CalcomAccounts
from calcom_sync.clients.budget import RedisBudget
from calcom_sync.clients.calcom import CalcomCalendar
from calcom_sync.clients.descriptions import CalcomDescriptions
from calcom_sync.clients.event_types import CalcomEventTypes
from calcom_sync.clients.slots import CalcomSlots
from calcom_sync.domain.patience import Patience
from calcom_sync.servicer import Backing
from calcom_sync.storage.appointments import SqlAppointments
from calcom_sync.storage.attendees import SqlAttendees
from calcom_sync.storage.busy import SqlBusy
from calcom_sync.storage.cases import SqlCases
from calcom_sync.storage.figures import SqlFigures
from calcom_sync.storage.people import SqlPeople
from calcom_sync.storage.pleas import SqlPleas
from calcom_sync.storage.reservations import SqlReservations
from calcom_sync.storage.retention import OldCopies
from calcom_sync.storage.surveys import SqlSurveys
from calcom_sync.storage.troubles import SqlTroubles
from calcom_sync.storage.webhooks import SqlWebhooks
from calcom_sync.usecases.check_accounts import AccountChecker
from calcom_sync.usecases.check_mappings import MappingChecker
from calcom_sync.usecases.check_times import TimeChecker
from calcom_sync.usecases.describe_accounts import AccountReader
from calcom_sync.usecases.mirror_holds import HoldMirror
from calcom_sync.usecases.ports import Clock, Directory
from calcom_sync.usecases.process_webhook import WebhookProcessor
from calcom_sync.usecases.survey import Surveyor
from calcom_sync.usecases.synchronise import Synchroniser
from calcom_sync.usecases.verify import Verifier
from calcom_sync.worker import Worker
from chassis.eventlog import EventLog
from chassis.postgres import Pool


@dataclass(frozen=True)
class Terms:
    """What the settings decide."""

    per_minute: int = 100
    burst: int = 10
    timeout_s: float = 15.0
    patience: Patience = Patience()  # noqa: RUF009 - frozen
    survey_every: timedelta = timedelta(minutes=15)
    kept: timedelta = timedelta(days=90)
    by_redis: bool = False
    """Whether the budget goes by Redis's clock, so that those of the replicas may differ."""

    @property
    def lease(self) -> timedelta:
        """Outlasts any request."""
        return timedelta(seconds=2 * self.timeout_s + 15)


@dataclass(frozen=True)
class Parts:
    """Everything that works on the database, Redis and Cal.com."""

    worker: Worker
    pleas: SqlPleas
    backing: Backing


def assemble(
    pool: Pool, redis: Redis, directory: Directory, calendar: CalcomCalendar, clock: Clock, terms: Terms
) -> Parts:
    """Nothing is opened or asked."""
    appointments, webhooks = SqlAppointments(pool, clock, terms.patience), SqlWebhooks(pool)
    budget = RedisBudget(redis, per_minute=terms.per_minute, burst=terms.burst, by_redis=terms.by_redis)
    busy = SqlBusy(pool, EventLog(pool))
    surveys = SqlSurveys(pool, busy)
    synchroniser = Synchroniser(
        appointments=appointments, directory=directory, calendar=calendar, budget=budget, clock=clock,
        patience=terms.patience, lease=terms.lease,
    )  # fmt: skip
    processor = WebhookProcessor(
        webhooks=webhooks, copies=webhooks, appointments=appointments, busy=busy, directory=directory, clock=clock,
    )  # fmt: skip
    surveyor = Surveyor(
        directory=directory, calendar=calendar, budget=budget, appointments=appointments, copies=webhooks,
        surveys=surveys, busy=busy, clock=clock, every=terms.survey_every,
    )  # fmt: skip
    slots = CalcomSlots(calendar)
    worker = Worker(
        pool,
        clock,
        appointments,
        webhooks,
        synchroniser,
        processor,
        SqlTroubles(pool),
        OldCopies(pool, terms.kept),
    )
    backing = Backing(
        appointments=appointments, cases=SqlCases(pool, clock), surveys=surveys, busy=busy, surveyor=surveyor,
        verifier=Verifier(directory, calendar, budget, clock),
        mappings=MappingChecker(directory, CalcomEventTypes(calendar), budget, clock),
        times=TimeChecker(directory, slots, surveys, budget, clock),
        mirror=HoldMirror(directory, SqlReservations(pool), slots, budget, clock, terms.lease),
        accounts=AccountChecker(directory, CalcomAccounts(calendar), budget, clock),
        reader=AccountReader(directory, CalcomDescriptions(calendar), budget, clock), budget=budget,
        patience=terms.patience, people=SqlPeople(pool, busy), figures=SqlFigures(pool), attendees=SqlAttendees(pool),
    )  # fmt: skip
    return Parts(worker, SqlPleas(pool), backing)
