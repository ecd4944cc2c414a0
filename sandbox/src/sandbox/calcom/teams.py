"""Team event types: who hosts a booking. Made by an admin route; the API of teams itself is not played."""

from datetime import datetime

from sandbox.calcom.errors import NestError, bad_request, unprocessable
from sandbox.calcom.model import Booking, EventType
from sandbox.calcom.occupancy import check_free
from sandbox.calcom.times import Interval
from sandbox.calcom.world import World

NOBODY_FREE = "One of the hosts either already has booking at this time or is not available"
_NO_HOSTS = "Event type with id {} has no hosts"
_PARENT = (
    "Event type with id {} is the parent managed event type that can't be booked. You have to provide the child event "
    "type id aka id of event type that has been assigned to one of the users."
)


def require_bookable(event_type: EventType) -> None:
    """A managed one is only the parent of those that its members have; a team's needs hosts."""
    if event_type.team is None:
        return
    if event_type.team.scheduling == "managed":
        raise bad_request(_PARENT.format(event_type.id))
    if not event_type.team.host_ids:
        raise unprocessable(_NO_HOSTS.format(event_type.id))


def hosted(world: World, event_type: EventType, span: Interval) -> EventType:
    """As the event type of whoever hosts the booking. Round robin: the free one with the fewest bookings; collective: the
    first, where all are free, though only her time is taken."""
    if event_type.team is None:
        check_free(world, event_type, span)
        return event_type
    hosts = [event_type.as_of(host_id) for host_id in event_type.team.host_ids]
    free = [host for host in hosts if _is_free(world, host, span)]
    if not free or (event_type.team.scheduling == "collective" and len(free) < len(hosts)):
        raise bad_request(NOBODY_FREE)
    if event_type.team.scheduling == "collective":
        return free[0]
    return min(free, key=lambda host: _bookings_of(world, event_type, host.owner_id))


def same_request(world: World, event_type: EventType, email: object, start: datetime) -> Booking | None:
    """What a round robin answers a repetition with: the first booking, whoever made it."""
    if event_type.team is None or event_type.team.scheduling != "roundRobin":
        return None
    return next(
        (
            booking
            for booking in world.store.bookings.all()
            if booking.event_type_id == event_type.id
            and booking.status in ("accepted", "pending")
            and booking.start == start
            and booking.attendee.email == email
        ),
        None,
    )


def _is_free(world: World, host: EventType, span: Interval) -> bool:
    try:
        check_free(world, host, span)
    except NestError:
        return False
    return True


def _bookings_of(world: World, event_type: EventType, host_id: int) -> int:
    return sum(
        booking.event_type_id == event_type.id and booking.host_id == host_id
        for booking in world.store.bookings.all()
    )
