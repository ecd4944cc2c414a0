"""GET /v2/slots (2024-09-04): what the booking page would show, two seconds late."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from starlette.datastructures import QueryParams

from sandbox.calcom import event_types
from sandbox.calcom.availability import clipped, slot_starts, without, working_windows
from sandbox.calcom.errors import NestError, not_found
from sandbox.calcom.gate import Call, Reply, target_of
from sandbox.calcom.model import EventType
from sandbox.calcom.occupancy import busy_times, latest_start
from sandbox.calcom.reservations import live_reservations
from sandbox.calcom.times import Interval, is_zone, iso_millis, parse_instant
from sandbox.calcom.validation import Problems
from sandbox.calcom.world import World

Json = dict[str, Any]

_PARAMETERS = frozenset(
    [
        "start",
        "end",
        "eventTypeId",
        "eventTypeSlug",
        "username",
        "usernames",
        "teamSlug",
        "organizationSlug",
        "timeZone",
        "duration",
        "format",
        "bookingUidToReschedule",
        "rrHostSubsetIds",
    ]
)
_USERNAMES = ("each value in usernames must be a string", "The array must contain at least 2 elements.")
_DATE_LENGTH = len("2027-10-05")


async def get(call: Call) -> Reply:
    query = call.request.query_params
    _check(query)
    cached = call.world.slot_cache.get(target_of(call.request), call.world.now())
    if cached is not None:
        return Reply(200, cached)
    if "usernames" in query:
        raise NestError(501, "The stand-in does not play slots of several usernames.")
    event_type = event_types.find(call.world.store, dict(query))
    if event_type is None:
        raise not_found("Event Type not found")
    answer: Json = {"data": _by_day(call.world, event_type, query), "status": "success"}
    call.world.slot_cache.put(target_of(call.request), answer, call.world.now())
    return Reply(200, answer)


def _check(query: QueryParams) -> None:
    problems = Problems()
    problems.refuse_unknown(query, _PARAMETERS)
    for name in ("start", "end"):
        problems.require_date(query, name)
    if "timeZone" in query and not is_zone(query["timeZone"]):
        problems.add("timeZone", "timeZone must be a valid IANA time-zone")
    if query.get("format", "time") not in ("time", "range"):
        problems.add("format", "format must be either 'time' or 'range'")
    if not _names_event_type(query):
        problems.add("usernames", *_USERNAMES, "usernames must be an array")
        problems.add("organizationSlug", "organizationSlug must be a string")
    problems.raise_if_any()


def _names_event_type(query: QueryParams) -> bool:
    by_slug = "eventTypeSlug" in query and ("username" in query or "teamSlug" in query)
    return "eventTypeId" in query or by_slug or "usernames" in query


def _by_day(world: World, event_type: EventType, query: QueryParams) -> Json:
    length = _length(event_type, query)
    zone = ZoneInfo(query["timeZone"]) if "timeZone" in query else UTC
    days: Json = {}
    for start in _starts(world, event_type, _bounds(query), length, query.get("bookingUidToReschedule")):
        slot = {"start": iso_millis(start, zone)}
        if query.get("format") == "range":
            slot["end"] = iso_millis(start + length, zone)
        days.setdefault(start.astimezone(zone).date().isoformat(), []).append(slot)
    return days


def _starts(
    world: World, event_type: EventType, bounds: Interval, length: timedelta, moved_uid: str | None
) -> list[datetime]:
    """Reservations of any event type of the host hide slots; they do not shift the grid."""
    store, now = world.store, world.now()
    host = store.user(event_type.owner_id)
    schedule = store.schedules.get(event_type.fields["scheduleId"]) or store.schedule_of(host)
    windows = clipped(working_windows(schedule, bounds, as_displayed=True), bounds)
    free = without(windows, busy_times(store, event_type, ignored_uid=moved_uid))
    reserved = [one.interval for one in live_reservations(store, now) if one.user_id == host.id]
    earliest, latest = now + event_type.notice, latest_start(event_type, now)
    return [
        start
        for stretch in free
        for start in slot_starts(stretch, length=length, step_min=event_type.step_min, not_before=earliest)
        if (latest is None or start <= latest)
        and not any(taken.overlaps(Interval(start, start + length)) for taken in reserved)
    ]


def _bounds(query: QueryParams) -> Interval:
    """Date-only means the UTC day, whatever the time zone asked for."""
    start, end = parse_instant(query["start"]), parse_instant(query["end"])
    if start is None or end is None:
        raise ValueError("start and end were not validated")
    if len(query["end"]) == _DATE_LENGTH:
        end += timedelta(days=1)
    return Interval(start, max(start, end))


def _length(event_type: EventType, query: QueryParams) -> timedelta:
    asked = query.get("duration", "")
    if asked.isdecimal() and int(asked) in event_type.length_options_min:
        return timedelta(minutes=int(asked))
    return timedelta(minutes=event_type.length_min)
