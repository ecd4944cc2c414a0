"""``check_availability``: is the wish free, and what else would be? What is offered is held."""

from telephony_gateway.domain.answers import Answer
from telephony_gateway.usecases.conversation import Conversation
from telephony_gateway.usecases.get_alternatives import asks_for_more, get_alternatives
from telephony_gateway.usecases.going_on import wished_time
from telephony_gateway.usecases.ports import Slots, SlotWish
from telephony_gateway.usecases.searching import CHECKED, say_found
from telephony_gateway.usecases.visits import named_person_of, named_visit


async def check_availability(talk: Conversation, *, slots: Slots) -> Answer:
    """Understand services, person and time, or ask; then look and hold in one step. Raises PeerError."""
    if asks_for_more(talk):
        return await get_alternatives(talk, slots=slots)
    visit = named_visit(talk)
    if isinstance(visit, Answer):
        return visit
    person = named_person_of(talk, visit)
    if isinstance(person, Answer):
        return person
    time = wished_time(talk, visit)
    if isinstance(time, Answer):
        return time
    first, *more = visit.service_ids
    person_id = person.person_id if person else ""
    wish = SlotWish(first, person_id, time.start, time.windows, more_service_ids=more)
    found = await slots.search(talk.branch, talk.caller, wish)
    return say_found(talk, wish, found, CHECKED, name_people=person is None)
