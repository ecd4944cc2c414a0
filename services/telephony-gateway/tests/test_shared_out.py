"""What replicas share out among themselves: one of them has it, and when that one has died another one gets it."""

import asyncio
from datetime import timedelta

import pytest
from gateway_world import TENANT, World

from telephony_gateway.storage import unchecked, unended
from telephony_gateway.storage.unchecked import LONGEST_CALL, UncheckedCalls
from telephony_gateway.storage.unended import UnendedCalls
from telephony_gateway.usecases.check_truth import EndedCall

CALLS = [f"call_{number:02}" for number in range(12)]
MOMENT = timedelta(milliseconds=1)
Queue = UnendedCalls | UncheckedCalls


async def _taken(queue: Queue, world: World, after: timedelta = timedelta()) -> list[str]:
    """The calls that one replica gets by then."""
    found = await queue.take(now=world.phone.clock.now() + after)
    return [call.call_id if isinstance(call, EndedCall) else call.caller.call_id for call in found]


@pytest.mark.parametrize(
    ("queue", "lease"),
    [(UnendedCalls, unended.AGAIN), (UncheckedCalls, unchecked.AGAIN)],
    ids=["ends", "truth"],
)
async def test_one_replica_has_a_call_and_another_gets_it_when_that_one_has_died(
    world: World, queue: type[Queue], lease: timedelta
) -> None:
    """TG-18, OB-10: whoever was killed with calls in hand must not keep them, and nobody else has them meanwhile."""
    await world.pool.executemany(
        "INSERT INTO call (call_id, tenant_id, dialled_number, caller_number, first_heard_at)"
        " VALUES ($1, $2, '+493023125100', '+493023125042', $3)",
        [(call, TENANT, world.phone.clock.now() - LONGEST_CALL) for call in CALLS],
    )
    replicas = [queue(world.pool) for _ in range(4)]

    at_once = await asyncio.gather(*(_taken(replica, world) for replica in replicas))

    assert sorted(call for calls in at_once for call in calls) == CALLS
    assert await _taken(replicas[1], world, lease - MOMENT) == []
    assert sorted(await _taken(replicas[1], world, lease)) == CALLS
