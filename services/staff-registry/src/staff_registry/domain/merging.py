"""What a new description makes of a business that is known already."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import TypeVar

from staff_registry.domain.business import Business, Person, PhaseMapping, Policy, Service
from staff_registry.domain.known import Known
from staff_registry.domain.messages import Messages

Keyed = TypeVar("Keyed")


def merge(stored: Business | None, described: Business) -> Business:
    """The business after the import, in canonical form.

    Branches, people and services that the description names are replaced as a whole: hours, resources, absences,
    accounts, skills, phases, and the mappings of those people for whom it has any. What it leaves out is kept, never
    deleted, since appointments refer to it; a mapping that is kept goes only when its phase has become another one for
    that person, or its account or the skill is gone. A policy replaces the one that speaks of the same branch, service
    and person; one that rules nothing takes it away. Messages are replaced as a whole where the description says anything
    about them. Sentences are those of the description: one that it leaves out is ours again. Empty secrets keep what is stored.
    """
    if stored is None:
        return described.canonical()
    merged = replace(
        described,
        branches=_with_left_out(described.branches, stored.branches, lambda branch: branch.key),
        people=_with_left_out(_people(stored, described), stored.people, lambda person: person.key),
        services=_with_left_out(described.services, stored.services, lambda service: service.key),
        mappings=(*described.mappings, *_mappings_kept(stored, described)),
        policies=_with_left_out(described.policies, stored.policies, Policy.scope),
        webhook_secret=described.webhook_secret or stored.webhook_secret,
        messages=_messages(stored.messages, described.messages),
    )
    return merged.canonical()


def _messages(stored: Messages | None, described: Messages | None) -> Messages | None:
    return described.with_secrets_of(stored) if stored and described else described or stored


def _with_left_out(
    described: Sequence[Keyed], stored: Iterable[Keyed], key: Callable[[Keyed], object]
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
    anew = {mapping.person_key for mapping in described.mappings}
    before = Known.of(stored)
    after = Known.of(described)
    for mapping in stored.mappings:
        old = before.people[mapping.person_key]
        new = after.people.get(mapping.person_key, old)
        was = before.services[mapping.service_key]
        now = after.services.get(mapping.service_key, was)
        same = _length(old, was, mapping) == _length(new, now, mapping)
        if mapping.person_key not in anew and same and _still_hers(mapping, new):
            yield mapping


def _still_hers(mapping: PhaseMapping, person: Person) -> bool:
    """Whether the person still has the account and the skill."""
    has_account = any(account.key == mapping.account_key for account in person.accounts)
    return has_account and mapping.service_key in person.service_keys


def _length(person: Person, service: Service, mapping: PhaseMapping) -> int | None:
    """How long the mapped phase takes her. An event type has a length: it cannot stand for a phase of another one."""
    if mapping.phase_position not in service.active_positions():
        return None
    return person.minutes_of(service, mapping.phase_position)
