"""Whether a description of a business is sound: all its faults at once, as path → what was expected."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain

from staff_registry.domain import rules
from staff_registry.domain.branches import branch_faults
from staff_registry.domain.business import (
    Account,
    Branch,
    Business,
    CalendarTerms,
    Person,
    PhaseMapping,
    Resource,
)
from staff_registry.domain.known import Known
from staff_registry.domain.message_rules import message_faults, message_secrets_missing
from staff_registry.domain.people import person_faults
from staff_registry.domain.policies import policy_faults
from staff_registry.domain.rules import Faults
from staff_registry.domain.sentences import SENTENCES_MAX, sentence_faults
from staff_registry.domain.services import service_faults

_LIMITS = {
    "branches": 50,
    "people": 500,
    "services": 500,
    "mappings": 20_000,
    "policies": 1000,
    "sentences": SENTENCES_MAX,
}


def faults_in(business: Business) -> dict[str, str]:
    """Everything that is wrong, one expectation a path; empty: nothing is."""
    known = Known.of(business)
    return _first_of_each_path(
        chain(
            _head(business),
            _sizes(business),
            *(branch_faults(f"branches[{n}]", branch) for n, branch in enumerate(business.branches)),
            *(person_faults(f"people[{n}]", person, known) for n, person in enumerate(business.people)),
            *(
                service_faults(f"services[{n}]", service, known.resource_groups)
                for n, service in enumerate(business.services)
            ),
            *(_mapping(f"mappings[{n}]", mapping, known) for n, mapping in enumerate(business.mappings)),
            *(policy_faults(f"policies[{n}]", policy, known) for n, policy in enumerate(business.policies)),
            _terms("calendar_terms", business.calendar_terms),
            message_faults(business.messages, known) if business.messages else (),
            sentence_faults(business.sentences),
            _uniqueness(business),
        )
    )


def secrets_missing_in(business: Business) -> dict[str, str]:
    """Accounts that are used without a secret. For a business after merging, when "" means: none."""
    missing = message_secrets_missing(business.messages) if business.messages else {}
    return missing | _keys_missing_in(business)


def _keys_missing_in(business: Business) -> dict[str, str]:
    if not business.calendar_sync:
        return {}
    used = {(mapping.person_key, mapping.account_key) for mapping in business.mappings}
    return {
        f"people[{n}].accounts[{m}].api_key": "a key, since mappings use this account and none is stored"
        for n, person in enumerate(business.people)
        for m, account in enumerate(person.accounts)
        if (person.key, account.key) in used and not account.api_key
    }


def _first_of_each_path(faults: Iterable[rules.Fault]) -> dict[str, str]:
    found: dict[str, str] = {}
    for path, expected in faults:
        found.setdefault(path, expected)
    return found


def _head(business: Business) -> Faults:
    yield from rules.slug("key", business.key)
    yield from rules.name("name", business.name)
    yield from rules.form(
        "language", business.language, r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*", "a BCP 47 tag such as de-DE"
    )
    yield from rules.secret("calendar_webhook_secret", business.webhook_secret)
    if business.telephony_workspace:
        yield from rules.slug("telephony_workspace", business.telephony_workspace)


def _sizes(business: Business) -> Faults:
    if not business.branches:
        yield "branches", "at least one branch"
    for field, most in _LIMITS.items():
        if len(getattr(business, field)) > most:
            yield field, f"at most {most}"


def _terms(at: str, terms: CalendarTerms) -> Faults:
    if terms.cancelled_there is None:
        yield f"{at}.cancelled_there", "one of cancel, case"
    yield from rules.within(f"{at}.live_check_after_minutes", terms.live_check_after_minutes, 0, 7 * 24 * 60)


def _mapping(at: str, mapping: PhaseMapping, known: Known) -> Faults:
    yield from rules.one_of(f"{at}.service_key", mapping.service_key, known.services, "service")
    yield from rules.one_of(f"{at}.person_key", mapping.person_key, known.people, "person")
    yield from rules.within(f"{at}.event_type_id", mapping.event_type_id, 1, 2**63 - 1)
    service, person = known.services.get(mapping.service_key), known.people.get(mapping.person_key)
    if service and mapping.phase_position not in service.active_positions():
        yield f"{at}.phase_position", "the position of an active phase of the service"
    if person and mapping.account_key not in {account.key for account in person.accounts}:
        yield f"{at}.account_key", "the key of an account of this person"


def _uniqueness(business: Business) -> Faults:
    for field in ("branches", "people", "services"):
        yield from rules.unique(_keys(field, getattr(business, field)), "a key")
    resources = (_keys(f"branches[{n}].resources", b.resources) for n, b in enumerate(business.branches))
    yield from rules.unique(chain.from_iterable(resources), "a key")
    accounts = (_keys(f"people[{n}].accounts", person.accounts) for n, person in enumerate(business.people))
    yield from rules.unique(chain.from_iterable(accounts), "a key")
    numbers = (
        (f"branches[{n}].dialled_numbers[{m}]", number)
        for n, branch in enumerate(business.branches)
        for m, number in enumerate(branch.dialled_numbers)
    )
    yield from rules.unique(numbers, "a number")
    triples = (
        (f"mappings[{n}]", (m.service_key, m.phase_position, m.person_key, m.account_key))
        for n, m in enumerate(business.mappings)
    )
    yield from rules.unique(triples, "a combination of service, phase, person and account")
    scopes = ((f"policies[{n}]", policy.scope()) for n, policy in enumerate(business.policies))
    yield from rules.unique(scopes, "a combination of branch, service and person")


def _keys(at: str, items: Sequence[Branch | Person | Account | Resource]) -> Iterator[tuple[str, str]]:
    return ((f"{at}[{n}].key", item.key) for n, item in enumerate(items))
