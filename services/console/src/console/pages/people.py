"""Who is offered for what, who may be listed twice, and what was made one."""

import asyncio
from typing import Annotated

from fastapi import APIRouter, Form, Request, Response

from console.clients.sections import section
from console.domain.accounts import Action
from console.pages.feedback import done
from console.pages.matrix import tables
from console.pages.paging import shown
from console.pages.parts import parts_of
from console.pages.visit import Changer, Visitor
from rufbuch.staff.v1 import mappings_pb2

router = APIRouter()
SERVICES_SHOWN = 10


@router.get("/people")
async def people(
    request: Request,
    visit: Visitor,
    *,
    check: bool = False,
    faulty: bool = False,
    services: int = 1,
    pairs: int = 1,
    history: int = 1,
) -> Response:
    """The page; ``services``, ``pairs`` and ``history`` are the pages of its three lists."""
    people = parts_of(request).people
    matrix, duplicates, resolutions = await asyncio.gather(
        section(people.matrix(visit.tenant_id, check=check)),
        section(people.duplicates(visit.tenant_id)),
        section(people.resolutions(visit.tenant_id)),
    )
    cells = list(matrix.content.cells) if matrix.content else []
    drawn = tables(matrix.content, visit.business.message, only_faulty=faulty) if matrix.content else []
    return parts_of(request).renderer.page(
        request, "people.html", visit, matrix=matrix.content, check=check, faulty=faulty,
        holes=sum(cell.state == mappings_pb2.MAPPING_STATE_MISSING for cell in cells),
        broken=sum(cell.state == mappings_pb2.MAPPING_STATE_BROKEN for cell in cells),
        tables=shown(drawn, services, size=SERVICES_SHOWN),
        duplicates=None if duplicates.content is None else shown(duplicates.content, pairs),
        resolutions=None if resolutions.content is None else shown(resolutions.content, history),
    )  # fmt: skip


@router.post("/people/different")
async def different(
    request: Request,
    visit: Changer,
    one: Annotated[str, Form(max_length=60)] = "",
    other: Annotated[str, Form(max_length=60)] = "",
) -> Response:
    """Two rows are two humans."""
    visit.membership.require(Action.RESOLVE_PEOPLE)
    parts = parts_of(request)
    await parts.actor.do(
        visit.deed("different_people", f"{one}/{other}"),
        lambda: parts.people.different(visit.tenant_id, one, other, operator=visit.operator),
    )
    return done("/people", "different_people")
