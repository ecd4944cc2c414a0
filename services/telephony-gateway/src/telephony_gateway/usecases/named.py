"""Which service and which person the caller names. A doubt is a question; nobody is ever replaced in silence (SR-06)."""

import re

from matching import Candidates
from telephony_gateway.domain.answers import Answer, Status
from telephony_gateway.domain.business import BookableService, Colleague
from telephony_gateway.domain.sentences import Sentence, listing
from telephony_gateway.usecases.conversation import Conversation
from telephony_gateway.usecases.little_words import minds_nobody
from telephony_gateway.usecases.matched import matched_person, matched_service

_NAMES_IN_A_BREATH = 5
_PARTICLES = frozenset(
    {"von", "van", "vom", "zu", "zum", "der", "den", "de", "del", "di", "da", "le", "dr", "frau", "herr"}
)
_SOMEBODY_ELSE = re.compile(
    r"\b(?:jemand\w*|wen|wer|eine[mnr]?|some(?:one|body)|any(?:one|body))\s+(?:ander\w+|else)\b|\banother (?:one|person|stylist)\b",
    re.IGNORECASE,
)
_WORD = re.compile(r"[^\W\d_]+")


def named_service(talk: Conversation) -> BookableService | Answer:
    """The service that was said now, or else the one that this call is about already (TG-23)."""
    branch, said = talk.branch, talk.arguments.service
    if not said:
        earlier = talk.session.wish.service_id if talk.session.wish else ""
        known = next((service for service in branch.services if service.service_id == earlier), None)
        return known or _need_service(talk, Sentence.NEED_SERVICE)
    result = matched_service(said, branch)
    if not isinstance(result, Candidates):
        talk.session.asked_services = ()
        return branch.service(result.key)
    talk.session.asked_services = result.keys
    if result.keys:
        choices = _listed(talk, [branch.service(key).name for key in result.keys])
        return talk.answer(Status.AMBIGUOUS, Sentence.AMBIGUOUS, choices=choices)
    return _need_service(talk, Sentence.UNKNOWN_SERVICE)


def _need_service(talk: Conversation, question: Sentence) -> Answer:
    listed = _listed(talk, [service.name for service in talk.branch.services])
    return talk.answer(Status.NEED_SERVICE, question, services=listed)


def named_person(talk: Conversation, service_id: str, service_name: str) -> Colleague | Answer | None:
    """Whom the caller asked for; None: nobody in particular."""
    branch, said = talk.branch, talk.arguments.staff
    able = [person for person in branch.people if service_id in person.service_ids]
    if not able:
        return talk.answer(Status.UNAVAILABLE, Sentence.NOBODY_CAN, service=service_name)
    if not said:
        return None
    result = matched_person(said, branch)
    if not isinstance(result, Candidates):
        person = next(person for person in branch.people if person.person_id == result.key)
        return _if_able(talk, person, able, service_name)
    if result.keys:
        return _ask_which(talk, [branch.person_name(key) for key in result.keys])
    return _nobody_named(talk, able)


def _nobody_named(talk: Conversation, able: list[Colleague]) -> Answer | None:
    """Where no name is asked for: whoever is spoken of all the same is ruled out ("nicht Anna", "egal, nur nicht Ben")."""
    words = set(_WORD.findall(talk.arguments.staff.casefold()))
    others = [person for person in able if words.isdisjoint(_name_words(person.name))]
    if len(others) < len(able):
        return _ask_which(talk, [person.name for person in others or able])
    if _SOMEBODY_ELSE.search(talk.arguments.staff):
        return _somebody_else(talk, able)
    if minds_nobody(talk.arguments.staff):
        return None
    listed = _listed(talk, [person.name for person in able])
    return talk.answer(Status.AMBIGUOUS, Sentence.UNKNOWN_PERSON, people=listed)


def _somebody_else(talk: Conversation, able: list[Colleague]) -> Answer | None:
    """Than whom was asked for before; with nobody before, whoever is free."""
    earlier = talk.session.wish.person_id if talk.session.wish else ""
    others = [person.name for person in able if person.person_id != earlier]
    return _ask_which(talk, others) if earlier and others else None


def _if_able(
    talk: Conversation, person: Colleague, able: list[Colleague], service_name: str
) -> Colleague | Answer:
    if person in able:
        return person
    listed = _listed(talk, [one.name for one in able])
    return talk.answer(
        Status.UNAVAILABLE, Sentence.PERSON_CANNOT, person=person.name, service=service_name, people=listed
    )


def _ask_which(talk: Conversation, names: list[str]) -> Answer:
    return talk.answer(Status.AMBIGUOUS, Sentence.AMBIGUOUS, choices=_listed(talk, names))


def _name_words(name: str) -> set[str]:
    """Without what is no name by itself: "von", "de", "Dr."."""
    return set(_WORD.findall(name.casefold())) - _PARTICLES


def _listed(talk: Conversation, names: list[str]) -> str:
    return listing(names[:_NAMES_IN_A_BREATH], talk.language, last=Sentence.OR)
