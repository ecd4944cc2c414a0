"""Owns docs/reliability.md: written from the runs that were recorded in docs/reliability.json, never by hand."""

import json
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[4]
RUNS = ROOT / "docs" / "reliability.json"
PAGE = ROOT / "docs" / "reliability.md"
_HEAD = """# Reliability, as simulated

Made by `make docs` from the runs in `reliability.json`; `make simulate SEED=… CALLS=… RATE=… RECORD=1` adds one.
tests/simulation/README.md says what is played and how it is judged.
"""


def record(summed: dict[str, Any]) -> None:
    """Add a run; one of the same seed, calls and rate is replaced."""
    runs = [one for one in recorded() if _key(one) != _key(summed)]
    runs = sorted([*runs, summed], key=_key)
    RUNS.write_text(json.dumps(runs, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def recorded() -> list[dict[str, Any]]:
    """All runs."""
    return json.loads(RUNS.read_text(encoding="utf-8")) if RUNS.exists() else []


def page(runs: list[dict[str, Any]]) -> str:
    """The whole page."""
    parts = [_HEAD, _runs(runs), _looked_at(runs), _faults(runs), _worlds(runs)]
    return "\n".join(parts)


def _key(run: dict[str, Any]) -> tuple[int, float, int]:
    return run["calls"], run["rate"], run["seed"]


def _table(head: list[str], rows: list[list[object]]) -> str:
    lines = [head, ["---"] * len(head), *([str(cell) for cell in row] for row in rows)]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines) + "\n"


def _runs(runs: list[dict[str, Any]]) -> str:
    kinds = list(dict.fromkeys(kind for run in runs for kind in run["counts"]))
    rows: list[list[object]] = [
        [
            run["seed"], run["calls"], f"{run['rate']:.0%}", f"{run['days']:.0f}", sum(run["faults"].values()), run["kills"],
            *(run["counts"].get(kind, 0) for kind in kinds), run["bugs"], f"{run['seconds'] / 60:.0f} min",
        ]
        for run in runs
    ]  # fmt: skip
    head = ["seed", "calls", "faults at", "days", "faults", "kills", *kinds, "bugs", "took"]
    return "## Runs\n\n" + _table(head, rows)


def _looked_at(runs: list[dict[str, Any]]) -> str:
    names = list(dict.fromkeys(name for run in runs for name in run["looked_at"]))
    rows: list[list[object]] = [[name, sum(run["looked_at"].get(name, 0) for run in runs)] for name in names]
    return "## What was looked at, in all runs\n\n" + _table(["", "many"], rows)


def _faults(runs: list[dict[str, Any]]) -> str:
    names = sorted({name for run in runs for name in run["faults"]})
    rows: list[list[object]] = [[name, sum(run["faults"].get(name, 0) for run in runs)] for name in names]
    deeds = sorted({name for run in runs for name in run["deeds"]})
    done: list[list[object]] = [[name, sum(run["deeds"].get(name, 0) for run in runs)] for name in deeds]
    return (
        "## What went wrong on purpose\n\n" + _table(["fault", "times"], rows)
        + "\n## What others did meanwhile\n\n" + _table(["deed", "times"], done)
    )  # fmt: skip


def _worlds(runs: list[dict[str, Any]]) -> str:
    lines = [
        f"- run {run['seed']} ({run['calls']} calls, {run['rate']:.0%}): "
        + ", ".join(f"{world['seed']}{'' if world['holds'] else ' FAILED'}" for world in run["worlds"])
        for run in runs
    ]
    return "## Seeds of the worlds\n\n" + "\n".join(lines) + "\n"


if __name__ == "__main__":
    PAGE.write_text(page(recorded()), encoding="utf-8")
    sys.exit(0)
