"""The doctor looks at every replica behind an address, and says which of them is ill."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from chassis.grpc_server import GrpcServer, grpc_server
from rufbuch_cli.doctor.findings import Level
from rufbuch_cli.doctor.services import SERVICES, check
from rufbuch_cli.installation import Running


@pytest.fixture
async def replicas() -> AsyncIterator[list[GrpcServer]]:
    async with AsyncExitStack() as stack:
        started = [
            await stack.enter_async_context(grpc_server([], host="127.0.0.1", port=0, drain_s=1))
            for _ in range(2)
        ]
        for one in started:
            await one.set_ready(ready=True)
        yield started


def installation(address: str) -> Running:
    return Running({f"RUFBUCH_{name.upper()}_ADDRESS": address for name in SERVICES}, Path())


def several(replicas: list[GrpcServer]) -> str:
    return "ipv4:" + ",".join(f"127.0.0.1:{one.port}" for one in replicas)


async def test_all_replicas_are_asked(replicas: list[GrpcServer]) -> None:
    found = await check(installation(several(replicas)))

    assert {(finding.level, finding.words) for finding in found} == {(Level.OK, "2 replicas are ready")}


async def test_the_one_that_is_not_ready_is_named(replicas: list[GrpcServer]) -> None:
    await replicas[1].set_ready(ready=False)

    (first, *_) = await check(installation(several(replicas)))

    assert first.level is Level.FAULT
    assert first.words == f"1 of 2 replicas: is up at 127.0.0.1:{replicas[1].port} but not ready"


async def test_a_name_is_looked_up(replicas: list[GrpcServer]) -> None:
    (first, *_) = await check(installation(f"dns:///localhost:{replicas[0].port}"))

    assert (first.level, first.words) == (Level.OK, "ready")


async def test_a_name_that_nobody_knows_is_a_fault_that_says_so() -> None:
    (first, *_) = await check(installation("nobody.invalid:50051"))

    assert first.level is Level.FAULT
    assert "nobody.invalid:50051 is no address here" in first.words
