"""Which of the caller's own appointments is meant. A withheld number has those of this call only; nothing is guessed."""

import re
import uuid
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from matching import Match, match
from telephony_gateway.domain.answers import Answer, Status
from telephony_gateway.domain.business import DialledBranch
from telephony_gateway.domain.sentences import IN_A_BREATH, Sentence
from telephony_gateway.language import Candidate
from telephony_gateway.usecases.bare_weekday import on_that_weekday
from telephony_gateway.usecases.conversation import Conversation
from telephony_gateway.usecases.fitting import is_within, readings
from telephony_gateway.usecases.little_words import is_consent, minds_nobody
from telephony_gateway.usecases.places import place_of
from telephony_gateway.usecases.ports import Appointment, Appointments, AppointmentState
from telephony_gateway.usecases.saying import described, spoken_appointments

_UNHEARD = ""
"""In the place of those that were not read out."""
_NO_LETTER = re.compile(r"[\W_]+")
_A_PART = re.compile(r"[0-9a-f]{20,31}")
"""Of an id, long enough to be of no other."""
_REMEMBERED = timedelta(hours=12)
"""How far back a change is looked for that this call has already made to an appointment."""


async def own(talk: Conversation, appointments: Appointments) -> tuple[Appointment, ...]:
    """The caller's appointments ahead, and those of today that were changed. Raises PeerError."""
    found = await appointments.of_caller(talk.branch, talk.caller, since=talk.now - _REMEMBERED)
    return tuple(one for one in found if one.start > talk.now or one.state is not AppointmentState.BOOKED)


def live(found: Sequence[Appointment]) -> list[Appointment]:
    """Those that stand."""
    return [one for one in found if one.state is AppointmentState.BOOKED]


def meant(talk: Conversation, found: Sequence[Appointment], *, person: str = "") -> Appointment | Answer:
    """The one that the words single out, or the question that has to be asked (BK-17, BK-18). ``person``: with whom, where that was
    said of it. What was moved meanwhile is the one that it was moved to."""
    named = _named(talk, found)
    if named:
        return successor(named, found)
    standing, description = live(found), _description(talk, person)
    if standing and talk.arguments.appointment_id:
        # Words that were meant to single one out, and did not: the only one left may be another one.
        return which(talk, standing)
    fitting = [one for one in standing if description.is_of(one)]
    ended = [one for one in found if one not in standing and description.is_of(one)]
    if not standing:
        return ended[0] if len(ended) == 1 else none_found(talk)
    if description.says_something:
        return _described_one(talk, standing, fitting, ended, understood=description.is_understood)
    return standing[0] if len(standing) == 1 else which(talk, standing)


def _described_one(
    talk: Conversation,
    standing: list[Appointment],
    fitting: list[Appointment],
    ended: list[Appointment],
    *,
    understood: bool,
) -> Appointment | Answer:
    """Of those that words fit. Where they fit what this call has called off, too, the answer to that may have been lost."""
    called_off = [one for one in ended if one.state is AppointmentState.CANCELLED]
    if not fitting:
        # Never another one than was described, even if it is the only one.
        if len(called_off) == 1:
            return called_off[0]
        near = on_that_weekday(talk, standing)
        if near:
            return which(talk, near)
        # "So einen finde ich nicht" is only true of words that were understood.
        return _choose(talk, standing, Sentence.NONE_LIKE_THAT) if understood else which(talk, standing)
    is_again = any(one.appointment_id in talk.session.called_off for one in called_off)
    # Asked about just now, and described once more: that is the answer.
    was_asked = [one.appointment_id for one in fitting] == list(talk.session.choices)
    return fitting[0] if len(fitting) == 1 and (was_asked or not is_again) else which(talk, fitting)


def successor(one: Appointment, found: Sequence[Appointment]) -> Appointment:
    """What became of an appointment that was moved; itself, where it was not."""
    by_id = {each.appointment_id: each for each in found}
    for _ in found:
        if one.state is not AppointmentState.RESCHEDULED or one.moved_to_id not in by_id:
            break
        one = by_id[one.moved_to_id]
    return one


def which(talk: Conversation, some: list[Appointment]) -> Answer:
    """Ask for one of them."""
    return _choose(talk, some, Sentence.WHICH_APPOINTMENT)


def stranger_id(talk: Conversation, found: Sequence[Appointment]) -> str:
    """The id of an appointment that is none of the caller's; "" where none such was named."""
    said = talk.arguments.appointment_id
    if _known_id(said, found):
        return ""
    try:
        return str(uuid.UUID(said))
    except ValueError:
        return ""


def _known_id(said: str, found: Sequence[Appointment]) -> str:
    """The id of one of them, in spite of how the model has copied it: in capitals, with words around it, without its end (TG-02).
    A whole id is nobody else's."""
    letters = _NO_LETTER.sub("", said.casefold())
    ids = {one.appointment_id.replace("-", ""): one.appointment_id for one in found}
    close = [each for each in ids if each in letters]
    if not close and _A_PART.fullmatch(letters):
        close = [each for each in ids if each.startswith(letters)]
    return ids[close[0]] if len(close) == 1 else ""


