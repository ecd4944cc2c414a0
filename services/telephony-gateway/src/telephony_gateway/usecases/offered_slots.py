"""What is held for the caller on the waiting list is free for this caller, whatever the search says of it."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from telephony_gateway.domain.business import DialledBranch
from telephony_gateway.domain.envelope import Caller
from telephony_gateway.domain.sentences import IN_A_BREATH
from telephony_gateway.usecases.ports import Care, Found, FoundSlot, PeerError, SearchOutcome, Slots, SlotWish

PATIENCE_S = 0.5
"""How long an answer, or the first sentence of a call, waits for what may be known of the caller."""


async def offers_for(
    branch: DialledBranch, caller: Caller, *, care: Care, now: datetime
) -> tuple[FoundSlot, ...]:
    """What is held for the number just now; a withheld one waits for nothing. Raises PeerError."""
    if not caller.caller_number:
        return ()
    held = await care.offers(branch, caller.caller_number)
    return tuple(slot for slot in held if slot.held_until and slot.held_until > now)


class SlotsWithOffers:
    """Implements ``Slots``: looks, and knows what the caller has waited for. Nobody is told that a time is taken which is
    held for nobody else."""

    def __init__(self, slots: Slots, care: Care, *, now: datetime) -> None:
        self._slots, self._care, self._now = slots, care, now

    async def search(self, branch: DialledBranch, caller: Caller, wish: SlotWish) -> Found:
        """See ``Slots``. Without an answer about the waiting list the search alone is answered with."""
        if not caller.caller_number:
            return await self._slots.search(branch, caller, wish)
        if wish.start:
            return await self._at(branch, caller, wish)
        asked = asyncio.ensure_future(self._offers(branch, caller))
        try:
            found = await self._slots.search(branch, caller, wish)
            return _with(found, [offer for offer in await asked if _fits(offer, wish)])
        finally:
            asked.cancel()

    async def _at(self, branch: DialledBranch, caller: Caller, wish: SlotWish) -> Found:
        """A start that is free and held needs no other: only where it is not, what was waited for may be this one."""
        found = await self._slots.search(branch, caller, wish)
        if found.outcome is SearchOutcome.AVAILABLE and found.holds_work and found.calendars_checked:
            return found
        return _with(found, [offer for offer in await self._offers(branch, caller) if _fits(offer, wish)])

    async def _offers(self, branch: DialledBranch, caller: Caller) -> tuple[FoundSlot, ...]:
        try:
            async with asyncio.timeout(PATIENCE_S):
                return await offers_for(branch, caller, care=self._care, now=self._now)
        except (PeerError, TimeoutError):
            return ()


def _with(found: Found, offers: Sequence[FoundSlot]) -> Found:
    """The offers first: they are what was waited for."""
    if not offers:
        return found
    starts = {offer.start for offer in offers}
    # What is answered with instead of the wish is no longer needed.
    others = found.slots if found.outcome is SearchOutcome.AVAILABLE else ()
    if not others:
        # What the search could not hold or look up is not what is said.
        found = replace(found, holds_work=True, calendars_checked=True)
    slots = (*offers, *(slot for slot in others if slot.start not in starts))
    return replace(found, outcome=SearchOutcome.AVAILABLE, slots=slots[:IN_A_BREATH])


def _fits(offer: FoundSlot, wish: SlotWish) -> bool:
    if wish.service_id != offer.service_id or wish.more_service_ids or offer.start in wish.excluded:
        return False
    if wish.person_id not in {"", offer.person_id}:
        return False
    if wish.start:
        return wish.start == offer.start
    return any(window.start <= offer.start < window.end for window in wish.windows)
