"""Owns claims that come together: what becomes of one is nothing to the others."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from availability.errors import HoldsUnavailableError
from availability.usecases.claim_option import OfferedTo
from chassis.deadlines import time_left_s
from chassis.errors import ServiceError

WITHIN_S, SHARE = 2.0, 0.8
"""How long one may take, and of what whoever asks has left: he is still told of the others."""


class ClaimSeveral:
    """The use case."""

    def __init__(self, claim: Callable[[OfferedTo], Awaitable[object]]) -> None:
        """``claim``: makes one of them."""
        self._claim = claim

    async def __call__(self, offered: Sequence[OfferedTo | ServiceError]) -> list[str]:
        """The reason why each could not be claimed, "" where it was; of what can be no option it is known already. A bug in one is
        raised when all are done."""
        within_s = SHARE * time_left_s(WITHIN_S)
        reasons = await asyncio.gather(
            *(self._claimed(each, within_s) for each in offered), return_exceptions=True
        )
        return [_or_raised(reason) for reason in reasons]

    async def _claimed(self, offered: OfferedTo | ServiceError, within_s: float) -> str:
        if isinstance(offered, ServiceError):
            return offered.reason
        try:
            async with asyncio.timeout(within_s):
                await self._claim(offered)
        except ServiceError as error:
            return error.reason
        except TimeoutError:
            return HoldsUnavailableError.reason
        return ""


def _or_raised(reason: str | BaseException) -> str:
    if isinstance(reason, BaseException):
        raise reason
    return reason
