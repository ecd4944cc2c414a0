"""GET /v2/bookings: the filters, their traps, and the pagination that counts differently."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from starlette.datastructures import QueryParams

from sandbox.calcom.booking_output import shown, shown_in_old_version
from sandbox.calcom.errors import ValidatorListError, listed
from sandbox.calcom.gate import Call, Reply, ok
from sandbox.calcom.model import Booking, User
from sandbox.calcom.times import parse_instant

Json = dict[str, Any]
Predicate = Callable[[Booking], bool]
Comparison = Callable[[Booking, datetime], bool]

STATUSES = ("upcoming", "recurring", "past", "cancelled", "unconfirmed")
_BAD_STATUS = f"Invalid status. Allowed are {', '.join(STATUSES)}"
_DEFAULT_TAKE, _MOST = 100, 250

_INSTANTS: dict[str, Comparison] = {
    "afterStart": lambda booking, at: booking.start >= at,
    "beforeEnd": lambda booking, at: booking.end <= at,
    "afterCreatedAt": lambda booking, at: booking.created_at >= at,
    "beforeCreatedAt": lambda booking, at: booking.created_at <= at,
    "afterUpdatedAt": lambda booking, at: booking.updated_at >= at,
    "beforeUpdatedAt": lambda booking, at: booking.updated_at <= at,
}
# The original's total ignores some filters; which ones was not measured, the stand-in picks these.
_NOT_COUNTED = ("afterCreatedAt", "beforeCreatedAt", "afterUpdatedAt", "beforeUpdatedAt")
_SORTS: dict[str, Callable[[Booking], datetime]] = {
    "sortStart": lambda booking: booking.start,
    "sortEnd": lambda booking: booking.end,
    "sortCreated": lambda booking: booking.created_at,
    "sortUpdatedAt": lambda booking: booking.updated_at,
}


@dataclass(frozen=True, slots=True)
class Page:
    take: int
    skip: int

    def describe(self, returned: int, total: int) -> Json:
        pages = -(-total // self.take)
        current = self.skip // self.take + 1 if total else 0
        return {
            "returnedItems": returned,
            "totalItems": total,
            "itemsPerPage": self.take,
            "remainingItems": max(0, total - self.skip - returned),
            "currentPage": current,
            "totalPages": pages,
            "hasNextPage": self.skip + returned < total,
            "hasPreviousPage": self.skip > 0,
        }


async def list_all(call: Call) -> Reply:
    """Unknown query parameters are dropped without a word."""
    query = call.request.query_params
    page = Page(_number(query, "take", _DEFAULT_TAKE, 1, _MOST), _number(query, "skip", 0, 0, None))
    counted, uncounted = _predicates(query, call.world.now())
    own = _own(call)
    matching = [booking for booking in own if all(test(booking) for test in counted)]
    rows = _sorted([booking for booking in matching if all(test(booking) for test in uncounted)], query)
    chosen = rows[page.skip : page.skip + page.take]
    data = [shown(call.world.store, booking) for booking in chosen]
    return ok(data, pagination=page.describe(len(data), len(matching)))


async def list_in_old_version(call: Call) -> Reply:
    """The old API's shape, and none of the filters."""
    bookings = [shown_in_old_version(booking) for booking in _own(call)]
    return ok({"bookings": bookings, "recurringInfo": [], "nextCursor": None})


def _own(call: Call) -> list[Booking]:
    """What a caller sees: what she hosts or attends, and what those host whose team she administers."""
    user, users = call.key_owner, call.world.store.users
    hosts = {known.id for name in user.administers if (known := users.get(name))} | {user.id}
    return [one for one in call.visible_bookings() if _concerns(one, user, hosts)]


def _concerns(booking: Booking, user: User, hosts: set[int]) -> bool:
    return booking.host_id in hosts or booking.attendee.email == user.email


def _predicates(query: QueryParams, now: datetime) -> tuple[list[Predicate], list[Predicate]]:
    """Those that the total respects, and those that it does not."""
    counted = [*_identity_predicates(query), *_status_predicates(query, now)]
    uncounted: list[Predicate] = []
    for name, compare in _INSTANTS.items():
        if name in query:
            at = _instant(query, name)
            chosen = uncounted if name in _NOT_COUNTED else counted
            chosen.append(_at(compare, at))
    return counted, uncounted


def _at(compare: Comparison, at: datetime) -> Predicate:
    return lambda booking: compare(booking, at)


def _identity_predicates(query: QueryParams) -> list[Predicate]:
    tests: list[Predicate] = []
    if "attendeeEmail" in query:
        tests.append(lambda booking: booking.attendee.email == query["attendeeEmail"])
    if "attendeeName" in query:
        tests.append(lambda booking: booking.attendee.name == query["attendeeName"])
    if "bookingUid" in query:
        tests.append(lambda booking: booking.uid == query["bookingUid"])
    ids = [name for name in ("eventTypeId", "eventTypeIds") if name in query]
    if ids:
        wanted = {text for name in ids for text in query[name].split(",")}
        tests.append(lambda booking: str(booking.event_type_id) in wanted)
    if "teamId" in query or "teamsIds" in query:
        tests.append(lambda _: False)  # there are no teams here
    return tests


def _status_predicates(query: QueryParams, now: datetime) -> list[Predicate]:
    if "status" not in query:
        return []
    asked = query["status"].split(",")
    if any(status not in STATUSES for status in asked):
        raise ValidatorListError([listed({"status": asked}, "status", {"isEnum": _BAD_STATUS}, value=asked)])
    return [lambda booking: any(_has_status(booking, status, now) for status in asked)]


def _has_status(booking: Booking, status: str, now: datetime) -> bool:
    gone = booking.status in ("cancelled", "rejected")
    tests = {
        "upcoming": booking.end >= now and not gone,
        "past": booking.end <= now and not gone,
        "cancelled": gone,
        "unconfirmed": booking.status == "pending" and booking.end >= now,
        "recurring": False,
    }
    return tests[status]


def _sorted(bookings: list[Booking], query: QueryParams) -> list[Booking]:
    """By start unless asked otherwise; the id decides ties."""
    ordered = sorted(bookings, key=lambda booking: (booking.start, booking.id))
    for name, key in _SORTS.items():
        if query.get(name) in ("asc", "desc"):
            ordered.sort(key=key, reverse=query[name] == "desc")
    return ordered


def _number(query: QueryParams, name: str, default: int, least: int, most: int | None) -> int:
    text = query.get(name)
    if text is None:
        return default
    if not text.removeprefix("-").isdecimal():
        raise _refused(
            name, None, {"isNumber": f"{name} must be a number conforming to the specified constraints"}
        )
    value = int(text)
    if value < least:
        raise _refused(name, value, {"min": f"{name} must not be less than {least}"})
    if most is not None and value > most:
        raise _refused(name, value, {"max": f"{name} must not be greater than {most}"})
    return value


def _instant(query: QueryParams, name: str) -> datetime:
    at = parse_instant(query[name])
    if at is None:
        raise _refused(name, query[name], {"isIso8601": f"{name} must be a valid ISO 8601 date string"})
    return at


def _refused(name: str, value: object, constraints: Json) -> ValidatorListError:
    return ValidatorListError([listed({name: value}, name, constraints, value=value)])
