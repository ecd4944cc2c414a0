"""``start_booking``: an option that was offered becomes an appointment."""

from dataclasses import dataclass, replace

from telephony_gateway.domain.answers import Answer, Status
from telephony_gateway.domain.sentences import Sentence
from telephony_gateway.usecases.book_series import confirmed_series, wanted_repetition
from telephony_gateway.usecases.booking_notes import under_its_name, with_notes
from telephony_gateway.usecases.choose_option import chosen_option
from telephony_gateway.usecases.contradiction import wants_another
from telephony_gateway.usecases.conversation import Conversation
from telephony_gateway.usecases.instead import LOST, instead
from telephony_gateway.usecases.names import named_customer
from telephony_gateway.usecases.offers import spoken_offer
from telephony_gateway.usecases.ports import (
    Appointment,
    AppointmentState,
    BookedDate,
    OutcomeUnknownError,
    Refused,
    SeriesBookings,
    Sessions,
    Slots,
)
from telephony_gateway.usecases.promises import given_address, with_promise
from telephony_gateway.usecases.repetition import Repetition
from telephony_gateway.usecases.saying import described, spoken_appointment

_REFUSALS = {
    Refused.OPTION_UNKNOWN: (Status.NEED_OPTION, Sentence.OPTION_GONE),
    Refused.NAME_INVALID: (Status.NEED_NAME, Sentence.NEED_NAME),
}


@dataclass(frozen=True)
class Peers:
    """What it takes to book, and to offer something else where that fails."""

    bookings: SeriesBookings
    sessions: Sessions
    slots: Slots


async def start_booking(
    talk: Conversation, *, bookings: SeriesBookings, sessions: Sessions, slots: Slots
) -> Answer:
    """Book an option of this call, once or as a series; date and time that the model composes anew book nothing (BK-12).
    A booking that was cut off is asked for again. Raises PeerError."""
    option_id = chosen_option(talk) or _unfinished(talk)
    if not option_id:
        return talk.answer(Status.NEED_OPTION, Sentence.NEED_OPTION)
    offer = talk.session.offer(option_id)
    if offer and offer.moved_appointment_id:
        # A second appointment beside the one that was to be moved is not what the caller wants.
        return talk.answer(Status.NEED_OPTION, Sentence.WAS_FOR_A_MOVE)
    if offer and wants_another(talk, offer):
        more = talk.session.wish.more_service_ids if talk.session.wish else ()
        was = spoken_offer(offer, talk.branch, more_service_ids=more)
        return talk.answer(Status.NEED_OPTION, Sentence.OFFER_WAS_ANOTHER, offer=was)
    repetition = _repetition(talk, option_id)
    if isinstance(repetition, Answer):
        return repetition
    name = named_customer(talk, Sentence.NEED_NAME)
    if isinstance(name, Answer):
        talk.session.chosen_option, talk.session.chosen_series = option_id, _as_series(repetition)
        return name
    return await _book(talk, option_id, name, repetition, Peers(bookings, sessions, slots))


async def _book(
    talk: Conversation, option_id: str, name: str, repetition: Repetition | None, peers: Peers
) -> Answer:
    session = talk.session
    session.asked_option, session.asked_series = option_id, _as_series(repetition)
    session.chosen_option, session.chosen_series = "", ()
    voucher = b"" if repetition else session.note_booking(option_id)
    await peers.sessions.keep(talk.branch.tenant_id, talk.caller.call_id, session)
    try:
        result = await _asked(talk, option_id, name, repetition, peers.bookings, voucher)
    except OutcomeUnknownError:
        # It may have been committed or not. Asking again with the same option tells; until then nothing is claimed.
        return talk.answer(Status.PENDING, Sentence.PENDING)
    session.asked_option, session.asked_series = "", ()
    if isinstance(result, Refused):
        session.note_refusal(option_id)
        return await _refused(talk, option_id, result, peers.slots)
    dates = result if isinstance(result, tuple) else (BookedDate(result.start, result),)
    if not any(_stands(date) for date in dates):
        # The same wish as before: since then it was called off or moved, and the option went with it.
        return await _lost(talk, option_id, LOST[Refused.NOT_BOOKABLE], peers.slots)
    if isinstance(result, Appointment):
        return _confirmed(talk, result, name)
    return confirmed_series(talk, result, repetition.weeks if repetition else 0, name)


async def _asked(
    talk: Conversation,
    option_id: str,
    name: str,
    repetition: Repetition | None,
    bookings: SeriesBookings,
    voucher: bytes,
) -> Appointment | tuple[BookedDate, ...] | Refused:
    if repetition is None:
        email = given_address(talk.arguments.customer_email)
        return await bookings.book(
            talk.branch, talk.caller, option_id=option_id, name=name, email=email, voucher=voucher
        )
    return await bookings.book_series(
        talk.branch,
        talk.caller,
        option_id=option_id,
        name=name,
        weeks=repetition.weeks,
        dates=repetition.dates,
    )


async def _refused(talk: Conversation, option_id: str, refusal: Refused, slots: Slots) -> Answer:
    if refusal in LOST:
        return await _lost(talk, option_id, LOST[refusal], slots)
    if refusal is Refused.NAME_INVALID:
        talk.session.name = ""
    status, sentence = _REFUSALS[refusal]
    return Answer(status, sentence.say(talk.language), details={"option_id": option_id})


async def _lost(talk: Conversation, option_id: str, said: tuple[Sentence, Sentence], slots: Slots) -> Answer:
    answer = await instead(talk, talk.session.offer(option_id), said, slots=slots)
    return replace(answer, details={"option_id": option_id})


def _stands(date: BookedDate) -> bool:
    return date.appointment is not None and date.appointment.state is AppointmentState.BOOKED


def _as_series(repetition: Repetition | None) -> tuple[int, ...]:
    return (repetition.weeks, repetition.dates) if repetition else ()


def _repetition(talk: Conversation, option_id: str) -> Repetition | Answer | None:
    """How often; what was said with the option before it was cut off, or something else was asked, need not be said again."""
    wanted, session, arguments = wanted_repetition(talk), talk.session, talk.arguments
    if wanted is not None:
        return wanted
    said: tuple[int, ...] = session.asked_series if option_id == session.asked_option else ()
    if option_id == session.chosen_option and not (arguments.repeat_weeks or arguments.repeat_count):
        said = said or session.chosen_series
    return Repetition(*said) if said else None


def _unfinished(talk: Conversation) -> str:
    """The booking whose end this call was not told, or the option that it chose before it was asked for the name; unless the
    caller now speaks of something else."""
    arguments, session = talk.arguments, talk.session
    names_another = arguments.option_id or arguments.date or arguments.time
    return "" if names_another else session.asked_option or session.chosen_option


def _confirmed(talk: Conversation, booked: Appointment, name: str) -> Answer:
    # TG-23: the service is named as it was booked, not as it was asked for.
    message = Sentence.BOOKED.say(talk.language, item=spoken_appointment(booked, talk.branch))
    message = with_promise(talk, message, booked)
    details = described(booked, talk.branch)
    answer = under_its_name(talk, Answer(Status.BOOKED, message, details=details), booked, name)
    return with_notes(talk, answer, booked.service_ids)
