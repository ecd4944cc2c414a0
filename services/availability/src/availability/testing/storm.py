"""Many callers for few slots, and what they were told."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import combinations, groupby
from typing import TYPE_CHECKING

from availability.testing.salon import known, search
from rufbuch.availability.v1 import service_pb2 as pb

if TYPE_CHECKING:
    from rufbuch.availability.v1.service_pb2_grpc import AvailabilityServiceAsyncStub

ASK_AGAIN_S = 0.05
Told = Callable[[int], Awaitable[None]]


@dataclass(frozen=True)
class Storm:
    """What came of it."""

    held_wishes: int
    """Callers who hold the slot that they wished for."""
    refused_with_alternatives: int
    """Callers who were told that it is taken, and hold another."""
    overlaps: int
    """Pairs of held options that take the same person at the same time."""


async def storm(
    stub: "AvailabilityServiceAsyncStub",
    people: Sequence[str],
    start: datetime,
    *,
    callers: int,
    after_each: Told | None = None,
) -> Storm:
    """All callers at once; caller n wishes for person n (modulo), each at the same start.

    Who is told that nothing can be held just now asks again. ``after_each`` hears how many have been answered.
    """
    answered = 0

    async def one(caller: int) -> pb.SearchSlotsResponse:
        nonlocal answered
        person = people[caller % len(people)]
        wish = search(start, person_id=known(person), call_id=f"call_{caller}", max_options=1)
        while (  # noqa: ASYNC110 - the store of holds is away: there is nothing here to wait on
            answer := await stub.SearchSlots(wish, timeout=60)
        ).hold_state == pb.HOLD_STATE_UNAVAILABLE:
            await asyncio.sleep(ASK_AGAIN_S)
        answered += 1
        if after_each:
            await after_each(answered)
        return answer

    answers = await asyncio.gather(*(one(caller) for caller in range(callers)))
    held = [answer for answer in answers if answer.hold_state == pb.HOLD_STATE_HELD]
    return Storm(
        held_wishes=sum(answer.outcome == pb.SEARCH_OUTCOME_AVAILABLE for answer in held),
        refused_with_alternatives=sum(answer.outcome == pb.SEARCH_OUTCOME_ALTERNATIVES for answer in held),
        overlaps=overlaps(held),
    )


def overlaps(answers: Sequence[pb.SearchSlotsResponse]) -> int:
    """Pairs of options of different answers that take one person at one time."""
    taken = sorted(
        (interval.person_id, interval.start_time.seconds, interval.end_time.seconds)
        for answer in answers
        for option in answer.options
        for interval in option.occupied
    )
    by_person = groupby(taken, key=lambda span: span[0])
    return sum(
        one[1] < other[2] and other[1] < one[2]
        for _, spans in by_person
        for one, other in combinations(spans, 2)
    )
