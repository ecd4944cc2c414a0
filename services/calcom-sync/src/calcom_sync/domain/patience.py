"""How long to wait before looking and before sending again."""

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True)
class Patience:
    """The pauses. Looking has to outlast the lag of Cal.com's read replica."""

    first_look: timedelta = timedelta(seconds=2)
    longest_look: timedelta = timedelta(seconds=60)
    looks_min: int = 3
    absent_after: timedelta = timedelta(seconds=12)
    """Absence counts only when the outcome has been unknown for this long."""
    own_absent_after: timedelta = timedelta(seconds=75)
    """The same where Cal.com says that the time is taken and an earlier request of ours may be what has it: the replica may lag
    by as much as surveys allow for, and to be mistaken costs the customer her appointment."""
    first_retry: timedelta = timedelta(seconds=2)
    longest_retry: timedelta = timedelta(minutes=5)
    setbacks_max: int = 10
    """After as many, a person has to look."""

    def before_look(self, looks: int) -> timedelta:
        """Pause before the next look, after as many in vain."""
        return min(self.first_look * (1 << min(looks, 16)), self.longest_look)

    def before_retry(self, setbacks: int, spread: int) -> timedelta:
        """Pause before the next request. ``spread`` is any number of the intent's own: up to a quarter is added by it,
        so that what failed together does not come back together, and tests need no dice."""
        pause = min(self.first_retry * (1 << min(max(setbacks - 1, 0), 16)), self.longest_retry)
        return pause * (1 + (spread % 251) / 1000)
