"""Which function is which use case."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from telephony_gateway.domain.answers import Answer
from telephony_gateway.usecases.cancel_appointment import cancel_appointment
from telephony_gateway.usecases.check_availability import check_availability
from telephony_gateway.usecases.conversation import Conversation
from telephony_gateway.usecases.get_alternatives import get_alternatives
from telephony_gateway.usecases.get_appointments import get_appointments
from telephony_gateway.usecases.get_context import get_context
from telephony_gateway.usecases.join_waitlist import join_waitlist
from telephony_gateway.usecases.letting_go import Searching, SlotsLettingGo
from telephony_gateway.usecases.list_services import list_services
from telephony_gateway.usecases.offered_slots import SlotsWithOffers
from telephony_gateway.usecases.ports import Appointments, Care, SeriesBookings, Sessions, Slots
from telephony_gateway.usecases.request_callback import request_callback
from telephony_gateway.usecases.reschedule_appointment import reschedule_appointment
from telephony_gateway.usecases.start_booking import start_booking

Function = Callable[[Conversation], Awaitable[Answer]]


@dataclass(frozen=True)
class Peers:
    """What the use cases work with."""

    slots: Slots
    bookings: SeriesBookings
    appointments: Appointments
    care: Care
    sessions: Sessions


def functions(peers: Peers) -> dict[str, Function]:
    """Every function that the gateway serves, by its name without version; the same as domain.contract.CONTRACTS."""

    searching = Searching()

    def slots(talk: Conversation) -> Slots:
        of_this_call = SlotsLettingGo(peers.slots, peers.sessions, searching, talk)
        return SlotsWithOffers(of_this_call, peers.care, now=talk.now)

    async def services(talk: Conversation) -> Answer:
        return list_services(talk)

    return {
        "get_context": lambda talk: get_context(talk, care=peers.care),
        "list_services": services,
        "check_availability": lambda talk: check_availability(talk, slots=slots(talk)),
        "get_alternatives": lambda talk: get_alternatives(talk, slots=slots(talk)),
        "start_booking": lambda talk: start_booking(
            talk, bookings=peers.bookings, sessions=peers.sessions, slots=slots(talk)
        ),
        "get_appointments": lambda talk: get_appointments(talk, appointments=peers.appointments),
        "cancel_appointment": lambda talk: cancel_appointment(talk, appointments=peers.appointments),
        "reschedule_appointment": lambda talk: reschedule_appointment(
            talk, appointments=peers.appointments, slots=slots(talk)
        ),
        "request_callback": lambda talk: request_callback(talk, care=peers.care),
        "join_waitlist": lambda talk: join_waitlist(talk, care=peers.care),
    }
