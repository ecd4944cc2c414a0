"""What an operator is about to do."""

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True)
class Deed:
    """One change through another service."""

    account_id: UUID
    tenant_id: str
    action: str
    """E.g. "resolve_callback"."""
    subject: str
    """The id of what it is done to."""
    words: str
    """What the operator wrote; empty: nothing."""
