"""What is said where an offered time cannot be had any more: that it is so, and what else is held for the caller now.

The gateway looks for it, not booking: it knows what was wished, and whose patience it is.
"""

import asyncio
from dataclasses import replace

from telephony_gateway.domain.answers import Answer, Status
from telephony_gateway.domain.sentences import Sentence
from telephony_gateway.domain.session import Offer
from telephony_gateway.usecases.conversation import Conversation
from telephony_gateway.usecases.ports import Found, PeerError, Refused, SearchOutcome, Slots, SlotWish
from telephony_gateway.usecases.searching import Sayings, say_found

PATIENCE_S = 0.8
"""How long a caller who has lost a time waits for another one; without it the loss alone is said."""
LOST = {
    Refused.TAKEN: (Sentence.TAKEN_CHOICES, Sentence.TAKEN),
    Refused.NOT_BOOKABLE: (Sentence.OPTION_GONE_CHOICES, Sentence.OPTION_GONE),
}
LOST_MOVE = {
    Refused.TAKEN: (Sentence.MOVE_TAKEN_CHOICES, Sentence.MOVE_TAKEN),
    Refused.NOT_BOOKABLE: (Sentence.MOVE_GONE_CHOICES, Sentence.MOVE_GONE),
}


async def instead(
    talk: Conversation, offer: Offer | None, said: tuple[Sentence, Sentence], *, slots: Slots
) -> Answer:
    """``said``: with other times to offer, and without. Raises nothing: that the time is lost is known."""
    with_options, without = said
    plain = talk.answer(Status.TAKEN, without)
    wish = _same_wish(talk, offer)
    if offer is None or wish is None:
        return plain
    try:
        async with asyncio.timeout(PATIENCE_S):
            found = await _fresh(talk, offer, wish, slots)
    except (PeerError, TimeoutError):
        return plain
    sayings: Sayings = dict.fromkeys(SearchOutcome, (Status.TAKEN, with_options, without))
    return say_found(talk, wish, found, sayings, name_people=not wish.person_id)


def _same_wish(talk: Conversation, offer: Offer | None) -> SlotWish | None:
    """As near as can be to what was lost, for the same service and, if she was asked for, the same person."""
    earlier = talk.session.wish
    if offer is None or earlier is None:
        return None
    return SlotWish(
        offer.service_id,
        earlier.person_id,
        offer.start,
        moved_appointment_id=offer.moved_appointment_id,
        more_service_ids=earlier.more_service_ids,
    )


async def _fresh(talk: Conversation, offer: Offer, wish: SlotWish, slots: Slots) -> Found:
    found = await slots.search(talk.branch, talk.caller, wish)
    if any((slot.start, slot.person_id) == (offer.start, offer.person_id) for slot in found.slots):
        # Availability has not seen yet who was faster.
        return await slots.search(talk.branch, talk.caller, replace(wish, excluded=(offer.start,)))
    return found
