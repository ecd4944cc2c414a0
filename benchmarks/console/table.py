"""Each page's times as rows of the common table."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.console.pages import Taken, measure, signed_in
from benchmarks.console.stage import OWNERS, PASSWORD, Stage, stage

APPOINTMENTS = 100_000
PAGE_MS_MAX = 300.0


@dataclass(frozen=True)
class Row:
    """One page."""

    what: str
    first_ms: float
    median_ms: float
    slowest_ms: float
    kilobytes: float
    status: int
    at_most: float = PAGE_MS_MAX

    @property
    def holds(self) -> bool:
        """Every single request was in time, the very first one included, and none was an error."""
        return self.status == 200 and max(self.first_ms, self.slowest_ms) < self.at_most

    def line(self) -> str:
        """For a terminal."""
        return (
            f"{self.what[:64]:<64} first {self.first_ms:6.1f}  median {self.median_ms:6.1f}  slowest {self.slowest_ms:6.1f}"
            f"  {self.kilobytes:4.0f} KB{'' if self.holds else '  TOO SLOW' if self.status == 200 else '  FAILED'}"
        )


def rows() -> list[Row]:
    """Measure on a stage of its own."""
    with stage(APPOINTMENTS) as on:
        return list(measured(on))


def measured(on: Stage) -> Sequence[Row]:
    """Every page of the application, by somebody who is signed in."""
    return [_row(taken) for taken in asyncio.run(_measured(on))]


async def _measured(on: Stage) -> Sequence[Taken]:
    http = await signed_in(on.url, OWNERS["de"], PASSWORD)
    try:
        return await measure(http, on.examples)
    finally:
        await http.aclose()


def _row(taken: Taken) -> Row:
    return Row(taken.address, taken.first, taken.median, max(taken.again), taken.kilobytes, taken.status)
