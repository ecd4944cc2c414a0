"""Two rows become one: the plan before the deed, the deed, how far it is, and taking it back."""

from typing import Annotated

import grpc
from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse
from starlette.datastructures import FormData

from chassis.grpc_client import Fault, fault_of
from console.clients.people import Pair
from console.domain.accounts import Action
from console.pages import deciding
from console.pages.feedback import done
from console.pages.parts import Parts, parts_of
from console.pages.sign_in import SEE_OTHER
from console.pages.visit import Changer, Visit, Visitor
from rufbuch.staff.v1 import resolution_pb2

router = APIRouter()
_UNDER_WAY = {resolution_pb2.RESOLUTION_STATE_APPLYING, resolution_pb2.RESOLUTION_STATE_UNDOING}
_BACK = {resolution_pb2.RESOLUTION_STATE_UNDOING, resolution_pb2.RESOLUTION_STATE_UNDONE}
_SHOWN_AGAIN = {"PLAN_OUTDATED": "outdated", "DECISION_MISSING": "undecided"}


@router.get("/people/plan")
async def plan(
    request: Request, visit: Visitor, kind: str = "merge", stays: str = "", goes: str = ""
) -> Response:
    """What would happen, in words. Two accounts can only be linked and one only be merged: the right one is shown."""
    visit.membership.require(Action.RESOLVE_PEOPLE)
    return await _plan_page(request, visit, Pair(visit.tenant_id, stays, goes, link=kind == "link"))


@router.post("/people/apply")
async def apply(
    request: Request,
    visit: Changer,
    kind: Annotated[str, Form()] = "merge",
    stays: Annotated[str, Form(max_length=60)] = "",
    goes: Annotated[str, Form(max_length=60)] = "",
    etag: Annotated[str, Form(max_length=100)] = "",
    sure: Annotated[str, Form()] = "",
) -> Response:
    """Begin what was planned. The plan of before is not applied where it would be another one now, and what has begun
    does not begin a second time."""
    visit.membership.require(Action.RESOLVE_PEOPLE)
    parts, pair = parts_of(request), Pair(visit.tenant_id, stays, goes, link=kind == "link")
    if not sure:
        return await _plan_page(request, visit, pair, alert="plan.confirm_needed", read=await request.form())
    deed = "link_people" if pair.link else "merge_people"
    try:
        decisions = await _decisions(request, pair)
        begun = await parts.actor.do(
            visit.deed(deed, f"{stays}/{goes}", deciding.in_words(decisions)),
            lambda: parts.people.apply(pair, etag=etag, decisions=decisions, operator=visit.operator),
        )
    except grpc.aio.AioRpcError as error:
        return await _instead(request, visit, pair, etag=etag, error=error)
    return done(f"/people/resolutions/{begun.resolution_id}", deed)


@router.get("/people/resolutions/{resolution_id}")
async def resolution(request: Request, visit: Visitor, resolution_id: str) -> Response:
    """How far it is."""
    found = await parts_of(request).people.resolution(visit.tenant_id, resolution_id)
    return _resolution_page(request, visit, found)


@router.post("/people/resolutions/{resolution_id}/undo")
async def undo(request: Request, visit: Changer, resolution_id: str) -> Response:
    """Begin to take it back; what is being taken back already is not taken back a second time."""
    visit.membership.require(Action.RESOLVE_PEOPLE)
    parts = parts_of(request)
    try:
        await parts.actor.do(
            visit.deed("undo_resolution", resolution_id),
            lambda: parts.people.undo(visit.tenant_id, resolution_id, operator=visit.operator),
        )
    except grpc.aio.AioRpcError as error:
        fault = fault_of(error)
        if fault.reason not in {"NOT_UNDOABLE", "RESOLUTION_UNDER_WAY"}:
            raise
        found = await parts.people.resolution(visit.tenant_id, resolution_id)
        if found.state in _BACK:
            return done(f"/people/resolutions/{resolution_id}", "begun_already")
        return _resolution_page(request, visit, found, fault=fault)
    return done(f"/people/resolutions/{resolution_id}", "undo_resolution")


async def _decisions(request: Request, pair: Pair) -> deciding.Decisions:
    """What the form decides. Which overlaps there are is asked again, and where they are others than those that were shown
    the plan is not the one that was read: it is refused by its mark."""
    form = await request.form()
    choice = deciding.together(form)
    single = deciding.one_by_one(form)
    if choice is None:
        return single
    planned = await parts_of(request).people.plan(pair)
    return {**single, **deciding.Deciding.of(planned).about_overlaps(choice)}


