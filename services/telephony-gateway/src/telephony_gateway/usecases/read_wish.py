"""The caller's words about day and time → what to look for, or a question. Nothing is ever defaulted."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from signals.metrics import Counter
from telephony_gateway.domain.answers import Answer, Status
from telephony_gateway.domain.business import DialledBranch
from telephony_gateway.domain.sentences import IN_A_BREATH, Sentence, Voice, listing, tongue
from telephony_gateway.domain.session import Window
from telephony_gateway.language.days import Doubt
from telephony_gateway.language.spoken import spoken_candidate
from telephony_gateway.language.understanding import Candidate, Outcome, Search, Understanding
from telephony_gateway.language.wish import Bounds, resolve_wish
from telephony_gateway.usecases.little_words import minds_no_time
from telephony_gateway.usecases.saying import spoken_day

_dates = Counter(
    "rufbuch_gateway_dates_total", "Wishes for a day and a time, by how far the words told it",
    {"outcome": [one.value for one in Outcome]},
)  # fmt: skip
_DAYS_MAX = 31
"""A range of days is searched no further than this; who means more names a part of it."""
_DOUBTS = {
    Doubt.WEEKDAY_AND_DATE_DISAGREE: Sentence.WEEKDAY_AND_DATE_DISAGREE,
    Doubt.JUST_PASSED: Sentence.JUST_PASSED,
    Doubt.WORDS_LEFT_OVER: Sentence.NOT_ALL_UNDERSTOOD,
}
# Notice and horizon are availability's to judge, with the branch's own rules.
_UNBOUNDED = Bounds(notice=timedelta(0), horizon=timedelta(days=3650))


@dataclass(frozen=True)
class TimeWish:
    """An exact start, or windows; aware, in the branch's zone."""

    start: datetime | None
    windows: tuple[Window, ...] = ()


def understood(day: str, clock: str, branch: DialledBranch, *, now: datetime) -> Understanding:
    """The words about day and time, read together at an instant in the branch's zone."""
    local = now.astimezone(branch.zone)
    at_any_time = minds_no_time(clock)
    return resolve_wish(
        day or None, None if at_any_time else clock or None,
        reference=local, bounds=_UNBOUNDED, language=tongue(branch.language),
    )  # fmt: skip


def read_wish(
    day: str, clock: str, branch: DialledBranch, *, now: datetime, whole_days: bool = False
) -> TimeWish | Answer:
    """What the caller wants, or what has to be asked. ``whole_days``: a day without a time is enough."""
    local = now.astimezone(branch.zone)
    said = understood(day, clock, branch, now=now)
    _dates.labels(said.outcome.value).inc()
    if said.search is Search.FIRST_FREE and said.date is None:
        return TimeWish(None, tuple(_soon(said.first, branch, local)))
    if said.outcome is Outcome.RESOLVED:
        any_time = whole_days or minds_no_time(clock) or said.search is Search.FIRST_FREE
        return _resolved(said.first, branch, local, any_time=any_time)
    return _question(said, branch)


def _soon(wish: Candidate, branch: DialledBranch, local: datetime) -> Iterator[Window]:
    """As soon as there is something; of each day only the part that was said, for a month then."""
    if wish == Candidate():
        yield Window(local, local + timedelta(days=branch.horizon_days))
        return
    for days in range(min(_DAYS_MAX, branch.horizon_days)):
        window = _window(local.date() + timedelta(days=days), wish, branch)
        if window.end > local:
            yield Window(max(window.start, local), window.end)


def _resolved(
    wish: Candidate, branch: DialledBranch, local: datetime, *, any_time: bool
) -> TimeWish | Answer:
    days = list(_days(wish, local.date()))
    if wish.time is not None and len(days) == 1:
        return TimeWish(datetime.combine(days[0], wish.time, tzinfo=branch.zone))
    if wish.time is None and wish.time_from is None and wish.time_to is None and not any_time:
        return _need_time(days, branch)
    return TimeWish(None, tuple(_window(day, wish, branch) for day in days))


def _need_time(days: list[date], branch: DialledBranch) -> Answer:
    """D6, D7: a day without a time is asked about."""
    if len(days) > 1:
        return Answer(Status.NEED_TIME, Sentence.NEED_TIME_OPEN.say(branch.language))
    day = Sentence.ON_DAY.say(branch.language, day=spoken_day(days[0], branch.language))
    return Answer(Status.NEED_TIME, Sentence.NEED_TIME.say(branch.language, day=day))


def _days(wish: Candidate, today: date) -> Iterator[date]:
    first = wish.date or today
    last = min(wish.date_end or first, first + timedelta(days=_DAYS_MAX))
    while first <= last:
        yield first
        first += timedelta(days=1)


def _window(day: date, wish: Candidate, branch: DialledBranch) -> Window:
    begin = datetime.combine(day, wish.time or wish.time_from or time(0), tzinfo=branch.zone)
    if wish.time is not None:
        return Window(begin, begin + timedelta(minutes=1))
    if wish.time_to is None:
        return Window(begin, datetime.combine(day + timedelta(days=1), time(0), tzinfo=branch.zone))
    # "bis 12 Uhr" welcomes a start at twelve as well.
    return Window(begin, datetime.combine(day, wish.time_to, tzinfo=branch.zone) + timedelta(minutes=1))


def _question(said: Understanding, branch: DialledBranch) -> Answer:
    language = branch.language
    match said.outcome:
        case Outcome.PAST:
            return Answer(Status.PAST, Sentence.PAST.say(language))
        case Outcome.TOO_FAR:
            return Answer(Status.TOO_FAR, Sentence.TOO_FAR.say(language, count=branch.horizon_days))
        case Outcome.IMPOSSIBLE:
            return Answer(Status.NEED_DATE, Sentence.IMPOSSIBLE.say(language))
        case Outcome.AMBIGUOUS:
            return Answer(Status.AMBIGUOUS, _which(said, language))
    return Answer(Status.NEED_DATE, Sentence.NEED_DATE.say(language))


def _which(said: Understanding, language: Voice) -> str:
    """Why it is not clear, where that can be said, and which of the readings is meant."""
    readings = [
        spoken_candidate(one, language=language.code, today=language.today)
        for one in said.candidates[:IN_A_BREATH]
    ]
    question = Sentence.AMBIGUOUS.say(language, choices=listing(readings, language, last=Sentence.OR))
    why = next((sentence for doubt, sentence in _DOUBTS.items() if doubt in said.doubts), None)
    return f"{why.say(language)} {question}" if why else question
