"""What all groups measure in: a figure beside its floor of the same run, and the bounds that it has to keep."""

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of a table. A ratio is of the figure to its floor; bounds of None are not bounds."""

    what: str
    value: float
    unit: str
    floor: float | None = None
    floor_is: str = ""
    """What the floor does."""
    ratio_at_most: float | None = None
    ratio_at_least: float | None = None
    at_most: float | None = None
    at_least: float | None = None
    note: str = ""

    @property
    def ratio(self) -> float | None:
        """Of the figure to its floor."""
        return self.value / self.floor if self.floor else None

    @property
    def holds(self) -> bool:
        """Whether every bound is kept."""
        kept = [
            self.at_most is None or self.value <= self.at_most,
            self.at_least is None or self.value >= self.at_least,
        ]
        if self.ratio is not None:
            kept.append(self.ratio_at_most is None or self.ratio <= self.ratio_at_most)
            kept.append(self.ratio_at_least is None or self.ratio >= self.ratio_at_least)
        return all(kept)

    @property
    def bound(self) -> str:
        """In words; "" for none."""
        parts = [
            f"{sign}{mark}{value:g}{unit}"
            for sign, mark, value, unit in (
                ("<=", "", self.at_most, f" {self.unit}"),
                (">=", "", self.at_least, f" {self.unit}"),
                ("<=", "x", self.ratio_at_most, ""),
                (">=", "x", self.ratio_at_least, ""),
            )
            if value is not None
        ]
        return ", ".join(parts)

    def line(self) -> str:
        """For the table."""
        beside = "" if self.floor is None else f"{self.floor:.4g}"
        ratio = "" if self.ratio is None else f"x{self.ratio:.2f}"
        verdict = "" if not self.bound else " ok" if self.holds else " FAILS"
        figure = f"{self.value:.4g} {self.unit}"
        return f"{self.what:<58} {figure:>14} {beside:>9} {ratio:>7}  {self.bound + verdict}".rstrip()

    def as_json(self) -> dict[str, Any]:
        """As it is recorded."""
        return {**asdict(self), "ratio": self.ratio, "bound": self.bound, "holds": self.holds}
