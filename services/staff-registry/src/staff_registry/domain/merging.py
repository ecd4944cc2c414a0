"""What a new description makes of a business that is known already."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import TypeVar

from staff_registry.domain.business import Branch, Business, Person, PhaseMapping, Policy, Service
from staff_registry.domain.known import Known
from staff_registry.domain.messages import Messages
from staff_registry.domain.sentences import OwnSentence

Retirable = TypeVar("Retirable", Branch, Person, Service)


@dataclass(frozen=True)
class Pruning:
    """What happens to that which a description leaves out. By default it is kept as it is."""

    left_out: bool = False
    """Branches, people and services are retired, policies go."""
    mappings: bool = False
    """The description has all mappings: others go. Without, they go with their phase, their account or the skill."""


KEEP = Pruning()


def merge(stored: Business | None, described: Business, pruning: Pruning = KEEP) -> Business:
    """The business after the import, in canonical form; see ``combine``."""
    return combine(stored, described, pruning).canonical()


def combine(stored: Business | None, described: Business, pruning: Pruning = KEEP) -> Business:
    """The business after the import: what is described, in its order, then what was left out.

    Branches, people and services that the description names are replaced as a whole: hours, resources, absences,
    accounts, skills, phases, and the mappings of those people for whom it has any. What it leaves out is kept, never
    deleted, since appointments refer to it: at most it is retired. A mapping that is kept goes only when its phase has
    become another one for that person, or its account or the skill is gone. A policy replaces the one that speaks of the
    same branch, service and person; one that rules nothing takes it away. Messages are replaced as a whole where the
    description says anything about them. Sentences are kept like policies. Empty secrets keep what is stored.
    """
    if stored is None:
        return described
    prune = pruning.left_out
    return replace(
        described,
        branches=_with_left_out(described.branches, stored.branches, _retired_branch if prune else None),
        people=_with_left_out(_people(stored, described), stored.people, _retired_person if prune else None),
        services=_with_left_out(described.services, stored.services, _retired_service if prune else None),
        mappings=(*described.mappings, *_mappings_kept(stored, described, pruning)),
        policies=_policies(stored, described, pruning),
        webhook_secret=described.webhook_secret or stored.webhook_secret,
        messages=_messages(stored.messages, described.messages),
        sentences=_sentences(stored, described, pruning),
    )


def _messages(stored: Messages | None, described: Messages | None) -> Messages | None:
    return described.with_secrets_of(stored) if stored and described else described or stored


def _with_left_out(
    described: Sequence[Retirable],
    stored: Iterable[Retirable],
    retire: Callable[[Retirable], Retirable] | None,
) -> tuple[Retirable, ...]:
    named = {item.key for item in described}
    kept = (retire(item) if retire else item for item in stored if item.key not in named)
    return tuple(chain(described, kept))


def _retired_branch(branch: Branch) -> Branch:
    return replace(branch, retired=True, dialled_numbers=())


def _retired_person(person: Person) -> Person:
    return replace(person, retired=True)


def _retired_service(service: Service) -> Service:
    return replace(service, retired=True)


def _policies(stored: Business, described: Business, pruning: Pruning) -> tuple[Policy, ...]:
    if pruning.left_out:
        return described.policies
    named = {policy.scope() for policy in described.policies}
    return (*described.policies, *(policy for policy in stored.policies if policy.scope() not in named))


def _sentences(stored: Business, described: Business, pruning: Pruning) -> tuple[OwnSentence, ...]:
    if pruning.left_out:
        return described.sentences
    named = {(own.name, own.language) for own in described.sentences}
    kept = (own for own in stored.sentences if (own.name, own.language) not in named)
    return (*described.sentences, *kept)


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


def _mappings_kept(stored: Business, described: Business, pruning: Pruning) -> Iterable[PhaseMapping]:
    if pruning.mappings:
        return
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
