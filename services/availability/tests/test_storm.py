"""Many callers at once, with Redis going away in the middle, over real gRPC."""

import asyncio
from collections import Counter
from itertools import combinations

from availability.clients.redis_holds import TIMEOUT_S
from availability.testing.peers import BookingPeer, RegistryPeer
from availability.testing.replicas import Surroundings, eventually
from availability.testing.salon import at, known, search
from chassis.testing import SettableClock, serving
from local_stack.embedded import EmbeddedRedis
from rufbuch.availability.v1 import service_pb2 as pb

CALLERS = 200
SLOTS = [24 * day + 8 + hour for day in (1, 2, 3) for hour in range(9)][:20]
HELD = pb.HOLD_STATE_HELD


def wishes() -> list[pb.SearchSlotsRequest]:
    """Ten callers for each of twenty hours of one person."""
    return [
        search(at(SLOTS[caller % len(SLOTS)]), person_id=known("anna"), call_id=f"c-{caller}", max_options=1)
        for caller in range(CALLERS)
    ]


def overlaps(answers: list[pb.SearchSlotsResponse]) -> list[object]:
    spans = [
        (interval.start_time.seconds, interval.end_time.seconds)
        for answer in answers
        if answer.hold_state == HELD
        for option in answer.options
        for interval in option.occupied
    ]
    return [pair for pair in combinations(spans, 2) if pair[0][0] < pair[1][1] and pair[1][0] < pair[0][1]]


async def test_two_hundred_callers_for_twenty_slots_hold_twenty_and_hear_of_others(
    surroundings: Surroundings, registry: RegistryPeer
) -> None:
    """BK-01: every wished hour is held by one caller; all others hear of times that are theirs alone."""
    # Whole hours, so that nobody's alternative lies across two hours that others wish for.
    registry.businesses[known("salon")].branches[0].slot_step_minutes = 60
    async with surroundings.running() as service:
        answers = list(await asyncio.gather(*map(service.stub.SearchSlots, wishes())))
    assert overlaps(answers) == []
    assert Counter(len(answer.options) for answer in answers) == {1: CALLERS}
    held = {answer.options[0].start_time.seconds for answer in answers}
    assert {int(at(hour).timestamp()) for hour in SLOTS} <= held
    outcomes = Counter(answer.outcome for answer in answers)
    assert outcomes[pb.SEARCH_OUTCOME_AVAILABLE] + outcomes[pb.SEARCH_OUTCOME_ALTERNATIVES] == CALLERS
    assert 0 < outcomes[pb.SEARCH_OUTCOME_AVAILABLE] <= 20


async def test_a_restart_of_redis_among_two_hundred_callers_promises_nothing_twice(
    database_url: str,
    private_redis: EmbeddedRedis,
    registry: RegistryPeer,
    booking: BookingPeer,
    clock: SettableClock,
) -> None:
    """Whoever is told that a time is held holds it alone, among all who asked after the restart; everybody is answered."""
    async with serving(registry.as_servicer(), booking.as_servicer()) as peers:
        surroundings = Surroundings(database_url, private_redis.url, peers, clock)
        async with surroundings.running(redis_timeout_s=TIMEOUT_S) as service:
            asked = [asyncio.ensure_future(service.stub.SearchSlots(wish)) for wish in wishes()]
            await asyncio.wait(asked[: CALLERS // 4])
            await asyncio.to_thread(private_redis.kill)
            answers = list(await asyncio.gather(*asked))
            assert all(answer.options for answer in answers)
            await asyncio.to_thread(private_redis.start)

            async def is_back() -> bool:
                return (
                    await service.stub.SearchSlots(search(at(24 * 50 + 13), call_id="first"))
                ).hold_state == HELD

            await eventually(is_back)
            again = list(await asyncio.gather(*map(service.stub.SearchSlots, wishes())))
            assert overlaps([answer for answer in again if answer.hold_state == HELD]) == []
            assert {answer.hold_state for answer in again} <= {HELD, pb.HOLD_STATE_UNAVAILABLE}
