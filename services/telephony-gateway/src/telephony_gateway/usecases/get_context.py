"""``get_context``: what an agent should know before it says a word."""

import asyncio
from typing import Any

from telephony_gateway.domain.answers import Answer, Status
from telephony_gateway.domain.sentences import Sentence
from telephony_gateway.usecases.conversation import Conversation
from telephony_gateway.usecases.dynamic_variables import opening_on
from telephony_gateway.usecases.offered_slots import PATIENCE_S, offers_for
from telephony_gateway.usecases.offers import offered, spoken_choices
from telephony_gateway.usecases.ports import Care, Found, FoundSlot, PeerError, SearchOutcome, SlotWish
from telephony_gateway.usecases.saying import spoken_day
from telephony_gateway.usecases.welcome import Greeted, who_calls


async def get_context(talk: Conversation, *, care: Care) -> Answer:
    """The business, the date of today in its zone, its hours and services, and who calls, if that is known. Raises
    nothing: a greeting does not wait for anybody's memory."""
    branch, local = talk.branch, talk.now.astimezone(talk.branch.zone)
    caller, offers = await _known(talk, care)
    details: dict[str, Any] = {
        "business": branch.business_name,
        "now": local.isoformat(timespec="minutes"),
        "today": spoken_day(local.date(), branch.language),
        "time_zone": branch.zone.key,
        "caller_number_withheld": not talk.caller.caller_number,
        "services": [service.name for service in branch.services],
        "staff": [person.name for person in branch.people],
        **known_of(caller),
        **usual_question(talk, caller),
    }
    if offers:
        return _with_offers(talk, offers, details)
    message = Sentence.GREETING.say(
        branch.language,
        business=branch.business_name,
        today=details["today"],
        opening=opening_on(branch, local.date()),
    )
    return Answer(Status.OK, message, details=details)


async def _known(talk: Conversation, care: Care) -> tuple[Greeted, tuple[FoundSlot, ...]]:
    """Who calls, and what is held for the number; what is not known in time is nothing."""
    try:
        async with asyncio.timeout(PATIENCE_S):
            return await asyncio.gather(
                who_calls(talk.branch, talk.caller, care=care),
                offers_for(talk.branch, talk.caller, care=care, now=talk.now),
            )
    except (PeerError, TimeoutError):
        return Greeted(), ()


def _with_offers(talk: Conversation, offers: tuple[FoundSlot, ...], details: dict[str, Any]) -> Answer:
    """What came free for whoever calls is said first; a yes to it is a yes to its option."""
    first = offers[0]
    alike = tuple(offer for offer in offers if offer.service_id == first.service_id)
    found = Found(
        SearchOutcome.AVAILABLE, alike, holds_work=True, min_notice_minutes=0,
        horizon_days=talk.branch.horizon_days,
    )  # fmt: skip
    options = offered(found, SlotWish(first.service_id, "", first.start), talk)
    message = Sentence.CAME_FREE.say(
        talk.language,
        business=talk.branch.business_name,
        service=options[0].service,
        choices=spoken_choices(options, talk.branch, name_people=True),
    )
    return Answer(Status.OK, message, options, details)


def usual_question(talk: Conversation, caller: Greeted) -> dict[str, str]:
    """What is usual for the caller, as a question that may be asked as it is; nothing is taken for granted by it."""
    if not caller.usual_service:
        return {}
    sentence = Sentence.USUAL_AGAIN_WITH if caller.usual_staff else Sentence.USUAL_AGAIN
    question = sentence.say(talk.language, service=caller.usual_service, person=caller.usual_staff)
    return {"usual_question": question}


def known_of(caller: Greeted) -> dict[str, str]:
    """What is known of the caller, and nothing where nothing is."""
    facts = {
        "customer_name": caller.name,
        "next_appointment": caller.next_appointment,
        "usual_service": caller.usual_service,
        "usual_staff": caller.usual_staff,
    }
    return {key: value for key, value in facts.items() if value}
