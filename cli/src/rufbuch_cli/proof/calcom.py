"""Cal.com: everything agrees after a storm of faults; phases in parallel; a backlog inside the budget."""

import json
import subprocess
import sys
from typing import Any

from chassis.settings import load
from rufbuch_cli.proof.claims import Claim, ProofSettings, Result, project
from rufbuch_cli.proof.conformance import the_story_told

RUNNER = "services/calcom-sync/tests/support/run_proofs.py"
SETTLED_WITHIN_S = 300
OF_SEQUENTIAL_MAX, OF_ONE_MAX = 0.30, 1.2
BACKLOG, LIMIT = 500, 120
WRONG = (
    "phases_wrong", "bookings_without_phase", "double_posts", "states_wrong", "manual_repairs", "external_wrong",
)  # fmt: skip
AT_ONCE = 24
"""Appointments that are worked at at the same time, and may overtake each other."""


def after_a_storm() -> list[Result]:
    """1,000 four-phase appointments, some cancelled and moved, faults on 30 % of the requests."""
    found = _run("settle")
    wrong = {name: found[name] for name in WRONG}
    words = [
        f"{found['phases_right']} phases right",
        *(f"{count} {name.replace('_', ' ')}" for name, count in wrong.items()),
        f"faults on {found['faulted_share']:.0%} of {found['requests']} requests, seed {_seed()}",
    ]
    holds = not any(wrong.values()) and found["phases_right"] > 0 and found["seconds"] < SETTLED_WITHIN_S
    figure = f"{', '.join(words)}, {found['seconds']:.0f} s"
    return [
        Result("1,000 appointments through a storm", figure, f"all right within {SETTLED_WITHIN_S} s", holds)
    ]


def together_and_in_a_row() -> list[Result]:
    """Four phases at 300 ms a request."""
    found = _run("speed")
    holds = found["of_sequential"] <= OF_SEQUENTIAL_MAX and found["of_one"] <= OF_ONE_MAX
    figure = f"{found['of_sequential']:.2f} of one after the other, {found['of_one']:.2f} of one request"
    return [Result("four phases together", figure, f"{OF_SEQUENTIAL_MAX} and {OF_ONE_MAX}", holds)]


def a_backlog_inside_the_budget() -> list[Result]:
    """500 appointments after an outage, one key, 120 requests a minute enforced, on a virtual clock."""
    found = _run("drain")
    done = [found["synced"], found["called_off"]] == found["expected"]
    holds = done and not found["refused"] and found["most_in_a_minute"] <= LIMIT
    holds = holds and found["overtaken_by"] <= AT_ONCE
    figure = (
        f"{found['synced']} synced and {found['called_off']} called off of {found['expected']}, {found['refused']} refused,"
        f" at most {found['most_in_a_minute']} requests in a minute, overtaken by {found['overtaken_by']},"
        f" {found['minutes']:.0f} minutes"
    )
    bound = f"all of {BACKLOG}, none refused, {LIMIT} a minute, overtaken by {AT_ONCE}"
    return [Result("the backlog of an outage", figure, bound, holds)]


def _seed() -> int:
    """Of the dice: 0, or what the caller wants to see it with."""
    return load(ProofSettings).proof_seed


def _run(name: str) -> dict[str, Any]:
    command = [sys.executable, RUNNER, "--seed", str(_seed()), name]
    ran = subprocess.run(command, cwd=project(), capture_output=True, text=True, check=False)
    if not ran.stdout:
        raise RuntimeError(f"{name} printed nothing: {ran.stderr[-500:]}")
    return dict(json.loads(ran.stdout.splitlines()[-1]))


CLAIMS: tuple[Claim, ...] = (
    the_story_told,
    together_and_in_a_row,
    a_backlog_inside_the_budget,
    after_a_storm,
)
