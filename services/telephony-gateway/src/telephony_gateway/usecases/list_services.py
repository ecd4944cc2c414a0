"""``list_services``: what can be booked here."""

from telephony_gateway.domain.answers import Answer, Status
from telephony_gateway.domain.sentences import Sentence, listing
from telephony_gateway.usecases.conversation import Conversation


def list_services(talk: Conversation) -> Answer:
    """The names in a sentence, and minutes and prices as data."""
    branch = talk.branch
    names = [service.name for service in branch.services]
    message = Sentence.SERVICES.say(
        branch.language, services=listing(names, branch.language, last=Sentence.AND)
    )
    services = [
        {
            "name": service.name,
            "minutes": service.minutes,
            "price_minor": service.price_minor,
            "currency": service.currency,
        }
        for service in branch.services
    ]
    return Answer(Status.OK, message, details={"services": services})
