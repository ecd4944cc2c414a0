"""Where the phases of a business go at Cal.com."""

import enum
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from uuid import UUID


class WhenCancelled(enum.Enum):
    """What follows when a booking of ours is cancelled at Cal.com by somebody else."""

    CANCEL = "cancel"
    """Booking is asked to cancel the appointment."""
    CASE = "case"
    """A person decides; the appointment stands."""


@dataclass(frozen=True)
class Account:
    """An account at Cal.com. The key stays out of whatever is printed."""

    account_id: UUID
    username: str
    api_key: str = field(repr=False)
    person_id: UUID
    """Whose calendar it is."""


@dataclass(frozen=True)
class Spot:
    """What stands for a phase: position counted from 0, gaps included."""

    service_id: UUID
    position: int
    person_id: UUID


@dataclass(frozen=True)
class Target:
    """Where the copy of a phase belongs."""

    account_id: UUID
    event_type_id: int


@dataclass(frozen=True)
class Setup:
    """What the registry says about one business."""

    calendar_sync: bool
    language: str
    """Primary language of the business, e.g. "de"."""
    zones: Mapping[UUID, str]
    """IANA zone by branch."""
    accounts: Mapping[UUID, Account]
    targets: Mapping[Spot, Target]
    webhook_secret: str = field(repr=False)
    keyless: Sequence[UUID] = ()
    """Accounts without a key: nothing can be asked of them."""
    when_cancelled: WhenCancelled = WhenCancelled.CANCEL
    """What follows when somebody cancels a booking of ours there."""
    mirror_holds: bool = False
    """Whether what is held for callers is reserved there."""
    live_after: timedelta | None = None
    """A person whose busy times are older is looked at live before a time is called free; None: nobody is."""
    phases: Mapping[Spot, timedelta] = field(default_factory=dict)
    """How long each active phase takes, for each person who does the service."""
    others: Sequence[tuple[Spot, Target]] = ()
    """Mappings of phases that go somewhere else: one human may have several accounts."""
    aliases: Mapping[UUID, UUID] = field(default_factory=dict)
    """Other ids of people, each with the one that it stands for."""

    def account_named(self, username: str) -> Account | None:
        """By its user name at Cal.com."""
        return next((one for one in self.accounts.values() if one.username == username), None)

    def target(self, spot: Spot) -> Target | None:
        """Where a phase goes; None where nothing is mapped or the account has no key here."""
        target = self.targets.get(spot) or self.targets.get(self._right(spot))
        return target if target and target.account_id in self.accounts else None

    def mapped(self, account_id: UUID) -> Iterator[tuple[Spot, int]]:
        """The event types of an account, with what they stand for, whether new copies go there or not."""
        for spot, target in (*self.targets.items(), *self.others):
            if target.account_id == account_id:
                yield spot, target.event_type_id

    def human(self, person_id: UUID) -> UUID:
        """The id that counts, where two are one human."""
        return self.aliases.get(person_id, person_id)

    def _right(self, spot: Spot) -> Spot:
        """An appointment that was told of before may name somebody by an id that has become another name."""
        return replace(spot, person_id=self.human(spot.person_id))
