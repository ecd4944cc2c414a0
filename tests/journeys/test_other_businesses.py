"""Routes, pages, keys and roles of the running system, tried by one business with the ids of another (SE-09, SE-12, SE-16)."""

import asyncio
import hashlib
import hmac
import re
import uuid
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Any

import grpc
import httpx
import psycopg
import pytest
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass
from journey_world import Caller, Whole, until, weekday
from redis.asyncio import Redis

from chassis.grpc_client import channel
from console.domain.accounts import Role
from console.pages.app import ROUTERS
from rufbuch.availability.v1 import service_pb2 as availability_pb2
from rufbuch.booking.v1 import service_pb2 as booking_pb2
from rufbuch.booking.v1 import service_pb2_grpc as booking_grpc
from rufbuch.calendarsync.v1 import service_pb2 as sync_pb2
from rufbuch.staff.v1 import service_pb2 as staff_pb2
from rufbuch.telephony.v1 import service_pb2 as telephony_pb2
from rufbuch_cli.measure import measured_business
from rufbuch_cli.salon import import_business
from rufbuch_cli.user import put_user
from sandbox.callers.retell import Retell

pytestmark = pytest.mark.processes
PASSWORD = "correct horse battery"
NAME, NUMBER = "Zora Isolde Geheim", "+493023125066"
ADDRESSES = {
    "StaffRegistryService": "STAFF_REGISTRY_ADDRESS",
    "AvailabilityService": "AVAILABILITY_ADDRESS",
    "BookingService": "BOOKING_ADDRESS",
    "CalendarSyncService": "CALCOM_SYNC_ADDRESS",
    "CallService": "TELEPHONY_GATEWAY_ADDRESS",
}
METHODS = {
    f"{service.name}/{method.name}": method
    for each in (availability_pb2, booking_pb2, staff_pb2, sync_pb2, telephony_pb2)
    for service in each.DESCRIPTOR.services_by_name.values()
    for method in service.methods
    if "tenant_id" in method.input_type.fields_by_name
}
"""Those that name no business: tests/security says which, and why."""


@dataclass(frozen=True)
class Theirs:
    """What the other business has: one caller's appointment, callback, wish and held time."""

    tenant_id: str
    call_id: str
    option_id: str
    ids: Mapping[str, str]
    calendar_email: str

    @property
    def marks(self) -> tuple[str, ...]:
        """What nobody else may ever be shown."""
        return NAME, "Geheim", self.calendar_email


@pytest.fixture
def ours(whole: Whole) -> str:
    return import_business(whole.running, measured_business()).tenant_id


@pytest.fixture
async def theirs(whole: Whole, retell: Retell) -> AsyncIterator[tuple[Theirs, Caller]]:
    caller = Caller(retell, NUMBER)
    found = await caller.wish(weekday("Donnerstag", weeks=9), "10 Uhr")
    booked = await caller.ask("start_booking", option_id=found.body["options"][0]["option_id"], name=NAME)
    await caller.ask("request_callback", topic="Brautfrisur", name=NAME)
    held = await caller.wish(weekday("Donnerstag", weeks=10), "10 Uhr")
    async with channel(whole.running["BOOKING_ADDRESS"], default_deadline_s=10) as opened:
        stub = booking_grpc.BookingServiceStub(opened)
        one = booking_pb2.GetAppointmentRequest(
            tenant_id=whole.tenant_id, appointment_id=booked.body["appointment_id"]
        )
        made = (await stub.GetAppointment(one)).appointment
        every = booking_pb2.ListCallbacksRequest(tenant_id=whole.tenant_id, phone_number=NUMBER)
        callbacks = (await stub.ListCallbacks(every)).callbacks
    ids = {
        "appointment_id": made.appointment_id, "customer_id": made.customer.customer_id, "branch_id": made.branch_id,
        "service_id": made.service_id, "person_id": made.person_id, "callback_id": callbacks[0].callback_id,
    }  # fmt: skip
    option_id = held.body["options"][0]["option_id"]
    yield (
        Theirs(whole.tenant_id, caller.line.call_id, option_id, ids, made.customer.calendar_email),
        caller,
    )
    await caller.hang_up()


async def asked(whole: Whole, name: str, request: Message) -> tuple[str, str]:
    """The status, and what is said."""
    service, method = METHODS[name].containing_service, METHODS[name]
    async with channel(whole.running[ADDRESSES[service.name]], default_deadline_s=10) as opened:
        call: Any = opened.unary_unary(
            f"/{service.full_name}/{method.name}",
            request_serializer=lambda message: message.SerializeToString(),
            response_deserializer=GetMessageClass(method.output_type).FromString,
        )
        try:
            return "OK", str(await call(request))
        except grpc.aio.AioRpcError as error:
            return error.code().name, f"{error.details()} {error.trailing_metadata()}"


def kept(whole: Whole, theirs: Theirs) -> str:
    """A digest of what is stored of the other business and of its caller, past all services."""
    key = {name: uuid.UUID(value) for name, value in theirs.ids.items()}
    whole_tables = (
        "person",
        "branch",
        "service",
        "phase",
        "mapping",
        "calendar_account",
        "tenant",
        "dialled_number",
        "resolution",
    )
    selects = [
        f"SELECT t::text FROM staff_registry.{table} t WHERE tenant_id = %(tenant_id)s"
        for table in whole_tables
    ]
    selects += [
        f"SELECT t::text FROM booking.{table} t WHERE tenant_id = %(tenant_id)s AND appointment_id = %(appointment_id)s"
        for table in ("appointment", "phase", "occupancy", "appointment_change")
    ]
    selects += [
        "SELECT t::text FROM booking.customer t WHERE tenant_id = %(tenant_id)s AND customer_id = %(customer_id)s",
        "SELECT t::text FROM booking.callback t WHERE tenant_id = %(tenant_id)s AND callback_id = %(callback_id)s",
        "SELECT phase_id::text || state || booking_uid FROM calcom_sync.intent WHERE tenant_id = %(tenant_id)s AND appointment_id = %(appointment_id)s",
    ]
    with psycopg.connect(whole.running["DATABASE_URL"]) as connection:
        rows = connection.execute(
            " UNION ALL ".join(selects) + " ORDER BY 1", {**key, "tenant_id": uuid.UUID(theirs.tenant_id)}
        ).fetchall()
    assert len(rows) > 20
    return hashlib.sha256(repr(rows).encode()).hexdigest()


async def is_synced(whole: Whole, theirs: Theirs) -> bool:
    request = sync_pb2.GetSyncStateRequest(
        tenant_id=theirs.tenant_id, appointment_id=theirs.ids["appointment_id"]
    )
    status, said = await asked(whole, "CalendarSyncService/GetSyncState", request)
    return status == "OK" and "STATE_SYNCED" in said


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
