"""The booking core: check, wait, write. Between check and write lies the original's race, on purpose."""

from dataclasses import dataclass
from datetime import timedelta

from sandbox.calcom.booking_input import Move, Wanted, check_core, chosen_length, read_attendee, read_location
from sandbox.calcom.errors import CoreError, bad_request, not_found
from sandbox.calcom.model import Booking, EventType, User, idempotency_key
from sandbox.calcom.occupancy import check_bounds, check_free
from sandbox.calcom.store import DuplicateKeyError
from sandbox.calcom.teams import hosted, require_bookable, same_request
from sandbox.calcom.times import Interval
from sandbox.calcom.world import World

CONFLICT = "booking_conflict_error"


@dataclass(frozen=True, slots=True)
class Outcome:
    """`fresh` is False when a retry was answered with the booking of the first time."""

    booking: Booking
    fresh: bool


async def book(world: World, event_type: EventType, wanted: Wanted) -> Outcome:
    now = world.now()
    require_bookable(event_type)
    span = Interval(wanted.start, wanted.start + chosen_length(event_type, wanted))
    check_core(event_type, wanted)
    check_bounds(event_type, span.start, now)
    pending = event_type.needs_confirmation(span.start, now)
    repeated = same_request(world, event_type, wanted.attendee.get("email"), wanted.start)
    earlier = _same_request(world, event_type, wanted) if pending else repeated
    if earlier is not None:
        return Outcome(earlier, fresh=False)
    event_type = hosted(world, event_type, span)
    await world.clock.sleep(world.settings.insert_delay_s)
    booking = _new_booking(world, event_type, wanted, span, pending=pending)
    _insert(world, booking)
    return Outcome(booking, fresh=True)


async def move(world: World, uid: str, wanted: Move) -> tuple[Booking, Booking]:
    """The old booking, cancelled, and the new one. The length falls back to the event type's."""
    old = _movable(world, uid)
    event_type = world.store.event_types.get(old.event_type_id)
    if event_type is None:
        raise not_found(f"Event type with id {old.event_type_id} not found.")
    now = world.now()
    span = Interval(wanted.start, wanted.start + timedelta(minutes=event_type.length_min))
    check_bounds(event_type, span.start, now)
    event_type = event_type.as_of(old.host_id) if event_type.team else event_type
    check_free(world, event_type, span, ignored_uid=old.uid)
    await world.clock.sleep(world.settings.insert_delay_s)
    old = _still_movable(world, uid)
    host = world.store.user(event_type.owner_id)
    pending = event_type.needs_confirmation(span.start, now) and wanted.moved_by != host.email
    new = _moved(world, old, span, wanted, pending=pending)
    old = old.changed(
        world.now(),
        status="cancelled",
        idempotency_key=None,
        rescheduled_to=new.uid,
        rescheduled_by=wanted.moved_by,
    )
    _insert(world, old, new)
    return old, new


async def cancel(world: World, uid: str, reason: str, by: User | None) -> Booking:
    """Simultaneous cancels all succeed; a cancel that loses against a reschedule does not."""
    booking = world.store.bookings.get(uid)
    if booking is None:
        raise not_found(f"Booking with uid={uid} not found")
    _require_not_cancelled(booking)
    if by is not None and by.id == booking.host_id and not reason:
        raise CoreError(400, "Cancellation reason is required when you are the host")
    await world.clock.sleep(world.settings.insert_delay_s)
    current = world.store.bookings.get(uid) or booking
    if current.rescheduled_to:
        _require_not_cancelled(current)
    cancelled = current.changed(
        world.now(), status="cancelled", idempotency_key=None, cancellation_reason=reason
    )
    world.store.bookings.put(cancelled)
    return cancelled


def confirm(world: World, uid: str, by: User) -> Booking:
    """No overlap check and no unique key: two pending bookings of one time can both be confirmed."""
    booking = _pending_of(world, uid, by).changed(world.now(), status="accepted")
    world.store.bookings.put(booking)
    return booking


def decline(world: World, uid: str, reason: str, by: User) -> Booking:
    booking = _pending_of(world, uid, by).changed(
        world.now(), status="rejected", rejection_reason=reason, idempotency_key=None
    )
    world.store.bookings.put(booking)
    return booking


