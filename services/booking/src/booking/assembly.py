"""Puts the parts of the service together, for its process and for tests alike."""

import uuid

import grpc

from booking.clients.availability import AvailabilityOptions
from booking.clients.claims import AvailabilityClaims
from booking.clients.dates import AvailabilityDates
from booking.clients.forgetting import GatewayLedger, SyncedCopies
from booking.clients.message_setup import RegistrySetups
from booking.clients.registry import RegistryPolicies
from booking.clients.slots import AvailabilitySlots
from booking.servicer import Parts, booking_servicer
from booking.storage.appointments import SqlAppointments
from booking.storage.bookings import SqlBookings
from booking.storage.callbacks import SqlCallbacks
from booking.storage.changes import SqlChanges
from booking.storage.customers import SqlCustomers
from booking.storage.erasures import SqlErasures
from booking.storage.events import SqlEvents
from booking.storage.figures import SqlFigures
from booking.storage.messages.messages import SqlMessages
from booking.storage.messages.notes import SqlNotes
from booking.storage.moves import SqlMoves
from booking.storage.people import SqlPeople
from booking.storage.serieses import SqlSerieses
from booking.storage.waiting_offers import SqlOffers
from booking.storage.waitlist import SqlWaitlist
from booking.usecases.book_appointment import BookAppointment
from booking.usecases.book_series import BookSeries
from booking.usecases.change_appointment import ChangeAppointment
from booking.usecases.claim_options import ClaimAfterwards
from booking.usecases.erase_everywhere import EraseEverywhere
from booking.usecases.messages.promise import Promises
from booking.usecases.move_appointment import MoveAppointment
from booking.usecases.overbook_appointment import OverbookAppointment
from booking.usecases.waiting_options import WaitingOptions
from booking.usecases.waitlist import KeepWaitlist
from chassis.clock import Clock
from chassis.eventlog import EventLog
from chassis.grpc_server import Servicer
from chassis.postgres import Pool


def erase_everywhere(
    pool: Pool,
    registry: grpc.aio.Channel,
    calls: grpc.aio.Channel,
    copies: grpc.aio.Channel,
    *,
    clock: Clock,
    events: EventLog,
) -> EraseEverywhere:
    """The worker that forgets people, over channels to whoever keeps calls and copies."""
    change = ChangeAppointment(SqlChanges(pool, events), RegistryPolicies(registry, clock=clock), clock=clock)
    return EraseEverywhere(
        SqlErasures(pool, events), change, GatewayLedger(calls), SyncedCopies(copies), clock=clock
    )


def booking_service(
    pool: Pool,
    availability: grpc.aio.Channel,
    registry: grpc.aio.Channel,
    *,
    clock: Clock,
    calendar_domain: str,
    events: EventLog | None = None,
    claims: ClaimAfterwards | None = None,
    at_hand: Pool | None = None,
) -> Servicer:
    """The service over its database and channels to availability and the staff registry. ``events``: the log that others
    in the process read, so that they hear of news at once. ``claims`` and ``at_hand`` (the
    pool to book over): of somebody who lets them end with the process."""
    events = events or EventLog(pool)
    offers, slots = SqlOffers(pool, events), AvailabilitySlots(availability)
    plans = AvailabilityOptions(availability)
    options = WaitingOptions(plans, offers, slots)
    policies, changes = RegistryPolicies(registry, clock=clock), SqlChanges(pool, events)
    kept = SqlBookings(at_hand or pool, events)
    book = BookAppointment(
        options,
        kept,
        claims=claims or ClaimAfterwards(AvailabilityClaims(availability)),
        clock=clock,
        new_id=uuid.uuid4,
        calendar_domain=calendar_domain,
    )
    parts = Parts(
        book=book,
        change=ChangeAppointment(changes, policies, clock=clock),
        move=MoveAppointment(
            options, changes, SqlMoves(pool, events), policies, clock=clock, new_id=uuid.uuid4
        ),
        overbook=OverbookAppointment(
            plans, kept, clock=clock, new_id=uuid.uuid4, calendar_domain=calendar_domain
        ),
        series=BookSeries(book, AvailabilityDates(availability), SqlSerieses(pool), policies, clock=clock),
        appointments=SqlAppointments(pool),
        events=SqlEvents(events),
        branches=policies,
        callbacks=SqlCallbacks(pool, events),
        customers=SqlCustomers(pool, events),
        erasures=SqlErasures(pool, events),
        people=SqlPeople(pool, events),
        figures=SqlFigures(pool, events),
        waitlist=KeepWaitlist(SqlWaitlist(pool, events), policies, clock=clock),
        messages=SqlMessages(pool),
        promises=Promises(SqlNotes(pool, events), RegistrySetups(registry, clock=clock)),
        clock=clock,
    )
    return booking_servicer(parts)
