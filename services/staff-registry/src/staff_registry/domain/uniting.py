"""What becomes of two rows that are one human: pure, the same for a plan, for its execution and for an old file."""

import enum
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeVar

from staff_registry.domain.business import (
    Account,
    Business,
    DatedHours,
    DaySpan,
    Person,
    PhaseMapping,
    PhaseMinutes,
    Policy,
    Service,
)
from staff_registry.domain.other_names import Choice
from staff_registry.domain.weeks import union


class ConflictKind(enum.Enum):
    """What two rows can contradict each other in; the names are those of the API."""

    OVERLAP = "OVERLAP"
    MAPPING = "MAPPING"
    DATED_HOURS = "DATED_HOURS"
    PHASE_MINUTES = "PHASE_MINUTES"
    POLICY = "POLICY"


T = TypeVar("T")
ONE_OF_TWO = (Choice.KEEP_STAYING, Choice.KEEP_GOING)
Decisions = Mapping[str, Choice]
"""By subject."""


@dataclass(frozen=True)
class Conflict:
    """Something to be decided. ``subject`` names it in a decision."""

    subject: str
    kind: ConflictKind
    description: str
    choices: tuple[Choice, ...] = ONE_OF_TWO
    start: datetime | None = None
    end: datetime | None = None
    """Of an overlap: when the two are in each other's way."""


def same_account(one: Account, other: Account) -> bool:
    """Whether two entries are one account at Cal.com."""
    same_user = one.username.casefold() == other.username.casefold()
    return same_user or one.email.casefold() == other.email.casefold()


def twin_accounts(staying: Person, going: Person) -> dict[str, str]:
    """Accounts of the row that goes which the other row has as well: key by key."""
    return {
        other.key: one.key for one in staying.accounts for other in going.accounts if same_account(one, other)
    }


def has_two_accounts(staying: Person, going: Person) -> bool:
    """Whether the two have different accounts at Cal.com, and none in common."""
    return bool(staying.accounts and going.accounts) and not twin_accounts(staying, going)


def person_of(business: Business, key: str) -> Person | None:
    """By key."""
    return next((person for person in business.people if person.key == key), None)


def unite(business: Business, staying_key: str, going_key: str, decisions: Decisions) -> Business:
    """The business with one row for both, in the place of the one that stays. Everything that only one of them says is
    kept; what is not decided goes by the row that stays. The rest of the business is as it was."""
    pair = _Pair.of(business, staying_key, going_key, decisions)
    people = tuple(
        pair.person if person.key == staying_key else person
        for person in business.people
        if person.key != going_key
    )
    return replace(business, people=people, mappings=tuple(pair.mappings()), policies=tuple(pair.policies()))


def conflicts_in(business: Business, staying_key: str, going_key: str) -> tuple[Conflict, ...]:
    """What the two rows contradict each other in."""
    pair = _Pair.of(business, staying_key, going_key, {})
    return (
        *pair.mapping_conflicts(),
        *pair.day_conflicts(),
        *pair.minutes_conflicts(),
        *pair.policy_conflicts(),
    )


