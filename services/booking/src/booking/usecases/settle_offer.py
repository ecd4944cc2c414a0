"""See to an offer while it stands: keep its hold alive, and pass it on when it is over."""

from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID

from booking.domain.vacancy import Ending, HeldSlot, OpenOffer
from booking.domain.waiting import WaitingState, owner_of
from booking.domain.waiting_words import resolution_of
from booking.errors import (
    AvailabilityUnavailableError,
    RegistryUnavailableError,
    SlotTakenError,
    WishImpossibleError,
)
from booking.usecases.fill_vacancy import AWAY, Slots
from booking.usecases.waitlist import Businesses
from chassis.clock import Clock

LOOK_EVERY = timedelta(minutes=1)
"""The longest that nobody looks whether the hold still stands."""


class OpenOffers(Protocol):
    """Where offers are kept."""

    async def open_offer(self, tenant_id: UUID, offer_id: UUID) -> OpenOffer | None:
        """It, while it stands."""
        ...

    async def renewed(self, offer: OpenOffer, held: HeldSlot, due_at: datetime) -> None:
        """Its hold is another by now; when to look again. Raises SlotTakenError."""
        ...

    async def end(self, offer: OpenOffer, ending: Ending, *, now: datetime, resolution: str) -> None:
        """It is over: the wish waits on or has ended, nobody has to call, and its time is offered to the next, together.
        Nothing happens where it has ended, or was booked, meanwhile."""
        ...


class SettleOffer:
    """The use case.

    The hold at availability is a lease that is renewed while the offer stands, so that one whose keeper has gone ends by
    itself. What is passed on is first recorded as over; its hold is released by whoever fills the vacancy that it makes.
    """

    def __init__(self, offers: OpenOffers, slots: Slots, businesses: Businesses, *, clock: Clock) -> None:
        self._offers, self._slots, self._businesses, self._clock = offers, slots, businesses, clock

    async def __call__(self, tenant_id: UUID, offer_id: UUID) -> timedelta | None:
        """Look at it; after what time to come back, None: it is over."""
        offer = await self._offers.open_offer(tenant_id, offer_id)
        if offer is None:
            return None
        now = self._clock.now()
        ending = _ending_of(offer, now)
        try:
            if ending is None:
                return await self._keep(offer, now)
        except SlotTakenError:
            ending = Ending.LOST
        except (AvailabilityUnavailableError, WishImpossibleError):
            return min(AWAY, offer.expire_time - now)
        await self._end(offer, ending, now)
        return None

    async def _keep(self, offer: OpenOffer, now: datetime) -> timedelta:
        held = await self._slots.hold_again(
            offer.entry.wish,
            owner_of(offer.offer_id),
            person_id=offer.person_id,
            start=offer.span.start_time,
        )
        wait = min(LOOK_EVERY, (held.hold_end - now) / 2, offer.expire_time - now)
        await self._offers.renewed(offer, held, now + wait)
        return wait

    async def _end(self, offer: OpenOffer, ending: Ending, now: datetime) -> None:
        try:
            language = (await self._businesses.facts(offer.entry.wish.tenant_id)).language
        except RegistryUnavailableError:
            # It ends in time, in whatever language.
            language = ""
        await self._offers.end(offer, ending, now=now, resolution=resolution_of(ending, language))


def _ending_of(offer: OpenOffer, now: datetime) -> Ending | None:
    """Why it is over; None: it stands."""
    if offer.entry.state is not WaitingState.OFFERED:
        return Ending.LEFT
    if offer.answered:
        return Ending.DECLINED
    return Ending.UNANSWERED if now >= offer.expire_time else None
