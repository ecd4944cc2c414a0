"""Whether a description of a business is sound: all its faults at once, as path → what was expected."""

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

from staff_registry.domain import rules
from staff_registry.domain.business import Absence, Account, Branch, Business, Person, PhaseMapping, Service
from staff_registry.domain.hours import hours_faults
from staff_registry.domain.rules import Faults
from staff_registry.domain.services import service_faults

_EMAIL = r"[!-?A-~]{1,64}@[!-?A-~]{1,189}"
_LIMITS = {"branches": 50, "people": 500, "services": 500, "mappings": 20_000}


@dataclass(frozen=True)
class _Known:
    """What can be referred to by key."""

    branches: frozenset[str]
    services: Mapping[str, Service]
    people: Mapping[str, Person]


def faults_in(business: Business) -> dict[str, str]:
    """Everything that is wrong, one expectation a path; empty: nothing is."""
    known = _Known(
        branches=frozenset(branch.key for branch in business.branches),
        services={service.key: service for service in business.services},
        people={person.key: person for person in business.people},
    )
    return _first_of_each_path(
        chain(
            _head(business),
            _sizes(business),
            *(_branch(f"branches[{n}]", branch) for n, branch in enumerate(business.branches)),
            *(_person(f"people[{n}]", person, known) for n, person in enumerate(business.people)),
            *(service_faults(f"services[{n}]", service) for n, service in enumerate(business.services)),
            *(_mapping(f"mappings[{n}]", mapping, known) for n, mapping in enumerate(business.mappings)),
            _uniqueness(business),
        )
    )


def secrets_missing_in(business: Business) -> dict[str, str]:
    """Accounts that appointments would be copied to without a key. For a business after merging, when "" means: none."""
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


def _sizes(business: Business) -> Faults:
    if not business.branches:
        yield "branches", "at least one branch"
    for field, most in _LIMITS.items():
        if len(getattr(business, field)) > most:
            yield field, f"at most {most}"


def _branch(at: str, branch: Branch) -> Faults:
    yield from rules.slug(f"{at}.key", branch.key)
    yield from rules.name(f"{at}.name", branch.name)
    yield from rules.time_zone(f"{at}.time_zone", branch.time_zone)
    yield from rules.form(
        f"{at}.holiday_region", branch.holiday_region, r"([A-Z]{2}-[A-Z0-9]{1,3})?", "a region such as DE-BE"
    )
    for n, number in enumerate(branch.dialled_numbers):
        yield from rules.number(f"{at}.dialled_numbers[{n}]", number)
    yield from rules.within(f"{at}.slot_step_minutes", branch.slot_step_minutes, 5, 60)
    yield from rules.within(f"{at}.min_notice_minutes", branch.min_notice_minutes, 0, 7 * 24 * 60)
    yield from rules.within(f"{at}.horizon_days", branch.horizon_days, 1, 730)
    yield from rules.within(f"{at}.hold_seconds", branch.hold_seconds, 30, 3600)
    yield from hours_faults(f"{at}.opening_hours", branch.opening_hours)


def _person(at: str, person: Person, known: _Known) -> Faults:
    yield from rules.slug(f"{at}.key", person.key)
    yield from rules.name(f"{at}.name", person.name)
    yield from _references(f"{at}.branch_keys", person.branch_keys, known.branches, "branch")
    yield from _references(f"{at}.service_keys", person.service_keys, known.services, "service")
    yield from hours_faults(f"{at}.working_hours", person.working_hours)
    yield from _absences(f"{at}.absences", person.absences)
    for n, account in enumerate(person.accounts):
        yield from _account(f"{at}.accounts[{n}]", account)


def _references(at: str, keys: Sequence[str], known: Container[str], what: str) -> Faults:
    for n, key in enumerate(keys):
        yield from rules.one_of(f"{at}[{n}]", key, known, what)
    yield from rules.unique(((f"{at}[{n}]", key) for n, key in enumerate(keys)), "a key")


def _absences(at: str, absences: Sequence[Absence]) -> Faults:
    for n, absence in enumerate(absences):
        yield from rules.instant(f"{at}[{n}].start_time", absence.start)
        yield from rules.instant(f"{at}[{n}].end_time", absence.end)
        if absence.end <= absence.start:
            yield f"{at}[{n}].end_time", "an instant after start_time"
        yield from rules.note(f"{at}[{n}].note", absence.note)


def _account(at: str, account: Account) -> Faults:
    yield from rules.slug(f"{at}.key", account.key)
    yield from rules.name(f"{at}.username", account.username)
    yield from rules.form(f"{at}.email", account.email, _EMAIL, "an e-mail address")
    yield from rules.secret(f"{at}.api_key", account.api_key)


def _mapping(at: str, mapping: PhaseMapping, known: _Known) -> Faults:
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
    accounts = (_keys(f"people[{n}].accounts", person.accounts) for n, person in enumerate(business.people))
    yield from rules.unique(chain.from_iterable(accounts), "a key")
    numbers = (
        (f"branches[{n}].dialled_numbers[{m}]", number)
        for n, branch in enumerate(business.branches)
        for m, number in enumerate(branch.dialled_numbers)
    )
    yield from rules.unique(numbers, "a number")
    triples = (
        (f"mappings[{n}]", (m.service_key, m.phase_position, m.person_key))
        for n, m in enumerate(business.mappings)
    )
    yield from rules.unique(triples, "a combination of service, phase and person")


def _keys(at: str, items: Sequence[Branch | Person | Account]) -> Iterator[tuple[str, str]]:
    return ((f"{at}[{n}].key", item.key) for n, item in enumerate(items))
