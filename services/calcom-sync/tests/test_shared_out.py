"""What replicas share out among themselves: one of them has it, and when that one has died another one gets it."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from peers import PERSON, SERVICE, TENANT, stamp

from calcom_sync.storage.surveys import LEASE
from rufbuch.calendarsync.v1 import service_pb2

if TYPE_CHECKING:
    from conftest import Stage

MOMENT = timedelta(milliseconds=1)
LATER = timedelta(minutes=20)
MINUTES = {0: (0, 50), 2: (65, 70), 3: (70, 85), 5: (95, 135)}
"""Of the active phases of the service."""
Take = Callable[[datetime], Awaitable[Sequence[object]]]


async def _is_shared_out(take: Take, now: datetime, lease: timedelta) -> None:
    """Four at once have all of it between them, each thing once; nobody gets it again before whoever has it is taken for dead."""
    at_once = [thing for things in await asyncio.gather(*(take(now) for _ in range(4))) for thing in things]
    whole = {_key(thing) for thing in at_once}
    assert whole
    assert len(at_once) == len(whole)
    assert list(await take(now + lease - MOMENT)) == []
    assert {_key(thing) for thing in await take(now + lease)} == whole


def _key(thing: Any) -> object:
    return getattr(thing, "reservation_id", None) or thing.account_id


async def test_an_account_is_surveyed_by_one_replica(stage: "Stage") -> None:
    await stage.parts.backing.surveyor.round()
    stage.cal.clock.advance(LATER)
    await _is_shared_out(stage.parts.backing.surveys.due, stage.cal.clock.now(), LEASE)


async def test_what_is_held_is_reserved_by_one_replica(stage: "Stage", stub: Any) -> None:
    stage.registry.calendar_terms.mirror_holds = True
    now, mirror = stage.cal.clock.now(), stage.parts.backing.mirror
    request = service_pb2.MirrorHoldsRequest(
        tenant_id=str(TENANT), call_id="call_1", as_of_time=stamp(now), expire_time=stamp(now + LATER)
    )
    for position, (first, last) in MINUTES.items():
        phase = request.phases.add(service_id=str(SERVICE), phase_position=position, person_id=str(PERSON))
        phase.start_time.CopyFrom(stamp(stage.start + timedelta(minutes=first)))
        phase.end_time.CopyFrom(stamp(stage.start + timedelta(minutes=last)))
    await stub.MirrorHolds(request)

    def due(at: datetime) -> Awaitable[Sequence[object]]:
        return mirror.reservations.due(at, at + mirror.lease)

    await _is_shared_out(due, now, mirror.lease)
