"""How a claimed option becomes an appointment."""

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from booking.domain.appointment import Appointment, Customer, Occupied, Phase, State, calendar_email_of
from booking.domain.option import ClaimedOption
from booking.domain.wish import Wish
from booking.errors import SlotNotBookableError


def agree(
    wish: Wish, option: ClaimedOption, *, now: datetime, new_id: Callable[[], UUID], calendar_domain: str
) -> Appointment:
    """The appointment for a customer who is new; storage knows better if they are not.

    Raises SlotNotBookableError where the start has passed, whatever availability thought of it (BK-27).
    """
    if option.span.start_time <= now:
        raise SlotNotBookableError("the start has passed", outcome="PAST")
    customer_id = new_id()
    email = calendar_email_of(customer_id, domain=calendar_domain)
    return Appointment(
        appointment_id=new_id(),
        tenant_id=wish.tenant_id,
        branch_id=wish.branch_id,
        service_id=option.service_id,
        service_name=option.service_name,
        person_id=option.person_id,
        customer=Customer(customer_id, wish.customer_name, wish.caller_number, email),
        state=State.BOOKED,
        span=option.span,
        phases=tuple(
            Phase(new_id(), position, phase.name, phase.kind, option.person_id, phase.span)
            for position, phase in enumerate(option.phases)
        ),
        occupied=tuple(Occupied(option.person_id, span) for span in option.occupied),
        call_id=wish.call_id,
        create_time=now,
    )
