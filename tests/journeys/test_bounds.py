"""Nothing is too much for a service: whatever is longer, more or larger than it can be meant is refused by name, at every RPC and
every route. Read from the contracts, so that a new one cannot be forgotten."""

import asyncio
import json
import re
import uuid
from collections.abc import Iterator
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from fnmatch import fnmatch
from typing import Any

import httpx
import pytest
from google.protobuf.descriptor import FieldDescriptor, MethodDescriptor
from google.protobuf.message import Message
from journey_world import Caller, Whole, weekday
from neighbours import ADDRESSES, EVERY_METHOD, WITHIN_S, asked, asked_over, filled

from chassis.grpc_client import channel
from console.domain.accounts import Role
from console.pages.app import ROUTERS
from rufbuch.staff.v1 import service_pb2, service_pb2_grpc
from rufbuch_cli.user import put_user
from sandbox.callers.retell import Retell, signature

pytestmark = [pytest.mark.processes, pytest.mark.timeout(300)]
LONG, MANY = "x" * 20_000, 20_000
WHOLE_NUMBERS = {FieldDescriptor.TYPE_INT32: 31, FieldDescriptor.TYPE_INT64: 63}
TYPED = {
    "INVALID_ARGUMENT", "RESOURCE_EXHAUSTED", "NOT_FOUND", "FAILED_PRECONDITION", "PERMISSION_DENIED", "ABORTED",
    "ALREADY_EXISTS",
}  # fmt: skip
HARMLESS = {
    "AvailabilityService/ExplainSlot.language": "a language that nobody speaks is English",
    "AvailabilityService/ExtendHold.*_id": "no call can have such an id, and what it holds is nothing",
    "AvailabilityService/ReleaseHolds.*_id": "as above",
    "CallService/*.operator": "cut to what is kept",
    "CallService/ListTruthCases.tenant_id": "narrows a list",
    "StaffRegistryService/List*.branch_id": "narrows a list",
    "StaffRegistryService/Match*.branch_id": "as above",
    "StaffRegistryService/Match*.said": "whatever a caller says is no error: nothing fits",
    "StaffRegistryService/ProposeBusiness.key": "not read where the business is known",
}
"""May be answered: nothing of it is stored or looked for, however long it is."""
AT_ONCE = 8


def too_much(request: Message) -> Iterator[tuple[str, Message, bool]]:
    """The request with one field that is too long, has too many or is too large: which, and whether it must be refused. A
    number may be cut to what is meant, as sizes of pages are."""
    for field in request.DESCRIPTOR.fields:
        for wrong, must in _values(field):
            spoiled = type(request)()
            spoiled.CopyFrom(request)
            spoiled.ClearField(field.name)
            _put(spoiled, field, wrong)
            yield field.name, spoiled, must
        if field.message_type and not field.is_repeated:
            for name, inner, must in too_much(getattr(request, field.name)):
                spoiled = type(request)()
                spoiled.CopyFrom(request)
                getattr(spoiled, field.name).CopyFrom(inner)
                yield f"{field.name}.{name}", spoiled, must


def _values(field: Any) -> Iterator[tuple[Any, bool]]:
    if field.is_repeated:
        yield MANY, True
    elif field.type == FieldDescriptor.TYPE_STRING:
        yield LONG, True
    elif field.type in WHOLE_NUMBERS:
        most = 2 ** WHOLE_NUMBERS[field.type]
        yield from ((most - 1, False), (-most, False))


def _put(message: Any, field: Any, value: Any) -> None:
    if not field.is_repeated:
        setattr(message, field.name, value)
    elif field.message_type and field.message_type.GetOptions().map_entry:
        kept = getattr(message, field.name)
        for number in range(value):
            if field.message_type.fields_by_name["value"].message_type:
                kept[str(number)].SetInParent()
            else:
                kept[str(number)] = "x"
    elif field.message_type:
        for _ in range(value):
            getattr(message, field.name).add()
    else:
        word: Any = "x" if field.type == FieldDescriptor.TYPE_STRING else 1
        getattr(message, field.name).extend([word] * value)


async def known_ids(whole: Whole, tenant_id: str) -> dict[str, str]:
    """Of a business with nothing but itself."""
    async with channel(whole.running["STAFF_REGISTRY_ADDRESS"], default_deadline_s=10) as opened:
        registry = service_pb2_grpc.StaffRegistryServiceStub(opened)
        one = (await registry.GetBusiness(service_pb2.GetBusinessRequest(tenant_id=tenant_id))).business
    return {
        "tenant_id": tenant_id, "branch_id": one.branches[0].branch_id, "person_id": one.people[0].person_id,
        "service_id": one.services[0].service_id, "phone_number": "+493023125088", "caller_number": "+493023125088",
        "call_id": "call_bounds", "time_zone": "Europe/Berlin", "date": "2027-03-04", "language": "de",
    }  # fmt: skip


async def test_every_rpc_refuses_what_is_too_much(whole: Whole, ours: str) -> None:
    """SE-04: no answer says that something unexpected happened, and what is too much is neither stored nor looked for."""
    known, turns = await known_ids(whole, ours), asyncio.Semaphore(AT_ONCE)

    async def answer(name: str, field: str, request: Message, must: bool) -> str:
        async with turns:
            status, said = await asked_over(opened[EVERY_METHOD[name].containing_service.name], name, request)
        may = not must or any(fnmatch(f"{name}.{field}", pattern) for pattern in HARMLESS)
        fine = status in TYPED or (status == "OK" and may)
        return "" if fine else f"{name}.{field}: {status} {said[:200]}"

    tried = [
        (name, field, request, must)
        for name, method in EVERY_METHOD.items()
        for field, request, must in too_much(filled(method, known))
    ]
    assert {name for name, *_ in tried} >= {
        name for name, one in EVERY_METHOD.items() if one.input_type.fields
    }
    async with AsyncExitStack() as stack:
        opened = {
            service: await stack.enter_async_context(
                channel(whole.running[address], default_deadline_s=WITHIN_S)
            )
            for service, address in ADDRESSES.items()
        }
        wrongs = await asyncio.gather(*(answer(*one) for one in tried))
    assert "\n".join(sorted(filter(None, wrongs))) == ""


