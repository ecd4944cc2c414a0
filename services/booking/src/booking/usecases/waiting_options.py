"""Claim what is held for a waiting wish: whoever calls from the wish's number has it under the offer's own option."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from booking.domain.option import ClaimedOption
from booking.domain.vacancy import HeldSlot
from booking.domain.waiting import WaitingEntry, is_handle, owner_of
from booking.domain.wish import Offer
from booking.errors import OptionUnknownError, SlotNotBookableError, SlotTakenError, WishImpossibleError
from booking.usecases.claim_options import Options
from booking.usecases.fill_vacancy import Slots
from chassis.errors import ServiceError


@dataclass(frozen=True)
class Offered:
    """An offer to a waiting wish, whether it still ``stands`` or not."""

    offer_id: UUID
    entry: WaitingEntry
    person_id: UUID
    held_option_id: str
    start: datetime
    stands: bool

    def is_for(self, offer: Offer) -> bool:
        """Whether whoever calls is the one who waits: by number, or still on the phone. A name is no proof (BK-25)."""
        wish = self.entry.wish
        by_number = wish.phone_number != "" and offer.caller_number == wish.phone_number
        return wish.branch_id == offer.branch_id and (by_number or offer.call_id == self.entry.call_id)


class Offers(Protocol):
    """Where offers to waiting wishes are kept."""

    async def offered(self, tenant_id: UUID, option_id: str) -> Offered | None:
        """The offer with the option, if this business has it."""
        ...

    async def held_anew(self, tenant_id: UUID, offer_id: UUID, held: HeldSlot) -> None:
        """Its time is held under another option by now. Raises SlotTakenError."""
        ...


def _why_it_is_lost(error: ServiceError) -> ServiceError:
    if isinstance(error, SlotTakenError):
        return SlotTakenError("the offer is over, and somebody else has the time")
    return SlotNotBookableError("the offer is over, and what was held for it is forgotten")


class WaitingOptions:
    """Implements ``Options`` for both kinds: a call's own options go on to availability as they are."""

    def __init__(self, options: Options, offers: Offers, slots: Slots) -> None:
        self._options, self._offers, self._slots = options, offers, slots

    async def claim(self, offer: Offer) -> ClaimedOption:
        """See ``Options``; nobody hears that somebody else has a time of which that is not known. An offer that is over can be had while nobody else has the time, as any hold that expired."""
        if not is_handle(offer.option_id):
            return await self._options.claim(offer)
        offered = await self._offers.offered(offer.tenant_id, offer.option_id)
        if offered is None or not offered.is_for(offer):
            raise OptionUnknownError("nothing was offered under this option to this number")
        try:
            return await self._claim(offer, offered, offered.held_option_id)
        except (OptionUnknownError, SlotTakenError) as error:
            if not offered.stands:
                raise _why_it_is_lost(error) from None
            return await self._claim(offer, offered, await self._held_anew(offered))

    async def _held_anew(self, offered: Offered) -> str:
        """Where the holds were lost the offer still stands: it is held again, unless somebody was faster."""
        owner, wish = owner_of(offered.offer_id), offered.entry.wish
        try:
            held = await self._slots.hold_again(wish, owner, person_id=offered.person_id, start=offered.start)
        except WishImpossibleError as error:
            raise SlotNotBookableError("the business no longer offers this") from error
        # Before it is claimed: whoever comes after a fall claims the same again.
        await self._offers.held_anew(wish.tenant_id, offered.offer_id, held)
        return held.option_id

    async def _claim(self, offer: Offer, offered: Offered, option_id: str) -> ClaimedOption:
        owner = owner_of(offered.offer_id)
        return await self._options.claim(Offer(offer.tenant_id, offer.branch_id, option_id, owner))
