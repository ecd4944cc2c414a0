"""A signed-in browser."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

IDLE_MAX = timedelta(hours=12)
LIFE_MAX = timedelta(days=7)


@dataclass(frozen=True)
class Session:
    """Known by the digest of its token alone; the token itself is only in the browser."""

    token_digest: bytes
    account_id: UUID
    tenant_id: str
    """The business that is looked at."""
    csrf_token: str
    created_at: datetime
    seen_at: datetime

    def alive(self, now: datetime) -> bool:
        """Whether it still counts."""
        return now - self.seen_at < IDLE_MAX and now - self.created_at < LIFE_MAX
