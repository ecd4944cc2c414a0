"""An appointment as a file for the customer's calendar (RFC 5545, RFC 5546)."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from icalendar import Calendar, Event, vCalAddress, vText

from booking.domain.appointment import Appointment, State
from booking.domain.messages.wording import one_line

_PLAIN = str.maketrans({'"': "'", "\\": "/"})
PRODUCT = "-//Rufbuch//Appointments//EN"


@dataclass(frozen=True)
class Invitation:
    """Who invites whom where. ``chain_id``: the first appointment of those that were moved one to the next."""

    chain_id: UUID
    organizer: str
    organizer_name: str
    attendee: str
    place: str

    @property
    def uid(self) -> str:
        """One event in the calendar, however often it is moved."""
        return f"{self.chain_id}@{self.organizer.rpartition('@')[2]}"


def method_of(appointment: Appointment) -> str:
    """REQUEST puts it into the calendar or changes it there, CANCEL takes it out."""
    return "CANCEL" if appointment.state is State.CANCELLED else "REQUEST"


def calendar_file(appointment: Appointment, invitation: Invitation, *, stamp: datetime) -> bytes:
    """The file. Times are in UTC, so that no change of clocks can move them; phases are not the customer's business."""
    cancelled = appointment.state is State.CANCELLED
    event = Event()
    event.add("uid", invitation.uid)
    event.add("sequence", appointment.moves + cancelled)
    event.add("dtstamp", stamp)
    event.add("dtstart", appointment.span.start_time)
    event.add("dtend", appointment.span.end_time)
    event.add("summary", one_line(f"{appointment.service_name} – {invitation.organizer_name}"))
    event.add("location", one_line(invitation.place))
    event.add("status", "CANCELLED" if cancelled else "CONFIRMED")
    event.add("organizer", _party(invitation.organizer, invitation.organizer_name), encode=False)
    event.add("attendee", _party(invitation.attendee, appointment.customer.name), encode=False)
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("method", method_of(appointment))
    calendar.add_component(event)
    return bytes(calendar.to_ical())


def _party(address: str, name: str) -> vCalAddress:
    party = vCalAddress(f"mailto:{address}")
    # These have no form in a parameter that everybody reads alike.
    party.params["CN"] = vText(one_line(name.translate(_PLAIN)))
    return party
