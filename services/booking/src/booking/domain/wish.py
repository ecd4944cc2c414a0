"""What a caller asks for: an option, for somebody, once."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Self
from uuid import UUID

from booking.domain.identifiers import key_of, uuid_of
from booking.domain.names import customer_name_of
from booking.domain.option import ClaimedOption
from booking.domain.phone_numbers import number_of
from booking.errors import RequestInvalidError

PARTY_MAX = 5
VOUCHED_MAX = timedelta(minutes=1)
"""Nobody vouches for longer: a voucher that seems to be valid beyond that comes from another clock than ours."""


@dataclass(frozen=True)
class Offer:
    """An option as it was offered to a call."""

    tenant_id: UUID
    branch_id: UUID
    option_id: str
    call_id: str
    caller_number: str | None = None
    """E.164, None where it is withheld: what is held for a waiting wish is offered to its number, not to a call."""


@dataclass(frozen=True)
class Voucher:
    """What a claim of the wish's option would give, from availability itself, while it is certain that it would."""

    option: ClaimedOption
    valid_until: datetime


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
    more: tuple[tuple[str, str], ...] = ()
    """Of a party: the other options, and whom they are for."""
    besides: tuple[str, ...] = ()
    """What else makes it another wish."""
    customer_email: str | None = None
    """As it was said this time; None: nothing was."""
    email_confirmed: bool = False
    """The caller has heard it read back: then it takes the place of the one that is known."""
    voucher: Voucher | None = None
    """None: the option is to be claimed first."""

    @classmethod
    def of(
        cls, *, tenant_id: str, branch_id: str, option_id: str, call_id: str, caller_number: str,
        customer_name: str, request_id: str, party: Sequence[tuple[str, str]] = (),
    ) -> Self:  # fmt: skip
        """A wish from what was sent. ``party``: further options, and whom they are for ("": the customer).

        Raises RequestInvalidError, NameInvalidError.
        """
        name = customer_name_of(customer_name)
        return cls(
            tenant_id=uuid_of("tenant_id", tenant_id),
            branch_id=uuid_of("branch_id", branch_id),
            option_id=key_of("option_id", option_id),
            call_id=key_of("call_id", call_id),
            caller_number=number_of("caller_number", caller_number),
            customer_name=name,
            request_id=key_of("request_id", request_id),
            more=_party(option_id, party, name) if party else (),
        )

    @cached_property
    def option_ids(self) -> tuple[str, ...]:
        """All options of the wish; the caller's own is the first."""
        return self.option_id, *(option_id for option_id, _ in self.more)

    @property
    def offers(self) -> tuple[Offer, ...]:
        """What is to be claimed."""
        return tuple(
            Offer(self.tenant_id, self.branch_id, option_id, self.call_id, self.caller_number)
            for option_id in self.option_ids
        )

    def vouched(self, now: datetime) -> ClaimedOption | None:
        """What may be booked at once; the options of a party are always claimed, all of them."""
        if self.voucher is None or self.more:
            return None
        is_valid = now < self.voucher.valid_until <= now + VOUCHED_MAX
        return self.voucher.option if is_valid else None

    @property
    def names(self) -> tuple[str, ...]:
        """Whom each option is for."""
        return self.customer_name, *(name for _, name in self.more)

    @cached_property
    def fingerprint(self) -> str:
        """Equal for equal wishes.

        It covers what is booked, not how it was put: a language model that repeats itself spells the name differently
        and may lose the number, and refusing that would tell a caller "failed" who has an appointment (BK-29, TG-31).
        """
        # Separated by what no id contains.
        words = "\n".join((str(self.branch_id), *self.option_ids, self.call_id, *self.besides))
        return hashlib.sha256(words.encode()).hexdigest()


def _party(
    first_id: str, others: Sequence[tuple[str, str]], customer_name: str
) -> tuple[tuple[str, str], ...]:
    ids = [key_of("more_option_ids", option_id) for option_id, _ in others]
    if len(ids) >= PARTY_MAX or len({first_id, *ids}) <= len(ids):
        raise RequestInvalidError("more_option_ids", f"a party has at most {PARTY_MAX} different options")
    names = (customer_name_of(name) if name else customer_name for _, name in others)
    return tuple(zip(ids, names, strict=True))
