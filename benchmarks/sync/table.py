"""Takes the figures: phases in parallel and a backlog over the stand-in Cal.com, webhooks over HTTP with their signatures."""

import json
import subprocess
import sys
from typing import Any

from benchmarks.figure import Figure

RUNNER = "services/calcom-sync/tests/support/run_proofs.py"
BACKLOG, LIMIT = 500, 120
OF_ONE_AT_MOST, OF_SEQUENTIAL_AT_MOST = 1.2, 0.3


def rows() -> list[Figure]:
    """About a minute."""
    speed, drain = _run("speed"), _run("drain")
    left = sum(drain["expected"]) - drain["synced"] - drain["called_off"]
    return [
        Figure("four phases together, of one request", speed["of_one"], "", 1.0, "one request", OF_ONE_AT_MOST),
        Figure(
            "four phases together, of one after the other", speed["of_sequential"], "", at_most=OF_SEQUENTIAL_AT_MOST
        ),
        Figure("a backlog of 500 appointments, not settled", left, "", at_most=0),
        Figure("the same, most requests in a minute", drain["most_in_a_minute"], "", at_most=LIMIT),
        Figure("the same, refused requests", drain["refused"], "", at_most=0),
        Figure("the same, by the stand-in's clock", drain["minutes"], "min"),
    ]  # fmt: skip


def _run(name: str) -> dict[str, Any]:
    command = [sys.executable, RUNNER, "--seed", "0", name]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    if not ran.stdout:
        raise RuntimeError(f"{name} printed nothing: {ran.stderr[-500:]}")
    return dict(json.loads(ran.stdout.splitlines()[-1]))
