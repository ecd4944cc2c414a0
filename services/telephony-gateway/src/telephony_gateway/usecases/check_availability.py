"""``check_availability`` and ``get_alternatives``: is the wish free, and what else would be? What is offered is held."""

from datetime import datetime

from telephony_gateway.domain.answers import Answer, OfferedOption, Status
from telephony_gateway.domain.arguments import Arguments
from telephony_gateway.domain.business import BookableService, Colleague, DialledBranch
from telephony_gateway.domain.envelope import Caller
from telephony_gateway.domain.matching import Candidates, match
from telephony_gateway.domain.sentences import Sentence, listing
from telephony_gateway.domain.speech import spoken_start
from telephony_gateway.usecases.offers import offered, spoken_choices
from telephony_gateway.usecases.ports import Found, SearchOutcome, Slots, SlotWish
from telephony_gateway.usecases.read_wish import TimeWish, read_wish

_NAMES_IN_A_BREATH = 4
# How each outcome is said: with options to offer, and without.
_SAYINGS: dict[SearchOutcome, tuple[Status, Sentence | None, Sentence]] = {
    SearchOutcome.AVAILABLE: (Status.AVAILABLE, Sentence.AVAILABLE, Sentence.UNAVAILABLE),
    SearchOutcome.ALTERNATIVES: (Status.ALTERNATIVES, Sentence.ALTERNATIVES, Sentence.UNAVAILABLE),
    SearchOutcome.UNAVAILABLE: (Status.UNAVAILABLE, None, Sentence.UNAVAILABLE),
    SearchOutcome.CLOSED: (Status.CLOSED, Sentence.CLOSED_CHOICES, Sentence.CLOSED),
    SearchOutcome.TOO_SOON: (Status.TOO_SOON, Sentence.TOO_SOON_CHOICES, Sentence.TOO_SOON),
    SearchOutcome.TOO_FAR: (Status.TOO_FAR, None, Sentence.TOO_FAR),
    SearchOutcome.PAST: (Status.PAST, None, Sentence.PAST),
    SearchOutcome.HOLDING_TOO_MUCH: (Status.UNAVAILABLE, None, Sentence.HOLDING_TOO_MUCH),
}


async def check_availability(
    branch: DialledBranch, caller: Caller, arguments: Arguments, *, slots: Slots, now: datetime
) -> Answer:
    """Understand service, person and time, or ask; then look and hold in one step. Raises PeerError."""
    service = _service(branch, arguments.service)
    if isinstance(service, Answer):
        return service
    person = _person(branch, arguments.staff, service)
    if isinstance(person, Answer):
        return person
    time = read_wish(arguments, branch, now=now)
    if isinstance(time, Answer):
        return time
    wish = SlotWish(service.service_id, person.person_id if person else "", time.start, time.windows)
    found = await slots.search(branch, caller, wish)
    return _answer(branch, time, found, name_people=person is None)


def _service(branch: DialledBranch, said: str) -> BookableService | Answer:
    some = [service.name for service in branch.services[:_NAMES_IN_A_BREATH]]
    listed = listing(some, branch.language, last=Sentence.OR)
    if not said:
        return Answer(Status.NEED_SERVICE, Sentence.NEED_SERVICE.say(branch.language, services=listed))
    ours = [(service.service_id, (service.name, *service.synonyms)) for service in branch.services]
    result = match(said, [*ours, *((key, (key,)) for key, _ in ours)])
    if not isinstance(result, Candidates):
        return branch.service(result.key)
    names = [branch.service(key).name for key in result.keys[:_NAMES_IN_A_BREATH]]
    if names:
        choices = listing(names, branch.language, last=Sentence.OR)
        return Answer(Status.AMBIGUOUS, Sentence.AMBIGUOUS.say(branch.language, choices=choices))
    return Answer(Status.NEED_SERVICE, Sentence.UNKNOWN_SERVICE.say(branch.language, services=listed))


def _person(branch: DialledBranch, said: str, service: BookableService) -> Colleague | Answer | None:
    """Whom the caller asked for; None: nobody in particular. Never somebody else in silence (SR-06)."""
    able = [person for person in branch.people if service.service_id in person.service_ids]
    if not able:
        return Answer(Status.UNAVAILABLE, Sentence.NOBODY_CAN.say(branch.language, service=service.name))
    if not said or _anybody(said):
        return None
    result = match(said, [(person.person_id, (person.name, person.person_id)) for person in branch.people])
    listed = listing([person.name for person in able[:_NAMES_IN_A_BREATH]], branch.language, last=Sentence.OR)
    if isinstance(result, Candidates):
        names = [branch.person_name(key) for key in result.keys]
        if names:
            choices = listing(names, branch.language, last=Sentence.OR)
            return Answer(Status.AMBIGUOUS, Sentence.AMBIGUOUS.say(branch.language, choices=choices))
        return Answer(Status.AMBIGUOUS, Sentence.UNKNOWN_PERSON.say(branch.language, people=listed))
    person = next(person for person in branch.people if person.person_id == result.key)
    if person in able:
        return person
    message = Sentence.PERSON_CANNOT.say(
        branch.language, person=person.name, service=service.name, people=listed
    )
    return Answer(Status.UNAVAILABLE, message)


def _anybody(said: str) -> bool:
    return said.casefold().strip(" .") in {
        "egal",
        "jeder",
        "jede",
        "irgendwer",
        "irgendjemand",
        "any",
        "anyone",
        "anybody",
    }


def _answer(branch: DialledBranch, time: TimeWish, found: Found, *, name_people: bool) -> Answer:
    options = offered(found.slots, branch)
    status, message = _sentence(branch, time, found, options, name_people=name_people)
    if options and not found.holds_work:
        message = f"{message} {Sentence.NOT_HELD.say(branch.language)}"
    return Answer(status, message, options)


def _sentence(
    branch: DialledBranch,
    time: TimeWish,
    found: Found,
    options: tuple[OfferedOption, ...],
    *,
    name_people: bool,
) -> tuple[Status, str]:
    status, with_options, without = _SAYINGS[found.outcome]
    if options and with_options:
        sentence = _precise(with_options, options=len(options), wish=time.start)
    else:
        sentence = without
    wish = spoken_start(time.start.astimezone(branch.zone), branch.language) if time.start else ""
    message = sentence.say(
        branch.language,
        wish=wish,
        when=(choices := spoken_choices(options, branch, name_people=name_people)),
        choices=choices,
        minutes=str(found.min_notice_minutes),
        days=str(found.horizon_days),
    )
    return status, message


def _precise(sentence: Sentence, *, options: int, wish: datetime | None) -> Sentence:
    """Several free starts are choices; without an exact wish there is none to call taken."""
    if (sentence is Sentence.AVAILABLE and options > 1) or (
        sentence is Sentence.ALTERNATIVES and wish is None
    ):
        return Sentence.CHOICES
    return sentence
