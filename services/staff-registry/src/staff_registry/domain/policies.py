"""The rules for policies: what a business can rule about booking, cancelling and moving."""

from collections.abc import Sequence
from itertools import pairwise

from staff_registry.domain import rules
from staff_registry.domain.business import FeeTier, Policy
from staff_registry.domain.known import Known
from staff_registry.domain.rules import Faults


def policy_faults(at: str, policy: Policy, known: Known) -> Faults:
    """What is wrong with one policy."""
    parts = (
        ("branch", policy.branch_key, known.branches),
        ("service", policy.service_key, known.services),
        ("person", policy.person_key, known.people),
    )
    for what, key, those in parts:
        if key:
            yield from rules.one_of(f"{at}.{what}_key", key, those, what)
    for field in ("min_notice_minutes", "cancel_cutoff_minutes", "move_cutoff_minutes"):
        yield from rules.maybe_within(f"{at}.{field}", getattr(policy, field), 0, rules.NOTICE_MINUTES_MAX)
    for field in ("moves_max", "cancellations_per_month_max"):
        yield from rules.maybe_within(f"{at}.{field}", getattr(policy, field), 0, 100)
    yield from _fee_tiers(f"{at}.fee_tiers", policy.fee_tiers)


def _fee_tiers(at: str, tiers: Sequence[FeeTier]) -> Faults:
    if len(tiers) > 20:
        yield at, "at most 20 tiers"
        return
    for n, tier in enumerate(tiers):
        yield from rules.within(f"{at}[{n}].minutes_before", tier.minutes_before, 1, rules.NOTICE_MINUTES_MAX)
        yield from rules.price(f"{at}[{n}]", tier.fee_minor, tier.currency, field="fee_minor")
    for n, (earlier, later) in enumerate(pairwise(tiers), start=1):
        if later.minutes_before >= earlier.minutes_before:
            yield (
                f"{at}[{n}].minutes_before",
                f"less than at {at}[{n - 1}]: the nearer to the start, the later in the list",
            )
