"""Turns slots into options that can be spoken, and remembers them as offered."""

from collections.abc import Iterable, Sequence

from telephony_gateway.domain.answers import OfferedOption
from telephony_gateway.domain.business import DialledBranch
from telephony_gateway.domain.sentences import IN_A_BREATH, Sentence, listing
from telephony_gateway.domain.session import EarlierWish, Offer
from telephony_gateway.usecases.conversation import Conversation
from telephony_gateway.usecases.ports import Found, FoundSlot, SlotWish
from telephony_gateway.usecases.saying import spoken_people, spoken_services, spoken_start


def offered(found: Found, wish: SlotWish, talk: Conversation) -> tuple[OfferedOption, ...]:
    """The slots in the branch's zone and the caller's language; noted in the session."""
    earlier = EarlierWish(
        wish.service_id,
        wish.person_id,
        wish.start,
        tuple(wish.windows),
        wish.moved_appointment_id,
        tuple(wish.more_service_ids),
    )
    return note(talk, earlier, found.slots)


def note(talk: Conversation, wish: EarlierWish, slots: tuple[FoundSlot, ...]) -> tuple[OfferedOption, ...]:
    """Whatever the slots come from: from now on the caller may choose them."""
    moved = wish.moved_appointment_id
    offers = (
        Offer(slot.option_id, slot.start, slot.service_id, slot.person_id, moved, slot.people)
        for slot in slots
    )
    vouchers = {slot.option_id: slot.voucher for slot in slots if slot.voucher}
    talk.session.note_offers(wish, tuple(offers), vouchers)
    return tuple(_option(slot, talk.branch) for slot in slots)


def _option(slot: FoundSlot, branch: DialledBranch) -> OfferedOption:
    return OfferedOption(
        option_id=slot.option_id,
        start=slot.start.astimezone(branch.zone),
        end=slot.end.astimezone(branch.zone),
        staff=spoken_people(slot.people or (slot.person_id,), branch),
        service=spoken_services(slot.service_ids or (slot.service_id,), branch),
        spoken=spoken_start(slot.start, branch),
        held_until=slot.held_until.astimezone(branch.zone) if slot.held_until else None,
    )


def spoken_choices(options: Iterable[OfferedOption], branch: DialledBranch, *, name_people: bool) -> str:
    """ "Mittwoch, 26. November, 15 Uhr bei Anna oder …"; at most three."""
    texts = [_spoken(option, option.spoken, branch, name_people=name_people) for option in options]
    return listing(texts[:IN_A_BREATH], branch.language, last=Sentence.OR)


def spoken_choice(option: OfferedOption, branch: DialledBranch, *, name_people: bool) -> str:
    """ "Mittwoch, der 26. November, 15 Uhr bei Anna": one, as what a sentence is about."""
    when = spoken_start(option.start, branch, in_sentence=True)
    return _spoken(option, when, branch, name_people=name_people)


def spoken_offer(offer: Offer, branch: DialledBranch, *, more_service_ids: Sequence[str] = ()) -> str:
    """ "Dauerwelle am Mittwoch, 26. November, 15 Uhr bei Anna"; ``more_service_ids``: in the same visit."""
    person = spoken_people(offer.with_whom, branch)
    return (Sentence.ITEM if person else Sentence.ITEM_PLAIN).say(
        branch.language,
        service=spoken_services((offer.service_id, *more_service_ids), branch),
        when=spoken_start(offer.start, branch),
        person=person,
    )


def _spoken(option: OfferedOption, when: str, branch: DialledBranch, *, name_people: bool) -> str:
    if not (name_people and option.staff):
        return when
    return Sentence.WITH.say(branch.language, when=when, person=option.staff)
