"""How a key fares."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class BudgetState:
    """How a key fares. ``tokens`` may be negative: paid for later."""

    tokens: float
    waiting: int
    paused_until: datetime | None
    rests_until: datetime | None
