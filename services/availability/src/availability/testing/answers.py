"""What a test wants to know of an answer."""

from collections.abc import Awaitable
from typing import Any, TypeVar

import grpc
from google.protobuf.timestamp_pb2 import Timestamp

from availability.testing.peers import RegistryPeer
from availability.testing.replicas import Running, until
from availability.testing.salon import TODAY, at, search
from chassis.grpc_client import Fault, fault_of
from rufbuch.availability.v1 import service_pb2
from rufbuch.staff.v1 import business_pb2

T = TypeVar("T")


async def fault(call: Awaitable[T]) -> Fault:
    """How the service refuses. AssertionError where it does not."""
    try:
        answer = await call
    except grpc.aio.AioRpcError as error:
        return fault_of(error)
    raise AssertionError(f"not refused, but answered: {answer}")


async def reason(call: Awaitable[T]) -> str:
    """Why the service refuses."""
    return (await fault(call)).reason


def hour_of(stamped: Timestamp) -> float:
    """By its hour in UTC, on the day that the tests play on."""
    return float(stamped.ToSeconds() - int(TODAY.timestamp())) / 3600


def starts(response: service_pb2.SearchSlotsResponse) -> list[float]:
    """Of the options, in hours of the day."""
    return [hour_of(option.start_time) for option in response.options]


async def outcome(
    service: Running,
    hour: float,
    **fields: Any,  # noqa: ANN401 - whatever the message has
) -> service_pb2.SearchOutcome.ValueType:
    """How a search for an hour ends."""
    return (await service.stub.SearchSlots(search(at(hour), **fields))).outcome


async def changed(service: Running, registry: RegistryPeer, business: business_pb2.Business) -> None:
    """Change a business that the service knows, and wait until it has read the change."""
    await service.stub.SearchSlots(search(at(13)))
    readings = registry.readings
    await registry.change(business)
    await until(lambda: registry.readings > readings)
