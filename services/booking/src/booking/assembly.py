"""Puts the parts of the service together, for its process and for tests alike."""

import uuid

import grpc

from booking.clients.availability import AvailabilityOptions
from booking.servicer import booking_servicer
from booking.storage.appointments import SqlAppointments
from booking.storage.bookings import SqlBookings
from booking.storage.events import SqlEvents
from booking.usecases.book_appointment import BookAppointment
from chassis.clock import Clock
from chassis.eventlog import EventLog
from chassis.grpc_server import Servicer
from chassis.postgres import Pool


def booking_service(
    pool: Pool, availability: grpc.aio.Channel, *, clock: Clock, calendar_domain: str
) -> Servicer:
    """The service over its database and a channel to availability."""
    events = EventLog(pool)
    book = BookAppointment(
        AvailabilityOptions(availability),
        SqlBookings(pool, events),
        clock=clock,
        new_id=uuid.uuid4,
        calendar_domain=calendar_domain,
    )
    return booking_servicer(book, SqlAppointments(pool), SqlEvents(events))
