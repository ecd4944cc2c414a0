"""Who is to be called back, who takes care of it, and that somebody has."""

import asyncio
from typing import Annotated

from fastapi import APIRouter, Form, Request, Response

from console.clients.care import UNRESOLVED
from console.clients.sections import section
from console.domain.accounts import Action
from console.pages.feedback import done
from console.pages.parts import parts_of
from console.pages.visit import Changer, Visitor
from rufbuch.booking.v1 import care_pb2

router = APIRouter()
STATES = {"open": UNRESOLVED[0], "taken": UNRESOLVED[1], "done": care_pb2.CALLBACK_STATE_RESOLVED}


@router.get("/callbacks")
async def callbacks(request: Request, visit: Visitor, show: str = "", page: str = "") -> Response:
    """The most urgent first; without ``show``, those that nobody has taken over and those that somebody has."""
    parts = parts_of(request)
    chosen = [show] if show in STATES else ["open", "taken"]
    found = await asyncio.gather(
        *(
            section(
                parts.care.callbacks(
                    visit.tenant_id, STATES[each], page_token=page if len(chosen) == 1 else ""
                )
            )
            for each in chosen
        )
    )
    return parts.renderer.page(
        request, "callbacks.html", visit, now=parts.clock.now(), show=show if show in STATES else "", page=page,
        lists={name: each.content for name, each in zip(chosen, found, strict=True)},
    )  # fmt: skip


@router.post("/callbacks/{callback_id}/assign")
async def assign(
    request: Request,
    visit: Changer,
    callback_id: str,
    assignee: Annotated[str, Form(max_length=120)] = "",
) -> Response:
    """Somebody takes care of it; nobody: it is everybody's again."""
    visit.membership.require(Action.CARE)
    parts, assignee = parts_of(request), assignee.strip()
    deed = "assign_callback" if assignee else "unassign_callback"
    await parts.actor.do(
        visit.deed(deed, callback_id, assignee),
        lambda: parts.care.assign(visit.tenant_id, callback_id, operator=visit.operator, assignee=assignee),
    )
    return done("/callbacks", deed)


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
        lambda: parts.care.resolve(
            visit.tenant_id, callback_id, operator=visit.operator, resolution=resolution
        ),
    )
    return done("/callbacks", "resolve_callback")
