"""What a caller asks for: an option, for somebody, once."""

import hashlib
from dataclasses import dataclass
from typing import Self
from uuid import UUID

from booking.domain.identifiers import key_of, uuid_of
from booking.domain.names import customer_name_of
from booking.domain.phone_numbers import number_of


@dataclass(frozen=True)
class Wish:
    """A request to book. ``caller_number`` is E.164, None where it is withheld."""

    tenant_id: UUID
    branch_id: UUID
    option_id: str
    call_id: str
    caller_number: str | None
    customer_name: str
    request_id: str

    @classmethod
    def of(
        cls, *, tenant_id: str, branch_id: str, option_id: str, call_id: str, caller_number: str,
        customer_name: str, request_id: str,
    ) -> Self:  # fmt: skip
        """A wish from what was sent. Raises RequestInvalidError, NameInvalidError."""
        return cls(
            tenant_id=uuid_of("tenant_id", tenant_id),
            branch_id=uuid_of("branch_id", branch_id),
            option_id=key_of("option_id", option_id),
            call_id=key_of("call_id", call_id),
            caller_number=number_of("caller_number", caller_number),
            customer_name=customer_name_of(customer_name),
            request_id=key_of("request_id", request_id),
        )

    @property
    def fingerprint(self) -> str:
        """Equal for equal wishes.

        It covers what is booked, not how it was put: a language model that repeats itself spells the name differently
        and may lose the number, and refusing that would tell a caller "failed" who has an appointment (BK-29, TG-31).
        """
        # Separated by what no id contains.
        words = "\n".join((str(self.branch_id), self.option_id, self.call_id))
        return hashlib.sha256(words.encode()).hexdigest()