async def _plan_page(
    request: Request, visit: Visit, pair: Pair, *, alert: str = "", read: FormData | None = None
) -> Response:
    """``read``: what was decided about the plan that was read; it stands only where that is still the plan."""
    parts = parts_of(request)
    try:
        planned = await parts.people.plan(pair)
    except grpc.aio.AioRpcError as error:
        fault = fault_of(error)
        if fault.reason == "OTHER_KIND":
            kind = "merge" if pair.link else "link"
            return RedirectResponse(
                f"/people/plan?kind={kind}&stays={pair.stays}&goes={pair.goes}&instead=true", SEE_OTHER
            )
        if fault.reason in {"RESOLUTION_UNDER_WAY", "BUSINESS_INVALID"}:
            return _refused_page(request, visit, fault)
        raise
    if request.query_params.get("instead") and not alert:
        alert = "plan.other_kind_link" if pair.link else "plan.other_kind_merge"
    form = read if read and read.get("etag") == planned.etag else FormData()
    return parts.renderer.page(
        request, "plan.html", visit, status=409 if request.method == "POST" else 200, plan=planned, pair=pair,
        alert=alert, chosen=deciding.one_by_one(form), together=deciding.together(form),
        deciding=deciding.Deciding.of(planned), names=_names(visit, planned), choice_name=resolution_pb2.Choice.Name,
        conflict_name=resolution_pb2.ConflictKind.Name,
    )  # fmt: skip


def _refused_page(request: Request, visit: Visit, fault: Fault) -> Response:
    return parts_of(request).renderer.page(
        request, "plan_refused.html", visit, status=409, fault=fault,
        running=fault.metadata.get("resolution_id", "") if fault.reason == "RESOLUTION_UNDER_WAY" else "",
    )  # fmt: skip


async def _instead(
    request: Request,
    visit: Visit,
    pair: Pair,
    *,
    etag: str,
    error: grpc.aio.AioRpcError,
) -> Response:
    """What is shown where a plan was not applied: that it has begun already, or the plan as it is now."""
    fault = fault_of(error)
    if not fault.reason:
        raise error
    begun = await _begun_before(parts_of(request), pair, etag)
    if begun:
        return done(f"/people/resolutions/{begun}", "begun_already")
    if fault.reason in _SHOWN_AGAIN:
        return await _plan_page(
            request, visit, pair, alert=f"plan.{_SHOWN_AGAIN[fault.reason]}", read=await request.form()
        )
    if fault.reason in {"RESOLUTION_UNDER_WAY", "BUSINESS_INVALID"}:
        return _refused_page(request, visit, fault)
    raise error


async def _begun_before(parts: Parts, pair: Pair, etag: str) -> str:
    """The resolution that began with this very plan, as after a double click or a lost answer; "": none did."""
    for each in await parts.people.resolutions(pair.tenant_id):
        same = (each.person_id, each.alias_person_id, each.plan.etag) == (pair.stays, pair.goes, etag)
        if same and each.state not in _BACK:
            return each.resolution_id
    return ""


def _resolution_page(
    request: Request, visit: Visit, found: resolution_pb2.Resolution, *, fault: Fault | None = None
) -> Response:
    parts = parts_of(request)
    return parts.renderer.page(
        request, "resolution.html", visit, status=409 if fault else 200, found=found, fault=fault,
        names=_names(visit, found.plan), under_way=found.state in _UNDER_WAY, now=parts.clock.now(),
        linked=found.kind == resolution_pb2.RESOLUTION_KIND_LINK,
        applied=found.state == resolution_pb2.RESOLUTION_STATE_APPLIED,
        choice_name=resolution_pb2.Choice.Name, decisions=deciding.counted(found),
    )  # fmt: skip


def _names(visit: Visit, plan: resolution_pb2.ResolutionPlan) -> dict[str, str]:
    """What the two are called; by their keys where that is all there is, or where both have one name."""
    people = visit.business.people
    stays = people.get(plan.person_id) or plan.person_key
    goes = people.get(plan.alias_person_id) or plan.alias_person_key
    if stays == goes:
        return {"stays": f"{stays} ({plan.person_key})", "goes": f"{goes} ({plan.alias_person_key})"}
    return {"stays": stays, "goes": goes}
