"""A part of a page comes from one service; where that one does not answer, the rest of the page is shown all the same."""

from collections.abc import Awaitable
from dataclasses import dataclass
from typing import Generic, TypeVar

import grpc

T = TypeVar("T")

AWAY = {grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.DEADLINE_EXCEEDED, grpc.StatusCode.UNIMPLEMENTED}


@dataclass(frozen=True)
class Section(Generic[T]):
    """What was read, or that nothing could be."""

    content: T | None
    """None: the service does not answer, so nothing is known, which is not the same as nothing being there."""
    unknown: bool = False
    """The service has answered that there is no such thing."""


async def section(reading: Awaitable[T]) -> Section[T]:
    """Await it. A service that is away gives an empty section; every other failure is raised."""
    try:
        return Section(await reading)
    except grpc.aio.AioRpcError as error:
        if error.code() in AWAY:
            return Section(None)
        raise


async def section_of_one(reading: Awaitable[T]) -> Section[T]:
    """As ``section``, for one thing that the service may not know."""
    try:
        return await section(reading)
    except grpc.aio.AioRpcError as error:
        if error.code() is grpc.StatusCode.NOT_FOUND:
            return Section(None, unknown=True)
        raise
