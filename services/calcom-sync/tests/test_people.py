"""Two ids that are one human: whose copies and busy times are whose (SR-01)."""

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import uuid4

from peers import ACCOUNT, PERSON, TENANT, named

from calcom_sync.domain.appointment import SyncState
from calcom_sync.domain.busy import Owner, Source, Span
from calcom_sync.servicer import FULL_NAME, CalendarSyncServicer
from calcom_sync.storage.people import Kept, Reassignment
from chassis.grpc_server import Servicer
from chassis.testing import everything_told, serving
from rufbuch.booking.v1 import service_pb2 as booking_pb2
from rufbuch.calendarsync.v1 import people_pb2, service_pb2_grpc

if TYPE_CHECKING:
    from conftest import Stage

WINNER, OTHER_ACCOUNT = named("winner"), named("account entered twice")
RESOLUTION = named("resolution")
LINK = Reassignment(TENANT, RESOLUTION, WINNER, PERSON, {})
MERGE = Reassignment(TENANT, RESOLUTION, WINNER, PERSON, {ACCOUNT: OTHER_ACCOUNT})


async def people_of(stage: "Stage") -> set[object]:
    return {
        row[0]
        for row in await stage.pool.fetch("SELECT person_id FROM intent UNION SELECT person_id FROM busy")
    }


async def appear(stage: "Stage", key: str, person: object = PERSON) -> None:
    owner = Owner(TENANT, ACCOUNT, person)  # type: ignore[arg-type] # an id
    span = Span(stage.start, stage.start + timedelta(hours=1))
    await stage.parts.backing.busy.appear(owner, Source.BOOKING, key, span, stage.cal.clock.now())


async def test_copies_and_busy_times_become_the_others_and_nothing_is_sent(stage: "Stage") -> None:
    found = await stage.settled(await stage.book())
    await appear(stage, "a")
    sent = len(await stage.requests("POST", ""))
    moved = await stage.parts.backing.people.reassign(LINK, stage.cal.clock.now())
    assert moved == Kept(4, 1)
    assert await people_of(stage) == {WINNER}
    assert [one.account_id for one in (await stage.found(found.ref)).intents] == [ACCOUNT] * 4
    assert len(await stage.requests("POST", "")) == sent
    kinds = [event.payload["person_id"] for event in await everything_told(stage.parts.backing.busy.log)]
    assert kinds == [str(PERSON), str(WINNER)]


async def test_the_same_again_answers_the_same(stage: "Stage") -> None:
    await stage.book()
    people, now = stage.parts.backing.people, stage.cal.clock.now()
    first = await people.reassign(LINK, now)
    one, other = await asyncio.gather(people.reassign(LINK, now), people.reassign(LINK, now))
    assert first == one == other == Kept(4, 0)


async def test_given_back_everything_is_as_it_was(stage: "Stage") -> None:
    await stage.settled(await stage.book())
    await appear(stage, "a")
    state = "SELECT to_jsonb(i) - 'revision' - 'updated_at' FROM intent i UNION ALL SELECT to_jsonb(b) FROM busy b"
    before = sorted(row[0] for row in await stage.pool.fetch(state))
    people, now = stage.parts.backing.people, stage.cal.clock.now()
    await people.reassign(MERGE, now)
    assert await people_of(stage) == {WINNER}
    assert await people.give_back(TENANT, RESOLUTION, now) == Kept(4, 1)
    after = sorted(row[0] for row in await stage.pool.fetch(state))
    assert [each.replace(str(OTHER_ACCOUNT), str(ACCOUNT)) for each in after] == before
    assert await people.give_back(TENANT, RESOLUTION, now) == Kept(0, 0)


async def test_what_was_never_reassigned_has_nothing_to_give_back(stage: "Stage") -> None:
    assert await stage.parts.backing.people.give_back(TENANT, uuid4(), stage.cal.clock.now()) == Kept(0, 0)


async def test_a_copy_in_flight_is_found_again_under_the_account_that_stays(stage: "Stage") -> None:
    """One account, entered twice: what is just being sent is neither lost nor sent again."""
    ref = await stage.book()
    work, release = await stage.in_flight()
    stage.registry.rename_account(OTHER_ACCOUNT)
    await stage.parts.backing.people.reassign(MERGE, stage.cal.clock.now())
    stage.directory.forget(TENANT)
    release.set()
    await work
    found = await stage.settled(ref)
    assert found.state is SyncState.SYNCED
    assert {one.account_id for one in found.intents} == {OTHER_ACCOUNT}
    assert len(await stage.bookings()) == 4
    assert await stage.cases() == []


async def test_an_event_that_was_on_its_way_goes_to_the_right_person(stage: "Stage") -> None:
    """Booked under the old id before, heard of after: there is no mapping of the old id any more."""
    stage.registry.rename_person(PERSON, WINNER)
    made = stage.perm()
    ref = await stage.book(made)
    assert (await stage.settled(ref)).state is SyncState.SYNCED
    for phase in made.phases:
        phase.person_id = str(WINNER)
    told = booking_pb2.AppointmentReassigned(appointment=made, previous_person_id=str(PERSON))
    await stage._tell(appointment_reassigned=told)
    assert {one.person_id for one in (await stage.found(ref)).intents} == {WINNER}


async def test_a_booking_there_follows_its_account(stage: "Stage") -> None:
    """A pass that began before the change may have noted it for the old id; the next one sets it right."""
    await appear(stage, "a")
    await appear(stage, "a", WINNER)
    rows = await stage.pool.fetch("SELECT person_id FROM busy")
    assert [row["person_id"] for row in rows] == [WINNER]
    assert len(await everything_told(stage.parts.backing.busy.log)) == 2


async def test_over_grpc(stage: "Stage") -> None:
    await stage.settled(await stage.book())
    servicer = CalendarSyncServicer(stage.parts.backing, stage.directory, stage.cal.clock, asyncio.Event())
    add = service_pb2_grpc.add_CalendarSyncServiceServicer_to_server
    async with serving(Servicer(servicer, add, FULL_NAME)) as channel:
        stub = service_pb2_grpc.CalendarSyncServiceStub(channel)
        moved = await stub.ReassignPerson(
            people_pb2.ReassignPersonRequest(
                tenant_id=str(TENANT),
                resolution_id=str(RESOLUTION),
                person_id=str(WINNER),
                alias_person_id=str(PERSON),
            )
        )
        described = await stub.DescribePeople(
            people_pb2.DescribePeopleRequest(tenant_id=str(TENANT), person_ids=[str(WINNER), str(PERSON)])
        )
        back = await stub.ReturnPerson(
            people_pb2.ReturnPersonRequest(tenant_id=str(TENANT), resolution_id=str(RESOLUTION))
        )
    assert (moved.copies, back.copies) == (4, 4)
    assert [each.copies for each in described.people] == [4, 0]


async def test_every_table_that_names_a_person_is_reassigned(stage: "Stage") -> None:
    """A table that comes later cannot be forgotten: it is dealt with and listed here, or this fails."""
    rows = await stage.pool.fetch(
        "SELECT table_name FROM information_schema.columns WHERE table_schema = current_schema()"
        " AND column_name = 'person_id'"
    )
    assert {row["table_name"] for row in rows} == {"intent", "busy", "reservation", "person_reassignment"}
