"""What stands in the way of a booking: the host's bookings with their buffers, and connected calendars."""

from datetime import datetime, timedelta

from sandbox.calcom.availability import working_windows
from sandbox.calcom.errors import bad_request
from sandbox.calcom.model import Booking, EventType
from sandbox.calcom.store import Store
from sandbox.calcom.times import Interval
from sandbox.calcom.world import World

UNAVAILABLE = "User either already has booking at this time or is not available"
PAST = "Attempting to book a meeting in the past."
OUT_OF_BOUNDS = (
    "The event type can't be booked at the \"start\" time provided. This could be because it's too soon (violating "
    "the minimum booking notice) or too far in the future (outside the event's scheduling window). Try fetching "
    'available slots first using the GET /v2/slots endpoint and then make a booking with "start" time equal to one '
    "of the available slots: https://cal.com/docs/api-reference/v2/slots"
)


def busy_times(store: Store, event_type: EventType, *, ignored_uid: str | None) -> list[Interval]:
    """Busy intervals of the event type's host, widened by the buffers of both sides."""
    host = store.user(event_type.owner_id)
    before, after = event_type.buffers
    busy = []
    for booking in store.bookings.of_host(host.id):
        if booking.uid == ignored_uid:
            continue
        other = store.event_types.get(booking.event_type_id)
        if _blocks(booking, other):
            other_before, other_after = other.buffers if other else (timedelta(), timedelta())
            busy.append(Interval(booking.start - other_before - after, booking.end + other_after + before))
    return busy + [Interval(span.start - after, span.end + before) for span in host.busy or ()]


def check_bounds(event_type: EventType, start: datetime, now: datetime) -> None:
    """Past, notice and window come before everything else."""
    if start < now:
        raise bad_request(PAST)
    latest = latest_start(event_type, now)
    too_early = start < max(now + event_type.notice, _window_opens(event_type, now))
    if too_early or (latest is not None and start > latest):
        raise bad_request(OUT_OF_BOUNDS)


def check_free(
    world: World, event_type: EventType, wanted: Interval, *, ignored_uid: str | None = None
) -> None:
    """Working hours and busy times. The slot grid does not matter, and neither do reservations."""
    store = world.store
    host = store.user(event_type.owner_id)
    schedule = store.schedules.get(event_type.fields["scheduleId"]) or store.schedule_of(host)
    windows = working_windows(schedule, wanted, as_displayed=False)
    works = any(window.contains(wanted) for window in windows)
    if not works or any(
        busy.overlaps(wanted) for busy in busy_times(store, event_type, ignored_uid=ignored_uid)
    ):
        raise bad_request(UNAVAILABLE)


def latest_start(event_type: EventType, now: datetime) -> datetime | None:
    """The end of the booking window; None without one."""
    window = event_type.fields["bookingWindow"]
    if window.get("type") == "calendarDays":
        return now + timedelta(days=window["value"])
    if window.get("type") == "businessDays":
        return _after_business_days(now, window["value"])
    if window.get("type") == "range":
        return datetime.fromisoformat(f"{window['value'][1]}T23:59:59+00:00")
    return None


def _window_opens(event_type: EventType, now: datetime) -> datetime:
    window = event_type.fields["bookingWindow"]
    if window.get("type") != "range":
        return now
    return datetime.fromisoformat(f"{window['value'][0]}T00:00:00+00:00")


def _after_business_days(now: datetime, days: int) -> datetime:
    while days > 0:
        now += timedelta(days=1)
        days -= now.weekday() < 5
    return now


def _blocks(booking: Booking, event_type: EventType | None) -> bool:
    if booking.status == "pending":
        return event_type is not None and event_type.pending_blocks
    return booking.status == "accepted"
