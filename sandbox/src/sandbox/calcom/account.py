"""What belongs to a user besides bookings: me, schedules (2024-06-11), calendars and their busy times."""

import re
from typing import Any

from sandbox.calcom.errors import ValidatorListError, bad_request, listed, not_found
from sandbox.calcom.gate import Call, Reply, ok
from sandbox.calcom.model import Schedule, User
from sandbox.calcom.times import Interval, iso_millis, parse_instant

Json = dict[str, Any]

CREDENTIAL_OFFSET = 1000
"""A connected calendar's credential id is its user's id plus this."""

_CALENDAR_PARAMETER = re.compile(r"calendarsToLoad\[(\d+)\]\[(credentialId|externalId)\]")


async def me(call: Call) -> Reply:
    user = call.key_owner
    return ok(
        {
            "id": user.id,
            "email": user.email,
            "name": user.name,
            "avatarUrl": None,
            "bio": None,
            "timeFormat": 12,
            "defaultScheduleId": user.schedule_id,
            "weekStart": "Sunday",
            "timeZone": user.time_zone,
            "username": user.username,
            "organizationId": None,
        }
    )


async def schedules(call: Call) -> Reply:
    user = call.key_owner
    own = [schedule for schedule in call.world.store.schedules.all() if schedule.owner_id == user.id]
    return ok([shown_schedule(schedule, user) for schedule in own])


async def default_schedule(call: Call) -> Reply:
    user = call.key_owner
    return ok(shown_schedule(call.world.store.schedule_of(user), user))


async def schedule(call: Call) -> Reply:
    user, wanted = call.key_owner, call.part("id")
    found = call.world.store.schedules.get(wanted)
    if found is None or found.owner_id != user.id:
        raise not_found(f"Schedule with ID={wanted} does not exist.")
    return ok(shown_schedule(found, user))


async def calendars(call: Call) -> Reply:
    """The one that PUT /admin/users/{username}/busy-times connected, if any."""
    user = call.key_owner
    connected = []
    if user.busy is not None:
        credential = CREDENTIAL_OFFSET + user.id
        primary = {"externalId": user.email, "credentialId": credential, "primary": True, "readOnly": True}
        connected.append({"credentialId": credential, "primary": primary, "calendars": [primary]})
    return ok({"connectedCalendars": connected, "destinationCalendar": None})


async def busy_times(call: Call) -> Reply:
    user, query = call.key_owner, call.request.query_params
    asked = _asked_calendars(call)
    if "loggedInUsersTz" not in query:
        target = {name: query[name] for name in ("dateFrom", "dateTo") if name in query}
        rule = {"isString": "loggedInUsersTz must be a string"}
        raise ValidatorListError([listed({**target, "calendarsToLoad": asked}, "loggedInUsersTz", rule)])
    if user.busy is None or not any(one.get("credentialId") == CREDENTIAL_OFFSET + user.id for one in asked):
        raise bad_request("Unable to fetch connected calendars events. Please try again later.")
    bounds = _bounds(query.get("dateFrom"), query.get("dateTo"))
    spans = [span for span in user.busy if bounds is None or span.interval().overlaps(bounds)]
    return ok([{"start": iso_millis(s.start), "end": iso_millis(s.end), "source": "stand-in"} for s in spans])


def shown_schedule(schedule: Schedule, user: User) -> Json:
    return {
        "id": schedule.id,
        "ownerId": schedule.owner_id,
        "name": schedule.name,
        "timeZone": schedule.time_zone,
        "availability": list(schedule.availability),
        "isDefault": schedule.id == user.schedule_id,
        "overrides": list(schedule.overrides),
    }


def _asked_calendars(call: Call) -> list[Json]:
    by_index: dict[str, Json] = {}
    for name, value in call.request.query_params.multi_items():
        match = _CALENDAR_PARAMETER.fullmatch(name)
        if match:
            index, key = match.groups()
            number = key == "credentialId" and value.isdecimal()
            by_index.setdefault(index, {})[key] = int(value) if number else value
    return list(by_index.values())


def _bounds(first: str | None, last: str | None) -> Interval | None:
    """Both dates count in full."""
    start, end = parse_instant(first), parse_instant(f"{last}T23:59:59" if last and len(last) == 10 else last)
    return Interval(start, end) if start and end else None
