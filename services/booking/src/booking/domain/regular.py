"""What is known of a customer who has been here before."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from booking.domain.appointment import Appointment, Customer

OFTEN = 2
LAST = 5
"""Of so many appointments it is looked for what is usual."""


@dataclass(frozen=True)
class Regular:
    """A customer, what is next, and what can be asked as a question; None: nothing is usual."""

    customer: Customer
    next_appointment: Appointment | None
    usual_service_id: UUID | None
    usual_person_id: UUID | None


def usual(latest_first: Iterable[UUID]) -> UUID | None:
    """The most frequent, the later one of equals; None where nothing was at least twice."""
    counted = Counter(latest_first).most_common(1)
    return counted[0][0] if counted and counted[0][1] >= OFTEN else None
