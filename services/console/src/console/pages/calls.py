"""The calls, and one of them from the first word to the last."""

from dataclasses import dataclass
from datetime import UTC, datetime

from fastapi import APIRouter, Request, Response
from google.protobuf.json_format import MessageToDict

from console.clients.sections import section
from console.domain.accounts import Action
from console.pages.parts import parts_of
from console.pages.visit import Visitor
from rufbuch.telephony.v1 import service_pb2

router = APIRouter()


@dataclass(frozen=True)
class Moment:
    """Something that happened in a call."""

    at: datetime
    function: service_pb2.FunctionCall | None = None
    arguments: dict[str, object] | None = None
    answer: dict[str, object] | None = None
    event: str = ""
    wrong: str = ""


@router.get("/calls")
async def calls(request: Request, visit: Visitor, page: str = "") -> Response:
    """A page of them, latest first."""
    parts = parts_of(request)
    found = await section(parts.calls.latest(visit.tenant_id, page_token=page))
    return parts.renderer.page(request, "calls.html", visit, calls=found.content, page=page)


@router.get("/calls/{call_id}")
async def call(request: Request, visit: Visitor, call_id: str, *, personal: bool = False) -> Response:
    """One call as a timeline. Names and numbers only for those who may see them, and then on the record."""
    parts = parts_of(request)
    if personal:
        visit.membership.require(Action.SEE_PERSONAL_DATA)
    found = await parts.calls.one(
        visit.tenant_id, call_id, operator=visit.operator, with_personal_data=personal
    )
    return parts.renderer.page(
        request, "call.html", visit, call=found, moments=moments_of(found), personal=personal,
        trace_url=parts.settings.console_trace_url,
    )  # fmt: skip


def moments_of(found: service_pb2.Call) -> list[Moment]:
    """All that is known of a call, in order."""
    moments = [
        Moment(
            each.receive_time.ToDatetime(tzinfo=UTC),
            each,
            MessageToDict(each.arguments),
            MessageToDict(each.answer),
        )
        for each in found.functions
    ]
    moments += [Moment(each.receive_time.ToDatetime(tzinfo=UTC), event=each.name) for each in found.events]
    moments += [Moment(each.find_time.ToDatetime(tzinfo=UTC), wrong=each.kind) for each in found.truth_cases]
    return sorted(moments, key=lambda moment: moment.at)
