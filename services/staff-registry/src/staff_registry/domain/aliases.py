"""Rows that were two and are one human: the other names of people, and what a file still says of them."""

from collections.abc import Iterable
from dataclasses import replace

from staff_registry.domain.business import Business, PhaseMapping, Registered
from staff_registry.domain.other_names import Alias
from staff_registry.domain.uniting import unite


def aliases_of(person_key: str, aliases: Iterable[Alias]) -> tuple[str, ...]:
    """The other keys of a person."""
    return tuple(alias.key for alias in aliases if alias.of == person_key)


def right_key(person_key: str, aliases: Iterable[Alias]) -> str:
    """The key under which a person is listed."""
    return next((alias.of for alias in aliases if alias.retired and alias.key == person_key), person_key)


def preferred_first(registered: Registered) -> list[PhaseMapping]:
    """All mappings; of several of one phase and person first the one on an account that she has always had. That is where
    new copies go; what stands on another account stays there."""
    came = {account for alias in registered.aliases for account in alias.accounts}
    return sorted(registered.business.mappings, key=lambda mapping: mapping.account_key in came)


def folded(described: Business, stored: Business | None, aliases: Iterable[Alias]) -> Business:
    """The description with everybody under the right key: a file that still has both rows means what became of them, so
    that importing it again changes nothing. Where it has only the other name, the person is taken as stored."""
    for alias in aliases:
        if alias.retired and _names(described, alias.key):
            described = unite(_with(described, stored, alias.of), alias.of, alias.key, alias.decisions)
    return described


def _names(described: Business, key: str) -> bool:
    named = {person.key for person in described.people}
    named |= {mapping.person_key for mapping in described.mappings}
    return key in named | {policy.person_key for policy in described.policies}


def _with(described: Business, stored: Business | None, key: str) -> Business:
    """With the person in it, and her mappings, if need be as stored: of the other name the file may speak alone."""
    if stored is None or any(person.key == key for person in described.people):
        return described
    known = tuple(person for person in stored.people if person.key == key)
    mappings = tuple(mapping for mapping in stored.mappings if mapping.person_key == key)
    return replace(described, people=(*described.people, *known), mappings=(*described.mappings, *mappings))
