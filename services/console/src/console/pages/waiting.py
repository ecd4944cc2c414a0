"""Who waits for what comes free, and what is held for whom."""

import asyncio
from typing import Annotated

from fastapi import APIRouter, Form, Request, Response

from console.clients.sections import section
from console.domain.accounts import Action
from console.pages.feedback import done
from console.pages.parts import parts_of
from console.pages.visit import Changer, Visitor
from rufbuch.booking.v1 import care_pb2

router = APIRouter()
STATES = {
    "offered": care_pb2.WAITLIST_STATE_OFFERED,
    "waiting": care_pb2.WAITLIST_STATE_WAITING,
    "booked": care_pb2.WAITLIST_STATE_BOOKED,
    "expired": care_pb2.WAITLIST_STATE_EXPIRED,
    "passed": care_pb2.WAITLIST_STATE_PASSED,
    "withdrawn": care_pb2.WAITLIST_STATE_WITHDRAWN,
}
GOING_ON = ("offered", "waiting")


@router.get("/callbacks/waiting")
async def waiting(request: Request, visit: Visitor, show: str = "", page: str = "") -> Response:
    """Those that joined first at the head; without ``show``, those for whom something is held and those who wait."""
    parts = parts_of(request)
    chosen = [show] if show in STATES else list(GOING_ON)
    found = await asyncio.gather(
        *(
            section(
                parts.care.waiting(visit.tenant_id, STATES[each], page_token=page if len(chosen) == 1 else "")
            )
            for each in chosen
        )
    )
    return parts.renderer.page(
        request, "waiting.html", visit, now=parts.clock.now(), show=show if show in STATES else "", page=page,
        states=STATES, going_on=GOING_ON,
        lists={name: each.content for name, each in zip(chosen, found, strict=True)},
    )  # fmt: skip


@router.post("/callbacks/waiting/{entry_id}/leave")
async def leave(
    request: Request, visit: Changer, entry_id: str, reason: Annotated[str, Form(max_length=500)] = ""
) -> Response:
    """A wish is ended by hand; what was held for it goes to the next who fits."""
    visit.membership.require(Action.CARE)
    parts = parts_of(request)
    await parts.actor.do(
        visit.deed("leave_waitlist", entry_id, reason),
        lambda: parts.care.leave(visit.tenant_id, entry_id, operator=visit.operator, reason=reason),
    )
    return done("/callbacks/waiting", "leave_waitlist")
