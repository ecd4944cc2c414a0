"""Whether the words that come with a chosen offer ask for something else: what was said explicitly wins (TG-23)."""

from matching import Match
from telephony_gateway.domain.session import Offer
from telephony_gateway.usecases.conversation import Conversation
from telephony_gateway.usecases.matched import matched_person
from telephony_gateway.usecases.visits import may_be_all_of


def wants_another(talk: Conversation, offer: Offer) -> bool:
    """Another service or another person than was offered. Names that may mean several, or nobody, contradict nothing."""
    arguments, wish = talk.arguments, talk.session.wish
    offered = {offer.service_id, *(wish.more_service_ids if wish else ())}
    person = matched_person(arguments.staff, talk.branch)
    return not may_be_all_of(arguments.service, offered, talk.branch) or (
        isinstance(person, Match) and person.key not in offer.with_whom
    )
