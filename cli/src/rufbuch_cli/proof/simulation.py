"""The simulation: callers, and everything that can fail, in virtual time; an oracle counts what is not as it was told."""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from rufbuch_cli.proof.claims import Claim, ProofSettings, Result, project

CALLS, RATE = 10_000, 0.1
KINDS = ("false sentence", "overlap", "lost appointment", "wrong sync state")


def nothing_untrue_while_everything_fails() -> list[Result]:
    """``make simulate CALLS=10000`` with a fault rate of 10 %."""
    run = _simulated(seed=ProofSettings().proof_seed + 1)
    counts = run["counts"]
    others = sum(count for kind, count in counts.items() if kind not in KINDS) + run["bugs"]
    what = f"in {run['calls']} calls, {sum(run['faults'].values())} faults, {run['kills']} kills, seed {run['seed']}"
    return [
        *(Result(f"{kind}s", f"{counts[kind]} {what}", "0", holds=counts[kind] == 0) for kind in KINDS),
        Result("anything else that is not as it should be", f"{others} {what}", "0", holds=others == 0),
    ]


def _simulated(seed: int) -> Any:  # noqa: ANN401 - JSON
    folder = project() / "tests" / "simulation" / "support"
    words = ["--calls", str(CALLS), "--rate", str(RATE), "--seed", str(seed)]
    with tempfile.TemporaryDirectory() as place:
        result = Path(place, "result.json")
        subprocess.run(
            [sys.executable, "-m", "simulated", *words, "--json", str(result)],
            env={**os.environ, "PYTHONPATH": str(folder)},  # noqa: TID251 - handed on
            check=False,
        )
        return json.loads(result.read_text(encoding="utf-8"))


CLAIMS: tuple[Claim, ...] = (nothing_untrue_while_everything_fails,)
