"""Owns what is offered to a caller and kept free for them: offers, the rules of holds, which holds see each other."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from availability.domain.instants import Interval
from availability.domain.service import PhaseKind

ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"
"""Without 0 and o, 1, i and l, which are confused when they are repeated."""
OPTION_PREFIX = "o-"
OPTION_LENGTH = 8
_PAIRS = tuple(one + other for one in ALPHABET for other in ALPHABET)


class Scope(NamedTuple):
    """The holds that see each other: those of one branch, or of several branches that share people."""

    tenant_id: str
    group_id: str


class Taking(NamedTuple):
    """A stretch of the time of a person, of a room or device, or of one of a day's places for a service."""

    owner_id: str
    interval: Interval


class Held(NamedTuple):
    """A stretch of time that is held, and until when it is."""

    owner_id: str
    interval: Interval
    expires: datetime
    claimed: Taking | None = None
    """The first of what it takes of people, once it is claimed: by that its appointment is known."""


class PlannedPhase(NamedTuple):
    """A phase at its time; `position` counts all phases of the visit, gaps too, from 0. `leg` is the number of its
    service in the visit, from 0."""

    position: int
    name: str
    kind: PhaseKind
    start: datetime
    end: datetime
    person_id: str
    service_id: str
    leg: int = 0


class Offer(NamedTuple):
    """A start that can be booked, as it was offered: later changes of its services do not change it.

    `person_id` and `service_id` are those of the visit's first service, `service_ids` all of them in order. What is
    held are people, rooms and devices, and `places` among those that a service has in a day.
    """

    option_id: str
    branch_id: str
    service_id: str
    service_name: str
    person_id: str
    start: datetime
    end: datetime
    phases: tuple[PlannedPhase, ...]
    occupied: tuple[Taking, ...]
    devices: tuple[Taking, ...] = ()
    places: tuple[Taking, ...] = ()
    service_ids: tuple[str, ...] = ()
    moved_appointment_id: str = ""
    """The appointment that it would take the place of."""
    other_names: tuple[Taking, ...] = ()
    """The people's time once more, under their other ids."""
    promised: bool = False
    """By the business itself: it is kept also while its start slips into the notice."""

    @property
    def held(self) -> tuple[Taking, ...]:
        """All that a hold has to keep free."""
        return self.considered + self.places

    @property
    def considered(self) -> tuple[Taking, ...]:
        """What is counted as kept from others while a caller considers the offer. A day's place is not: all callers take
        the first one that is left."""
        return self.occupied + self.devices + self.other_names


@dataclass(frozen=True, slots=True)
class HoldRules:
    """How long holds last and how many one caller may have."""

    cap: timedelta = timedelta(seconds=900)
    """The longest life of a hold, extensions included."""
    claimed: timedelta = timedelta(seconds=120)
    """How long a claimed hold stands at least: it covers the commit and the way of its event to every replica."""
    vouched: timedelta = timedelta(seconds=45)
    """For how long after a search its options may be booked without being claimed first: so long nothing but the call itself
    lets them go. A call that is silent for a minute may lose them to another one of its number, and clocks differ by seconds."""
    outlasting: timedelta = timedelta(seconds=15)
    """By how much a hold outlasts what was vouched for: the commit, and the way of its event to every replica."""
    remembered: timedelta = timedelta(hours=2)
    """How long an option can still be taken after it was offered, if it is free."""
    per_call: int = 5
    per_number: int = 10
    patience: timedelta = timedelta(minutes=20)
    """For how long calls together, whoever makes them, may keep a time that none of them books, until it is offered without
    being held; a third of the time that passes is forgiven."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Who a hold belongs to. `number` is E.164, "" where it is withheld: then only the limit per call applies."""

    call_id: str
    number: str = ""


def new_option_id(below: Callable[[int], int]) -> str:
    """A name for an option that an agent can repeat. `below` chooses a number from 0 up to, but not including, another one at
    random; asked once, since a source that nobody can guess costs more than all the rest."""
    number, letters = below(len(_PAIRS) ** (OPTION_LENGTH // 2)), OPTION_PREFIX
    for _ in range(OPTION_LENGTH // 2):
        number, index = divmod(number, len(_PAIRS))
        letters += _PAIRS[index]
    return letters


def group_of(branch_id: str, branches_of_people: Iterable[Sequence[str]]) -> str:
    """The first id among the branches that share people with this one, directly or over others.

    Who works in two branches can be held in only one of them at a time, so their holds have to be kept together.
    """
    group, found = {branch_id}, True
    teams = [set(branches) for branches in branches_of_people]
    while found:
        touching = [team for team in teams if team & group]
        found = any(team - group for team in touching)
        group.update(*touching)
    return min(group)
