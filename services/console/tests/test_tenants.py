"""A business never sees or touches what is another's: every page and every action is tried with the other's ids.

The routes come from the application itself, so that a new one is tried from its first day on.
"""

import re
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import asyncpg
import httpx
import pytest
from console_peers import ANNA, ANNA_TOO, BRANCH, OTHER_TENANT, PERM, TENANT, FakePeers
from console_samples import a_call, a_callback, an_appointment, stamp
from console_world import NOW, Browser, add_account
from fastapi import APIRouter
from fastapi.routing import APIRoute
from google.protobuf.message import Message

from chassis.grpc_server import Servicer
from console.assembly import application
from console.domain.accounts import Role
from console.pages.parts import Parts
from rufbuch.booking.v1 import appointment_pb2, care_pb2, erasure_pb2, message_pb2
from rufbuch.booking.v1 import service_pb2 as booking_pb2
from rufbuch.calendarsync.v1 import service_pb2 as sync_pb2
from rufbuch.staff.v1 import resolution_pb2
from rufbuch.telephony.v1 import service_pb2 as telephony_pb2

SECRET = "Geheimrat"
"""Stands in everything that the other business has, and in nothing of ours."""
TENANT_FIELD = "tenant_id"
THEIRS = "4f9a9c1e-0000-4000-8000-0000000000ff"
IDS = {
    "call_id": "call_theirs", "case_id": THEIRS, "callback_id": THEIRS, "entry_id": THEIRS, "message_id": THEIRS,
    "appointment_id": THEIRS, "resolution_id": THEIRS, "tenant_id": OTHER_TENANT,
    "erasure_id": THEIRS,
}  # fmt: skip
"""What stands in a path. A route with a name that is not here fails until it is said what is meant by it."""
FIELDS = {
    "appointment": THEIRS, "call": "call_theirs", "person": ANNA, "service": PERM, "branch": BRANCH, "kind": "merge",
    "stays": ANNA, "goes": ANNA_TOO, "one": ANNA, "other": ANNA_TOO, "resolution": "x", "reason": "x", "assignee": "x",
    "sure": "yes", "etag": "plan-1", "number": "+493023125042", "cancel": "yes", "outcome": "booked", "when": "2025-11-24T15:00",
    "tenant": OTHER_TENANT, "tenant_id": OTHER_TENANT,
}  # fmt: skip
"""What stands in queries and forms; fields that a route does not have it ignores."""
ELSEWHERE = {
    "/live": "a stream without an end; its events say that something has changed, and not what",
    "/sign-out": "would end the session in the middle of it",
}
OPEN_TO_ALL = {"/", "/sign-in", "/sign-in/provider", "/sign-in/provider/back"}
"""Before anybody is known. What is added here shows and does nothing of any business."""


class Overheard:
    """What the console asks its peers."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, Message]] = []

    def on(self, servicer: Servicer) -> Servicer:
        for name in dir(servicer.implementation):
            if name[0].isupper():
                setattr(
                    servicer.implementation, name, self._noting(name, getattr(servicer.implementation, name))
                )
        return servicer

    def _noting(self, name: str, answer: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
        async def noting(request: Message, context: Any) -> Any:
            self.asked.append((name, request))
            return await answer(request, context)

        return noting

    def strangers(self) -> list[tuple[str, str]]:
        """Questions that name another business than ours, or none where they could."""
        return [
            (name, getattr(request, TENANT_FIELD))
            for name, request in self.asked
            if TENANT_FIELD in request.DESCRIPTOR.fields_by_name and getattr(request, TENANT_FIELD) != TENANT
        ]


@pytest.fixture
def overheard() -> Overheard:
    return Overheard()


@pytest.fixture
def peers(overheard: Overheard) -> FakePeers:
    """Peers that keep only the other business's things, and are listened to."""
    known = FakePeers(
        calls=[
            a_call(
                call_id="call_theirs", tenant_id=OTHER_TENANT, caller_number=SECRET,
                utterances=[telephony_pb2.Utterance(words=SECRET)],
            )
        ],
        truth_cases=[
            telephony_pb2.TruthCase(
                case_id=THEIRS, call_id="call_theirs", tenant_id=OTHER_TENANT, kind=SECRET, find_time=stamp(NOW)
            )
        ],
        appointments=[an_appointment(appointment_id=THEIRS, tenant_id=OTHER_TENANT, service_name=SECRET)],
        callbacks=[a_callback(callback_id=THEIRS, tenant_id=OTHER_TENANT, name=SECRET, topic=SECRET)],
        wishes=[
            care_pb2.WaitlistEntry(
                waitlist_entry_id=THEIRS, tenant_id=OTHER_TENANT, customer_name=SECRET,
                state=care_pb2.WAITLIST_STATE_WAITING,
            )
        ],
        messages=[
            message_pb2.Message(
                message_id=THEIRS, tenant_id=OTHER_TENANT, appointment_id=THEIRS, text=SECRET, detail=SECRET,
                state=message_pb2.MESSAGE_STATE_FAILED,
            )
        ],
        cases=[
            sync_pb2.SyncCase(
                case_id=THEIRS, tenant_id=OTHER_TENANT, appointment_id=THEIRS, kind=SECRET, detail=SECRET,
                open_time=stamp(NOW),
            )
        ],
    )  # fmt: skip
    known.customers.records[OTHER_TENANT, "+493023125042"] = booking_pb2.ExportCustomerResponse(
        customer=appointment_pb2.Customer(customer_id=THEIRS, name=SECRET)
    )
    known.customers.erasures[OTHER_TENANT, THEIRS] = erasure_pb2.Erasure(certificate=SECRET)
    known.team.tenant_id = OTHER_TENANT
    known.team.candidates = [resolution_pb2.DuplicateCandidate(person_name=SECRET, person_id=ANNA)]
    known.team.resolutions = [
        resolution_pb2.Resolution(
            resolution_id=THEIRS,
            tenant_id=OTHER_TENANT,
            operator=SECRET,
            state=resolution_pb2.RESOLUTION_STATE_APPLIED,
        )
    ]
    made = known.servicers()
    known.servicers = lambda: {name: overheard.on(each) for name, each in made.items()}  # type: ignore[method-assign]
    return known


