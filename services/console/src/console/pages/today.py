"""Today: who is on the phone, what is booked, what needs somebody."""

import asyncio
from collections.abc import Sequence
from datetime import datetime, time, timedelta

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse, StreamingResponse

from chassis.clock import Clock
from console.clients.appointments import Appointments
from console.clients.calls import Calls
from console.clients.care import Care
from console.clients.copies import Copies
from console.clients.figures import CALL_DAYS
from console.clients.messages import Messages
from console.clients.sections import section
from console.pages import drawn
from console.pages.charts import Chart
from console.pages.live import Fingerprint, fingerprint_of
from console.pages.parts import Parts, parts_of
from console.pages.visit import Visit, Visitor
from rufbuch.booking.v1 import care_pb2, message_pb2
from rufbuch.calendarsync.v1 import operations_pb2 as sync_pb2
from rufbuch.calendarsync.v1 import service_pb2 as cases_pb2
from rufbuch.telephony.v1 import service_pb2 as telephony_pb2

router = APIRouter()
LATEST_CALLS = 50
BOOKINGS_SHOWN = 100
NEEDS_SHOWN = 20
"""Of each kind; the rest is where it is mended."""


@router.get("/", include_in_schema=False)
async def home() -> Response:
    """Today is what matters."""
    return RedirectResponse("/today")


@router.get("/today")
async def today(request: Request, visit: Visitor) -> Response:
    """The page."""
    parts, tenant_id = parts_of(request), visit.tenant_id
    now = parts.clock.now()
    start, end = day_around(now, visit)
    (calls, bookings, callbacks, messages), (cases, untruths, unsettled) = await asyncio.gather(
        asyncio.gather(
            section(parts.calls.latest(tenant_id, page_size=LATEST_CALLS)),
            section(parts.appointments.between(tenant_id, start, end)),
            section(parts.care.unresolved(tenant_id, size=NEEDS_SHOWN)),
            section(parts.messages.troubled(tenant_id, size=NEEDS_SHOWN)),
        ),
        asyncio.gather(
            section(parts.copies.cases(tenant_id)),
            section(parts.calls.truth_cases(tenant_id, size=NEEDS_SHOWN)),
            section(parts.copies.unsettled(tenant_id)),
        ),
    )
    ongoing = calls.content and [
        call for call in calls.content.calls if call.state == telephony_pb2.CALL_STATE_ONGOING
    ]
    return parts.renderer.page(
        request, "today.html", visit, now=now, ongoing=ongoing, bookings=bookings.content,
        callbacks=callbacks.content, messages=messages.content, shown=NEEDS_SHOWN,
        kind_name=message_pb2.MessageKind.Name, cases=cases.content, untruths=untruths.content,
        bookings_shown=BOOKINGS_SHOWN, stuck=stuck(unsettled.content, cases.content or []),
    )  # fmt: skip


@router.get("/today/figures", include_in_schema=False)
async def figures(request: Request, visit: Visitor) -> Response:
    """The last days as charts: a part of the page, brought when the rest is there."""
    parts = parts_of(request)
    return parts.renderer.page(request, "today_figures.html", visit, charts=await _charts(parts, visit))


async def _charts(parts: Parts, visit: Visit) -> Sequence[Chart | None]:
    """None in it: the service that counts does not answer."""
    days = parts.figures.days(visit.business.zone, CALL_DAYS)
    calls, bookings = await asyncio.gather(
        parts.figures.calls(visit.tenant_id, days), parts.figures.bookings(visit.tenant_id, days)
    )
    return [
        None if calls.content is None else drawn.calls(visit.texts, days, calls.content),
        None if bookings.content is None else drawn.bookings(visit.texts, days, bookings.content),
    ]


def stuck(
    unsettled: sync_pb2.ListUnsettledResponse | None, cases: Sequence[cases_pb2.SyncCase]
) -> Sequence[sync_pb2.UnsettledAppointment] | None:
    """Copies in trouble for which there is no case yet, so that they are seen while it happens; None: nothing is known."""
    if unsettled is None:
        return None
    known = {case.appointment_id for case in cases}
    return [
        each
        for each in unsettled.appointments
        if each.appointment_id not in known and (each.unknown or each.failed or each.last_error)
    ]


@router.get("/live", include_in_schema=False)
async def live(request: Request, visit: Visitor) -> Response:
    """Events while something changes; 204 tells the browser not to ask again."""
    hub = parts_of(request).hub
    if hub.full:
        return Response(status_code=204)
    return StreamingResponse(
        hub.changes(visit.tenant_id),
        media_type="text/event-stream",
        headers={"cache-control": "no-store", "x-accel-buffering": "no"},
    )


def day_around(now: datetime, visit: Visitor) -> tuple[datetime, datetime]:
    """The local day as instants; 23 or 25 hours where the clock is changed."""
    zone = visit.business.zone
    today_there = now.astimezone(zone).date()
    start, end = (
        datetime.combine(today_there + timedelta(days=ahead), time(), tzinfo=zone) for ahead in (0, 1)
    )
    return start, end


def fingerprints(
    calls: Calls, appointments: Appointments, care: Care, copies: Copies, messages: Messages, clock: Clock
) -> Fingerprint:
    """What live pages show, in one value."""

    async def fingerprint(tenant_id: str) -> str:
        now = clock.now()
        (ledger, booked, callbacks, cases), (offers, written, unsettled, untruths) = await asyncio.gather(
            asyncio.gather(
                calls.latest(tenant_id, page_size=20),
                appointments.between(tenant_id, now - timedelta(hours=12), now + timedelta(days=1)),
                care.unresolved(tenant_id),
                copies.cases(tenant_id),
            ),
            asyncio.gather(
                care.waiting(tenant_id, care_pb2.WAITLIST_STATE_OFFERED),
                messages.listed(tenant_id, size=20),
                copies.unsettled(tenant_id),
                calls.truth_cases(tenant_id),
            ),
        )
        lists = (*booked, *callbacks, *cases, *untruths)
        return fingerprint_of(
            *(
                each.SerializeToString(deterministic=True)
                for each in (ledger, offers, written, unsettled, *lists)
            )
        )

    return fingerprint
