"""Slot reservations (2024-09-04): they hide a time from the display and stop no booking."""

from datetime import datetime, timedelta
from typing import Any

from sandbox.calcom.errors import NestError, bad_request, not_found, unprocessable
from sandbox.calcom.gate import Call, Reply, ok
from sandbox.calcom.model import EventType, Reservation
from sandbox.calcom.store import Store
from sandbox.calcom.times import Interval, iso_millis, parse_instant
from sandbox.calcom.validation import Problems, object_body

Json = dict[str, Any]

_PROPERTIES = ("eventTypeId", "slotStart", "slotDuration", "reservationDuration")
_DEFAULT_MIN = 5
_NEEDS_KEY = "reservationDuration can only be used for authenticated requests - use access token, api key or OAuth credentials"
_NOT_YOURS = "reservationDuration can only be used by the owner of the event type"
_RESERVED = "This time slot is already reserved by another user. Please choose a different time."
_BOOKED = "Can't reserve a slot if the event is already booked."


async def create(call: Call) -> Reply:
    body = _read(call.body)
    if body.get("reservationDuration") is not None and call.user is None:
        raise NestError(401, _NEEDS_KEY)
    reservation = _reserve(call, body, uid=None)
    return ok(_shown_after_write(reservation), 201)


async def get(call: Call) -> Reply:
    """An unknown or expired one is null, not 404."""
    reservation = call.world.store.reservations.get(call.part("uid"))
    if reservation is None or reservation.until <= call.world.now():
        return ok(None)
    return ok(_shown(reservation))


async def change(call: Call) -> Reply:
    """Moving to an overlapping time fails: the reservation collides with itself, so none can be extended."""
    uid = call.part("uid")
    if call.world.store.reservations.get(uid) is None:
        raise not_found(f"Reservation with uid={uid} not found")
    return ok(_shown_after_write(_reserve(call, _read(call.body), uid=uid)))


async def delete(call: Call) -> Reply:
    call.world.store.reservations.remove(call.part("uid"))
    return Reply(200, {"status": "success"})


def live_reservations(store: Store, now: datetime) -> list[Reservation]:
    return [reservation for reservation in store.reservations.all() if reservation.until > now]


def _read(raw: object) -> Json:
    body = object_body(raw)
    problems = Problems()
    problems.refuse_unknown(body, _PROPERTIES)
    problems.require_number(body, "eventTypeId")
    problems.require_date(body, "slotStart")
    problems.optional_number(body, "slotDuration")
    problems.optional_number(body, "reservationDuration")
    problems.raise_if_any()
    return body


def _reserve(call: Call, body: Json, *, uid: str | None) -> Reservation:
    """Neither working hours nor the past matter, and the length of a reservation has no upper bound."""
    store, now = call.world.store, call.world.now()
    event_type = store.event_types.get(body["eventTypeId"])
    if event_type is None:
        raise not_found(f"Event Type with ID={body['eventTypeId']} not found")
    minutes = body.get("reservationDuration")
    if minutes is not None and (call.user is None or call.user.id != event_type.owner_id):
        raise NestError(403, _NOT_YOURS)
    minutes = _DEFAULT_MIN if minutes is None else minutes
    slot = _slot(event_type, body)
    _require_unreserved(store, event_type, slot, now)
    reservation = Reservation(
        uid=uid or call.world.new_uuid("reservation"),
        event_type_id=event_type.id,
        user_id=event_type.owner_id,
        start=slot.start,
        end=slot.end,
        until=now + timedelta(minutes=minutes),
        duration_min=minutes,
    )
    store.reservations.put(reservation)
    return reservation


def _slot(event_type: EventType, body: Json) -> Interval:
    start = parse_instant(body["slotStart"])
    if start is None:
        raise ValueError("the start was not validated")
    asked, options = body.get("slotDuration"), event_type.length_options_min
    if asked is not None and asked not in (options or [event_type.length_min]):
        raise bad_request(
            f"Provided 'slotDuration' is not one of the possible lengths for the event type: {options}"
        )
    return Interval(start, start + timedelta(minutes=asked or event_type.length_min))


def _require_unreserved(store: Store, event_type: EventType, slot: Interval, now: datetime) -> None:
    """Only the same event type is looked at."""
    for booking in store.bookings.all():
        same = booking.event_type_id == event_type.id and booking.status == "accepted"
        if same and booking.interval.overlaps(slot):
            raise unprocessable(_BOOKED)
    for other in live_reservations(store, now):
        if other.event_type_id == event_type.id and other.interval.overlaps(slot):
            raise unprocessable(_RESERVED)


def _shown(reservation: Reservation) -> Json:
    return {
        "reservationUid": reservation.uid,
        "eventTypeId": reservation.event_type_id,
        "slotStart": iso_millis(reservation.start),
        "slotEnd": iso_millis(reservation.end),
        "slotDuration": int((reservation.end - reservation.start) / timedelta(minutes=1)),
        "reservationUntil": iso_millis(reservation.until),
    }


def _shown_after_write(reservation: Reservation) -> Json:
    return {**_shown(reservation), "reservationDuration": reservation.duration_min}