def everything(known: FakePeers) -> str:
    """All that the peers keep."""
    return str([known.calls, known.truth_cases, known.appointments, known.callbacks, known.wishes, known.messages,
                known.cases, known.team.resolutions, known.team.different, known.customers.records])  # fmt: skip


@dataclass(frozen=True)
class Route:
    """As the application itself tells of it."""

    method: str
    template: str

    @property
    def path(self) -> str:
        return re.sub(r"{(\w+)[^}]*}", lambda name: IDS[name[1]], self.template)


def routes(parts: Parts) -> list[Route]:
    found = [
        Route(method, each.path)
        for each in all_of(application(parts, dict).router)
        for method in each.methods or ()
        if each.path not in ELSEWHERE
    ]
    assert len(found) > 25
    return found


def all_of(router: APIRouter) -> Iterator[APIRoute]:
    """Also those of routers that were included."""
    for each in router.routes:
        if isinstance(each, APIRoute):
            yield each
        elif isinstance(inner := getattr(each, "original_router", None), APIRouter):
            yield from all_of(inner)


async def token_of(browser: Browser) -> str:
    found = re.search(r'name="csrf" value="([^"]+)"', (await browser.get("/today")).text)
    assert found
    return found[1]


async def tried(browser: Browser, route: Route, fields: Mapping[str, str]) -> httpx.Response:
    """With personal data wherever a page can show it, and with the token of our own page."""
    if route.method == "GET":
        return await browser.http.get(route.path, params={**fields, "personal": "true"})
    form = {**fields, "csrf": await token_of(browser)}
    return await browser.http.request(route.method, route.path, data=form, headers=browser.headers)


@pytest.mark.parametrize("role", [Role.OWNER, Role.SUPPORT])
async def test_nothing_of_another_business_is_seen_or_touched(
    pool: asyncpg.Pool, browser: Browser, parts: Parts, peers: FakePeers, overheard: Overheard, role: Role
) -> None:
    await add_account(pool, "somebody@example.org", role)
    await browser.sign_in("somebody@example.org")
    before = everything(peers)
    assert SECRET in before
    for route in routes(parts):
        for fields in (FIELDS, {}):
            answer = await tried(browser, route, fields)
            assert answer.status_code < 500, (route, answer.status_code)
            assert SECRET not in answer.text, route
            assert SECRET not in answer.headers.get("location", ""), route
        assert everything(peers) == before, route
    assert overheard.strangers() == []
    assert len(overheard.asked) > 50


async def test_every_route_asks_who_is_there(parts: Parts, browser: Browser) -> None:
    """Without a session there is nothing to see and nothing to do."""
    for route in routes(parts):
        if route.template not in OPEN_TO_ALL:
            answer = await browser.http.request(route.method, route.path, headers=browser.headers)
            assert answer.status_code == 303, route
            assert answer.headers["location"].startswith("/sign-in"), route


async def test_what_changes_something_needs_the_pages_own_token(owner: Browser, parts: Parts) -> None:
    for route in routes(parts):
        if route.method != "GET" and route.template not in OPEN_TO_ALL:
            answer = await owner.http.request(route.method, route.path, data=FIELDS, headers=owner.headers)
            assert answer.status_code == 403, route
