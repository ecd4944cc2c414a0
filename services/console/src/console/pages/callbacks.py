"""Who is to be called back, and that somebody has."""

from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse

from console.clients.sections import section
from console.domain.accounts import Action
from console.pages.parts import parts_of
from console.pages.sign_in import SEE_OTHER
from console.pages.visit import Changer, Visitor

router = APIRouter()


@router.get("/callbacks")
async def callbacks(request: Request, visit: Visitor) -> Response:
    """The page, the most urgent first."""
    parts = parts_of(request)
    found = await section(parts.appointments.open_callbacks(visit.tenant_id))
    return parts.renderer.page(
        request, "callbacks.html", visit, now=parts.clock.now(), callbacks=found.content
    )


@router.post("/callbacks/{callback_id}/resolve")
async def resolve(
    request: Request,
    visit: Changer,
    callback_id: str,
    resolution: Annotated[str, Form(max_length=500)] = "",
) -> Response:
    """Somebody has taken care of it."""
    visit.membership.require(Action.CARE)
    parts = parts_of(request)
    await parts.actor.do(
        visit.deed("resolve_callback", callback_id, resolution),
        lambda: parts.appointments.resolve_callback(
            visit.tenant_id, callback_id, operator=visit.operator, resolution=resolution
        ),
    )
    return RedirectResponse("/callbacks", SEE_OTHER)
