"""The copies at Cal.com: seen, compared, tried again, closed."""

import re
from datetime import timedelta

import asyncpg
from console_peers import TENANT, FakePeers
from console_samples import stamp
from console_world import NOW, Browser, add_account

from console.domain.accounts import Role
from console.storage.audit import SqlAuditTrail
from rufbuch.calendarsync.v1 import service_pb2 as sync_pb2

APPOINTMENT = "4f9a9c1e-0000-4000-8000-0000000000a9"


def a_case() -> sync_pb2.SyncCase:
    return sync_pb2.SyncCase(
        case_id="case-1", tenant_id=TENANT, appointment_id=APPOINTMENT, kind="taken",
        detail="User either already has booking at this time or is not available", open_time=stamp(NOW),
    )  # fmt: skip


def compared() -> sync_pb2.VerifySyncResponse:
    here = sync_pb2.PhaseSync(
        state=sync_pb2.PHASE_SYNC_STATE_FAILED, start_time=stamp(NOW), last_error="taken"
    )
    there = sync_pb2.RemoteBooking(uid="uid-1", status="accepted", start_time=stamp(NOW))
    return sync_pb2.VerifySyncResponse(
        state=sync_pb2.APPOINTMENT_SYNC_STATE_PARTIAL,
        phases=[sync_pb2.PhaseCheck(phase=here, bookings=[there], differences=["the host is another one"])],
    )


async def test_a_case_leads_to_what_stands_here_and_there_side_by_side(
    owner: Browser, peers: FakePeers
) -> None:
    """An operator who sees the remote truth first deletes no booking that stands (CS-01)."""
    peers.cases, peers.verified[APPOINTMENT] = [a_case()], compared()
    assert f'href="/sync/{APPOINTMENT}"' in (await owner.get("/today")).text
    assert f'href="/sync/{APPOINTMENT}"' in (await owner.get("/sync")).text
    page = (await owner.get(f"/sync/{APPOINTMENT}")).text
    assert "nur zum Teil" in page
    assert "uid-1" in page
    assert "the host is another one" in page


async def test_a_copy_is_tried_again_on_the_record(
    owner: Browser, peers: FakePeers, pool: asyncpg.Pool
) -> None:
    peers.verified[APPOINTMENT] = compared()
    answer = await owner.send("/today", f"/sync/{APPOINTMENT}/retry")
    assert answer.headers["location"] == f"/sync/{APPOINTMENT}?said=retry_sync"
    (request,) = peers.retried
    assert (request.tenant_id, request.appointment_id, request.operator) == (
        TENANT, APPOINTMENT, "owner@example.org",
    )  # fmt: skip
    (entry,) = await SqlAuditTrail(pool).latest(TENANT)
    assert (entry.deed.action, entry.outcome) == ("retry_sync", "done")
    assert "Abgleich noch einmal versucht" in (await owner.get("/health")).text


async def test_a_case_that_is_closed_is_shown_only_on_demand(owner: Browser, peers: FakePeers) -> None:
    peers.cases = [a_case()]
    await owner.send("/today", f"/sync/{APPOINTMENT}/cases/case-1/resolve", resolution="von Hand gelöst")
    assert peers.cases[0].resolved_by == "owner@example.org"
    assert "Kein Fall ist offen." in (await owner.get("/sync")).text
    assert "von Hand gelöst" in (await owner.get("/sync?closed=true")).text


async def test_no_case_is_lost_beyond_the_first_ones(owner: Browser, peers: FakePeers) -> None:
    peers.cases = [
        sync_pb2.SyncCase(
            case_id=f"case-{n}", tenant_id=TENANT, appointment_id=APPOINTMENT, kind="taken", detail=f"Fall {n}.",
            open_time=stamp(NOW - timedelta(hours=600 - n)),
        )
        for n in range(501)
    ]  # fmt: skip
    assert "Alle 501 offenen Fälle" in (await owner.get("/today")).text
    page = (await owner.get("/sync")).text
    assert "Fall 49." in page
    assert "Fall 50." not in page
    assert "/sync?cases=2" in page or "?cases=2#cases" in page
    assert "Fall 50." in (await owner.get("/sync?cases=2")).text
    assert "Fall 500." in (await owner.get("/sync?cases=11")).text


async def test_what_was_closed_last_stands_first_behind_what_is_open(
    owner: Browser, peers: FakePeers
) -> None:
    for n, closed in enumerate([3, None, 1, 2, None]):
        case = sync_pb2.SyncCase(
            case_id=f"case-{n}", tenant_id=TENANT, appointment_id=APPOINTMENT, kind="taken",
            detail=f"Fall {n}.", open_time=stamp(NOW - timedelta(days=9 - n)),
        )  # fmt: skip
        if closed:
            case.close_time.CopyFrom(stamp(NOW - timedelta(days=closed)))
        peers.cases.append(case)
    page = (await owner.get("/sync?closed=true")).text
    assert re.findall(r"Fall (\d)\.", page) == ["1", "4", "2", "3", "0"]
    assert re.findall(r"Fall (\d)\.", (await owner.get("/sync")).text) == ["1", "4"]


async def test_a_booking_there_that_belongs_to_nothing_here_has_a_case_that_can_be_closed(
    owner: Browser, peers: FakePeers
) -> None:
    """calcom-sync knows its case, and no appointment that could be compared or tried again."""
    peers.cases = [a_case()]
    peers.cases[0].kind = "orphan"
    path = f"/sync/{APPOINTMENT}"
    page = await owner.get(path)
    assert page.status_code == 200
    assert "Zu diesem Termin gehört hier nichts." in page.text
    assert "not available" in page.text
    assert f"{path}/retry" not in page.text
    assert "antwortet gerade nicht" not in page.text
    assert "Zu diesem Termin gehört hier nichts." in (await owner.get(f"{path}/state")).text
    await owner.send(path, f"{path}/cases/case-1/resolve", resolution="dort gelöscht")
    assert peers.cases[0].resolution == "dort gelöscht"


async def test_who_does_not_answer_is_not_said_to_know_nothing(owner: Browser, peers: FakePeers) -> None:
    peers.away = {"sync"}
    page = (await owner.get(f"/sync/{APPOINTMENT}")).text
    assert "Zu diesem Termin gehört hier nichts." not in page
    assert "antwortet gerade nicht" in page


async def test_staff_repair_nothing(pool: asyncpg.Pool, browser: Browser, peers: FakePeers) -> None:
    await add_account(pool, "staff@example.org", Role.STAFF)
    await browser.sign_in("staff@example.org")
    assert (await browser.send("/today", f"/sync/{APPOINTMENT}/retry")).status_code == 403
    assert peers.retried == []


async def test_a_change_whose_service_is_away_is_no_success(
    owner: Browser, peers: FakePeers, pool: asyncpg.Pool
) -> None:
    peers.away = {"sync"}
    answer = await owner.send("/today", f"/sync/{APPOINTMENT}/retry")
    assert answer.status_code == 503
    (entry,) = await SqlAuditTrail(pool).latest(TENANT)
    assert entry.outcome
    assert entry.outcome != "done"


async def test_health_says_who_does_not_answer(owner: Browser, peers: FakePeers) -> None:
    page = (await owner.get("/health")).text
    assert page.count("arbeitet") == 5
    assert "42 Anfragen frei" in page
    peers.away = {"sync"}
    assert "antwortet gerade nicht" in (await owner.get("/health")).text
