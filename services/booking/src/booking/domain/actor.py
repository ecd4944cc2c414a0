"""Who acts on an appointment, and whether they may."""

from dataclasses import dataclass
from typing import Self

from booking.domain.appointment import Appointment
from booking.domain.identifiers import key_of
from booking.domain.phone_numbers import number_of
from booking.errors import NotTheCustomerError, RequestInvalidError


@dataclass(frozen=True)
class Actor:
    """A call with its number (None: withheld), or an operator by name."""

    call_id: str | None
    caller_number: str | None
    operator: str | None

    @classmethod
    def of(cls, *, call_id: str, caller_number: str, operator: str) -> Self:
        """An actor from what was sent. Raises RequestInvalidError."""
        if not call_id and not operator:
            raise RequestInvalidError("actor", "neither a call nor an operator")
        return cls(
            call_id=key_of("actor.call_id", call_id) if call_id else None,
            caller_number=number_of("actor.caller_number", caller_number),
            operator=key_of("actor.operator", operator) if operator else None,
        )

    def must_be_allowed(self, appointment: Appointment) -> None:
        """Raises NotTheCustomerError unless it is the caller's number, this call made it, or an operator acts.

        A name plays no part: it is said by anybody, and misheard (BK-25).
        """
        own_number = self.caller_number and self.caller_number == appointment.customer.phone_number
        if not (self.operator or own_number or self.call_id == appointment.call_id):
            raise NotTheCustomerError("neither the number nor the call that the appointment was made with")
