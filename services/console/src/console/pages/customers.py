"""One customer: a copy of all that is stored, and forgetting her, with the plan before the deed. Numbers travel in forms alone:
what stands in an address stands in logs and histories as well."""

import json
import re
from typing import Annotated

import grpc
from fastapi import APIRouter, Form, Request, Response

from chassis.grpc_client import fault_of
from console.clients.customers import Stored, as_json
from console.domain.accounts import Action
from console.pages.feedback import done
from console.pages.parts import parts_of
from console.pages.visit import Changer, Visit, Visitor
from rufbuch.booking.v1 import erasure_pb2

router = APIRouter()
Number = Annotated[str, Form(max_length=40)]
_E164 = re.compile(r"\+[1-9]\d{6,14}")


@router.get("/customers")
async def customers(request: Request, visit: Visitor) -> Response:
    """Whose number."""
    visit.membership.require(Action.PRIVACY)
    return _asking(request, visit)


@router.post("/customers/plan")
async def plan(request: Request, visit: Changer, number: Number = "") -> Response:
    """What is stored, and what forgetting would do."""
    visit.membership.require(Action.PRIVACY)
    wanted = _written(number)
    if not wanted:
        return _asking(request, visit, alert="customers.number_invalid", number=number)
    return await _plan_page(request, visit, wanted)


@router.post("/customers/export")
async def export(request: Request, visit: Changer, number: Number = "") -> Response:
    """All of it, as a file."""
    visit.membership.require(Action.PRIVACY)
    wanted, parts = _written(number), parts_of(request)
    if not wanted:
        return _asking(request, visit, alert="customers.number_invalid", number=number)
    stored = await _looked_up(request, visit, wanted)
    told = await parts.actor.do(
        visit.deed("export_customer", stored.customer_id),
        lambda: parts.customers.everything(visit.tenant_id, wanted, visit.operator, parts.clock.now()),
    )
    return _file("customer.json", as_json(told))


@router.post("/customers/erase")
async def erase(
    request: Request,
    visit: Changer,
    number: Number = "",
    etag: Annotated[str, Form(max_length=100)] = "",
    sure: Annotated[str, Form(max_length=10)] = "",
    cancel: Annotated[str, Form(max_length=10)] = "",
) -> Response:
    """Begin what was planned. Where the plan of before would be another one now, it is shown again and nothing has happened."""
    visit.membership.require(Action.PRIVACY)
    wanted, parts = _written(number), parts_of(request)
    if not wanted:
        return _asking(request, visit, alert="customers.number_invalid", number=number)
    stored = await _looked_up(request, visit, wanted)
    alert = _objection(stored, etag=etag, sure=sure, cancel=cancel)
    if alert:
        return _planned(request, visit, stored, alert=alert)
    begin = erasure_pb2.BeginErasureRequest(
        tenant_id=visit.tenant_id,
        phone_number=wanted,
        operator=visit.operator,
        cancel_appointments=bool(cancel),
    )
    try:
        begun = await parts.actor.do(
            visit.deed("erase_customer", stored.customer_id), lambda: parts.customers.begin(begin)
        )
    except grpc.aio.AioRpcError as error:
        if fault_of(error).reason != "APPOINTMENTS_AHEAD":
            raise
        return await _plan_page(request, visit, wanted, alert="customers.outdated")
    return done(f"/customers/erasures/{begun.erasure_id}", "erase_customer")


@router.get("/customers/erasures/{erasure_id}")
async def erasure(request: Request, visit: Visitor, erasure_id: str) -> Response:
    """How far it is, and the certificate at the end."""
    visit.membership.require(Action.PRIVACY)
    parts = parts_of(request)
    found = await parts.customers.erasure(visit.tenant_id, erasure_id)
    certificate = as_json(json.loads(found.certificate)) if found.certificate else ""
    return parts.renderer.page(
        request, "erasure.html", visit, found=found, certificate=certificate,
        under_way=found.state == erasure_pb2.ERASURE_STATE_RUNNING,
    )  # fmt: skip


@router.get("/customers/erasures/{erasure_id}/certificate", include_in_schema=False)
async def certificate(request: Request, visit: Visitor, erasure_id: str) -> Response:
    """As it was written, for its SHA-256 to be checked."""
    visit.membership.require(Action.PRIVACY)
    found = await parts_of(request).customers.erasure(visit.tenant_id, erasure_id)
    return _file(f"erasure-{found.erasure_id}.json", found.certificate)


def _objection(stored: Stored, *, etag: str, sure: str, cancel: str) -> str:
    if etag != stored.etag:
        return "customers.outdated"
    if stored.ahead and not cancel:
        return "customers.cancel_needed"
    return "" if sure else "customers.confirm_needed"


def _written(number: str) -> str:
    """As services know it, out of what somebody has typed; "": it is none."""
    bare = re.sub(r"[\s()/.-]", "", number)
    bare = f"+{bare[2:]}" if bare.startswith("00") else bare
    return bare if _E164.fullmatch(bare) else ""


def _asking(request: Request, visit: Visit, *, alert: str = "", number: str = "") -> Response:
    return parts_of(request).renderer.page(
        request, "customers.html", visit, status=400 if alert else 200, alert=alert, number=number
    )


async def _plan_page(request: Request, visit: Visit, number: str, *, alert: str = "") -> Response:
    return _planned(request, visit, await _looked_up(request, visit, number), alert=alert)


async def _looked_up(request: Request, visit: Visit, number: str) -> Stored:
    """On the record, though not of whom: after an erasure nobody shall know whose number it was."""
    parts = parts_of(request)
    return await parts.actor.do(
        visit.deed("look_up_customer", "by number"),
        lambda: parts.customers.stored(visit.tenant_id, number, parts.clock.now()),
    )


def _planned(request: Request, visit: Visit, stored: Stored, *, alert: str = "") -> Response:
    return parts_of(request).renderer.page(
        request, "customer_plan.html", visit, status=409 if alert else 200, stored=stored, alert=alert
    )


def _file(name: str, text: str) -> Response:
    headers = {"content-disposition": f'attachment; filename="{name}"'}
    return Response(text, media_type="application/json", headers=headers)
