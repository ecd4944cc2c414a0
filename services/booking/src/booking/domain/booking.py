"""How a claimed option becomes an appointment."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from booking.domain.appointment import (
    Appointment,
    Customer,
    InSeries,
    Overbooking,
    Phase,
    State,
    calendar_email_of,
)
from booking.domain.option import ClaimedOption, Occupied
from booking.domain.wish import Wish
from booking.errors import OptionUnknownError, SlotNotBookableError


def agree(
    wish: Wish,
    option: ClaimedOption,
    *,
    now: datetime,
    new_id: Callable[[], UUID],
    calendar_domain: str,
    overbooking: Overbooking | None = None,
    in_series: InSeries | None = None,
) -> Appointment:
    """The appointment for a customer who is new; storage knows better if they are not.

    Raises SlotNotBookableError where the start has passed, whatever availability thought of it (BK-27).
    """
    customer_id = new_id()
    email = calendar_email_of(customer_id, domain=calendar_domain)
    customer = Customer(customer_id, wish.customer_name, wish.caller_number, email)
    made = _arranged(
        option, wish.tenant_id, customer, wish.call_id, now=now, new_id=new_id, booked_for=wish.customer_name
    )
    if overbooking or in_series:
        return replace(made, overbooking=overbooking, in_series=in_series)
    return made


def agree_all(
    wish: Wish,
    options: Sequence[ClaimedOption],
    *,
    now: datetime,
    new_id: Callable[[], UUID],
    calendar_domain: str,
    in_series: InSeries | None = None,
) -> tuple[Appointment, ...]:
    """The appointments of one wish, all of one customer. Raises as ``agree``."""
    first = agree(
        wish, options[0], now=now, new_id=new_id, calendar_domain=calendar_domain, in_series=in_series
    )
    others = (
        _arranged(
            option, wish.tenant_id, first.customer, wish.call_id, now=now, new_id=new_id, booked_for=name
        )
        for option, name in zip(options[1:], wish.names[1:], strict=True)
    )
    return (first, *others)


def move(
    previous: Appointment, option: ClaimedOption, call_id: str, *, now: datetime, new_id: Callable[[], UUID]
) -> tuple[Appointment, Appointment]:
    """The appointment as it gives way, and the one that takes its place for the same customer.

    Raises IllegalMoveError, SlotNotBookableError where the start has passed, and OptionUnknownError where the option is for
    something else than the appointment: to be moved is to take place at another time, not to become another one.
    """
    if option.branch_id != previous.branch_id or _services(option) != _services(previous):
        raise OptionUnknownError("the option is for another branch or other services than the appointment")
    arranged = _arranged(option, previous.tenant_id, previous.customer, call_id, now=now, new_id=new_id)
    successor = replace(
        arranged,
        rescheduled_from_id=previous.appointment_id,
        moves=previous.moves + 1,
        booked_for=previous.booked_for,
    )
    return previous.give_way(successor.appointment_id, now), successor


def _services(of: ClaimedOption | Appointment) -> tuple[UUID, ...]:
    return of.service_ids or (of.service_id,)


def _arranged(
    option: ClaimedOption,
    tenant_id: UUID,
    customer: Customer,
    call_id: str,
    *,
    now: datetime,
    new_id: Callable[[], UUID],
    booked_for: str = "",
) -> Appointment:
    if option.span.start_time <= now:
        raise SlotNotBookableError("the start has passed", outcome="PAST")
    return Appointment(
        appointment_id=new_id(),
        tenant_id=tenant_id,
        branch_id=option.branch_id,
        service_id=option.service_id,
        service_name=option.service_name,
        person_id=option.person_id,
        customer=customer,
        state=State.BOOKED,
        span=option.span,
        phases=tuple(
            Phase(new_id(), position, phase.name, phase.kind, phase.person_id, phase.service_id, phase.span)
            for position, phase in enumerate(option.phases)
        ),
        occupied=tuple(sorted(option.occupied, key=_by_occupant)),
        call_id=call_id,
        create_time=now,
        service_ids=option.service_ids,
        booked_for=booked_for,
    )


def _by_occupant(taken: Occupied) -> tuple[str, UUID, datetime]:
    """One order for the answer, the event and what is read later."""
    return taken.occupant.kind.value, taken.occupant.occupant_id, taken.span.start_time
