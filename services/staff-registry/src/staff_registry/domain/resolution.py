"""Two rows become one human, or two again: the plan, the record, the states and the steps."""

import enum
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Self
from uuid import UUID

from staff_registry.domain.business import Business, Person, PhaseMapping, Policy
from staff_registry.domain.ids import Ids
from staff_registry.domain.other_names import Choice
from staff_registry.domain.uniting import Conflict, person_of


class Kind(enum.Enum):
    """What two rows that are one human become; the names are those of the API."""

    MERGE = "MERGE"
    """One human who was entered twice."""
    LINK = "LINK"
    """One human with two accounts at Cal.com: both stay, with all mappings."""


class State(enum.Enum):
    """Where a resolution is; the names are those of the API."""

    APPLYING = "APPLYING"
    APPLIED = "APPLIED"
    UNDOING = "UNDOING"
    UNDONE = "UNDONE"


MOVES: Mapping[State, frozenset[State]] = {
    State.APPLYING: frozenset({State.APPLIED}),
    State.APPLIED: frozenset({State.UNDOING}),
    # Back where something has come in between before anything was taken back.
    State.UNDOING: frozenset({State.UNDONE, State.APPLIED}),
    State.UNDONE: frozenset(),
}


class StepName(enum.Enum):
    """What is done, one after the other. Each is harmless to repeat, so that it may be killed anywhere."""

    ANNOUNCE = "ANNOUNCE"
    """Everybody is told that the two are one: searches and holds treat them so from now on."""
    HEARD = "HEARD"
    """Availability has heard of it."""
    UNITE = "UNITE"
    """Booking: one occupant, in one transaction with all appointments. From here on nobody can be booked twice."""
    RECORD = "RECORD"
    """One row with everything that both had; the other becomes a name."""
    COPIES = "COPIES"
    """Calendar-sync: copies and busy times."""
    SETTLED = "SETTLED"
    """Availability has seen the appointments move."""
    SEPARATE = "SEPARATE"
    """Booking: two occupants again, unless something came in between. Until the next step both still count as one."""
    RESTORE = "RESTORE"
    """Two rows again, as they were."""
    RETURN = "RETURN"
    """Calendar-sync: what had moved moves back."""


STEPS: Mapping[State, tuple[StepName, ...]] = {
    State.APPLYING: (
        StepName.ANNOUNCE,
        StepName.HEARD,
        StepName.UNITE,
        StepName.RECORD,
        StepName.COPIES,
        StepName.SETTLED,
    ),
    State.UNDOING: (StepName.SEPARATE, StepName.RESTORE, StepName.RETURN),
}
DONE: Mapping[State, State] = {State.APPLYING: State.APPLIED, State.UNDOING: State.UNDONE}


@dataclass(frozen=True)
class Movement:
    """How much of something each of the two has; what the one that goes has moves."""

    what: str
    staying: int
    going: int


@dataclass(frozen=True)
class Plan:
    """What would happen. ``etag`` changes with whatever has to be decided or is decided here."""

    tenant_key: str
    kind: Kind
    staying_key: str
    going_key: str
    etag: str
    movements: tuple[Movement, ...]
    conflicts: tuple[Conflict, ...]

    def undecided(self, decisions: Mapping[str, Choice]) -> dict[str, str]:
        """Subjects without a decision that is possible, with what there is to choose from."""
        return {
            conflict.subject: " or ".join(choice.value for choice in conflict.choices)
            for conflict in self.conflicts
            if decisions.get(conflict.subject) not in conflict.choices
        }


@dataclass(frozen=True)
class Step:
    """How far one step is; ``last_error`` says why the last attempt did not do."""

    name: StepName
    attempts: int = 0
    last_error: str = ""
    done_at: datetime | None = None


