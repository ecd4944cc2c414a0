"""Whether everything works: services, who hears of whom, what came last, what the doctor finds, what was done here."""

import asyncio
from collections.abc import Sequence
from datetime import datetime

from fastapi import APIRouter, Request, Response

from console.clients.sections import Section, section
from console.pages import findings
from console.pages.findings import Line
from console.pages.parts import Parts, parts_of
from console.pages.visit import Visit, Visitor
from rufbuch.calendarsync.v1 import operations_pb2 as sync_pb2

router = APIRouter()


@router.get("/health")
async def health(request: Request, visit: Visitor, *, check: bool = False) -> Response:
    """The page. Never says that all is well where something could not be asked. ``check``: Cal.com is asked as well."""
    parts, tenant_id = parts_of(request), visit.tenant_id
    now = parts.clock.now()
    services, budget, deeds, status = await asyncio.gather(
        parts.healths.all(),
        section(parts.copies.budget(tenant_id)),
        parts.trail.latest(tenant_id),
        section(parts.copies.status(tenant_id)),
    )
    (news, outside, build), doctor = await asyncio.gather(
        _heard(parts, visit, status, now), _doctor(parts, visit, now, check=check)
    )
    return parts.renderer.page(
        request, "health.html", visit, now=now, services=services, budget=budget.content, deeds=deeds, news=news,
        outside=outside, doctor=doctor, check=check, builds=(parts.settings.build, build),
    )  # fmt: skip


async def _heard(
    parts: Parts, visit: Visit, status: Section[sync_pb2.GetSyncStatusResponse], now: datetime
) -> tuple[Sequence[Line | None], Sequence[Line | None], str]:
    """News between the services, what came from outside, and the gateway's build; None in them: something is away."""
    t = visit.texts
    positions = {"calcom-sync": status.content.booking_position} if status.content else {}
    streams, lags, heard = await asyncio.gather(
        section(parts.checks.streams()),
        section(parts.checks.lags(positions)),
        section(parts.checks.heard(visit.tenant_id)),
    )
    news: list[Line | None] = [None] if None in (streams.content, lags.content, status.content) else []
    news += findings.streams(t, streams.content or [])
    news += findings.readers(t, lags.content or [], now)
    outside: list[Line | None] = [None] if heard.content is None or status.content is None else []
    outside += findings.heard(t, heard.content, now) if heard.content else []
    outside += findings.calendars(t, status.content, now) if status.content else []
    return news, outside, heard.content.build if heard.content else ""


async def _doctor(parts: Parts, visit: Visit, now: datetime, *, check: bool) -> Sequence[Line | None]:
    t, tenant_id = visit.texts, visit.tenant_id
    matrix, busy = await asyncio.gather(
        section(parts.people.matrix(tenant_id, check=False)), section(_as_of(parts, tenant_id))
    )
    lines: list[Line | None] = [None] if matrix.content is None or busy.content is None else []
    if matrix.content is not None:
        lines.append(findings.offered(t, matrix.content))
    if busy.content is not None and visit.business.message.calendar_sync:
        lines += [findings.busy_times(t, as_of, now) for as_of in busy.content]
    if check:
        accounts, mappings = await asyncio.gather(
            section(parts.checks.accounts(tenant_id)), section(parts.checks.mappings(tenant_id))
        )
        if accounts.content is None or mappings.content is None:
            return [*lines, None]
        lines += findings.looked_up(t, accounts.content, mappings.content)
    return lines


async def _as_of(parts: Parts, tenant_id: str) -> tuple[datetime | None]:
    # In a tuple, since None is an answer here.
    return (await parts.checks.busy_times_as_of(tenant_id),)
