"""What a new description makes of a business that is known already."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import TypeVar

from staff_registry.domain.business import Business, Person, PhaseMapping, Service

Keyed = TypeVar("Keyed")


def merge(stored: Business | None, described: Business) -> Business:
    """The business after the import, in canonical form.

    Branches, people and services that the description names are replaced as a whole: hours, absences, accounts, skills,
    phases, and the mappings of these people. Those that it leaves out are kept behind them, never deleted, since
    appointments refer to them. A mapping of a person who was left out stays unless its phase has become another one.
    Empty secrets keep what is stored.
    """
    if stored is None:
        return described.canonical()
    merged = replace(
        described,
        branches=_with_left_out(described.branches, stored.branches, lambda branch: branch.key),
        people=_with_left_out(_people(stored, described), stored.people, lambda person: person.key),
        services=_with_left_out(described.services, stored.services, lambda service: service.key),
        mappings=(*described.mappings, *_mappings_kept(stored, described)),
        webhook_secret=described.webhook_secret or stored.webhook_secret,
    )
    return merged.canonical()


def _with_left_out(
    described: Sequence[Keyed], stored: Iterable[Keyed], key: Callable[[Keyed], str]
) -> tuple[Keyed, ...]:
    named = {key(item) for item in described}
    return (*described, *(item for item in stored if key(item) not in named))


def _people(stored: Business, described: Business) -> tuple[Person, ...]:
    keys = {
        (person.key, account.key): account.api_key for person in stored.people for account in person.accounts
    }
    return tuple(
        replace(
            person,
            accounts=tuple(
                replace(account, api_key=account.api_key or keys.get((person.key, account.key), ""))
                for account in person.accounts
            ),
        )
        for person in described.people
    )


def _mappings_kept(stored: Business, described: Business) -> Iterable[PhaseMapping]:
    named = {person.key for person in described.people}
    before, after = _by_key(stored.services), _by_key(described.services)
    for mapping in stored.mappings:
        now = after.get(mapping.service_key)
        same = now is None or _same_phase(before[mapping.service_key], now, mapping.phase_position)
        if mapping.person_key not in named and same:
            yield mapping


def _same_phase(before: Service, after: Service, position: int) -> bool:
    """An event type has a length: a phase that lasts longer now is not what it stood for."""
    if position >= len(after.phases):
        return False
    old, new = before.phases[position], after.phases[position]
    return (old.kind, old.minutes) == (new.kind, new.minutes)


def _by_key(services: Iterable[Service]) -> dict[str, Service]:
    return {service.key: service for service in services}
