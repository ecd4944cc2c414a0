"""What the simulation shows in a short run; ``make simulate`` runs long ones."""

import pytest
from simulated.running import Outcome

# A busy machine makes the world slow, not wrong.
pytestmark = pytest.mark.timeout(900)


def test_what_callers_hear_is_true(outcome: Outcome) -> None:
    """A day of calls, in the whole of it: OB-04."""
    assert outcome.bugs == []
    assert outcome.verdict.violations == ()


def test_the_run_was_worth_judging(outcome: Outcome) -> None:
    """A judge who has seen nothing finds nothing."""
    seen = {one.status for one in outcome.record.exchanges}
    assert {"booked", "available", "alternatives", "cancelled"} <= seen
    assert outcome.verdict.looked_at["phases at Cal.com"] > 10
    # Of this seed, over the socket beside a trunk.
    assert outcome.figures["messages"]["line"] > 200
    assert outcome.figures["faults"]["line broken after"]
