"""Whether the words that come with a chosen offer ask for something else: what was said explicitly wins (TG-23)."""

from matching import Match
from telephony_gateway.domain.session import Offer
from telephony_gateway.usecases.conversation import Conversation
from telephony_gateway.usecases.matched import matched_person, matched_service


def wants_another(talk: Conversation, offer: Offer) -> bool:
    """Another service or another person than was offered. Names that may mean several, or nobody, contradict nothing."""
    arguments, wish = talk.arguments, talk.session.wish
    offered = {offer.service_id, *(wish.more_service_ids if wish else ())}
    service = matched_service(arguments.service, talk.branch)
    person = matched_person(arguments.staff, talk.branch)
    return (isinstance(service, Match) and service.key not in offered) or (
        isinstance(person, Match) and person.key != offer.person_id
    )
