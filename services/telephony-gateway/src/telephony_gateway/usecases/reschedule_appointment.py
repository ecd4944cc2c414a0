"""``reschedule_appointment``: first times are offered and held, then the chosen one takes the old one's place at once."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from telephony_gateway.domain.answers import Answer, Status
from telephony_gateway.domain.business import Colleague
from telephony_gateway.domain.sentences import Sentence
from telephony_gateway.domain.session import Offer
from telephony_gateway.usecases.choose_option import chosen_option
from telephony_gateway.usecases.conversation import Conversation
from telephony_gateway.usecases.doubts import MOVE, agreed_fee, agreed_option, ask_to_move, with_terms
from telephony_gateway.usecases.fitting import is_within, readings
from telephony_gateway.usecases.instead import LOST_MOVE, instead
from telephony_gateway.usecases.kept_time import new_day_and_time
from telephony_gateway.usecases.named import named_person
from telephony_gateway.usecases.own_appointments import live, meant, own, stranger_id, successor, which
from telephony_gateway.usecases.ports import (
    Appointment,
    Appointments,
    AppointmentState,
    Changed,
    Denial,
    Denied,
    FeeDue,
    Refused,
    Slots,
    SlotWish,
)
from telephony_gateway.usecases.promises import with_promise
from telephony_gateway.usecases.read_wish import TimeWish, read_wish
from telephony_gateway.usecases.refusals import denied, spoken_fee, with_fee
from telephony_gateway.usecases.saying import described, spoken_appointment
from telephony_gateway.usecases.searching import MOVING, say_found


@dataclass(frozen=True)
class Peers:
    """What it takes to move, and to offer something else where that fails."""

    appointments: Appointments
    slots: Slots


async def reschedule_appointment(talk: Conversation, *, appointments: Appointments, slots: Slots) -> Answer:
    """Two steps, told apart by whether an offered option is chosen (TG-27). Raises PeerError."""
    peers = Peers(appointments, slots)
    option_id = _chosen(talk)
    offer = talk.session.offer(option_id)
    moved = offer.moved_appointment_id if offer else ""
    elsewhere = _wants_another_time(talk, offer)
    if moved and not elsewhere and talk.arguments.appointment_id in {"", moved}:
        return await _move(talk, moved, option_id, peers)
    of_the_offer = moved if elsewhere and not _says_which(talk) else ""
    target = await _target(talk, option_id, of_the_offer, appointments)
    if isinstance(target, Answer):
        return target
    if moved == target.appointment_id and not elsewhere:
        return await _move(talk, target.appointment_id, option_id, peers)
    if _wishes_anew(talk) or not talk.arguments.option_id:
        return await _offer(talk, target, peers)
    return await _take(talk, target, option_id, offer, peers)


async def _target(
    talk: Conversation, option_id: str, of_the_offer: str, appointments: Appointments
) -> Appointment | Answer:
    """The one that is to be moved, and can be. ``of_the_offer``: for which the time was offered that is not wanted now."""
    found = await own(talk, appointments)
    if not option_id and _speaks_of_offers(talk, found):
        # It is known which one is to be moved, but not where to.
        return talk.answer(Status.OFFERED, Sentence.NEED_OPTION)
    stranger = stranger_id(talk, found)
    if stranger:
        return await _not_seen(talk, stranger, found, appointments)
    offered = next((one for one in live(found) if one.appointment_id == of_the_offer), None)
    target = offered or meant(talk, found)
    if isinstance(target, Answer):
        return target
    if target.state is not AppointmentState.BOOKED:
        return _ended(talk, target)
    if target.branch_id not in {"", talk.branch.branch_id}:
        # Only times of the branch that was dialled can be offered, and nobody would go there.
        return Answer(
            Status.DENIED, Sentence.OTHER_BRANCH.say(talk.language), details={"rule": "other_branch"}
        )
    return target


def _ended(talk: Conversation, one: Appointment) -> Answer:
    refusal = denied(talk, Denied(Denial.STATE))
    if one.state is not AppointmentState.CANCELLED:
        return refusal
    message = Sentence.ALREADY_CANCELLED.say(talk.language, item=spoken_appointment(one, talk.branch))
    # What the agent says of it then is no claim of its own.
    return replace(refusal, message=message, details=refusal.details | {"called_off": one.appointment_id})


def _speaks_of_offers(talk: Conversation, found: Sequence[Appointment]) -> bool:
    """Whether times were offered for an appointment that stands, and nothing else is said but which of them."""
    offers, standing = talk.session.offers, {one.appointment_id for one in live(found)}
    says_only_an_option = talk.arguments.option_id and not (_says_which(talk) or _wishes_anew(talk))
    return bool(says_only_an_option and offers) and all(
        offer.moved_appointment_id in standing for offer in offers
    )


def _says_which(talk: Conversation) -> bool:
    """Whether something is said of the appointment as it stands."""
    said = talk.arguments
    return bool(said.appointment_id or said.date or said.time or said.staff or said.service)


def _wishes_anew(talk: Conversation) -> bool:
    return bool(talk.arguments.new_date or talk.arguments.new_time)


def _chosen(talk: Conversation) -> str:
    """An option that is taken. Nobody has agreed to the only one that was offered who names a new time, or the appointment as
    it stands: day, time and person are those of the present one here, and words about it are no yes."""
    if talk.arguments.option_id:
        return agreed_option(talk) or chosen_option(talk)
    return "" if _says_which(talk) or _wishes_anew(talk) else agreed_option(talk) or chosen_option(talk)


def _wants_another_time(talk: Conversation, offer: Offer | None) -> bool:
    """Whether the new time that is said is neither the chosen one nor what it was offered for, which models say again."""
    said, wish = readings(talk, talk.arguments.new_date, talk.arguments.new_time), talk.session.wish
    if offer is None or wish is None or not offer.moved_appointment_id:
        return False
    starts = (offer.start, wish.start, *(window.start for window in wish.windows))
    local = [start.astimezone(talk.branch.zone) for start in starts if start]
    return bool(said) and not any(is_within(start, one) for start in local for one in said)


async def _not_seen(
    talk: Conversation, appointment_id: str, found: Sequence[Appointment], appointments: Appointments
) -> Answer:
    standing = live(found)
    if await appointments.exists(talk.branch, appointment_id):
        return denied(talk, Denied(Denial.NOT_YOURS))
    return which(talk, standing) if standing else denied(talk, Denied(Denial.UNKNOWN))


async def _take(
    talk: Conversation, target: Appointment, option_id: str, offer: Offer | None, peers: Peers
) -> Answer:
    """An option that was not offered for moving this one moves it only where it is for the very same services."""
    if not option_id and talk.session.offers:
        return talk.answer(Status.OFFERED, Sentence.NEED_OPTION)
    if not option_id or (offer and not _is_for(offer, target, talk)):
        return talk.answer(Status.NEED_DATE, Sentence.NEED_NEW_TIME)
    return await _move(talk, target.appointment_id, option_id, peers)


def _is_for(offer: Offer, target: Appointment, talk: Conversation) -> bool:
    more = talk.session.wish.more_service_ids if talk.session.wish else ()
    was_meant = offer.moved_appointment_id in {"", target.appointment_id}
    return was_meant and (offer.service_id, *more) == tuple(target.service_ids)


async def _offer(talk: Conversation, target: Appointment, peers: Peers) -> Answer:
    if not _wishes_anew(talk):
        return talk.answer(Status.NEED_DATE, Sentence.NEED_NEW_TIME)
    person_id = _person_id(talk, target)
    if isinstance(person_id, Answer):
        return person_id
    time = read_wish(*new_day_and_time(talk, target), talk.branch, now=talk.now)
    return time if isinstance(time, Answer) else await _offered(talk, target, person_id, time, peers)


async def _offered(
    talk: Conversation, target: Appointment, person_id: str, time: TimeWish, peers: Peers
) -> Answer:
    terms = await peers.appointments.move_terms(talk.branch, talk.caller, target.appointment_id)
    if isinstance(terms, Denied):
        # Nothing is offered that could not be had.
        return denied(talk, terms)
    # Its own time is no obstacle to it, but to move it there is nothing to offer, for a fee at that, unless she says that time.
    is_with = person_id == target.person_id or (len(target.people) > 1 and not talk.arguments.staff)
    same = is_with and time.start != target.start
    wish = SlotWish(
        target.service_ids[0],
        person_id,
        time.start,
        time.windows,
        excluded=(target.start,) if same else (),
        moved_appointment_id=target.appointment_id,
        more_service_ids=target.service_ids[1:],
    )
    found = await peers.slots.search(talk.branch, talk.caller, wish)
    fee = spoken_fee(talk, terms.minor, terms.currency) if terms else ""
    answer = say_found(talk, wish, found, MOVING, name_people=not person_id, beside=fee)
    talk.session.heard += tuple(wish.excluded)
    return with_terms(talk, target.appointment_id, terms, answer)


def _person_id(talk: Conversation, target: Appointment) -> str | Answer:
    """Whom the caller is booked with, unless the caller says otherwise."""
    asked_for: Colleague | None = None
    names = {service.service_id: service.name for service in talk.branch.services}
    for service_id in target.service_ids:
        person = named_person(talk, service_id, names.get(service_id, target.service_name))
        if isinstance(person, Answer):
            return person
        asked_for = person
    if asked_for or talk.arguments.staff or len(target.people) > 1:
        # Where nobody did all of it before, who does it then is named.
        return asked_for.person_id if asked_for else ""
    able = any(
        each.person_id == target.person_id and each.service_ids.issuperset(target.service_ids)
        for each in talk.branch.people
    )
    return target.person_id if able else ""


async def _move(talk: Conversation, appointment_id: str, option_id: str, peers: Peers) -> Answer:
    agreed = agreed_fee(talk, MOVE, appointment_id)
    result = await peers.appointments.move(
        talk.branch, talk.caller, appointment_id, option_id=option_id, fee_agreed=agreed
    )
    if isinstance(result, FeeDue):
        return ask_to_move(talk, appointment_id, option_id, result)
    if isinstance(result, Denied):
        again = (
            await _moved_before(talk, appointment_id, option_id, peers)
            if result.why is Denial.STATE
            else None
        )
        return again or denied(talk, result)
    if isinstance(result, Refused):
        return replace(await _lost(talk, option_id, result, peers), details={"option_id": option_id})
    return _moved(talk, result)


async def _lost(talk: Conversation, option_id: str, why: Refused, peers: Peers) -> Answer:
    if why in LOST_MOVE:
        return await instead(talk, talk.session.offer(option_id), LOST_MOVE[why], slots=peers.slots)
    return talk.answer(Status.TAKEN, Sentence.MOVE_GONE)


async def _moved_before(
    talk: Conversation, appointment_id: str, option_id: str, peers: Peers
) -> Answer | None:
    """ "Then rather the other one": it has been moved since that was offered, and what it was moved to can be moved on."""
    offer = talk.session.offer(option_id)
    found = await own(talk, peers.appointments)
    before = next((one for one in found if one.appointment_id == appointment_id), None)
    target = successor(before, found) if before else None
    if offer is None or target is None or target.state is not AppointmentState.BOOKED:
        return None
    person_id = offer.person_id if len(offer.with_whom) == 1 else ""
    return await _offered(talk, target, person_id, TimeWish(offer.start), peers)


def _moved(talk: Conversation, result: Changed) -> Answer:
    talk.session.choices = ()
    item = spoken_appointment(result.appointment, talk.branch)
    message = with_fee(talk, Sentence.MOVED.say(talk.language, item=item), result)
    message = with_promise(talk, message, result.appointment)
    return Answer(Status.RESCHEDULED, message, details=described(result.appointment, talk.branch))
