"""The copies at Cal.com: what needs a look, here and there side by side, and mending it."""

import asyncio
from typing import Annotated

from fastapi import APIRouter, Form, Request, Response

from console.clients.figures import SYNC_DAYS
from console.clients.sections import section, section_of_one
from console.domain.accounts import Action
from console.pages import drawn
from console.pages.feedback import done
from console.pages.paging import shown
from console.pages.parts import parts_of
from console.pages.visit import Changer, Visitor

router = APIRouter()
CASES_SHOWN = 50


@router.get("/sync")
async def cases(request: Request, visit: Visitor, *, closed: bool = False, cases: int = 1) -> Response:
    """A page of the cases, the oldest first, and how much may still be asked of Cal.com."""
    parts = parts_of(request)
    days = parts.figures.days(visit.business.zone, SYNC_DAYS)
    found, budget, unsettled, counted = await asyncio.gather(
        section(parts.copies.cases(visit.tenant_id, with_closed=closed)),
        section(parts.copies.budget(visit.tenant_id)),
        section(parts.copies.unsettled(visit.tenant_id)),
        parts.figures.copies(visit.tenant_id, days),
    )
    charts = counted.content is not None and [
        drawn.doubts(visit.texts, days, counted.content), drawn.copies(visit.texts, days, counted.content),
    ]  # fmt: skip
    return parts.renderer.page(
        request, "copies.html", visit, now=parts.clock.now(), cases=found.content and shown(found.content, cases, size=CASES_SHOWN), budget=budget.content,
        closed=closed, unsettled=unsettled.content, charts=charts,
    )  # fmt: skip


@router.get("/sync/{appointment_id}")
async def compare(request: Request, visit: Visitor, appointment_id: str) -> Response:
    """One appointment, here and there. Asks Cal.com, changes nothing: to be read before anything is done by hand. A
    booking there that belongs to nothing here has cases all the same, which somebody has to close."""
    parts, tenant_id = parts_of(request), visit.tenant_id
    compared, state, cases = await asyncio.gather(
        section_of_one(parts.copies.verify(tenant_id, appointment_id)),
        section_of_one(parts.copies.state(tenant_id, appointment_id)),
        section(parts.copies.cases(tenant_id, appointment_id=appointment_id)),
    )
    return parts.renderer.page(
        request, "copy.html", visit, now=parts.clock.now(), appointment_id=appointment_id,
        compared=compared.content, state=state.content, cases=cases.content,
        unknown=compared.unknown or state.unknown,
    )  # fmt: skip


@router.get("/sync/{appointment_id}/state", include_in_schema=False)
async def state(request: Request, visit: Visitor, appointment_id: str) -> Response:
    """The part of the page above that changes by itself; Cal.com is not asked for it."""
    parts = parts_of(request)
    found = await section_of_one(parts.copies.state(visit.tenant_id, appointment_id))
    return parts.renderer.page(
        request,
        "copy_state.html",
        visit,
        appointment_id=appointment_id,
        state=found.content,
        unknown=found.unknown,
    )


@router.post("/sync/{appointment_id}/retry")
async def retry(request: Request, visit: Changer, appointment_id: str) -> Response:
    """Try it again; what may have been sent is looked up first."""
    visit.membership.require(Action.REPAIR)
    parts = parts_of(request)
    await parts.actor.do(
        visit.deed("retry_sync", appointment_id),
        lambda: parts.copies.retry(visit.tenant_id, appointment_id, operator=visit.operator),
    )
    return done(f"/sync/{appointment_id}", "retry_sync")


@router.post("/sync/{appointment_id}/cases/{case_id}/resolve")
async def resolve(
    request: Request,
    visit: Changer,
    appointment_id: str,
    case_id: str,
    resolution: Annotated[str, Form(max_length=500)] = "",
) -> Response:
    """Somebody has taken care of a case."""
    visit.membership.require(Action.REPAIR)
    parts = parts_of(request)
    await parts.actor.do(
        visit.deed("resolve_case", case_id, resolution),
        lambda: parts.copies.resolve(
            visit.tenant_id, case_id, operator=visit.operator, resolution=resolution
        ),
    )
    return done(f"/sync/{appointment_id}", "resolve_case")