async def test_no_service_takes_a_message_of_megabytes(whole: Whole) -> None:
    """Refused before it is read, whatever it asks for."""
    one_each = {
        method.containing_service.name: name
        for name, method in EVERY_METHOD.items()
        if _first_string(method) and not method.server_streaming
    }
    assert one_each.keys() == ADDRESSES.keys()
    for name in one_each.values():
        request = filled(EVERY_METHOD[name], {})
        setattr(request, _first_string(EVERY_METHOD[name]), "x" * 5_000_000)
        assert (await asked(whole, name, request))[0] == "RESOURCE_EXHAUSTED", name


def _first_string(method: MethodDescriptor) -> str:
    texts = [
        one.name
        for one in method.input_type.fields
        if one.type == FieldDescriptor.TYPE_STRING and not one.is_repeated
    ]
    return texts[0] if texts else ""


async def test_every_route_refuses_what_is_too_much(whole: Whole, retell: Retell) -> None:
    """Signed by whom it may be: bodies of megabytes, depth, thousands of arguments, long words."""
    line = Caller(retell, "+493023125088").line
    functions = (
        "get_context",
        "check_availability",
        "start_booking",
        "request_callback",
        "cancel_appointment",
    )
    paths = [f"/retell/functions/{name}" for name in functions] + ["/retell/webhook", "/retell/inbound"]
    bodies = {
        "megabytes": b" " * 20_000_000,
        "deep": b"[" * 100_000 + b"]" * 100_000,
        "many": json.dumps({"args": {str(n): n for n in range(MANY)}, "call": line.as_call()}).encode(),
        "long": json.dumps(
            {"event": LONG, "args": {"name": LONG, "datum": LONG, "option_id": LONG}, "call": line.as_call()}
        ).encode(),
        "long call": json.dumps(
            {"args": {}, "event": "x", "call": {**line.as_call(), "call_id": LONG}}
        ).encode(),
    }
    wrongs = []
    async with httpx.AsyncClient(base_url=whole.running["GATEWAY_URL"], timeout=30) as http:
        for path in paths:
            for kind, body in bodies.items():
                signs = signature(body, key=whole.running["RETELL_API_KEY"], now=datetime.now(UTC))
                headers = {"X-Retell-Signature": signs, "Content-Type": "application/json"}
                answer = await http.post(path, content=body, headers=headers)
                if answer.status_code >= 500 or (kind == "megabytes" and answer.status_code != 413):
                    wrongs.append((path, kind, answer.status_code, answer.text[:200]))
    async with httpx.AsyncClient(base_url=whole.running["CALCOM_WEBHOOK_BASE_URL"], timeout=30) as http:
        answer = await http.post(f"/calcom/webhook/{whole.tenant_id}", content=bodies["megabytes"])
        if answer.status_code != 413:
            wrongs.append(("Cal.com's webhook", "megabytes", answer.status_code, answer.text[:200]))
    assert wrongs == []


async def test_every_page_refuses_what_is_too_much(whole: Whole, ours: str) -> None:
    """By somebody who is signed in."""
    email, password = "bounds@example.org", "correct horse battery"
    await asyncio.to_thread(
        put_user, whole.running, email, [ours], name="Kim", role=Role.OWNER, password=password
    )
    wrongs = []
    async with httpx.AsyncClient(base_url=whole.running["CONSOLE_URL"], timeout=30) as http:
        assert (await http.post("/sign-in", data={"email": email, "password": password})).status_code == 303
        token = re.search(r'csrf[^>]*?value="([^"]+)"', (await http.get("/callbacks")).text)
        csrf = token[1] if token else ""
        for path, method, names in _pages():
            words = dict.fromkeys(names, LONG) | {"csrf": csrf}
            if method == "POST":
                answers = [await http.post(path, data=words)]
            else:
                answers = [await http.get(path, params=dict.fromkeys(names, LONG[:3_000]))]
            if method == "POST":
                answers.append(await http.post(path, data=words | {"more": "x" * 20_000_000}))
                if answers[-1].status_code != 413:
                    wrongs.append((path, "megabytes", answers[-1].status_code))
            wrongs += [(method, path, one.status_code) for one in answers if one.status_code >= 500]
    assert wrongs == []


def _pages() -> Iterator[tuple[str, str, list[str]]]:
    for router in ROUTERS:
        for route in router.routes:
            if route.path in {"/live", "/sign-out", "/sign-in"}:
                continue
            names = [one.alias for one in (*route.dependant.query_params, *route.dependant.body_params)]
            path = re.sub(r"{\w+}", str(uuid.uuid4()), route.path)
            yield from ((path, method, names) for method in sorted(route.methods - {"HEAD"}))


async def test_a_caller_is_answered_after_all_that(whole: Whole, retell: Retell) -> None:
    """What was too much for one call is no trouble for the next."""
    caller = Caller(retell, "+493023125089")
    assert (await caller.wish(weekday("Donnerstag", weeks=7), "10 Uhr")).body["options"]
    await caller.hang_up()
