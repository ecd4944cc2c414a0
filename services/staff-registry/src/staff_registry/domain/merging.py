"""What a new description makes of a business that is known already."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import TypeVar

from staff_registry.domain.business import Business, Person, PhaseMapping, Service

Keyed = TypeVar("Keyed")


def merge(stored: Business | None, described: Business) -> Business:
    """The business after the import, in canonical form.

    Branches, people and services that the description names are replaced as a whole: hours, absences, accounts, skills,
    phases, and the mappings of those people for whom it has any. What it leaves out is kept, never deleted, since
    appointments refer to it; a mapping that is kept goes only when its phase has become another one, or its account or
    the skill is gone. Empty secrets keep what is stored.
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
    replaced = {mapping.person_key for mapping in described.mappings}
    people = {person.key: person for person in described.people}
    before, after = _by_key(stored.services), _by_key(described.services)
    for mapping in stored.mappings:
        now = after.get(mapping.service_key)
        same = now is None or _same_phase(before[mapping.service_key], now, mapping.phase_position)
        if (
            mapping.person_key not in replaced
            and same
            and _still_fits(mapping, people.get(mapping.person_key))
        ):
            yield mapping


def _still_fits(mapping: PhaseMapping, person: Person | None) -> bool:
    """Whether a described person still has the account and the skill; one who was left out has not changed."""
    if person is None:
        return True
    has_account = any(account.key == mapping.account_key for account in person.accounts)
    return has_account and mapping.service_key in person.service_keys


def _same_phase(before: Service, after: Service, position: int) -> bool:
    """An event type has a length: a phase that lasts longer now is not what it stood for."""
    if position >= len(after.phases):
        return False
    old, new = before.phases[position], after.phases[position]
    return (old.kind, old.minutes) == (new.kind, new.minutes)


def _by_key(services: Iterable[Service]) -> dict[str, Service]:
    return {service.key: service for service in services}
