"""Which components go together, and few combinations of them in which every three meet in every way."""

import itertools
from collections.abc import Iterable, Iterator
from pathlib import Path

CHOICES: tuple[tuple[str, ...], ...] = (("postgres-cloudnative", "postgres-single"), ("redis-single", "redis-operator"))
"""At most one of each."""
NEEDS: dict[str, frozenset[str]] = {
    "backups": frozenset({"postgres-cloudnative"}),
    "external-secrets-postgres": frozenset({"external-secrets", "postgres-cloudnative", "backups"}),
    "managed-servers": frozenset({"network-policies"}),
}
"""What a component cannot be without."""
EXCLUDES: dict[str, frozenset[str]] = {
    "managed-servers": frozenset(itertools.chain(*CHOICES)),
}
TOGETHER = 3

Combination = frozenset[str]


def components(kubernetes: Path) -> list[str]:
    """All there are."""
    return sorted(path.parent.name for path in kubernetes.glob("components/*/kustomization.yaml"))


def goes_together(chosen: Combination) -> bool:
    """Whether somebody could mean this."""
    if any(len(chosen & set(choice)) > 1 for choice in CHOICES):
        return False
    return all(NEEDS.get(one, frozenset()) <= chosen and not EXCLUDES.get(one, frozenset()) & chosen for one in chosen)


def every(names: Iterable[str]) -> Iterator[Combination]:
    """All that go together."""
    known = sorted(names)
    for flags in itertools.product((False, True), repeat=len(known)):
        chosen = frozenset(name for name, flag in zip(known, flags, strict=True) if flag)
        if goes_together(chosen):
            yield chosen


def covering(names: Iterable[str]) -> list[Combination]:
    """So few that any three components are seen in each way (in, out) in which they can be; the same ones every time."""
    known = sorted(names)
    candidates = list(every(known))
    seen = {one: _triples(one, known) for one in candidates}
    missing = set().union(*seen.values())
    chosen: list[Combination] = []
    while missing:
        best = max(candidates, key=lambda one: (len(seen[one] & missing), sorted(one)))
        chosen.append(best)
        missing -= seen[best]
    return chosen


def _triples(chosen: Combination, known: list[str]) -> frozenset[int]:
    """Each three with what of them is in, as numbers: sets of numbers are compared fast."""
    flags = [name in chosen for name in known]
    numbers = itertools.combinations(range(len(known)), TOGETHER)
    return frozenset(
        (number << TOGETHER) | (flags[a] << 2 | flags[b] << 1 | flags[c]) for number, (a, b, c) in enumerate(numbers)
    )


def in_order(chosen: Combination) -> list[str]:
    """As a kustomization lists them: what others change comes first."""
    return sorted(chosen, key=lambda name: (name in NEEDS, name))