@dataclass(frozen=True)
class Resolution:
    """The record of what was done, by whom, and how far it is."""

    resolution_id: UUID
    state: State
    plan: Plan
    operator: str
    decisions: Mapping[str, Choice]
    created_at: datetime
    steps: tuple[Step, ...]
    finished_at: datetime | None = None
    mark_after: str = ""
    """Of what became of the rows; "" until they are one."""
    undone_by: str = ""

    @property
    def ids(self) -> Ids:
        """Of the business."""
        return Ids(self.plan.tenant_key)

    @property
    def tenant_id(self) -> UUID:
        """Of the business."""
        return self.ids.tenant

    @property
    def staying_id(self) -> UUID:
        """The id that stays."""
        return self.ids.person(self.plan.staying_key)

    @property
    def going_id(self) -> UUID:
        """The id that becomes another name."""
        return self.ids.person(self.plan.going_key)

    @property
    def actor(self) -> str:
        """Who has it done now."""
        return self.undone_by or self.operator

    def moved_to(self, state: State, **changed: object) -> Self:
        """Raises ValueError where the table does not have the move."""
        if state not in MOVES[self.state]:
            raise ValueError(f"from {self.state.value} to {state.value}")
        return replace(self, state=state, **changed)  # type: ignore[arg-type] # fields of this class

    def begun(self, state: State) -> tuple[Step, ...]:
        """The steps of a state, none done."""
        return tuple(map(Step, STEPS[state]))


@dataclass(frozen=True)
class Parts:
    """All that the registry says of some people: what a resolution changes, and brings back."""

    people: tuple[Person, ...]
    mappings: tuple[PhaseMapping, ...]
    policies: tuple[Policy, ...]
    place: int = 0
    """Where the last of the people stands among all."""
    other_names: tuple[str, ...] = ()
    """Keys that were names of the last of them."""

    @classmethod
    def of(cls, business: Business, *keys: str) -> "Parts":
        """In the order of the keys; who is not there is left out."""
        people = tuple(each for key in keys if (each := person_of(business, key)))
        order = [person.key for person in business.people]
        return cls(
            people=people,
            mappings=tuple(each for each in business.mappings if each.person_key in keys),
            policies=tuple(each for each in business.policies if each.person_key in keys),
            place=order.index(keys[-1]) if keys[-1] in order else len(order),
        )

    def put_back_in(self, business: Business, staying_key: str) -> Business:
        """The rows as they were, in their places; the rest as it is now."""
        keys = {one.key: one.api_key for person in business.people for one in person.accounts}
        staying, going = (_with_keys(person, keys) for person in self.people)
        people = [staying if person.key == staying_key else person for person in business.people]
        people.insert(min(self.place, len(people)), going)
        mappings = (each for each in business.mappings if each.person_key != staying_key)
        policies = (each for each in business.policies if each.person_key != staying_key)
        return replace(
            business,
            people=tuple(people),
            mappings=(*mappings, *self.mappings),
            policies=(*policies, *self.policies),
        )

    @property
    def mark(self) -> str:
        """Changes with any of it but for secrets; hours, absences and accounts included. What says nothing is left out, so
        that a mark outlives a version that knows more of people."""
        bare = [
            replace(each, accounts=tuple(replace(one, api_key="") for one in each.accounts))
            for each in self.people
        ]
        content = [list(map(_said, part)) for part in (bare, self.mappings, self.policies)]
        return _hash(content)


def _with_keys(person: Person, keys: Mapping[str, str]) -> Person:
    """A key that was changed since is not changed back."""
    accounts = (replace(one, api_key=keys.get(one.key, one.api_key)) for one in person.accounts)
    return replace(person, accounts=tuple(accounts))


def etag_of(kind: Kind, parts: Parts, conflicts: Sequence[Conflict]) -> str:
    """Of a plan. Not of numbers: while callers book, a plan stays what it is unless something new is to be decided."""
    decided = sorted((conflict.subject, conflict.description) for conflict in conflicts)
    return _hash([kind.value, parts.mark, decided])


def _said(part: Person | PhaseMapping | Policy) -> dict[str, object]:
    return {name: value for name, value in asdict(part).items() if value not in ("", (), None, False)}


def _hash(content: object) -> str:
    text = json.dumps(content, default=str, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:32]
