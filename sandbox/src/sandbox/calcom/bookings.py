"""The booking routes (2024-08-13): create, read, reschedule, cancel, confirm, decline."""

from sandbox.calcom import booking_core as core
from sandbox.calcom import event_types
from sandbox.calcom.booking_input import (
    read_cancel,
    read_create,
    read_decline,
    read_reschedule,
    refuse_old_version,
)
from sandbox.calcom.booking_output import shown
from sandbox.calcom.delivery import fire
from sandbox.calcom.errors import NestError, not_found
from sandbox.calcom.gate import Call, Reply, ok
from sandbox.calcom.model import Booking
from sandbox.calcom.payloads import cancelled, created, rejected, rescheduled


async def create(call: Call) -> Reply:
    """Webhooks go out before the answer, so the caller hears of its own booking before it knows the uid."""
    wanted = read_create(call.body)
    event_type = event_types.find(call.world.store, wanted.body)
    if event_type is None:
        raise not_found(f"Event type with id {wanted.body.get('eventTypeId')} not found.")
    if call.user is None and event_type.fields["bookingRequiresAuthentication"]:
        raise NestError(401, "checkBookingRequiresAuthentication - this event type requires authentication")
    outcome = await core.book(call.world, event_type, wanted)
    if outcome.fresh:
        trigger = "BOOKING_REQUESTED" if outcome.booking.status == "pending" else "BOOKING_CREATED"
        await fire(call, outcome.booking, trigger, created(call.world, outcome.booking))
    return _reply(call, outcome.booking, 201)


async def create_in_old_version(call: Call) -> Reply:
    refuse_old_version(call.body)
    raise NestError(501, "The stand-in does not play version 2024-04-15 of this route.")


async def get(call: Call) -> Reply:
    uid = call.part("uid")
    booking = next((booking for booking in call.visible_bookings() if booking.uid == uid), None)
    if booking is None:
        raise not_found(f"Booking with uid={uid} was not found in the database")
    return _reply(call, booking)


async def reschedule(call: Call) -> Reply:
    """One webhook for the new booking, none for the old one."""
    old, new = await core.move(call.world, call.part("uid"), read_reschedule(call.body))
    trigger = "BOOKING_REQUESTED" if new.status == "pending" else "BOOKING_RESCHEDULED"
    await fire(call, new, trigger, rescheduled(call.world, old, new))
    return _reply(call, new, 201)


async def cancel(call: Call) -> Reply:
    booking = await core.cancel(call.world, call.part("uid"), read_cancel(call.body), call.user)
    await fire(call, booking, "BOOKING_CANCELLED", cancelled(call.world, booking))
    return _reply(call, booking)


async def confirm(call: Call) -> Reply:
    booking = core.confirm(call.world, call.part("uid"), call.key_owner)
    payload = created(call.world, booking)
    del payload["metadata"]
    await fire(call, booking, "BOOKING_CREATED", payload)
    return _reply(call, booking)


async def decline(call: Call) -> Reply:
    booking = core.decline(call.world, call.part("uid"), read_decline(call.body), call.key_owner)
    await fire(call, booking, "BOOKING_REJECTED", rejected(call.world, booking))
    return _reply(call, booking)


def _reply(call: Call, booking: Booking, status: int = 200) -> Reply:
    return ok(shown(call.world.store, booking), status)
