"""What stands under deploy/observability, read for tests."""

import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]
HOME = ROOT / "deploy" / "observability"
RULES = sorted((HOME / "prometheus" / "rules").glob("*.yaml"))
TESTS = sorted((HOME / "prometheus" / "tests").glob("*.yaml"))
DASHBOARDS = sorted((HOME / "grafana" / "dashboards").glob("*.json"))
OF_PROMETHEUS = {
    "up",
    "ALERTS",
    "process_start_time_seconds",
    "process_cpu_seconds_total",
    "process_resident_memory_bytes",
}
METRIC = re.compile(r"\b(rufbuch_\w+|up|ALERTS|process_\w+)\b(\{[^}]*\})?")
SELECTED = re.compile(r"(\w+)(=~|!~|!=|=)\"([^\"]*)\"")


def run(*command: str | Path, **options: Any) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60, **options)


def alarms() -> dict[str, dict[str, Any]]:
    return {
        rule["alert"]: rule
        for path in RULES
        for group in yaml.safe_load(path.read_text(encoding="utf-8"))["groups"]
        for rule in group["rules"]
    }


def documented() -> dict[str, dict[str, set[str] | None]]:
    """Of each metric the values of its labels; None: capped."""
    found: dict[str, dict[str, set[str] | None]] = {}
    for line in (ROOT / "docs" / "metrics.md").read_text(encoding="utf-8").splitlines():
        row = re.fullmatch(r"\| `(\w+)` \| (\w+) \| \w+ \| [^|]* \| ([^|]*) \|", line)
        if row:
            labels = [part.split(": ", 1) for part in row[3].split("<br>") if ": " in part]
            values = {
                name.strip(" `"): None if "at most" in words else {*re.findall(r"`([^`]*)`", words), "other"}
                for name, words in labels
            }
            names = (
                [row[1]]
                if row[2] != "histogram"
                else [f"{row[1]}_{end}" for end in ("bucket", "sum", "count")]
            )
            found |= dict.fromkeys(names, values)
    return found


def dashboards() -> dict[str, dict[str, Any]]:
    return {path.name: json.loads(path.read_text(encoding="utf-8")) for path in DASHBOARDS}


def queries() -> Iterator[tuple[str, str]]:
    """Where, and what."""
    yield from ((name, rule["expr"]) for name, rule in alarms().items())
    for name, board in dashboards().items():
        for panel in board["panels"]:
            yield from ((f"{name}: {panel['title']}", target["expr"]) for target in panel["targets"])
