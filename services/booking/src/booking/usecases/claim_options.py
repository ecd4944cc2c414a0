"""Claim options: before they are booked, or behind the answer where they were vouched for."""

import asyncio
import logging
from collections import deque
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from contextvars import Context
from typing import Protocol

from booking.domain.option import ClaimedOption
from booking.domain.wish import Offer
from chassis.errors import ServiceError
from signals.metrics import Counter

GATHERED_S = 0.05
"""So long claims wait for others, with which they go in one question. Far less than it takes to search again or to hang up."""
TOGETHER, WAITING_MAX = 32, 1000
"""How many are asked for at once, and how many wait. Beyond that the oldest hold ends when it would have ended unbooked."""
ENDED_WITHIN_S = 2.0
_log = logging.getLogger(__name__)
_claims = Counter(
    "rufbuch_booking_claims_afterwards_total",
    "Claims behind the answer, of what was booked on a voucher; a refused one costs nobody anything, the appointment stands",
    {"outcome": ("claimed", "refused", "dropped")},
)


class Options(Protocol):
    """Where options come from."""

    async def claim(self, offer: Offer) -> ClaimedOption:
        """What is to be committed; repeating it is harmless.

        Raises OptionUnknownError, SlotTakenError, SlotNotBookableError, AvailabilityUnavailableError.
        """
        ...


class Holds(Protocol):
    """Where options are held."""

    async def keep(self, offers: Sequence[Offer]) -> Sequence[BaseException | None]:
        """Claim each of them by itself, and make nothing of it: they are booked already. What was wrong with each, as
        ``Options.claim`` raises it; None: it is claimed."""
        ...


class ClaimAfterwards:
    """Lets the holds of appointments stand until every replica has seen them, and end with them when they are called off.

    Where the process is killed before it comes to that, the hold ends when it would have ended unbooked, and not before: the call
    does not let go what it was booking (``kept_option_ids``).
    """

    def __init__(self, holds: Holds) -> None:
        self._holds = holds
        self._waiting = deque[Offer]()
        self._claiming: asyncio.Task[None] | None = None

    def add(self, offer: Offer) -> None:
        """Claim it soon."""
        if len(self._waiting) >= WAITING_MAX:
            self._waiting.popleft()
            _claims.labels("dropped").inc()
        self._waiting.append(offer)
        if self._claiming is None or self._claiming.done():
            # Neither in the trace nor in the deadline of the request that happened to be the first.
            self._claiming = asyncio.get_running_loop().create_task(self._claim_all(), context=Context())

    async def settle(self) -> None:
        """Until nothing waits."""
        if self._claiming:
            await asyncio.wait({self._claiming})

    async def _claim_all(self) -> None:
        while self._waiting:
            await asyncio.sleep(GATHERED_S)
            together = [self._waiting.popleft() for _ in range(min(TOGETHER, len(self._waiting)))]
            try:
                for offer, fault in zip(together, await self._holds.keep(together), strict=True):
                    _note(offer, fault)
            except Exception:  # noqa: BLE001 - what waits is still to be claimed
                _log.exception("bug in claiming afterwards")


def _note(offer: Offer, fault: BaseException | None) -> None:
    if fault is None:
        _claims.labels("claimed").inc()
    elif isinstance(fault, ServiceError):
        # Its hold may have ended with the call, and its time be seen as taken, by this very appointment.
        _claims.labels("refused").inc()
        _log.info("not claimed afterwards", extra={"option_id": offer.option_id, "fault": str(fault)})
    else:
        _log.error("bug in claiming afterwards", exc_info=fault)


@asynccontextmanager
async def claiming_afterwards(holds: Holds) -> AsyncIterator[ClaimAfterwards]:
    """At the end what waits is still claimed, within a bound."""
    claims = ClaimAfterwards(holds)
    yield claims
    with suppress(TimeoutError):
        async with asyncio.timeout(ENDED_WITHIN_S):
            await claims.settle()
