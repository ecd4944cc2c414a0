"""Which phase of a business an event type at Cal.com stands for: by marks and whole names, never by likeness."""

import re
from collections.abc import Container, Iterator
from dataclasses import dataclass

from staff_registry.domain import rules
from staff_registry.domain.business import Business, Phase, PhaseKind, Service
from staff_registry.domain.hearsay import key_from, name_from
from staff_registry.domain.ids import Ids
from staff_registry.domain.seen import SeenEventType

_OURS = re.compile(r"rufbuch-([0-9a-f]{12})-(\d{1,2})-\d+")
_BY_KEY = re.compile(r"(.+)-(\d{1,2})")


@dataclass(frozen=True)
class Place:
    """An active phase of a service."""

    service: Service
    position: int


def place_of(business: Business, seen: SeenEventType) -> Place | None:
    """The one phase that the event type's slug or title names; None where it names none, or several."""
    for found in (_by_slug(business, seen.slug), _by_title(business, seen.title)):
        places = {(place.service.key, place.position): place for place in found}
        if len(places) == 1:
            return next(iter(places.values()))
    return None


def service_from(seen: SeenEventType, taken: Container[str]) -> Service:
    """A service of one phase, as long as the event type; its price is the business's to say."""
    name = name_from(seen.title or seen.slug)
    minutes = min(max(seen.minutes, 1), rules.PHASE_MINUTES_MAX)
    return Service(
        key=key_from(name, taken),
        name=name,
        synonyms=(),
        phases=(Phase(name, PhaseKind.ACTIVE, minutes),),
        price_minor=None,
        currency="EUR",
    )


def _by_slug(business: Business, slug: str) -> Iterator[Place]:
    """``gloss-0``, as a set-up of ours names them, or the mark of one that was made by ``rufbuch doctor``."""
    ids = Ids(business.key)
    ours, by_key = _OURS.fullmatch(slug), _BY_KEY.fullmatch(slug)
    for service in business.services:
        marks = ours and ids.service(service.key).hex.startswith(ours[1]) and int(ours[2])
        named = by_key and service.key == by_key[1] and int(by_key[2])
        for position in service.active_positions():
            if position in {part for part in (marks, named) if part is not None and part is not False}:
                yield Place(service, position)


def _by_title(business: Business, title: str) -> Iterator[Place]:
    said = title.casefold().strip()
    for service in business.services:
        active = service.active_positions()
        names = {name.casefold() for name in (service.name, *service.synonyms)}
        if len(active) == 1 and said in names:
            yield Place(service, active[0])
        for position in active:
            if said == f"{service.name}: {service.phases[position].name}".casefold():
                yield Place(service, position)
