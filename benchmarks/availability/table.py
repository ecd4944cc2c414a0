"""Takes the figures: each question by each of many calls in turn with the floor, in one process, over real servers.

In these rows the figure that a Row has beside its own is the floor's, in milliseconds.
"""

import asyncio
from statistics import quantiles
from time import perf_counter
from typing import TYPE_CHECKING

import uvloop

from availability.testing.salon import known
from benchmarks.availability.floor import Floor, floor
from benchmarks.availability.salons import Asked, questions, running
from benchmarks.slots.table import Row
from local_stack.embedded import EmbeddedPostgres, EmbeddedRedis
from rufbuch.availability.v1 import service_pb2 as pb

if TYPE_CHECKING:
    from rufbuch.availability.v1.service_pb2_grpc import AvailabilityServiceAsyncStub

CALLS, UNCOUNTED = 400, 200
"""The first hundreds of milliseconds still pay for the start of three servers."""
MEDIAN_AT_MOST = 4.0
"""So many times the floor's median."""


def rows() -> list[Row]:
    """The whole table, in about twenty seconds."""
    with (
        EmbeddedPostgres() as database,
        EmbeddedRedis() as redis,
        asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner,
    ):
        return runner.run(_rows(database, redis.url))


async def _rows(database: EmbeddedPostgres, redis_url: str) -> list[Row]:
    async with running(database, redis_url) as service, floor(redis_url) as beside:
        return [row for asked in questions() for row in await _both(service.stub, beside, asked)]


async def _both(stub: "AvailabilityServiceAsyncStub", beside: Floor, asked: Asked) -> list[Row]:
    ours, floors = [], []
    for number in range(UNCOUNTED + CALLS):
        request = pb.SearchSlotsRequest()
        request.CopyFrom(asked.request)
        request.call_id = f"call_{number}"
        begun = perf_counter()
        answer = await stub.SearchSlots(request)
        ours.append(perf_counter() - begun)
        _agree(asked, answer)
        await stub.ReleaseHolds(
            pb.ReleaseHoldsRequest(
                tenant_id=known("salon"), branch_id=known("branch"), call_id=request.call_id
            )
        )
        beside.answer_with(answer)
        begun = perf_counter()
        await beside.stub.SearchSlots(request)
        floors.append(perf_counter() - begun)
    (median, late), (floor_median, floor_late) = map(_percentiles, (ours, floors))
    return [
        Row(f"{asked.name}, median", median, "ms", None, floor_median, MEDIAN_AT_MOST),
        Row(f"{asked.name}, 99 of 100 calls within", late, "ms", None, floor_late),
    ]


def _agree(asked: Asked, answer: pb.SearchSlotsResponse) -> None:
    found = (answer.outcome, answer.hold_state, len(answer.options))
    if found != (asked.outcome, pb.HOLD_STATE_HELD, asked.options):
        raise AssertionError(f"{asked.name}: {answer}")


def _percentiles(taken_s: list[float]) -> tuple[float, float]:
    """The median and the 99th percentile, in milliseconds."""
    cuts = quantiles(taken_s[UNCOUNTED:], n=100)
    return cuts[49] * 1e3, cuts[98] * 1e3
