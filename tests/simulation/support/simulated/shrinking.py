"""Owns how a failing run becomes a small one: entries are left out as long as the same thing still goes wrong.

Delta debugging over the plan. The plan is data and the fate of every message hangs on the seed, so what is left out changes
little about the rest; since two runs of a plan are alike and not equal, a smaller plan is taken only when it failed itself.
"""

from collections.abc import Callable, Iterator, Sequence

from oracle.violation import Violation
from simulated.plan import Plan

TRIES_MAX = 24
Fails = Callable[[Plan], bool]


def shrunk(plan: Plan, fails: Fails, *, tries: int = TRIES_MAX) -> Plan:
    """A smaller plan that still fails, as small as so many tries make it."""
    left, parts = [one.number for one in plan.entries], 2
    while tries > 0 and len(left) > 1:
        for smaller in _without_a_part(left, parts):
            tries -= 1
            if fails(plan.only(smaller)):
                left, parts = smaller, max(2, parts - 1)
                break
            if tries <= 0:
                break
        else:
            if parts >= len(left):
                break
            parts = min(len(left), 2 * parts)
    return plan.only(left)


def _without_a_part(numbers: Sequence[int], parts: int) -> Iterator[list[int]]:
    """The first halves are tried by themselves as well: mostly one call is enough."""
    size = max(1, -(-len(numbers) // parts))
    for begin in range(0, len(numbers), size):
        smaller = [*numbers[:begin], *numbers[begin + size :]]
        if smaller:
            yield smaller


def first_guess(plan: Plan, violations: Sequence[Violation]) -> Plan | None:
    """Only the calls that the violations are about, and what others did; None where nothing is known."""
    named = {number for one in violations for number in one.entries}
    if not named:
        return None
    return plan.only([one.number for one in plan.entries if one.kind != "call" or one.number in named])


def described(plan: Plan) -> list[str]:
    """What is left, a line each."""
    return [
        f"burst {one.burst} at {one.at_s:.1f} s: {one.kind} {one.business} {one.who or one.details} "
        + " > ".join(f"{step.kind}{' ' + step.how if step.how else ''}" for step in one.steps)
        for one in plan.entries
    ]
