"""Whether an account at Cal.com can be worked with: its key, and the webhook that tells of its bookings."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

from calcom_sync.domain.setup import Account

TRIGGERS = (
    "BOOKING_CREATED", "BOOKING_REQUESTED", "BOOKING_RESCHEDULED", "BOOKING_CANCELLED", "BOOKING_REJECTED",
)  # fmt: skip
"""What has to be told. There is no trigger for a confirmation; that is a BOOKING_CREATED as well."""


@dataclass(frozen=True)
class Hook:
    """A webhook of the account itself: it fires for its personal event types, and for no team's."""

    hook_id: str
    url: str
    active: bool
    triggers: tuple[str, ...]
    secret: str = field(repr=False)
    template: str
    """Of the body, where it is not Cal.com's own."""


@dataclass(frozen=True)
class AccountCheck:
    """``faults`` empty: it can be worked with."""

    account: Account
    reached: bool = True
    faults: tuple[str, ...] = ()
    repairs: tuple[str, ...] = ()
    wait: timedelta = timedelta()
    """After so long the budget of the key allows to look; zero: it was looked at."""


def path_of(tenant_id: UUID) -> str:
    """Where webhooks of a business come in."""
    return f"/calcom/webhook/{tenant_id}"


def hook_for(hooks: Sequence[Hook], base_url: str, tenant_id: UUID) -> Hook | None:
    """The one that tells us; ``base_url`` "": at whatever address."""
    path = path_of(tenant_id)
    fits = [one for one in hooks if one.url.endswith(path) and one.url.startswith(base_url.rstrip("/"))]
    return max(fits, key=lambda one: one.active, default=None)


def faults_of_hook(hook: Hook, secret: str) -> tuple[str, ...]:
    """Why it does not tell us all that it should."""
    missing = [one for one in TRIGGERS if one not in hook.triggers]
    told = {
        "its webhook is switched off": not hook.active,
        f"its webhook does not tell of {', '.join(missing)}": bool(missing),
        "its webhook is signed with another secret": hook.secret != secret,
        "its webhook sends a body of its own making": bool(hook.template),
    }
    return tuple(text for text, is_fault in told.items() if is_fault)


def hook_body(base_url: str, tenant_id: UUID, secret: str) -> dict[str, object]:
    """Of the request that registers it, or corrects it."""
    return {
        "active": True,
        "subscriberUrl": f"{base_url.rstrip('/')}{path_of(tenant_id)}",
        "triggers": list(TRIGGERS),
        "secret": secret,
    }
