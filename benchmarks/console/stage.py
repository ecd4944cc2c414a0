"""The whole system beside whatever runs here, with a business that is years old, and somebody signed in."""

import asyncio
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from benchmarks.console.filling import A_DAY, Filled, fill
from chassis.grpc_client import channel
from console.clients.customers import Customers
from console.clients.peers import Peers
from console.clients.people import Pair, People
from console.domain.accounts import Role
from rufbuch.booking.v1 import erasure_pb2
from rufbuch.staff.v1 import business_pb2, resolution_pb2, service_pb2
from rufbuch_cli.beside import Installed, installed
from rufbuch_cli.salon import import_salon
from rufbuch_cli.user import put_user

PASSWORD = "ein langes Passwort"
OWNERS = {"de": "owner@example.org", "en": "english@example.org"}
"""By the language that they read."""
TWICE = ("Dora Beispiel", "Dora Beispiehl", "Emil Muster", "Emil Mustar")
"""Rows of people: the first two become one, the others look like one."""
DEADLINE_S = 20.0
APPLIED_WITHIN_S, LOOKED_EVERY_S = 60.0, 0.2


@dataclass(frozen=True)
class Stage:
    """What is measured and looked at."""

    up: Installed
    tenant_id: str
    filled: Filled
    examples: Mapping[str, str]
    """What stands in the gaps of addresses."""

    @property
    def url(self) -> str:
        """Where the console is."""
        return self.up.running["CONSOLE_URL"]


@contextmanager
def stage(appointments: int, a_day: int = A_DAY) -> Iterator[Stage]:
    """Everything up and filled. For the main thread only."""
    with tempfile.TemporaryDirectory(prefix="rufbuch-console-") as scratch, installed(scratch) as up:
        yield _filled(up, appointments, a_day)


def _filled(up: Installed, appointments: int, a_day: int) -> Stage:
    business = _with_people(up)
    ids = {person.name: person.person_id for person in business.people}
    resolution_id = asyncio.run(_made_one(up, business.tenant_id, ids[TWICE[0]], ids[TWICE[1]]))
    # What is filled is not told by events, so its reader begins anew.
    up.stack.stop_program("availability")
    filled = fill(
        up.running["DATABASE_URL"], business, appointments=appointments, now=datetime.now(UTC), a_day=a_day
    )
    up.stack.start_program("availability")
    for language, email in OWNERS.items():
        put_user(
            up.running, email, [business.tenant_id], name="Kim Beispiel", role=Role.OWNER, language=language,
            password=PASSWORD,
        )  # fmt: skip
    anna = business.people[0]
    examples = {
        "erasure_id": asyncio.run(_forgotten(up, business.tenant_id)),
        "appointment_id": filled.appointment_id,
        "call_id": filled.call_id,
        "day": (datetime.now(UTC) + timedelta(days=5)).date().isoformat(),
        "goes": ids[TWICE[3]],
        "person_id": anna.person_id,
        "resolution_id": resolution_id,
        "service_id": business.services[0].service_id,
        "stays": ids[TWICE[2]],
    }
    return Stage(up, business.tenant_id, filled, examples)


def _with_people(up: Installed) -> business_pb2.Business:
    return import_salon(
        up.running,
        [
            service_pb2.PersonDescription(key=f"twice-{n}", name=name, branch_keys=["mitte"])
            for n, name in enumerate(TWICE)
        ],
    )


async def _forgotten(up: Installed, tenant_id: str) -> str:
    """Of a number that nobody has called from."""
    request = erasure_pb2.BeginErasureRequest(
        tenant_id=tenant_id, phone_number="+493023125998", operator="owner@example.org"
    )
    async with channel(up.running["BOOKING_ADDRESS"], default_deadline_s=DEADLINE_S) as opened:
        peers = Peers.over(registry=opened, availability=opened, booking=opened, sync=opened, calls=opened)
        return (await Customers(peers.booking, peers.calls).begin(request)).erasure_id


async def _made_one(up: Installed, tenant_id: str, stays: str, goes: str) -> str:
    async with channel(up.running["STAFF_REGISTRY_ADDRESS"], default_deadline_s=DEADLINE_S) as opened:
        peers = Peers.over(registry=opened, availability=opened, booking=opened, sync=opened, calls=opened)
        people, pair = People(peers), Pair(tenant_id, stays, goes, link=False)
        planned = await people.plan(pair)
        begun = await people.apply(pair, etag=planned.etag, decisions={}, operator="owner@example.org")
        async with asyncio.timeout(APPLIED_WITHIN_S):
            # Before a service is stopped for the filling, and before anything else is planned.
            while begun.state != resolution_pb2.RESOLUTION_STATE_APPLIED:
                await asyncio.sleep(LOOKED_EVERY_S)
                begun = await people.resolution(tenant_id, begun.resolution_id)
        return begun.resolution_id
