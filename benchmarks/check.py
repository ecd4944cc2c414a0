"""Compares ratios, not times: another machine has other times, and about the same ratios."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

TOLERANCE = 1.35
"""A ratio may be so many times worse than the recorded one: repeated runs on a busy machine differ by a quarter."""
TOLERANCE_P99 = 2.0
"""The slowest of a hundred depend on what else runs."""
_MORE_IS_BETTER = ("/s", "tx/s")


@dataclass(frozen=True)
class Compared:
    """One figure, then and now."""

    what: str
    then: float
    now: float
    worse: float
    """How many times worse; below one it is better."""
    tolerance: float

    @property
    def holds(self) -> bool:
        """Whether it is within the tolerance."""
        return self.worse <= self.tolerance


def compared(recorded: Mapping[str, Any], measured: Mapping[str, Any]) -> list[Compared]:
    """Every figure with a floor that is in both. Raises ValueError where none is."""
    then, now = _ratios(recorded), _ratios(measured)
    found = [_compared(what, then[what], now[what]) for what in then if what in now]
    if not found:
        raise ValueError("nothing of what is recorded was measured")
    return found


def told(found: Sequence[Compared]) -> int:
    """Print what is worse than it may be; 1 where something is."""
    for one in found:
        if not one.holds:
            print(
                f"WORSE  {one.what}: x{one.now:.2f} of its floor, recorded x{one.then:.2f} (at most {one.tolerance:g} times)"
            )
    worse = sum(not one.holds for one in found)
    print(f"{len(found)} ratios compared, {worse} worse than the tolerance")
    return 1 if worse else 0


def _compared(what: str, then: tuple[float, str], now: tuple[float, str]) -> Compared:
    more_is_better = then[1] in _MORE_IS_BETTER
    worse = then[0] / now[0] if more_is_better else now[0] / then[0]
    return Compared(what, then[0], now[0], worse, TOLERANCE_P99 if _is_late(what) else TOLERANCE)


def _is_late(what: str) -> bool:
    return "p99" in what or "99 of 100" in what


def _ratios(run: Mapping[str, Any]) -> dict[str, tuple[float, str]]:
    return {
        f"{group}: {row['what']}": (row["ratio"], row["unit"]) for group, row in _rows(run) if row["ratio"]
    }


def _rows(run: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for name, group in run["groups"].items():
        for row in group["figures"]:
            yield name, row