def none_found(talk: Conversation) -> Answer:
    """There is none to be seen; why that may be so is said."""
    if not talk.caller.caller_number:
        answer = talk.answer(Status.DENIED, Sentence.NUMBER_WITHHELD)
        return Answer(answer.status, answer.message, details={"rule": "number_withheld"})
    return talk.answer(Status.NOT_FOUND, Sentence.NO_APPOINTMENTS)


def narrowed(talk: Conversation, found: Sequence[Appointment]) -> list[Appointment]:
    """Those that the words fit; words that are not understood narrow nothing."""
    description = _description(talk, "")
    return [one for one in found if description.may_be_of(one)] or on_that_weekday(talk, found)


def note_choices(talk: Conversation, some: Sequence[Appointment]) -> None:
    """Only what is read out has a place; whoever says "the last one" of more of them may mean either."""
    heard = tuple(one.appointment_id for one in some[:IN_A_BREATH])
    talk.session.choices = (*heard, _UNHEARD) if len(some) > IN_A_BREATH else heard


def and_more(talk: Conversation, message: str, some: Sequence[Appointment]) -> str:
    """The sentence, and how many more there are than it names."""
    more = len(some) - IN_A_BREATH
    return f"{message} {Sentence.AND_MORE.say(talk.language, count=more)}" if more > 0 else message


def _choose(talk: Conversation, some: list[Appointment], sentence: Sentence) -> Answer:
    note_choices(talk, some)
    items = spoken_appointments(some[:IN_A_BREATH], talk.branch, last=Sentence.OR)
    return Answer(
        Status.CHOOSE,
        and_more(talk, sentence.say(talk.language, items=items), some),
        details={"appointments": [described(one, talk.branch) for one in some]},
    )


def _named(talk: Conversation, found: Sequence[Appointment]) -> Appointment | None:
    """By id, or by its place among those that the caller was just asked to choose from."""
    arguments, choices = talk.arguments, talk.session.choices
    by_id = {one.appointment_id: one for one in found}
    known = _known_id(arguments.appointment_id, found)
    if known:
        return by_id[known]
    # A place that the model took for a day; beside a time, and as nothing but a figure, it is one.
    day = "" if arguments.time or arguments.date.isdecimal() else arguments.date
    words = [text for text in (arguments.appointment_id, arguments.option_id, day) if text]
    if len(choices) == 1 and words and all(map(is_consent, words)):
        # The only one that was asked about.
        return by_id.get(choices[0])
    starts = {key: _start(one, talk.branch) for key, one in by_id.items()}
    heard = [starts.get(each) for each in choices]
    others = [starts[one.appointment_id] for one in live(found) if one.appointment_id not in choices]
    place = next((at for text in words if (at := place_of(text, heard, talk, others=others))), 0)
    return by_id.get(choices[place - 1]) if place else None


def _start(one: Appointment, branch: DialledBranch) -> datetime:
    """As it was agreed: on the clock of where it takes place."""
    return one.start.astimezone(branch.zone_of(one.branch_id))


@dataclass(frozen=True)
class _Description:
    """What was said of an appointment: when it is, what for, with whom. None: nothing was said of that."""

    branch: DialledBranch
    times: tuple[Candidate, ...] | None
    services: AbstractSet[str] | None
    people: AbstractSet[str] | None

    @property
    def says_something(self) -> bool:
        return not (self.times is None and self.services is None and self.people is None)

    @property
    def is_understood(self) -> bool:
        return all(said is None or said for said in (self.times, self.services, self.people))

    def is_of(self, one: Appointment) -> bool:
        """Whether all that was said is true of it; what was not understood is true of none."""
        return (
            (self.times is None or self._is_then(one))
            and (self.services is None or not self.services.isdisjoint(one.service_ids))
            and (self.people is None or not self.people.isdisjoint(one.people or (one.person_id,)))
        )

    def may_be_of(self, one: Appointment) -> bool:
        """The same, without what was not understood."""
        return replace(
            self, times=self.times or None, services=self.services or None, people=self.people or None
        ).is_of(one)

    def _is_then(self, one: Appointment) -> bool:
        start = _start(one, self.branch)
        return any(is_within(start, candidate) for candidate in self.times or ())


def _description(talk: Conversation, person: str) -> _Description:
    branch, arguments = talk.branch, talk.arguments
    services = [(one.service_id, (one.name, *one.synonyms)) for one in branch.services]
    people = [(one.person_id, (one.name, one.person_id)) for one in branch.people]
    says_when = arguments.date or arguments.time
    return _Description(
        branch,
        readings(talk, arguments.date, arguments.time) if says_when else None,
        _matched(arguments.service, services) if arguments.service else None,
        _matched(person, people) if person and not minds_nobody(person) else None,
    )


def _matched(said: str, ours: Sequence[tuple[str, Sequence[str]]]) -> frozenset[str]:
    result = match(said, ours)
    return frozenset([result.key] if isinstance(result, Match) else result.keys)