def _same_request(world: World, event_type: EventType, wanted: Wanted) -> Booking | None:
    """The pending booking that this is a retry of: event type, attendee's e-mail and start decide."""
    return next(
        (
            booking
            for booking in world.store.bookings.all()
            if booking.event_type_id == event_type.id
            and booking.status == "pending"
            and booking.start == wanted.start
            and booking.attendee.email == wanted.attendee["email"]
        ),
        None,
    )


def _new_booking(
    world: World, event_type: EventType, wanted: Wanted, span: Interval, *, pending: bool
) -> Booking:
    attendee = read_attendee(wanted)
    host = world.store.user(event_type.owner_id)
    number, now = world.store.next_number("booking"), world.now()
    uid = world.new_uid(number)
    return Booking(
        id=number,
        uid=uid,
        ics_uid=f"{uid}@Cal.com",
        host_id=host.id,
        event_type_id=event_type.id,
        event_slug=event_type.slug,
        title=f"{event_type.title} between {host.name} and {attendee.name}",
        status="pending" if pending else "accepted",
        start=span.start,
        end=span.end,
        created_at=now,
        updated_at=now,
        attendee=attendee,
        location=read_location(event_type, wanted),
        metadata=wanted.metadata,
        responses=wanted.body.get("bookingFieldsResponses") or {},
        guests=tuple(wanted.body.get("guests") or ()),
        idempotency_key=_key(span, host.id, pending=pending),
    )


def _moved(world: World, old: Booking, span: Interval, wanted: Move, *, pending: bool) -> Booking:
    """Metadata, attendee and the first calendar id are carried over."""
    number, now = world.store.next_number("booking"), world.now()
    return old.model_copy(
        update={
            "id": number,
            "uid": world.new_uid(number),
            "status": "pending" if pending else "accepted",
            "start": span.start,
            "end": span.end,
            "created_at": now,
            "updated_at": now,
            "rescheduling_reason": wanted.reason,
            "rescheduled_from": old.uid,
            "rescheduled_to": None,
            "cancellation_reason": "",
            "idempotency_key": _key(span, old.host_id, pending=pending),
            "sequence": old.sequence + 1,
        }
    )


def _key(span: Interval, host_id: int, *, pending: bool) -> str | None:
    return None if pending else idempotency_key(span.start, span.end, host_id)


def _insert(world: World, *bookings: Booking) -> None:
    try:
        world.store.bookings.put(*bookings)
    except DuplicateKeyError as error:
        raise CoreError(409, CONFLICT) from error


def _movable(world: World, uid: str) -> Booking:
    booking = world.store.bookings.get(uid)
    if booking is None:
        raise not_found(f"Booking with uid={uid} was not found in the database")
    if booking.rescheduled_to:
        raise bad_request(
            f"Can't reschedule booking with uid={uid} because it has been cancelled and rescheduled already to "
            f"booking with uid={booking.rescheduled_to}. You probably want to reschedule {booking.rescheduled_to} "
            "instead by passing it within the request URL."
        )
    if booking.status == "cancelled":
        raise bad_request(
            f"Can't reschedule booking with uid={uid} because it has been cancelled. Please provide uid of a booking "
            "that is not cancelled."
        )
    return booking


def _still_movable(world: World, uid: str) -> Booking:
    """A reschedule that lost against a cancel fails; one that lost against another reschedule does not."""
    booking = world.store.bookings.get(uid)
    if booking is None or (booking.status == "cancelled" and not booking.rescheduled_to):
        raise CoreError(400, "cancelled_bookings_cannot_be_rescheduled")
    return booking


def _require_not_cancelled(booking: Booking) -> None:
    if booking.status == "cancelled":
        raise bad_request(
            f"Can't cancel booking with uid={booking.uid} because it has been cancelled already. Please provide uid of "
            "a booking that is not cancelled."
        )


def _pending_of(world: World, uid: str, by: User) -> Booking:
    booking = world.store.bookings.get(uid)
    if booking is None or booking.host_id != by.id:
        raise not_found(f"Booking with uid={uid} was not found in the database")
    if booking.status != "pending":
        raise bad_request(
            "Booking already confirmed" if booking.status == "accepted" else "Booking is not pending"
        )
    return booking
