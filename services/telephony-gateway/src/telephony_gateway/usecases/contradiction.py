"""Whether the words that come with a chosen offer ask for something else: what was said explicitly wins (TG-23)."""

from matching import Match, match
from telephony_gateway.domain.session import Offer
from telephony_gateway.usecases.conversation import Conversation


def wants_another(talk: Conversation, offer: Offer) -> bool:
    """Another service or another person than was offered. Names that may mean several, or nobody, contradict nothing."""
    branch, arguments, wish = talk.branch, talk.arguments, talk.session.wish
    services = [(one.service_id, (one.name, *one.synonyms, one.service_id)) for one in branch.services]
    people = [(one.person_id, (one.name, one.person_id)) for one in branch.people]
    offered = {offer.service_id, *(wish.more_service_ids if wish else ())}
    service, person = match(arguments.service, services), match(arguments.staff, people)
    return (isinstance(service, Match) and service.key not in offered) or (
        isinstance(person, Match) and person.key != offer.person_id
    )
