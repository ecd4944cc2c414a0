"""The rules for people and for what is theirs: skills, hours, absences, accounts."""

from collections.abc import Container, Sequence

from staff_registry.domain import rules
from staff_registry.domain.business import Absence, Account, Person, PhaseMinutes
from staff_registry.domain.hours import dated_hours_faults, hours_faults
from staff_registry.domain.known import Known
from staff_registry.domain.rules import Faults

_EMAIL = r"[!-?A-~]{1,64}@[!-?A-~]{1,189}"


def person_faults(at: str, person: Person, known: Known) -> Faults:
    """What is wrong with one person."""
    yield from rules.slug(f"{at}.key", person.key)
    yield from rules.name(f"{at}.name", person.name)
    yield from _references(f"{at}.branch_keys", person.branch_keys, known.branches, "branch")
    yield from _references(f"{at}.service_keys", person.service_keys, known.services, "service")
    yield from hours_faults(f"{at}.working_hours", person.working_hours)
    yield from dated_hours_faults(f"{at}.dated_hours", person.dated_hours)
    if person.phone_number:
        yield from rules.number(f"{at}.phone_number", person.phone_number)
    yield from rules.buffers(at, person.buffer_before_minutes, person.buffer_after_minutes)
    yield from _absences(f"{at}.absences", person.absences)
    for n, account in enumerate(person.accounts):
        yield from _account(f"{at}.accounts[{n}]", account)
    yield from _all_phase_minutes(f"{at}.phase_minutes", person, known)


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


def _all_phase_minutes(at: str, person: Person, known: Known) -> Faults:
    if len(person.phase_minutes) > 500:
        yield at, "at most 500"
        return
    for n, own in enumerate(person.phase_minutes):
        yield from _phase_minutes(f"{at}[{n}]", own, person, known)
    phases = (
        (f"{at}[{n}]", (own.service_key, own.phase_position)) for n, own in enumerate(person.phase_minutes)
    )
    yield from rules.unique(phases, "a phase")


def _phase_minutes(at: str, own: PhaseMinutes, person: Person, known: Known) -> Faults:
    yield from rules.within(f"{at}.minutes", own.minutes, 1, rules.PHASE_MINUTES_MAX)
    if own.service_key not in person.service_keys:
        yield f"{at}.service_key", "the key of a service that this person is able to do"
    service = known.services.get(own.service_key)
    if service and not 0 <= own.phase_position < len(service.phases):
        yield f"{at}.phase_position", "the position of a phase of the service"
