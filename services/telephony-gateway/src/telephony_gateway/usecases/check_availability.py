"""``check_availability``: is the wish free, and what else would be? What is offered is held."""

from telephony_gateway.domain.answers import Answer
from telephony_gateway.usecases.conversation import Conversation
from telephony_gateway.usecases.get_alternatives import asks_for_more, get_alternatives
from telephony_gateway.usecases.going_on import wished_time
from telephony_gateway.usecases.named import named_person, named_service
from telephony_gateway.usecases.ports import Slots, SlotWish
from telephony_gateway.usecases.searching import CHECKED, say_found


async def check_availability(talk: Conversation, *, slots: Slots) -> Answer:
    """Understand service, person and time, or ask; then look and hold in one step. Raises PeerError."""
    if asks_for_more(talk):
        return await get_alternatives(talk, slots=slots)
    service = named_service(talk)
    if isinstance(service, Answer):
        return service
    person = named_person(talk, service.service_id, service.name)
    if isinstance(person, Answer):
        return person
    time = wished_time(talk, service.service_id)
    if isinstance(time, Answer):
        return time
    wish = SlotWish(service.service_id, person.person_id if person else "", time.start, time.windows)
    found = await slots.search(talk.branch, talk.caller, wish)
    return say_found(talk, wish, found, CHECKED, name_people=person is None)
