"""A day of all people, or a week of one, drawn; and why a time is not free."""

import asyncio
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Request, Response

from console.clients.sections import Section, section
from console.domain.drawing import clock_of
from console.errors import NotFoundError
from console.pages.columns import draw
from console.pages.days import Day, is_of_our_time
from console.pages.paging import shown
from console.pages.parts import Parts, parts_of
from console.pages.visit import Visit, Visitor
from rufbuch.availability.v1.service_pb2 import ExplainSlotResponse
from rufbuch.booking.v1 import appointment_pb2
from rufbuch.staff.v1 import business_pb2

router = APIRouter()
PEOPLE_SHOWN = 20
"""Drawn beside each other; the others are on further pages."""
REMEMBERED = timedelta(days=1)
"""Availability forgets days before yesterday: of them only the appointments are known."""


@router.get("/calendar")
async def calendar(
    request: Request,
    visit: Visitor,
    day: Day | None = None,
    person: str = "",
    branch: str = "",
    people: int = 1,
) -> Response:
    """Without a person: everybody's day; with one: her week."""
    parts = parts_of(request)
    place = branch_of(visit, branch)
    zone = ZoneInfo(place.time_zone)
    today = parts.clock.now().astimezone(zone).date()
    first = day or today
    team = shown(_people(visit, place), people, size=PEOPLE_SHOWN)
    wanted = list(_wanted(visit, team.rows, first, person))
    days, booked = await asyncio.gather(
        section(parts.calendars.days(visit.tenant_id, place.branch_id, wanted)),
        section(_booked(parts, visit, wanted, zone)),
    )
    # What one of the two knows is drawn also while the other does not answer.
    drawing = draw(wanted, days.content or [()] * len(wanted), booked.content or [], zone)
    step = timedelta(days=7 if person else 1)
    return parts.renderer.page(
        request, "calendar.html", visit.told_in(zone), branch=place, day=first, today=today, person=person, drawing=drawing,
        away=days.content is None or booked.content is None, before=first - step, after=first + step, team=team,
        forgotten=bool(wanted) and min(day for _, day in wanted) < today - REMEMBERED, clock_of=clock_of,
    )  # fmt: skip


@router.get("/calendar/why")
async def why(
    request: Request,
    visit: Visitor,
    service: str = "",
    when: str = "",
    person: str = "",
    branch: str = "",
) -> Response:
    """What stands in the way of a start. ``when`` is the branch's wall clock; of an hour that comes twice, the first.
    Whoever comes from the calendar has named no service yet: the first is looked at that the person can do."""
    parts = parts_of(request)
    place = branch_of(visit, branch)
    zone = ZoneInfo(place.time_zone)
    start = _start(when, zone)
    if start and not service:
        service = _usual(visit, person)
    explained = Section[ExplainSlotResponse](None)
    if service and start:
        explained = await section(
            parts.calendars.explain(
                visit.tenant_id, place.branch_id, service, start, person_id=person,
                language=visit.account.language,
            )
        )  # fmt: skip
    return parts.renderer.page(
        request, "why.html", visit.told_in(zone), branch=place, service=service, when=when if start else "", person=person,
        explained=explained.content, away=bool(service and start) and explained.content is None,
        fault=bool(when) and start is None,
    )  # fmt: skip


def _start(when: str, zone: ZoneInfo) -> datetime | None:
    try:
        start = datetime.fromisoformat(when).replace(tzinfo=zone, fold=0)
    except ValueError:
        return None
    return start.astimezone(UTC) if is_of_our_time(start) else None


def _usual(visit: Visit, person_id: str) -> str:
    people = {each.person_id: each.service_ids for each in visit.business.message.people}
    able = people.get(person_id, ())
    services = [each.service_id for each in visit.business.message.services if not each.retired]
    return next((each for each in services if each in able or not able), "")


def _people(visit: Visit, place: business_pb2.Branch) -> list[business_pb2.Person]:
    return [
        each
        for each in visit.business.message.people
        if place.branch_id in each.branch_ids and not each.retired
    ]


def branch_of(visit: Visit, branch_id: str) -> business_pb2.Branch:
    """The branch, or the first. Raises NotFoundError."""
    for branch in visit.business.message.branches:
        if branch_id in {"", branch.branch_id}:
            return branch
    raise NotFoundError("no such branch")


def _wanted(
    visit: Visit, people: Sequence[business_pb2.Person], first: date, person_id: str
) -> Iterator[tuple[str, date]]:
    """(person, local day) of each column."""
    if not person_id:
        yield from ((each.person_id, first) for each in people)
        return
    if person_id not in visit.business.people:
        raise NotFoundError("no such person")
    monday = first - timedelta(days=first.weekday())
    yield from ((person_id, monday + timedelta(days=ahead)) for ahead in range(7))


async def _booked(
    parts: Parts, visit: Visit, wanted: Sequence[tuple[str, date]], zone: ZoneInfo
) -> Sequence[appointment_pb2.Appointment]:
    """The appointments whose phases are drawn; one that began the evening before is among them."""
    if not wanted:
        return []
    days, people = [day for _, day in wanted], {person_id for person_id, _ in wanted}
    start = datetime.combine(min(days) - timedelta(days=1), time(), tzinfo=zone)
    end = datetime.combine(max(days) + timedelta(days=1), time(), tzinfo=zone)
    only = people.pop() if len(people) == 1 else ""
    return await parts.appointments.between(visit.tenant_id, start, end, person_id=only)
