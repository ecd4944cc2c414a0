"""What stays for the life of a process is not looked through again and again."""

import gc
from functools import cache


@cache
def settle() -> None:
    """Leave what is loaded by now out of every later collection. A full one looked at modules and state alike, and stood all
    calls still for 50 to 150 ms; now it looks at what came since. What is dropped is freed as before, unless it is in a circle.
    Once in the life of a process; whatever is loaded later counts as young."""
    gc.collect()
    gc.freeze()
    # Python's own 700 is a few calls.
    gc.set_threshold(10_000, 10, 10)
