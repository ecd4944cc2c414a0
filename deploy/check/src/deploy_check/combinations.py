"""Which components go together, and few combinations of them in which every three meet in every way."""

import itertools
from collections.abc import Iterable, Iterator
from pathlib import Path

CHOICES: tuple[tuple[str, ...], ...] = (
    ("postgres-cloudnative", "postgres-single"),
    ("redis-single", "redis-operator"),
)
"""At most one of each."""
NEEDS: dict[str, frozenset[str]] = {
    "backups": frozenset({"postgres-cloudnative"}),
    "external-secrets-postgres": frozenset({"external-secrets", "postgres-cloudnative", "backups"}),
    "external-secrets-observability": frozenset({"external-secrets", "observability"}),
    "managed-servers": frozenset({"network-policies"}),
}
"""What a component cannot be without."""
EXCLUDES: dict[str, frozenset[str]] = {
    "dumps": frozenset({"postgres-cloudnative"}),
    "managed-servers": frozenset(itertools.chain(*CHOICES)),
}
TOGETHER = 3
"""How many components are seen together in every way; faults of more than three at once are rare, and --all finds them."""

Combination = frozenset[str]


def components(kubernetes: Path) -> list[str]:
    """All there are."""
    return sorted(path.parent.name for path in kubernetes.glob("components/*/kustomization.yaml"))


def goes_together(chosen: Combination) -> bool:
    """Whether somebody could mean this."""
    if any(len(chosen & set(choice)) > 1 for choice in CHOICES):
        return False
    return all(
        NEEDS.get(one, frozenset()) <= chosen and not EXCLUDES.get(one, frozenset()) & chosen
        for one in chosen
    )


def every(names: Iterable[str]) -> Iterator[Combination]:
    """All that go together."""
    known = sorted(names)
    for flags in itertools.product((False, True), repeat=len(known)):
        chosen = frozenset(name for name, flag in zip(known, flags, strict=True) if flag)
        if goes_together(chosen):
            yield chosen


def covering(names: Iterable[str], together: int = TOGETHER) -> list[Combination]:
    """So few that any ``together`` components are seen in each way (in, out) in which they can be; the same every time."""
    known = sorted(names)
    candidates = list(every(known))
    seen = {one: _meetings(one, known, together) for one in candidates}
    missing = set().union(*seen.values())
    chosen: list[Combination] = []
    while missing:
        best = max(candidates, key=lambda one: (len(seen[one] & missing), sorted(one)))
        chosen.append(best)
        missing -= seen[best]
    return chosen


def _meetings(chosen: Combination, known: list[str], together: int) -> frozenset[int]:
    """Each few components with what of them is in, as numbers: sets of numbers are compared fast."""
    groups = itertools.combinations([name in chosen for name in known], together)
    return frozenset(
        (number << together) | sum(flag << at for at, flag in enumerate(flags))
        for number, flags in enumerate(groups)
    )


def in_order(chosen: Combination) -> list[str]:
    """As a kustomization lists them: what others change comes first."""
    return sorted(chosen, key=lambda name: (name in NEEDS, name))
