"""An appointment that repeats: booked is only what booking says is booked; the other dates are named with the reason."""

from datetime import datetime

from telephony_gateway.domain.answers import Answer, OfferedOption, Status
from telephony_gateway.domain.sentences import Sentence, listing
from telephony_gateway.domain.session import EarlierWish
from telephony_gateway.usecases.booking_notes import under_its_name, with_notes
from telephony_gateway.usecases.conversation import Conversation
from telephony_gateway.usecases.offers import note, spoken_choices
from telephony_gateway.usecases.ports import Appointment, AppointmentState, BookedDate
from telephony_gateway.usecases.repetition import DATES_MAX, WEEKS_MAX, Repetition, is_single, repetition_of
from telephony_gateway.usecases.saying import described, spoken_appointment, spoken_day

DAYS_NAMED_MAX = 4
"""More dates are said by their rhythm and the last one."""
_WHY = {
    "taken": Sentence.MISSED_TAKEN,
    "holiday": Sentence.MISSED_HOLIDAY,
    "absence": Sentence.MISSED_ABSENCE,
    "closed": Sentence.MISSED_CLOSED,
    "too_far": Sentence.MISSED_TOO_FAR,
    "no_such_time": Sentence.MISSED_NO_SUCH_TIME,
}


def wanted_repetition(talk: Conversation) -> Repetition | Answer | None:
    """How often, a question where that is not clear, or None where one appointment is wanted."""
    arguments = talk.arguments
    if is_single(arguments.repeat_weeks, arguments.repeat_count):
        return None
    wanted = repetition_of(arguments.repeat_weeks, arguments.repeat_count)
    if wanted is None:
        return talk.answer(Status.NEED_OPTION, Sentence.SERIES_HOW_OFTEN)
    if wanted.weeks > WEEKS_MAX or wanted.dates > DATES_MAX:
        limits = {"dates": str(DATES_MAX), "weeks": str(WEEKS_MAX)}
        return Answer(Status.NEED_OPTION, Sentence.SERIES_TOO_MUCH.say(talk.language, **limits))
    return wanted if wanted.dates > 1 else None


def confirmed_series(talk: Conversation, dates: tuple[BookedDate, ...], weeks: int, name: str) -> Answer:
    """What was booked, then what was not, and what is held instead."""
    booked = [one for one in (date.appointment for date in dates) if one and _stands(one)]
    missed = [date for date in dates if not date.appointment]
    message = _booked(talk, booked, weeks)
    options: tuple[OfferedOption, ...] = ()
    if missed:
        first = booked[0]
        person_id = first.person_id if len(first.people) < 2 else ""
        wish = EarlierWish(
            first.service_ids[0], person_id, missed[0].start, more_service_ids=first.service_ids[1:]
        )
        slots = tuple(date.instead for date in missed if date.instead)
        options = note(talk, wish, slots)
        sentence = Sentence.SERIES_MISSED_CHOICES if options else Sentence.SERIES_MISSED
        choices = spoken_choices(options, talk.branch, name_people=False)
        days = listing([_missed(talk, date, first) for date in missed], talk.language, last=Sentence.AND)
        message += " " + sentence.say(talk.language, missed=days, choices=choices, count=len(missed))
    details = described(booked[0], talk.branch) | {"series": [_described(talk, date) for date in dates]}
    answer = Answer(Status.BOOKED, message, options, details)
    if not options:
        answer = under_its_name(talk, answer, booked[0], name)
    return with_notes(talk, answer, booked[0].service_ids)


def _stands(one: Appointment) -> bool:
    """What was called off since is not said to be booked."""
    return one.state is AppointmentState.BOOKED


def _booked(talk: Conversation, booked: list[Appointment], weeks: int) -> str:
    item = spoken_appointment(booked[0], talk.branch)
    if len(booked) == 1:
        return Sentence.BOOKED.say(talk.language, item=item)
    days = [_day(talk, one.start) for one in booked[1:]]
    number = str(len(booked))
    if len(days) <= DAYS_NAMED_MAX:
        named = listing(days, talk.language, last=Sentence.AND)
        return Sentence.SERIES_BOOKED.say(talk.language, number=number, item=item, days=named)
    every = Sentence.EVERY_WEEKS.say(talk.language, count=weeks)
    return Sentence.LONG_SERIES_BOOKED.say(
        talk.language, number=number, item=item, every=every, last=days[-1]
    )


def _missed(talk: Conversation, date: BookedDate, first: Appointment) -> str:
    person = talk.branch.person_name(first.person_id)
    why = _WHY.get(date.failure, Sentence.MISSED_OTHERWISE)
    return why.say(talk.language, day=_day(talk, date.start), person=person)


def _day(talk: Conversation, start: datetime) -> str:
    return spoken_day(start.astimezone(talk.branch.zone).date(), talk.language)


def _described(talk: Conversation, date: BookedDate) -> dict[str, str]:
    start = date.start.astimezone(talk.branch.zone).isoformat()
    if date.appointment:
        status = "booked" if _stands(date.appointment) else "gone"
        return {"start": start, "status": status, "appointment_id": date.appointment.appointment_id}
    return {"start": start, "status": "not_booked", "reason": date.failure}
