"""``join_waitlist``: a wish that cannot be met now is noted for when something comes free."""

from datetime import datetime, time, timedelta

from telephony_gateway.domain.answers import Answer, Status
from telephony_gateway.domain.business import BookableService, Colleague
from telephony_gateway.domain.sentences import Sentence, listing
from telephony_gateway.domain.session import Window
from telephony_gateway.language import Candidate
from telephony_gateway.language.spoken import spoken_candidate
from telephony_gateway.usecases.conversation import Conversation
from telephony_gateway.usecases.named import named_person
from telephony_gateway.usecases.names import named_customer
from telephony_gateway.usecases.numbers import reachable, spoken
from telephony_gateway.usecases.ports import Care, NameRefusedError, WaitingWish
from telephony_gateway.usecases.read_wish import TimeWish, read_wish
from telephony_gateway.usecases.saying import spoken_start
from telephony_gateway.usecases.visits import named_visit

_A_START = timedelta(minutes=1)
_A_ROUND_TIME = 5
"""Minutes: a multiple of these is a time that somebody has said."""


async def join_waitlist(talk: Conversation, *, care: Care) -> Answer:
    """Whatever is missing is asked for; what was wished last in this call need not be said again. Raises PeerError."""
    service = _service(talk)
    if isinstance(service, Answer):
        return service
    wish = _wish(talk, service)
    if isinstance(wish, Answer):
        return wish
    try:
        stored = await care.join_waitlist(talk.branch, talk.caller, wish)
    except NameRefusedError:
        talk.session.name = ""
        return talk.answer(Status.NEED_NAME, Sentence.NEED_WAITING_NAME)
    what = _what(service, wish, talk)
    message = Sentence.WAITLIST_NOTED.say(talk.language, service=what, window=_spoken(stored, talk))
    zone = talk.branch.zone
    details = {
        "window_start": stored.start.astimezone(zone).isoformat(),
        "window_end": stored.end.astimezone(zone).isoformat(),
    }
    return Answer(Status.WAITLIST_NOTED, message, details=details)


def _service(talk: Conversation) -> BookableService | Answer:
    """Whoever wants several in one visit is told that only one is waited for, and chooses it."""
    visit = named_visit(talk)
    if isinstance(visit, Answer) or len(visit.services) == 1:
        return visit if isinstance(visit, Answer) else visit.services[0]
    talk.session.asked_services = visit.service_ids
    choices = listing([service.name for service in visit.services], talk.language, last=Sentence.OR)
    return talk.answer(Status.AMBIGUOUS, Sentence.WAITLIST_ONE_SERVICE, choices=choices)


def _what(service: BookableService, wish: WaitingWish, talk: Conversation) -> str:
    """With whom, too: it may not have been said just now."""
    person = talk.branch.person_name(wish.person_id)
    return Sentence.WITH.say(talk.language, when=service.name, person=person) if person else service.name


def _wish(talk: Conversation, service: BookableService) -> WaitingWish | Answer:
    person = named_person(talk, service.service_id, service.name)
    if isinstance(person, Answer):
        return person
    window = _window(talk)
    if isinstance(window, Answer):
        return window
    number = _number(talk)
    if isinstance(number, Answer):
        return number
    name = named_customer(talk, Sentence.NEED_WAITING_NAME)
    if isinstance(name, Answer):
        return name
    return WaitingWish(service.service_id, _person_id(talk, service, person), window, number, name)


def _person_id(talk: Conversation, service: BookableService, person: Colleague | None) -> str:
    """Who asked for somebody waits for her, unless something else is said (SR-06)."""
    earlier = talk.session.wish
    if person or talk.arguments.staff or earlier is None:
        return person.person_id if person else ""
    wished = {earlier.service_id, *earlier.more_service_ids}
    return earlier.person_id if service.service_id in wished else ""


def _number(talk: Conversation) -> str | Answer:
    """Where to call when something comes free; read back where it was not heard well."""
    where = reachable(talk)
    if where.doubtful:
        return talk.answer(Status.NEED_PHONE, Sentence.NUMBER_HEARD, number=spoken(where.number, talk))
    return where.number or talk.answer(Status.NEED_PHONE, Sentence.NEED_PHONE)


def _window(talk: Conversation) -> Window | Answer:
    """One span around all that would suit."""
    arguments, earlier = talk.arguments, talk.session.wish
    wish: TimeWish | Answer
    if earlier and not (arguments.date or arguments.time):
        wish = TimeWish(earlier.start, earlier.windows)
    else:
        wish = read_wish(arguments.date, arguments.time, talk.branch, now=talk.now, whole_days=True)
    if isinstance(wish, Answer):
        return wish
    if wish.start:
        return Window(wish.start, wish.start + _A_START)
    return Window(min(one.start for one in wish.windows), max(one.end for one in wish.windows))


def _spoken(window: Window, talk: Conversation) -> str:
    if window.end - window.start <= _A_START:
        return spoken_start(window.start, talk.branch)
    # "Bis 18 Uhr" means that 18 Uhr still suits, so such a window ends a minute later.
    last = window.end - _A_START
    end = window.end if last.minute % _A_ROUND_TIME else last
    days = _days(window.start.astimezone(talk.branch.zone), end.astimezone(talk.branch.zone))
    if days:
        return spoken_candidate(days, language=talk.language.code, today=talk.language.today)
    start, until = (spoken_start(at, talk.branch) for at in (window.start, end))
    return Sentence.BETWEEN.say(talk.language, start=start, end=until)


def _days(start: datetime, end: datetime) -> Candidate | None:
    """Whole days, or a part of one, whose day is said once; None: it is neither."""
    midnight = time(0)
    last = end.date() - timedelta(days=1) if end.time() == midnight else end.date()
    first_time, last_time = (None if at.time() == midnight else at.time() for at in (start, end))
    if start.date() == last:
        return Candidate(last, time_from=first_time, time_to=last_time)
    return None if first_time or last_time else Candidate(start.date(), last)
