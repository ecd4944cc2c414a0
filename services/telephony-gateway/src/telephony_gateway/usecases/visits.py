"""Several services in one visit: "Schneiden und Färben", or "beides" where two were asked about."""

import itertools
import re
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from matching import Candidates, Match
from telephony_gateway.domain.answers import Answer, Status
from telephony_gateway.domain.business import BookableService, Colleague, DialledBranch
from telephony_gateway.domain.sentences import IN_A_BREATH, Sentence, listing
from telephony_gateway.domain.session import EarlierWish
from telephony_gateway.usecases.conversation import Conversation
from telephony_gateway.usecases.little_words import is_consent
from telephony_gateway.usecases.matched import matched_service
from telephony_gateway.usecases.named import named_person, named_service
from telephony_gateway.usecases.saying import spoken_services

SERVICES_MAX = 4
"""In one visit; whoever wants more is asked."""
_JOINED = re.compile(
    r"\s*[,;+&/]\s*|\s+(?:und|and|sowie|plus|mit|with|samt|inklusive|including)\s+(?:dann\s+|then\s+|danach\s+|noch\s+|also\s+|auch\s+)*",
    re.IGNORECASE,
)
_ALL = {
    2: re.compile(r"(?:alle[ns]?\s+)?beide[sn]?|both(?: of them)?|sowohl als auch|alles|all of (?:it|them)", re.IGNORECASE),
    3: re.compile(r"alle\s+(?:drei|3)|alles|all\s+(?:three|3)(?: of them)?|all of (?:it|them)", re.IGNORECASE),
}  # fmt: skip
_ONE_ALONE = re.compile(r"\b(?:nur|bloß|lediglich|ohne|kein\w*|only|just|without|no)\b", re.IGNORECASE)
_FILLERS = re.compile(r"\b(?:ja|bitte|gerne?|also|dann|einfach|yes|please|then|just)\b|[.,!]", re.IGNORECASE)


@dataclass(frozen=True)
class Visit:
    """What is done in it, in order; at least one service."""

    services: tuple[BookableService, ...]

    @property
    def service_ids(self) -> tuple[str, ...]:
        """In the same order."""
        return tuple(service.service_id for service in self.services)

    def is_what_was_wished(self, earlier: EarlierWish | None) -> bool:
        """Whether an earlier wish was for the same. Whoever moves a visit may name one of its services."""
        if earlier is None:
            return False
        wished = (earlier.service_id, *earlier.more_service_ids)
        return wished == self.service_ids or (
            bool(earlier.moved_appointment_id) and set(self.service_ids) <= set(wished)
        )


def named_visit(talk: Conversation) -> Visit | Answer:
    """What was said now, or else what this call is about already; a doubt is a question, as for one service."""
    said, branch, session = talk.arguments.service, talk.branch, talk.session
    if said:
        every = _all_asked_about(said, session.asked_services)
        readings = [every] if every else _readings(said, branch) or _asked_about(said, talk)
        if readings:
            session.asked_services = ()
            return _meant(readings, talk)
    elif session.wish and session.wish.more_service_ids:
        wished = {session.wish.service_id, *session.wish.more_service_ids}
        if wished <= {service.service_id for service in branch.services}:
            return Visit(
                tuple(map(branch.service, (session.wish.service_id, *session.wish.more_service_ids)))
            )
    service = named_service(talk)
    if isinstance(service, Answer):
        return service
    session.asked_visits = ()
    return Visit((service,))


def _meant(readings: Sequence[tuple[str, ...]], talk: Conversation) -> Visit | Answer:
    talk.session.asked_visits = tuple(readings) if len(readings) > 1 else ()
    if len(readings) == 1:
        return Visit(tuple(map(talk.branch.service, readings[0])))
    choices = [spoken_services(reading, talk.branch) for reading in readings]
    listed = listing(choices, talk.language, last=Sentence.OR)
    return talk.answer(Status.AMBIGUOUS, Sentence.AMBIGUOUS, choices=listed)


def named_person_of(talk: Conversation, visit: Visit) -> Colleague | Answer | None:
    """Whom the caller asked for, who then does all of it; None: nobody in particular."""
    person: Colleague | Answer | None = None
    for service in visit.services:
        person = named_person(talk, service.service_id, service.name)
        if isinstance(person, Answer):
            return person
    return person


def may_be_all_of(said: str, services: AbstractSet[str], branch: DialledBranch) -> bool:
    """Whether the words may name no other services than these; what names none of ours may."""
    one = matched_service(said, branch)
    readings = [(one.key,)] if isinstance(one, Match) else _readings(said, branch)
    return not readings or any(services >= set(reading) for reading in readings)


def _readings(said: str, branch: DialledBranch) -> list[tuple[str, ...]]:
    """What several services the words may name: each part one of ours, none twice. Of one part it may be doubtful which; (),
    where it is something else. A service that is called so by itself is that service."""
    if isinstance(matched_service(said, branch), Match):
        return []
    parts = _parts(said, branch)
    if not 1 < len(parts) <= SERVICES_MAX:
        return []
    found = [matched_service(part, branch) for part in parts]
    keys = [_keys(each)[:IN_A_BREATH] for each in found]
    if sum(len(each) > 1 for each in keys) > 1:
        return []
    return [reading for reading in itertools.product(*keys) if len(set(reading)) == len(parts)]


def _parts(said: str, branch: DialledBranch) -> list[str]:
    """What is named one after the other; what a business calls "Waschen und Föhnen" is one."""
    parts: list[str] = []
    for part in filter(str.strip, _JOINED.split(said)):
        both = f"{parts[-1]} und {part}" if parts else ""
        whole = matched_service(both, branch) if both else None
        is_one = isinstance(whole, Match) and all(
            whole.key in _keys(matched_service(each, branch)) for each in (parts[-1], part)
        )
        parts = [*parts[:-1], both] if is_one else [*parts, part]
    return parts


def _keys(found: Match | Candidates) -> tuple[str, ...]:
    return (found.key,) if isinstance(found, Match) else found.keys


def _asked_about(said: str, talk: Conversation) -> list[tuple[str, ...]]:
    """Of the visits that were asked about, those that the words tell apart from the others: "den Damenhaarschnitt"."""
    asked = talk.session.asked_visits
    if not asked or _ONE_ALONE.search(said):
        return []
    telling = set(_keys(matched_service(said, talk.branch))) - set(asked[0]).intersection(*asked)
    return [reading for reading in asked if not telling.isdisjoint(reading)]


def _all_asked_about(said: str, asked: Sequence[str]) -> tuple[str, ...]:
    if len(asked) == 1 and is_consent(said):
        return tuple(asked)
    every = _ALL.get(len(asked))
    words = " ".join(_FILLERS.sub(" ", said).split())
    return tuple(asked) if every and every.fullmatch(words) else ()
