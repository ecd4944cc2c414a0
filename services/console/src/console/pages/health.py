"""Whether everything works: services, what Cal.com still allows, what was done here."""

import asyncio

from fastapi import APIRouter, Request, Response

from console.clients.sections import section
from console.pages.parts import parts_of
from console.pages.visit import Visitor

router = APIRouter()


@router.get("/health")
async def health(request: Request, visit: Visitor) -> Response:
    """The page. Never says that all is well where something could not be asked."""
    parts = parts_of(request)
    services, budget, deeds = await asyncio.gather(
        parts.healths.all(),
        section(parts.copies.budget(visit.tenant_id)),
        parts.trail.latest(visit.tenant_id),
    )
    return parts.renderer.page(
        request,
        "health.html",
        visit,
        now=parts.clock.now(),
        services=services,
        budget=budget.content,
        deeds=deeds,
    )
