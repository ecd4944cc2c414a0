"""The copies at Cal.com: what needs a look, here and there side by side, and mending it."""

import asyncio
from typing import Annotated

from fastapi import APIRouter, Form, Request, Response

from console.clients.sections import section
from console.domain.accounts import Action
from console.pages.feedback import done
from console.pages.parts import parts_of
from console.pages.visit import Changer, Visitor

router = APIRouter()


@router.get("/sync")
async def cases(request: Request, visit: Visitor, *, closed: bool = False) -> Response:
    """All cases, the oldest first, and how much may still be asked of Cal.com."""
    parts = parts_of(request)
    found, budget = await asyncio.gather(
        section(parts.copies.cases(visit.tenant_id, with_closed=closed)),
        section(parts.copies.budget(visit.tenant_id)),
    )
    return parts.renderer.page(
        request, "copies.html", visit, now=parts.clock.now(), cases=found.content, budget=budget.content,
        closed=closed,
    )  # fmt: skip


@router.get("/sync/{appointment_id}")
async def compare(request: Request, visit: Visitor, appointment_id: str) -> Response:
    """One appointment, here and there. Asks Cal.com, changes nothing: to be read before anything is done by hand."""
    parts, tenant_id = parts_of(request), visit.tenant_id
    compared, cases = await asyncio.gather(
        section(parts.copies.verify(tenant_id, appointment_id)),
        section(parts.copies.cases(tenant_id, appointment_id=appointment_id)),
    )
    return parts.renderer.page(
        request, "copy.html", visit, now=parts.clock.now(), appointment_id=appointment_id,
        compared=compared.content, cases=cases.content,
    )  # fmt: skip


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
