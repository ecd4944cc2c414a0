"""Routes, pages, keys and roles of the running system, tried by one business with the ids of another (SE-09, SE-12, SE-16)."""

import asyncio
import hashlib
import hmac
import re
import uuid

import httpx
import psycopg
import pytest
from journey_world import Caller, Whole, until
from neighbours import Theirs, is_synced, kept
from redis.asyncio import Redis

from console.domain.accounts import Role
from console.pages.app import ROUTERS
from rufbuch_cli.user import put_user

pytestmark = pytest.mark.processes
PASSWORD = "correct horse battery"


async def test_a_webhook_is_taken_from_its_own_business_alone(whole: Whole, ours: str) -> None:
    """SE-09, SE-10: signed by nobody, or by somebody else's secret."""
    body = b'{"triggerEvent": "BOOKING_CANCELLED", "payload": {"uid": "x"}}'
    forged = hmac.new(b"another secret", body, hashlib.sha256).hexdigest()
    async with httpx.AsyncClient(base_url=whole.running["CALCOM_WEBHOOK_BASE_URL"]) as http:
        for tenant in (whole.tenant_id, ours):
            for headers in ({}, {"X-Cal-Signature-256": forged}):
                answer = await http.post(f"/calcom/webhook/{tenant}", content=body, headers=headers)
                assert answer.status_code == 401
        assert (await http.post(f"/calcom/webhook/{uuid.uuid4()}", content=body)).status_code == 401
    async with httpx.AsyncClient(base_url=whole.running["GATEWAY_URL"]) as http:
        for path in ("/retell/functions/get_context", "/retell/webhook", "/retell/inbound"):
            assert (await http.post(path, content=b"{}")).status_code == 401


async def test_no_page_of_the_console_shows_or_changes_another_business(
    whole: Whole, ours: str, theirs: tuple[Theirs, Caller]
) -> None:
    """SE-12: every route there is, by somebody of our business, with their ids."""
    other, _ = theirs
    await until(lambda: is_synced(whole, other))
    before = kept(whole, other)
    await asyncio.to_thread(
        put_user, whole.running, "ours@example.org", [ours], name="Kim", role=Role.OWNER, password=PASSWORD
    )
    known = {
        **other.ids,
        "tenant_id": other.tenant_id,
        "call_id": other.call_id,
        "person": other.ids["person_id"],
    }
    async with httpx.AsyncClient(base_url=whole.running["CONSOLE_URL"]) as http:
        form = {"email": "ours@example.org", "password": PASSWORD}
        assert (await http.post("/sign-in", data=form)).status_code == 303
        page = (await http.get("/callbacks")).text
        token = re.search(r'csrf[^>]*?value="([^"]+)"|"x-csrf-token": ?"([^"]+)"', page, re.IGNORECASE)
        csrf = next((found for found in token.groups() if found), "") if token else ""
        tried = []
        for router in ROUTERS:
            for route in router.routes:
                path, methods = route.path, route.methods
                if path in {"/live", "/sign-out", "/sign-in"}:
                    continue
                at = re.sub(r"{(\w+)}", lambda found: known.get(found[1], str(uuid.uuid4())), path)
                for method in methods - {"HEAD"}:
                    data = {**known, "csrf": csrf} if method == "POST" else None
                    answer = await http.request(
                        method, at, data=data, params=known if method == "GET" else None
                    )
                    tried.append(at)
                    assert answer.status_code < 500 or answer.status_code == 503, (
                        method,
                        at,
                        answer.text[:300],
                    )
                    assert not any(mark in answer.text for mark in other.marks), (method, at)
    assert len(tried) > 15
    assert kept(whole, other) == before


async def test_every_key_in_redis_says_whose_it_is(whole: Whole, theirs: tuple[Theirs, Caller]) -> None:
    """SE-08, SE-15: what is remembered beside the database is remembered for one business."""
    # Signatures and events are of whoever sends them, the digest of a twin has its business in it, and a budget is of a key at
    # Cal.com, which several businesses may share.
    shared = (
        "gateway:signature:",
        "gateway:event:",
        "gateway:twin:",
        "gateway:left:",
        "rufbuch:calcom-sync:budget:",
    )
    other, _ = theirs
    async with Redis.from_url(whole.running["REDIS_URL"], decode_responses=True) as redis:
        keys = [key async for key in redis.scan_iter(count=1000)]
    assert any(other.tenant_id in key for key in keys)
    nameless = [key for key in keys if not re.search(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-", key)]
    assert [key for key in nameless if not key.startswith(shared)] == []


def test_services_see_nothing_before_they_say_for_whom(whole: Whole) -> None:
    """SE-16: as each service's own role, in the database of the running system."""
    seen = {}
    for schema in (
        "booking",
        "calcom_sync",
        "availability",
        "console",
        "staff_registry",
        "telephony_gateway",
    ):
        with psycopg.connect(whole.stack.installation.database_url(schema)) as connection:
            role = connection.execute(
                "SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user"
            )
            assert role.fetchone() == (False,)
            tables = connection.execute(
                "SELECT relname FROM pg_class WHERE relnamespace = current_schema()::regnamespace AND relforcerowsecurity"
            ).fetchall()
            assert tables
            for (table,) in tables:
                counted = connection.execute(f"SELECT count(*) FROM {table}").fetchone()
                seen[f"{schema}.{table}"] = counted[0] if counted else None
    assert {table: count for table, count in seen.items() if count} == {}
