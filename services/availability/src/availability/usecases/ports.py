"""The store of the holds, as the use cases see it: every operation is atomic, and judged by the instant it is given."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from typing import NamedTuple, Protocol

from availability.domain.holds import Caller, Held, Offer, Scope, Taking


class Placing(Enum):
    """How an attempt to hold something ended."""

    HELD = "held"
    SHORT = "short"
    """Too little of it could be had: nothing was changed."""
    OFFERED = "offered"
    """All that is free was kept for too long for callers who did not book it: it can be claimed, and is not held."""
    WORN = "worn"
    """Some of what was wanted as a whole was kept for too long: nothing was changed."""
    LIMIT = "limit"
    """The caller holds as much as one caller may: nothing was changed."""


class Terms(NamedTuple):
    """How offers are to be held: at most ``wanted`` of them; fewer than ``at_least`` (1 or more): none at all."""

    wanted: int
    at_least: int
    lasting: timedelta
    owners: Sequence[str]
    """Of whom (people, rooms, ...) to tell what others hold, where it came short."""
    whole: bool = False
    """The caller's limits may not make it fewer than ``wanted``."""
    promised: bool = False
    """The business itself has promised it: for how long it is kept is not counted."""
    moved: Sequence[Taking] = ()
    """What an appointment takes that is being moved: its own claimed hold is no obstacle to that."""
    kept: Sequence[str] = ()
    """The call's options that are being booked: they stay, and their time is taken."""
    only_held: bool = False
    """Where all that is free was kept for too long, it comes short, and is not offered without being held."""


class Placement(NamedTuple):
    """What became of an attempt to hold something."""

    placing: Placing
    options: tuple[str, ...] = ()
    """Their ids, in the order of preference; held where the placing says so."""
    expires: datetime | None = None
    taken: tuple[Held, ...] = ()
    """Where it came short: what others hold."""


class Claiming(Enum):
    """How a claim ended."""

    CLAIMED = "claimed"
    LAPSED = "lapsed"
    """The hold is over, and nobody asked to take it again."""
    TAKEN = "taken"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Claim:
    """What became of a claim. The offer is absent only where the option is unknown."""

    claiming: Claiming
    offer: Offer | None = None


@dataclass(frozen=True, slots=True)
class Extension:
    """How many options of a call are held, and until when all of them are."""

    count: int
    expires: datetime | None = None


class Holds(Protocol):
    """All methods raise HoldsUnavailableError where the store does not answer within its deadline."""

    async def taken(
        self,
        scope: Scope,
        owners: Sequence[str],
        *,
        ignoring_call: str,
        kept: Sequence[str] = (),
        moved: Sequence[Taking] = (),
        now: datetime,
    ) -> tuple[Held, ...]:
        """What people and devices are held for, except by the unclaimed holds of one call ("": no exception) that are not being
        booked (``kept``), and by the claimed one of an appointment that is being moved: ``moved`` is what it takes."""

    async def place(
        self, scope: Scope, caller: Caller, offers: Sequence[Offer], terms: Terms, *, now: datetime
    ) -> Placement:
        """Hold the first offers that fit, each as a whole, in place of what the call held unclaimed before."""

    async def extend(self, scope: Scope, call_id: str, *, lasting: timedelta, now: datetime) -> Extension:
        """Let the call's unclaimed holds last from now on, up to the cap of each."""

    async def release(self, scope: Scope, call_id: str, *, kept: Sequence[str] = (), now: datetime) -> int:
        """End the call's unclaimed holds, but for those that are being booked; how many there were."""

    async def claim(
        self,
        scope: Scope,
        option_id: str,
        call_id: str,
        *,
        again: bool,
        moved: Sequence[Taking] = (),
        now: datetime,
    ) -> Claim:
        """Make a hold the call's for good until the appointment is seen, ending its offers that overlap it.

        ``again``: take it even where the hold is over, unless somebody else holds part of it; the claimed hold of an appointment
        that it moves, which takes ``moved``, is nobody else's.
        """


class Claims(Protocol):
    """The store of the holds, as whoever ends claimed ones sees it."""

    async def vacate(
        self,
        scope: Scope,
        takings: Sequence[Taking],
        *,
        kept: Sequence[Taking] = (),
        since: datetime,
        now: datetime,
    ) -> int:
        """End the claimed holds on time that was given back at an instant, but for those on time that is kept; how many there
        were. Raises HoldsUnavailableError."""
