"""Free text to a typed outcome: the one entry for an utterance. Pure: the reference instant is an argument."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from functools import lru_cache

from telephony_gateway.language.build_day import day_alone
from telephony_gateway.language.clock import DAY, LAST_MINUTE, Clock
from telephony_gateway.language.days import Doubt, ImpossibleDayError, Reading, RelativeDay, Span
from telephony_gateway.language.exclusion import without_ruled_out
from telephony_gateway.language.grammar import Item
from telephony_gateway.language.halves import in_halves
from telephony_gateway.language.language import all_strange
from telephony_gateway.language.languages import LANGUAGES, is_half_in_doubt, language_of
from telephony_gateway.language.normalise import Shape, shapes
from telephony_gateway.language.options import Listener, Said, TimeExpression
from telephony_gateway.language.understanding import Candidate, Outcome, Slot, Understanding

# Doubts that end where all readings but one have passed.
ENDS_WITH_THE_PAST = frozenset({Doubt.SAME_WEEKDAY, Doubt.HALF_OF_THE_DAY})


def understand(
    text: str,
    *,
    reference: datetime,
    language: str | None = None,
    options_read: int | None = None,
    clock: str = "",
) -> Understanding:
    """What a caller said, at that instant (aware, in the branch's zone); nothing is defaulted, nothing raised.

    `language` is "de" or "en"; left out, the words decide. `options_read` says how many options the caller has just
    heard: "den Dritten" is one of them only if there were so many, and a day of the month otherwise. `clock` is what was said
    of the time, behind the text, where that came apart.
    """
    if reference.tzinfo is None:
        raise ValueError("the reference instant needs a zone")
    said = _heard(text, clock, language, getattr(reference.tzinfo, "key", ""))
    if said.selection is not None and options_read is not None and said.selection > options_read:
        said = _with_day(said, said.selection)
    return _outcome(said, reference)


def speaks_of_time(text: str) -> bool:
    """Whether the words say anything of a day or a time, be it one that there is not, in any of the languages. Nothing of
    them is remembered: they may be somebody's name."""
    words = shapes(text)
    if _are_strangers(words):
        return False
    found = (language_of(words, code).phrases(words) for code in LANGUAGES)
    return any(not all_strange(items) and not _is_silent(_listened(items)) for items in found)


def _are_strangers(words: list[Shape]) -> bool:
    """Whether they are words of which no language knows any: that is told sooner than what they would be read as."""
    texts = [word.text for word in words]
    return all(word.name == "word" for word in words) and all(
        language.lexicon.knows_none(texts) for language in LANGUAGES.values()
    )


def _listened(items: list[Item]) -> Said:
    return Listener(without_ruled_out(items)).listen()


def _said(text: str, clock: str, language: str | None, zone: str) -> Said:
    """What the words say at any instant."""
    halves = in_halves(text, clock, language, zone) if clock else None
    if halves:
        return _listened(halves)
    words = shapes(f"{text} {clock}" if clock else text)
    said = _listened(language_of(words, language).phrases(words, zone))
    said.left_over = said.left_over or is_half_in_doubt(words, language)
    return said


_heard = lru_cache(maxsize=2048)(_said)
"""The same words come in every call, and often twice in one; nobody writes into what is remembered."""


def _with_day(said: Said, number: int) -> Said:
    *others, last = said.options
    return replace(said, options=[*others, replace(last, day=day_alone(number))], selection=None)


def _is_silent(said: Said) -> bool:
    unsaid = said.impossible is None and said.moment is None
    return unsaid and all(option.day is None and option.time is None for option in said.options)


def explain(text: str, *, language: str | None = None) -> list[tuple[str, str, str]]:
    """Which rule took which words, inner phrases first: (what it made, its pattern, the words)."""
    words = shapes(text)
    trace: list[Item] = []
    language_of(words, language).phrases(words, trace=trace)
    return [
        (item.kind, item.rule, " ".join(word.text for word in words[item.start : item.end])) for item in trace
    ]


def _outcome(said: Said, reference: datetime) -> Understanding:
    if said.impossible is not None:
        return Understanding(Outcome.IMPOSSIBLE)
    if said.moment is not None:
        return _at(reference + timedelta(minutes=said.moment.minutes), is_sure=_only_moment(said))
    if _is_silent(said):
        return Understanding(Outcome.NOTHING, selection=said.selection, search=said.search)
    try:
        candidates, doubts = _candidates(said, reference.date())
    except ImpossibleDayError:
        return Understanding(Outcome.IMPOSSIBLE)
    if any(_is_backwards(candidate) for candidate in candidates):
        return Understanding(Outcome.IMPOSSIBLE)
    return _judged(candidates, doubts, said, reference)


def _only_moment(said: Said) -> bool:
    """ "in zwei Stunden" and nothing that says another time ("in zwei Stunden am Freitag")."""
    today = (None, RelativeDay(0))
    return not said.left_over and all(option.day in today and option.time is None for option in said.options)


def _is_backwards(candidate: Candidate) -> bool:
    """ "von 14 bis 12 Uhr"."""
    first, last = candidate.time_from, candidate.time_to
    return first is not None and last is not None and last <= first


def _at(moment: datetime, *, is_sure: bool) -> Understanding:
    # Wall-clock arithmetic on purpose: "in zwei Stunden" is what the caller's clock shows then.
    candidate = Candidate(date=moment.date(), time=_time(moment.hour * 60 + moment.minute))
    if is_sure:
        return Understanding(Outcome.RESOLVED, (candidate,))
    return Understanding(Outcome.AMBIGUOUS, (candidate,), doubts=frozenset({Doubt.WORDS_LEFT_OVER}))


def _candidates(said: Said, today: date) -> tuple[tuple[Candidate, ...], set[Doubt]]:
    found: list[Candidate] = []
    doubts: set[Doubt] = {Doubt.WORDS_LEFT_OVER} if said.left_over else set()
    for option in said.options:
        reading = option.day.resolve(today) if option.day is not None else Reading((Span(None),))
        times = _times(option.time)
        if reading.doubt is not None:
            doubts.add(reading.doubt)
        if len(times) > 1:
            doubts.add(Doubt.HALF_OF_THE_DAY)
        found += [_joined(span, clock) for span in reading.spans for clock in times]
    candidates = tuple(dict.fromkeys(found))
    if len(said.options) > 1 and len(candidates) > 1:
        doubts.add(Doubt.ALTERNATIVES)
    return candidates, doubts


def _times(expression: TimeExpression | None) -> list[Candidate]:
    if expression is None:
        return [Candidate()]
    if isinstance(expression, Clock):
        return [Candidate(time=_time(minute)) for minute in expression.readings()]
    return [Candidate(time_from=_open(first), time_to=_open(last)) for first, last in expression.readings()]


def _open(minute: int | None) -> time | None:
    return None if minute is None else _time(LAST_MINUTE if minute == DAY else minute)


def _time(minute: int) -> time:
    return time(*divmod(minute, 60))


def _joined(span: Span, clock: Candidate) -> Candidate:
    last = span.last if span.last != span.first else None
    return Candidate(span.first, last, clock.time, clock.time_from, clock.time_to)


def _judged(
    candidates: tuple[Candidate, ...], doubts: set[Doubt], said: Said, reference: datetime
) -> Understanding:
    ahead = tuple(candidate for candidate in candidates if not has_passed(candidate, reference))
    outcome = Outcome.PAST
    if ahead:
        is_clear = not doubts or (len(ahead) == 1 and doubts <= ENDS_WITH_THE_PAST)
        outcome = Outcome.RESOLVED if is_clear else Outcome.AMBIGUOUS
    return Understanding(
        outcome,
        ahead or candidates,
        doubts=frozenset() if outcome is Outcome.RESOLVED else frozenset(doubts),
        missing=_missing(candidates[0]),
        approximate=any(
            isinstance(option.time, Clock) and option.time.approximate for option in said.options
        ),
        search=said.search,
    )


def has_passed(candidate: Candidate, reference: datetime) -> bool:
    """Whether nothing of a reading lies after the reference instant; a time without a day never has."""
    today, now = reference.date(), reference.time()
    last = candidate.date_end or candidate.date
    if last is None or last > today:
        return False
    if last < today:
        return True
    if candidate.time is not None:
        return candidate.time <= now
    return candidate.time_to is not None and candidate.time_to <= now


def _missing(candidate: Candidate) -> frozenset[Slot]:
    missing = set()
    if candidate.date is None and candidate.date_end is None:
        missing.add(Slot.DATE)
    if candidate.time is None and candidate.time_from is None and candidate.time_to is None:
        missing.add(Slot.TIME)
    return frozenset(missing)
