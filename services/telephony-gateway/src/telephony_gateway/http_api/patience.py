"""How often a caller is asked to wait for the same thing: an agent that asks again at once would ask for ever."""

WAITS_MAX = 3
"""So many answers in a row may be ``pending``, the next one is not."""
CALLS_MAX = 5_000


class Patience:
    """Counted by each replica for itself: it bounds a loop, and a few rounds more or less make no difference."""

    def __init__(self) -> None:
        self._waits: dict[tuple[str, str], int] = {}

    def is_at_its_end(self, call_id: str, function: str) -> bool:
        """Count one more wait; whether it is one too many."""
        key = (call_id, function)
        waits = self._waits.pop(key, 0) + 1
        if waits > WAITS_MAX:
            return True
        self._waits[key] = waits
        if len(self._waits) > CALLS_MAX:
            del self._waits[next(iter(self._waits))]
        return False

    def settled(self, call_id: str, function: str) -> None:
        """There was an answer."""
        self._waits.pop((call_id, function), None)
