"""An account of several businesses looks at another one."""

from fastapi import APIRouter, Request, Response

from console.clients.sections import section
from console.errors import NotFoundError
from console.pages.feedback import done
from console.pages.paging import shown
from console.pages.parts import parts_of
from console.pages.visit import Changer, Visitor

router = APIRouter()


@router.get("/businesses")
async def businesses(request: Request, visit: Visitor, page: int = 1) -> Response:
    """Those of the account, in its order."""
    parts = parts_of(request)
    listed = shown(visit.account.memberships, page)
    names = await section(parts.businesses.names([each.tenant_id for each in listed.rows]))
    return parts.renderer.page(
        request, "businesses.html", visit, listed=listed, names=names.content or {},
        away=names.content is None,
    )  # fmt: skip


@router.post("/businesses/{tenant_id}/look")
async def look(request: Request, visit: Changer, tenant_id: str) -> Response:
    """From now on this session sees that business. Raises NotFoundError where the account has no part in it."""
    if visit.account.membership(tenant_id) is None:
        raise NotFoundError("the account has no part in this business")
    parts = parts_of(request)
    await parts.actor.do(
        visit.deed("look_at_business", tenant_id),
        lambda: parts.doorkeeper.look_at(visit.session, tenant_id),
    )
    return done("/today", "look_at_business")
