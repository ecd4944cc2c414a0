"""How often one caller, and one business, may ask in a minute: far above any conversation, against whoever plays with us.

Counted by each replica in its own memory, so that no honest caller waits for it; with several replicas the bounds are that many
times as high. A number that is withheld is nobody's: each of its calls is counted for itself, and none for the others.
"""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime

KNOWN_MAX = 100_000
"""So many callers are counted in one minute; beyond that only their businesses are."""


@dataclass
class Limits:
    """The counts of this minute."""

    per_caller: int
    per_business: int
    _minute: int = 0
    _callers: Counter[tuple[str, str]] = field(default_factory=Counter)
    _businesses: Counter[str] = field(default_factory=Counter)

    def admits(self, tenant_id: str, *, number: str, call_id: str, now: datetime) -> bool:
        """Whether one more question is answered; counts it. What a caller asks beyond her own bound takes nothing from the
        business's."""
        self._turn(int(now.timestamp()) // 60)
        caller = (tenant_id, number if number.startswith("+") else f"call {call_id}")
        if caller in self._callers or len(self._callers) < KNOWN_MAX:
            self._callers[caller] += 1
            if self._callers[caller] > self.per_caller:
                return False
        self._businesses[tenant_id] += 1
        return self._businesses[tenant_id] <= self.per_business

    def _turn(self, minute: int) -> None:
        if minute != self._minute:
            self._minute = minute
            self._callers.clear()
            self._businesses.clear()
