"""What accounts at Cal.com suggest for a business: a proposal, which a person confirms by importing it.

Cal.com owns which accounts and event types there are. Everything else is the business's own: of what it has already,
no name, price, length, phase, skill or working hours are ever proposed otherwise (CS-12).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from staff_registry.domain.business import (
    Account,
    Branch,
    Business,
    Person,
    PhaseMapping,
    PhaseMinutes,
)
from staff_registry.domain.hearsay import dated, key_from, name_from, weekly, whole_day_hours
from staff_registry.domain.ids import Ids
from staff_registry.domain.recognising import Place, place_of, service_from
from staff_registry.domain.seen import SeenAccount, SeenEventType
from staff_registry.domain.validation import faults_in

LANGUAGE = "de-DE"


@dataclass(frozen=True)
class Proposal:
    """A business to be confirmed, and what an operator should know about it."""

    business: Business
    notes: tuple[str, ...]


def propose(stored: Business | None, key: str, seen: Sequence[SeenAccount]) -> Proposal:
    """What is stored, with what the accounts have beyond it. ``key`` is for a business that is not stored yet."""
    draft = _Draft(stored or _new_business(key, seen))
    for account in seen:
        draft.take(account)
    draft.note_lost(seen)
    business = draft.business
    faults = [f"to be corrected: {path}: expected {what}" for path, what in faults_in(business).items()]
    return Proposal(business, (*draft.notes, *faults))


def _new_business(key: str, seen: Sequence[SeenAccount]) -> Business:
    zones = [account.time_zone for account in seen if account.time_zone]
    branch = Branch(
        key="main",
        name=name_from(key.replace("-", " ").title()),
        time_zone=max(zones, key=zones.count, default="Europe/Berlin"),
        holiday_region="",
        dialled_numbers=(),
        slot_step_minutes=15,
        min_notice_minutes=15,
        horizon_days=180,
        hold_seconds=300,
        opening_hours=whole_day_hours([span for account in seen for span in weekly(account.spans)]),
    )
    return Business(
        key=key,
        name=branch.name,
        language=LANGUAGE,
        branches=(branch,),
        people=(),
        services=(),
        mappings=(),
        calendar_sync=True,
    )


class _Draft:
    """The proposal while it grows."""

    def __init__(self, business: Business) -> None:
        self.business = business
        self.notes: list[str] = []
        self._known = {person.key for person in business.people}

    def take(self, seen: SeenAccount) -> None:
        """Everything of one account."""
        person, account = self._owner(seen) or self._newcomer(seen)
        zones = {branch.time_zone for branch in self.business.branches if branch.key in person.branch_keys}
        if seen.time_zone and zones and seen.time_zone not in zones:
            self.notes.append(f"{seen.username} is in the time zone {seen.time_zone}, her branch is not")
        for event_type in sorted(seen.event_types, key=lambda each: each.number):
            self._take_event_type(event_type, person.key, account)

    def _owner(self, seen: SeenAccount) -> tuple[Person, Account] | None:
        """By the account alone: two people of one name stay two (SR-03)."""
        ids = Ids(self.business.key)
        for person in self.business.people:
            for account in person.accounts:
                if seen.account_id == str(ids.account(account.key)) or seen.username == account.username:
                    return person, account
        return None

    def _newcomer(self, seen: SeenAccount) -> tuple[Person, Account]:
        name = name_from(seen.name or seen.username)
        same = [person.key for person in self.business.people if person.name.casefold() == name.casefold()]
        account = Account(seen.key, seen.username, seen.email)
        person = Person(
            key=key_from(name, {each.key for each in self.business.people}),
            name=name,
            branch_keys=tuple(branch.key for branch in self.business.branches if not branch.retired)[:1],
            working_hours=weekly(seen.spans),
            absences=(),
            accounts=(account,),
            service_keys=(),
            dated_hours=dated(seen.days),
        )
        if same:
            self.notes.append(
                f"{person.key} has the same name as {', '.join(same)}: one human with two accounts, or two people?"
                " (rufbuch staff duplicates)"
            )
        self.business = replace(self.business, people=(*self.business.people, person))
        return person, account

    def _take_event_type(self, seen: SeenEventType, person_key: str, account: Account) -> None:
        what = f"event type {seen.number} ({seen.title}) of {account.username}"
        if seen.scheduling or len(seen.choices) > 1:
            why = f"is {seen.scheduling}" if seen.scheduling else "has several lengths"
            self.notes.append(f"{what} {why}: only a personal one with one length can be booked for a phase")
        elif any(
            (one.account_key, one.event_type_id) == (account.key, seen.number)
            for one in self.business.mappings
        ):
            return
        else:
            place = place_of(self.business, seen) or self._new_service(seen, what)
            if place:
                self._map(place, seen, self._person(person_key), account, what)

    def _new_service(self, seen: SeenEventType, what: str) -> Place | None:
        """Hidden event types are parts of services or nobody's business: no service is made of them (SR-09)."""
        if seen.hidden:
            self.notes.append(f"{what} is hidden and stands for no phase that is known: left out")
            return None
        service = service_from(seen, {each.key for each in self.business.services})
        self.business = replace(self.business, services=(*self.business.services, service))
        return Place(service, 0)

    def _map(self, place: Place, seen: SeenEventType, person: Person, account: Account, what: str) -> None:
        service, position = place.service, place.position
        where = f"{service.key} phase {position}"
        taken = {(one.service_key, one.phase_position, one.person_key) for one in self.business.mappings}
        if (service.key, position, person.key) in taken:
            self.notes.append(f"{what} would be a second one for {where} with {person.key}: left out")
            return
        able = self._able(person, place, seen, what)
        if able is None:
            return
        self._put(able)
        mapping = PhaseMapping(service.key, position, person.key, account.key, seen.number)
        self.business = replace(self.business, mappings=(*self.business.mappings, mapping))

    def _able(self, person: Person, place: Place, seen: SeenEventType, what: str) -> Person | None:
        """Somebody new gets the skill and the length that her event type has; of others nothing is changed."""
        service, position = place.service, place.position
        if person.key in self._known:
            if service.key not in person.service_keys:
                self.notes.append(
                    f"{what} is for {service.key}, which {person.key} is not said to do: left out"
                )
                return None
            if person.minutes_of(service, position) != seen.minutes:
                minutes = person.minutes_of(service, position)
                self.notes.append(
                    f"{what} takes {seen.minutes} minutes, {service.key} takes {minutes}: left out"
                )
                return None
            return person
        if service.key not in person.service_keys:
            person = replace(person, service_keys=(*person.service_keys, service.key))
        if person.minutes_of(service, position) != seen.minutes:
            own = PhaseMinutes(service.key, position, seen.minutes)
            person = replace(person, phase_minutes=(*person.phase_minutes, own))
        return person

    def _person(self, key: str) -> Person:
        return next(person for person in self.business.people if person.key == key)

    def _put(self, changed: Person) -> None:
        people = (changed if person.key == changed.key else person for person in self.business.people)
        self.business = replace(self.business, people=tuple(people))

    def note_lost(self, seen: Iterable[SeenAccount]) -> None:
        """Mappings to event types that their account does not have any more (CS-13)."""
        there = {account.username: {each.number for each in account.event_types} for account in seen}
        names = {
            account.key: account.username for person in self.business.people for account in person.accounts
        }
        for mapping in self.business.mappings:
            username = names.get(mapping.account_key, "")
            if username in there and mapping.event_type_id not in there[username]:
                self.notes.append(
                    f"{mapping.service_key} phase {mapping.phase_position} with {mapping.person_key} is mapped to event type"
                    f" {mapping.event_type_id}, which {username} does not have"
                )
