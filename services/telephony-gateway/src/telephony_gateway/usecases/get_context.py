"""``get_context``: what an agent should know before it says a word."""

import asyncio
from typing import Any

from telephony_gateway.domain.answers import Answer, Status
from telephony_gateway.domain.sentences import Sentence
from telephony_gateway.usecases.conversation import Conversation
from telephony_gateway.usecases.dynamic_variables import opening_on
from telephony_gateway.usecases.ports import Care, PeerError
from telephony_gateway.usecases.saying import spoken_day
from telephony_gateway.usecases.welcome import Greeted, who_calls

PATIENCE_S = 0.5
"""How long the first sentence of a call waits for the caller's name."""


async def get_context(talk: Conversation, *, care: Care) -> Answer:
    """The business, the date of today in its zone, its hours and services, and who calls, if that is known. Raises
    nothing: a greeting does not wait for anybody's memory."""
    branch, local = talk.branch, talk.now.astimezone(talk.branch.zone)
    try:
        async with asyncio.timeout(PATIENCE_S):
            caller = await who_calls(branch, talk.caller, care=care)
    except (PeerError, TimeoutError):
        caller = Greeted()
    details: dict[str, Any] = {
        "business": branch.business_name,
        "now": local.isoformat(timespec="minutes"),
        "today": spoken_day(local.date(), branch.language),
        "time_zone": branch.zone.key,
        "caller_number_withheld": not talk.caller.caller_number,
        "services": [service.name for service in branch.services],
        "staff": [person.name for person in branch.people],
        **known_of(caller),
    }
    message = Sentence.GREETING.say(
        branch.language,
        business=branch.business_name,
        today=details["today"],
        opening=opening_on(branch, local.date()),
    )
    return Answer(Status.OK, message, details=details)


def known_of(caller: Greeted) -> dict[str, str]:
    """What is known of the caller, and nothing where nothing is."""
    facts = {
        "customer_name": caller.name,
        "next_appointment": caller.next_appointment,
        "usual_service": caller.usual_service,
        "usual_staff": caller.usual_staff,
    }
    return {key: value for key, value in facts.items() if value}
