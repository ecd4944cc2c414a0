"""The calls, looked for by what is known of them, and one of them from the first word to the last."""

from datetime import date, datetime, time, timedelta
from typing import Annotated
from urllib.parse import quote
from zoneinfo import ZoneInfo

import grpc
from fastapi import APIRouter, Form, Request, Response

from chassis.grpc_client import fault_of
from console.clients.calls import OUTCOMES, Wanted
from console.clients.sections import Section, section
from console.domain.accounts import Action
from console.pages.days import is_of_our_time
from console.pages.feedback import done
from console.pages.moments import moments_of
from console.pages.parts import parts_of
from console.pages.visit import Changer, Visit, Visitor
from rufbuch.telephony.v1 import service_pb2

router = APIRouter()


@router.get("/calls")
async def calls(
    request: Request,
    visit: Visitor,
    *,
    number: str = "",
    call: str = "",
    outcome: str = "",
    day: str = "",
    untrue: bool = False,
    page: str = "",
) -> Response:
    """A page of them, latest first. What cannot be looked for is said, and nothing is found then."""
    wanted_day = _day_of(day)
    start, end = _around(wanted_day, visit.business.zone) if wanted_day else (None, None)
    wanted = Wanted(
        number=number.strip(), call_id=call.strip(), outcome=outcome if outcome in OUTCOMES else "",
        start=start, end=end, untrue=untrue,
    )  # fmt: skip
    found, fault = await _found(request, visit, wanted, page)
    return parts_of(request).renderer.page(
        request, "calls.html", visit, calls=found.content, page=page, wanted=wanted, day=day, fault=fault,
        outcomes=OUTCOMES, searching=wanted != Wanted(), now=parts_of(request).clock.now(),
    )  # fmt: skip


async def _found(
    request: Request, visit: Visit, wanted: Wanted, page: str
) -> tuple[Section[service_pb2.ListCallsResponse], str]:
    try:
        return await section(parts_of(request).calls.latest(visit.tenant_id, wanted, page_token=page)), ""
    except grpc.aio.AioRpcError as error:
        reason = fault_of(error).reason
        if reason != "NUMBER_INVALID":
            raise
        return Section(service_pb2.ListCallsResponse()), visit.texts.reason(reason)


@router.get("/calls/{call_id}")
async def call(request: Request, visit: Visitor, call_id: str, *, personal: bool = False) -> Response:
    """One call as a timeline. Words, names and numbers only for those who may see them, and then on the record."""
    parts = parts_of(request)
    if personal:
        visit.membership.require(Action.SEE_PERSONAL_DATA)
    found = await parts.calls.one(
        visit.tenant_id, call_id, operator=visit.operator, with_personal_data=personal
    )
    return parts.renderer.page(
        request, "call.html", visit, call=found, moments=moments_of(found), personal=personal,
        trace_url=parts.settings.console_trace_url, speaker_caller=service_pb2.SPEAKER_CALLER,
        unresolved=[case for case in found.truth_cases if not case.HasField("resolve_time")],
    )  # fmt: skip


@router.post("/calls/{call_id}/cases/{case_id}/resolve")
async def resolve(
    request: Request,
    visit: Changer,
    call_id: str,
    case_id: str,
    resolution: Annotated[str, Form(max_length=500)] = "",
) -> Response:
    """Somebody has looked at what was not so."""
    visit.membership.require(Action.CARE)
    parts = parts_of(request)
    await parts.actor.do(
        visit.deed("resolve_truth_case", case_id, resolution),
        lambda: parts.calls.resolve_truth_case(
            visit.tenant_id, case_id, operator=visit.operator, resolution=resolution
        ),
    )
    return done(f"/calls/{quote(call_id, safe='')}", "resolve_truth_case")


def _day_of(text: str) -> date | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if is_of_our_time(day) else None


def _around(day: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """The local day as instants; 23 or 25 hours where the clock is changed."""
    start, end = (datetime.combine(day + timedelta(days=n), time(), tzinfo=zone) for n in (0, 1))
    return start, end
