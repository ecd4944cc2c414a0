"""``list_services``: what can be booked here."""

from telephony_gateway.domain.answers import Answer, Status
from telephony_gateway.domain.business import DialledBranch
from telephony_gateway.domain.sentences import Sentence, listing


def list_services(branch: DialledBranch) -> Answer:
    """The names in a sentence, and minutes and prices as data."""
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
