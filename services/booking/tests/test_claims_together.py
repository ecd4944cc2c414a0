"""What is booked on vouchers within a moment is claimed in one question, and nothing of one is to the harm of another."""

import asyncio
import logging
from collections.abc import AsyncIterator
from dataclasses import replace
from uuid import UUID, uuid4

import grpc
import pytest

from booking.clients.availability import HARMLESS_TO_REPEAT
from booking.clients.claims import AvailabilityClaims
from booking.domain.wish import Offer
from booking.errors import (
    AvailabilityUnavailableError,
    OptionUnknownError,
    RequestInvalidError,
    SlotNotBookableError,
    SlotTakenError,
)
from booking.testing.availability import ScriptedAvailability
from booking.testing.samples import an_option
from booking.usecases.claim_options import TOGETHER, ClaimAfterwards
from chassis.errors import Kind, ServiceError
from chassis.grpc_client import channel as opened_channel
from chassis.testing import serving
from local_stack.embedded import free_port


@pytest.fixture
async def channel(availability: ScriptedAvailability) -> AsyncIterator[grpc.aio.Channel]:
    async with serving(availability.servicer(), retried=HARMLESS_TO_REPEAT) as opened:
        yield opened


def offers(availability: ScriptedAvailability, count: int) -> list[Offer]:
    """Options of as many businesses and calls, all of which it grants."""
    made = [Offer(uuid4(), uuid4(), f"o-{number:08}", f"call_{number:04}") for number in range(count)]
    availability.options |= {each.option_id: an_option() for each in made}
    return made


async def kept(channel: grpc.aio.Channel, made: list[Offer]) -> list[str]:
    """What each led to, by name."""
    faults = await AvailabilityClaims(channel).keep(made)
    assert len(faults) == len(made)
    return ["" if fault is None else type(fault).__name__ for fault in faults]


def asked_for(availability: ScriptedAvailability) -> list[Offer]:
    return [
        Offer(UUID(claim.tenant_id), UUID(claim.branch_id), claim.option_id, claim.call_id)
        for claim in availability.claims
    ]


async def test_those_of_a_moment_go_in_one_question(
    availability: ScriptedAvailability, channel: grpc.aio.Channel
) -> None:
    claims, made = ClaimAfterwards(AvailabilityClaims(channel)), offers(availability, TOGETHER + 3)
    for each in made:
        claims.add(each)
    await claims.settle()

    assert availability.batches == [TOGETHER, 3]
    assert asked_for(availability) == made


async def test_a_replica_of_the_version_before_is_asked_for_each_by_itself(
    availability: ScriptedAvailability, channel: grpc.aio.Channel
) -> None:
    availability.knows_batches = False
    made = offers(availability, 3)
    lost = replace(made[1], option_id="o-unknown")

    assert await kept(channel, [made[0], lost, made[2]]) == ["", "OptionUnknownError", ""]
    assert len(availability.claims) == 3


@pytest.mark.parametrize(
    ("reason", "error"),
    [
        ("SLOT_TAKEN", SlotTakenError),
        ("SLOT_NOT_BOOKABLE", SlotNotBookableError),
        ("OPTION_UNKNOWN", OptionUnknownError),
        ("BRANCH_UNKNOWN", RequestInvalidError),
        ("HOLDS_UNAVAILABLE", AvailabilityUnavailableError),
        ("REGISTRY_UNAVAILABLE", AvailabilityUnavailableError),
        ("TOO_MANY_HOLDS", AvailabilityUnavailableError),
    ],
)
async def test_one_that_is_refused_is_named_among_those_that_are_claimed(
    availability: ScriptedAvailability, channel: grpc.aio.Channel, reason: str, error: type[ServiceError]
) -> None:
    made = offers(availability, 3)
    availability.refusals[made[1].option_id] = refusing(reason)

    assert await kept(channel, made) == ["", error.__name__, ""]


def refusing(name: str) -> ServiceError:
    """A refusal of availability's."""

    class RefusedError(ServiceError):
        kind, reason = Kind.ABORTED, name

    return RefusedError("no")


async def test_a_bug_in_one_costs_the_others_nothing(
    availability: ScriptedAvailability, channel: grpc.aio.Channel, caplog: pytest.LogCaptureFixture
) -> None:
    claims, made = ClaimAfterwards(AvailabilityClaims(channel)), offers(availability, 3)
    availability.refusals[made[1].option_id] = ZeroDivisionError()

    with caplog.at_level(logging.ERROR, "booking.usecases.claim_options"):
        for each in made:
            claims.add(each)
        await claims.settle()

    assert {each.option_id for each in asked_for(availability)} == {each.option_id for each in made}
    assert [record.getMessage() for record in caplog.records if record.name.startswith("booking")] == [
        "bug in claiming afterwards"
    ]


async def test_an_availability_that_is_away_is_asked_once_for_all(availability: ScriptedAvailability) -> None:
    """Each by itself would wait for it anew."""
    made = offers(availability, 3)
    async with opened_channel(f"127.0.0.1:{free_port()}", default_deadline_s=0.5) as nobody:
        assert await kept(nobody, made) == ["AvailabilityUnavailableError"] * 3


async def test_what_comes_while_others_are_claimed_is_claimed_next(
    availability: ScriptedAvailability, channel: grpc.aio.Channel
) -> None:
    claims, made = ClaimAfterwards(AvailabilityClaims(channel)), offers(availability, 3)
    availability.together = asyncio.Barrier(2)
    claims.add(made[0])
    await availability.asked.wait()
    for each in made[1:]:
        claims.add(each)
    async with asyncio.timeout(20):
        await availability.together.wait()
        await claims.settle()

    assert availability.batches == [1, 2]
    assert asked_for(availability) == made
