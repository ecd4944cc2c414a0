"""What was written to customers, what failed, and trying it again."""

from fastapi import APIRouter, Request, Response

from console.clients.sections import section
from console.domain.accounts import Action
from console.pages.feedback import done
from console.pages.parts import parts_of
from console.pages.visit import Changer, Visitor
from rufbuch.booking.v1 import message_pb2

router = APIRouter()
STATES = {
    "failed": message_pb2.MESSAGE_STATE_FAILED,
    "unknown": message_pb2.MESSAGE_STATE_UNKNOWN,
    "pending": message_pb2.MESSAGE_STATE_PENDING,
    "sent": message_pb2.MESSAGE_STATE_SENT,
    "suppressed": message_pb2.MESSAGE_STATE_SUPPRESSED,
}


@router.get("/messages")
async def messages(
    request: Request, visit: Visitor, show: str = "", appointment: str = "", page: str = ""
) -> Response:
    """The newest first; one state of them, or those about one appointment."""
    parts = parts_of(request)
    state = STATES.get(show, message_pb2.MESSAGE_STATE_UNSPECIFIED)
    found = await section(
        parts.messages.listed(visit.tenant_id, state=state, appointment_id=appointment, page_token=page)
    )
    return parts.renderer.page(
        request, "messages.html", visit, now=parts.clock.now(), show=show if show in STATES else "", page=page,
        appointment=appointment, states=STATES, messages=found.content,
        retried=set(map(int, (message_pb2.MESSAGE_STATE_FAILED, message_pb2.MESSAGE_STATE_UNKNOWN))),
        kind_name=message_pb2.MessageKind.Name, channel_name=message_pb2.MessageChannel.Name,
    )  # fmt: skip


@router.post("/messages/{message_id}/retry")
async def retry(request: Request, visit: Changer, message_id: str) -> Response:
    """Try it again."""
    visit.membership.require(Action.CARE)
    parts = parts_of(request)
    await parts.actor.do(
        visit.deed("retry_message", message_id),
        lambda: parts.messages.retry(visit.tenant_id, message_id, operator=visit.operator),
    )
    return done("/messages", "retry_message")
