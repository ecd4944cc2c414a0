"""A day of all people, or a week of one, drawn; and why a time is not free."""

import asyncio
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta

from fastapi import APIRouter, Request, Response

from console.clients.sections import section
from console.errors import NotFoundError
from console.pages.columns import draw
from console.pages.parts import Parts, parts_of
from console.pages.visit import Visit, Visitor
from rufbuch.booking.v1 import appointment_pb2
from rufbuch.staff.v1 import business_pb2

router = APIRouter()
PEOPLE_MAX = 30
"""Drawn beside each other; more do not fit on any screen."""


@router.get("/calendar")
async def calendar(
    request: Request, visit: Visitor, day: date | None = None, person: str = "", branch: str = ""
) -> Response:
    """Without a person: everybody's day; with one: her week."""
    parts = parts_of(request)
    place = branch_of(visit, branch)
    today = parts.clock.now().astimezone(visit.business.zone).date()
    first = day or today
    wanted = list(_wanted(visit, place, first, person))
    days, booked = await asyncio.gather(
        section(parts.calendars.days(visit.tenant_id, place.branch_id, wanted)),
        section(_booked(parts, visit, wanted)),
    )
    drawing = draw(wanted, days.content or [], booked.content or [], visit.business.zone)
    step = timedelta(days=7 if person else 1)
    return parts.renderer.page(
        request, "calendar.html", visit, branch=place, day=first, today=today, person=person, drawing=drawing,
        away=days.content is None or booked.content is None, before=first - step, after=first + step,
    )  # fmt: skip


@router.get("/calendar/why")
async def why(
    request: Request,
    visit: Visitor,
    service: str = "",
    when: datetime | None = None,
    person: str = "",
    branch: str = "",
) -> Response:
    """What stands in the way of a start. ``when`` is the branch's wall clock; of an hour that comes twice, the first."""
    parts = parts_of(request)
    place = branch_of(visit, branch)
    explained = None
    if service and when:
        start = when.replace(tzinfo=visit.business.zone, fold=0).astimezone(UTC)
        explained = await parts.calendars.explain(
            visit.tenant_id,
            place.branch_id,
            service,
            start,
            person_id=person,
            language=visit.account.language,
        )
    return parts.renderer.page(
        request,
        "why.html",
        visit,
        branch=place,
        service=service,
        when=when,
        person=person,
        explained=explained,
    )


def branch_of(visit: Visit, branch_id: str) -> business_pb2.Branch:
    """The branch, or the first. Raises NotFoundError."""
    for branch in visit.business.message.branches:
        if branch_id in {"", branch.branch_id}:
            return branch
    raise NotFoundError("no such branch")


def _wanted(
    visit: Visit, place: business_pb2.Branch, first: date, person_id: str
) -> Iterator[tuple[str, date]]:
    """(person, local day) of each column."""
    if not person_id:
        people = [each for each in visit.business.message.people if place.branch_id in each.branch_ids]
        yield from ((each.person_id, first) for each in people[:PEOPLE_MAX])
        return
    if person_id not in visit.business.people:
        raise NotFoundError("no such person")
    monday = first - timedelta(days=first.weekday())
    yield from ((person_id, monday + timedelta(days=ahead)) for ahead in range(7))


async def _booked(
    parts: Parts, visit: Visit, wanted: Sequence[tuple[str, date]]
) -> Sequence[appointment_pb2.Appointment]:
    """The appointments whose phases are drawn; one that began the evening before is among them."""
    if not wanted:
        return []
    days, people = [day for _, day in wanted], {person_id for person_id, _ in wanted}
    start = datetime.combine(min(days) - timedelta(days=1), time(), tzinfo=visit.business.zone)
    end = datetime.combine(max(days) + timedelta(days=1), time(), tzinfo=visit.business.zone)
    only = people.pop() if len(people) == 1 else ""
    return await parts.appointments.between(visit.tenant_id, start, end, person_id=only)
