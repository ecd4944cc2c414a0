"""``list_services``: what can be booked here."""

from telephony_gateway.domain.answers import Answer, Status
from telephony_gateway.domain.business import BookableService
from telephony_gateway.domain.sentences import Sentence, Voice, listing
from telephony_gateway.usecases.conversation import Conversation
from telephony_gateway.usecases.saying import spoken_money


def _price(service: BookableService, language: Voice) -> dict[str, str]:
    """As it is said: a model that asks for it need not make euros of cents (TG-30)."""
    if service.price_minor is None:
        return {}
    return {"price": spoken_money(service.price_minor, service.currency, language)}


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
            **_price(service, branch.language),
        }
        for service in branch.services
    ]
    return Answer(Status.OK, message, details={"services": services})
