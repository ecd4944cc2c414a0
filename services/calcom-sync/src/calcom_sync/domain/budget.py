"""How a key fares."""

import math
from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True)
class BudgetState:
    """How a key fares. ``tokens`` may be negative: paid for later."""

    tokens: float
    waiting: int
    paused_until: datetime | None
    rests_until: datetime | None


def allowed_in(wait: timedelta) -> str:
    """What somebody is told who may not ask Cal.com yet; in whole seconds, never fewer than there are."""
    return f"the budget of the key allows it in {math.ceil(wait.total_seconds())} s"
