"""What a business allows its callers, and what it asks for it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Self, TypeVar
from uuid import UUID

from booking.domain.appointment import Appointment
from booking.errors import PolicyRefusedError

MONTH = timedelta(days=30)
T = TypeVar("T")


@dataclass(frozen=True)
class Fee:
    """Money in minor units of an ISO 4217 currency; "" where nothing is due."""

    minor: int = 0
    currency: str = ""


@dataclass(frozen=True)
class FeeTier:
    """What is due less than so long before the start."""

    before: timedelta
    fee: Fee


@dataclass(frozen=True)
class Policy:
    """Rules of a business, or of a part of it; None: a wider policy decides."""

    branch_id: UUID | None = None
    service_id: UUID | None = None
    person_id: UUID | None = None
    cancel_cutoff: timedelta | None = None
    move_cutoff: timedelta | None = None
    fee_tiers: tuple[FeeTier, ...] = ()
    moves_max: int | None = None
    cancellations_per_month_max: int | None = None

    def speaks_of(self, appointment: Appointment) -> bool:
        """Whether the appointment is in its part of the business."""
        services = {appointment.service_id, *appointment.service_ids}
        return (
            self.branch_id in {None, appointment.branch_id}
            and (self.service_id is None or self.service_id in services)
            and self.person_id in {None, appointment.person_id}
        )

    @property
    def nearness(self) -> tuple[bool, bool, bool]:
        """A person is nearer than a service, a service than a branch, a branch than the business."""
        return self.person_id is not None, self.service_id is not None, self.branch_id is not None


@dataclass(frozen=True)
class Rules:
    """What holds for one appointment."""

    cancel_cutoff: timedelta | None
    move_cutoff: timedelta | None
    fee_tiers: tuple[FeeTier, ...]
    moves_max: int | None
    cancellations_per_month_max: int | None

    @classmethod
    def of(cls, policies: Iterable[Policy], appointment: Appointment) -> Self:
        """Of each matter, what the nearest policy says that speaks of it."""
        near = sorted((one for one in policies if one.speaks_of(appointment)), key=lambda one: one.nearness)
        near.reverse()

        def nearest(said: Callable[[Policy], T | None]) -> T | None:
            return next((value for value in map(said, near) if value is not None), None)

        return cls(
            cancel_cutoff=nearest(lambda policy: policy.cancel_cutoff),
            move_cutoff=nearest(lambda policy: policy.move_cutoff),
            fee_tiers=nearest(lambda policy: policy.fee_tiers or None) or (),
            moves_max=nearest(lambda policy: policy.moves_max),
            cancellations_per_month_max=nearest(lambda policy: policy.cancellations_per_month_max),
        )

    def cancel(self, appointment: Appointment, *, now: datetime, cancellations: int) -> Fee:
        """What cancelling costs. ``cancellations``: the customer's last ones. Raises PolicyRefusedError."""
        _keep_distance("cancel_cutoff_minutes", self.cancel_cutoff, appointment, now)
        _keep_below("cancellations_per_month_max", self.cancellations_per_month_max, cancellations)
        return self._fee(appointment, now)

    def move(self, appointment: Appointment, *, now: datetime) -> Fee:
        """What moving costs. Raises PolicyRefusedError."""
        _keep_distance("move_cutoff_minutes", self.move_cutoff, appointment, now)
        _keep_below("moves_max", self.moves_max, appointment.moves)
        return self._fee(appointment, now)

    def _fee(self, appointment: Appointment, now: datetime) -> Fee:
        left = appointment.span.start_time - now
        due = [tier for tier in self.fee_tiers if left < tier.before]
        return min(due, key=lambda tier: tier.before).fee if due else Fee()


def _keep_distance(rule: str, limit: timedelta | None, appointment: Appointment, now: datetime) -> None:
    if limit is not None and appointment.span.start_time - now < limit:
        minutes = str(limit // timedelta(minutes=1))
        raise PolicyRefusedError(f"{rule}: too close to the start", rule=rule, limit=minutes)


def _keep_below(rule: str, limit: int | None, times: int) -> None:
    if limit is not None and times >= limit:
        raise PolicyRefusedError(f"{rule}: as often as allowed", rule=rule, limit=str(limit))