@dataclass(frozen=True)
class _Pair:
    business: Business
    staying: Person
    going: Person
    decisions: Decisions

    @classmethod
    def of(cls, business: Business, staying_key: str, going_key: str, decisions: Decisions) -> "_Pair":
        """A row that is not there says nothing."""
        nobody = Person(going_key, "", (), (), (), (), (), retired=True)
        staying = person_of(business, staying_key) or replace(nobody, key=staying_key)
        return cls(business, staying, person_of(business, going_key) or nobody, decisions)

    def choice(self, subject: str) -> Choice:
        return self.decisions.get(subject, Choice.KEEP_STAYING)

    @property
    def twins(self) -> dict[str, str]:
        return twin_accounts(self.staying, self.going)

    @property
    def person(self) -> Person:
        one, other = self.staying, self.going
        return replace(
            one,
            name=one.name or other.name,
            branch_keys=_both(one.branch_keys, other.branch_keys),
            working_hours=union(one.working_hours, other.working_hours),
            absences=_both(one.absences, other.absences),
            accounts=(*one.accounts, *(each for each in other.accounts if each.key not in self.twins)),
            service_keys=_both(one.service_keys, other.service_keys),
            dated_hours=tuple(self._days()),
            phase_minutes=tuple(self._minutes()),
            buffer_before_minutes=max(one.buffer_before_minutes, other.buffer_before_minutes),
            buffer_after_minutes=max(one.buffer_after_minutes, other.buffer_after_minutes),
            retired=one.retired and other.retired,
            phone_number=one.phone_number or other.phone_number,
        )

    def _days(self) -> Iterator[DatedHours]:
        own = {day.date: day for day in self.staying.dated_hours}
        others = {day.date: day for day in self.going.dated_hours}
        for day in sorted({*own, *others}):
            going = day not in own or (day in others and self.choice(f"day:{day}") is Choice.KEEP_GOING)
            yield others[day] if going else own[day]

    def day_conflicts(self) -> Iterator[Conflict]:
        others = {day.date: day for day in self.going.dated_hours}
        for day in self.staying.dated_hours:
            other = others.get(day.date)
            if other and sorted(map(_span, day.spans)) != sorted(map(_span, other.spans)):
                words = f"on {day.date}: {_spans(day)} or {_spans(other)}"
                yield Conflict(f"day:{day.date}", ConflictKind.DATED_HOURS, words)

    def _minutes(self) -> Iterator[PhaseMinutes]:
        """Of what both do, those that count; of what one does, that one's."""
        for service in self.business.services:
            for position in range(len(service.phases)):
                minutes = self._minutes_of(service, position)
                if minutes is not None and minutes != service.phases[position].minutes:
                    yield PhaseMinutes(service.key, position, minutes)

    def _minutes_of(self, service: Service, position: int) -> int | None:
        does, other_does = service.key in self.staying.service_keys, service.key in self.going.service_keys
        going = self.choice(_minutes_subject(service, position)) is Choice.KEEP_GOING
        if other_does and (going or not does):
            return self.going.minutes_of(service, position)
        return self.staying.minutes_of(service, position) if does else None

    def minutes_conflicts(self) -> Iterator[Conflict]:
        for service in self.business.services:
            if {service.key} <= {*self.staying.service_keys} & {*self.going.service_keys}:
                for position, phase in enumerate(service.phases):
                    both = [each.minutes_of(service, position) for each in (self.staying, self.going)]
                    if both[0] != both[1]:
                        words = f"{service.name}, {phase.name}: {both[0]} or {both[1]} minutes"
                        subject = _minutes_subject(service, position)
                        yield Conflict(subject, ConflictKind.PHASE_MINUTES, words)

    def mappings(self) -> Iterator[PhaseMapping]:
        """All of both, each on its account; of two on one account, the one that counts."""
        going = {_place(each): each for each in self._moved()}
        for mapping in self.business.mappings:
            if mapping.person_key == self.staying.key:
                other = going.pop(_place(mapping), None)
                chosen = self.choice(_mapping_subject(mapping)) is Choice.KEEP_GOING
                yield other if other and chosen else mapping
            elif mapping.person_key != self.going.key:
                yield mapping
        yield from going.values()

    def _moved(self) -> Iterator[PhaseMapping]:
        for mapping in self.business.mappings:
            if mapping.person_key == self.going.key:
                account = self.twins.get(mapping.account_key, mapping.account_key)
                yield replace(mapping, person_key=self.staying.key, account_key=account)

    def mapping_conflicts(self) -> Iterator[Conflict]:
        going = {_place(each): each for each in self._moved()}
        for mapping in self.business.mappings:
            other = going.get(_place(mapping))
            if (
                mapping.person_key == self.staying.key
                and other
                and other.event_type_id != mapping.event_type_id
            ):
                words = (
                    f"phase {mapping.phase_position} of {mapping.service_key} on {mapping.account_key}:"
                    f" event type {mapping.event_type_id} or {other.event_type_id}"
                )
                yield Conflict(_mapping_subject(mapping), ConflictKind.MAPPING, words)

    def policies(self) -> Iterator[Policy]:
        going = {each.scope(): each for each in self._moved_policies()}
        for policy in self.business.policies:
            if policy.person_key == self.staying.key:
                other = going.pop(policy.scope(), None)
                chosen = self.choice(_policy_subject(policy)) is Choice.KEEP_GOING
                yield other if other and chosen else policy
            elif policy.person_key != self.going.key:
                yield policy
        yield from going.values()

    def _moved_policies(self) -> Iterator[Policy]:
        for policy in self.business.policies:
            if policy.person_key == self.going.key:
                yield replace(policy, person_key=self.staying.key)

    def policy_conflicts(self) -> Iterator[Conflict]:
        going = {each.scope(): each for each in self._moved_policies()}
        for policy in self.business.policies:
            other = going.get(policy.scope())
            if other and other != policy:
                where = " / ".join(key or "all" for key in policy.scope()[:2])
                yield Conflict(
                    _policy_subject(policy), ConflictKind.POLICY, f"rules for {where} of the one or the other"
                )


def _both(one: Sequence[T], other: Iterable[T]) -> tuple[T, ...]:
    return tuple(dict.fromkeys((*one, *other)))


def _place(mapping: PhaseMapping) -> tuple[str, int, str]:
    return mapping.service_key, mapping.phase_position, mapping.account_key


def _mapping_subject(mapping: PhaseMapping) -> str:
    return f"mapping:{mapping.service_key}/{mapping.phase_position}/{mapping.account_key}"


def _minutes_subject(service: Service, position: int) -> str:
    return f"minutes:{service.key}/{position}"


def _policy_subject(policy: Policy) -> str:
    return f"policy:{policy.branch_key}/{policy.service_key}"


def _span(span: DaySpan) -> tuple[str, str]:
    return span.start, span.end


def _spans(day: DatedHours) -> str:
    return ", ".join(f"{span.start}-{span.end}" for span in day.spans) or "away"
