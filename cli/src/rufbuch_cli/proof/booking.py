"""Booking: a storm of callers, with the database dying in the middle, and what a commit costs."""

import json
import subprocess
import sys
from typing import Any

from rufbuch_cli.proof.claims import Claim, Result, project

STORM = (
    "import json, dataclasses; from benchmarks.booking.storm import both;"
    " print(json.dumps([{**dataclasses.asdict(f), 'holds': f.holds} for f in both()]))"
)

TABLE = (
    "import json, dataclasses; from benchmarks.booking.table import rows;"
    " print(json.dumps([{**dataclasses.asdict(r), 'holds': r.holds} for r in rows()]))"
)


def storms() -> list[Result]:
    """1,000 callers for 100 slots over 16 connections; and the same with PostgreSQL killed and started again."""
    names = (
        "1,000 parallel bookings over 100 slots",
        "the same, PostgreSQL killed and restarted in the middle",
    )
    return [_judged(name, figures) for name, figures in zip(names, _run("-c", STORM), strict=True)]


def _judged(claim: str, figures: dict[str, Any]) -> Result:
    figure = (
        f"{figures['appointments']} appointments, {figures['refusals']} clean refusals, {figures['overlaps']} overlaps,"
        f" {figures['told_without_appointment']} told booked without one, {figures['callers_with_two']} with two,"
        f" {figures['seconds']:.1f} s"
    )
    return Result(claim, figure, "100, 900, 0, 0, 0", bool(figures["holds"]))


def what_a_commit_costs() -> list[Result]:
    """``make bench``, booking: beside the same statements without our code."""
    rows = [row for row in _run("-c", TABLE) if row["ratio_at_least"]]
    return [
        Result(
            row["what"],
            f"{row['figure']:.0f} {row['unit']}, {row['figure'] / row['beside']:.2f} of {row['beside']:.0f}",
            f"at least {row['ratio_at_least']:g} of it",
            row["holds"],
        )
        for row in rows
    ]


def _run(*arguments: str) -> list[dict[str, Any]]:
    command = [sys.executable, *arguments]
    ran = subprocess.run(command, cwd=project(), capture_output=True, text=True, check=False)
    if not ran.stdout:
        raise RuntimeError(f"{' '.join(arguments)} printed nothing: {ran.stderr[-500:]}")
    return list(json.loads(ran.stdout))


CLAIMS: tuple[Claim, ...] = (storms, what_a_commit_costs)
