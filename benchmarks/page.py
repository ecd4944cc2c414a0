"""docs/performance.md and its curves, from the recorded figures; ``python -m benchmarks.page`` writes them again."""

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
RECORDED = HERE / "recorded.json"
PAGE = HERE.parent / "docs" / "performance.md"
PLOTS = HERE.parent / "docs" / "performance"
HEAD = """# Performance

Made by `make bench-record` from `benchmarks/recorded.json`; not to be edited by hand.

Each figure stands beside its floor, measured in the same run on the same machine, in short rounds in turn: the least that a
thing of its shape can cost, on the libraries that people use for it. Times differ from machine to machine; ratios hardly do,
and `make bench-check` compares those. A booking's floor commits one INSERT into a table with an exclusion constraint and no
event beside it. Calls are signed, their signatures are checked, one call in twenty is traced.
"""
_CURVES = {
    "tenants": (r"(\d+) tenants, (memory of their calendars|a search)", "businesses"),
    "people": (r"(\d+) people in one branch, (memory|a search for anybody)", "people in one branch"),
}


def record(path: Path, measured: Mapping[str, Any]) -> None:
    """Take the groups that were measured for the recorded ones; the others stay."""
    known = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {"groups": {}}
    merged = {**measured, "groups": {**known["groups"], **measured["groups"]}}
    path.write_text(json.dumps(merged, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def write(path: Path) -> None:
    """The page and its curves."""
    recorded = json.loads(path.read_text(encoding="utf-8"))
    PAGE.write_text(page(recorded), encoding="utf-8")
    plot(recorded)


def page(recorded: Mapping[str, Any]) -> str:
    """The whole page."""
    lines = [HEAD, f"Recorded {recorded['at']}.", ""]
    lines += [f"- {name}: {value}" for name, value in recorded["machine"].items()]
    for name, group in recorded["groups"].items():
        lines += ["", f"## {group['title']}", ""]
        if name == "growth":
            lines += [f"![{words}](performance/{curve}.svg)" for curve, (_, words) in _CURVES.items()]
            lines += ["", bends_first(group["figures"]), ""]
        lines += ["| what | figure | floor | ratio | bound |", "|---|---:|---:|---:|---|"]
        lines += [_row(row) for row in group["figures"]]
    return "\n".join(lines) + "\n"


def bends_first(figures: list[dict[str, Any]]) -> str:
    """What grows fastest beside what it grows with."""
    grown = {}
    for pattern, words in _CURVES.values():
        for kind, points in _points(figures, pattern).items():
            (few, low), (many, high) = points[0], points[-1]
            grown[f"{kind}, from {few} to {many} {words}"] = (high / low) / (many / few)
    first = max(grown, key=lambda name: grown[name])
    listed = "; ".join(f"{name}: {share:.2f}" for name, share in grown.items())
    return f"Growth beside what it grows with (1: in proportion): {listed}. What bends first is {first}."


def plot(recorded: Mapping[str, Any]) -> None:
    """The curves, as drawings that are the same for the same figures."""
    if "growth" not in recorded["groups"]:
        return
    import matplotlib as mpl  # noqa: PLC0415 - only who records needs it

    mpl.use("svg")
    mpl.rcParams["svg.hashsalt"] = "rufbuch"
    from matplotlib import pyplot as plt  # noqa: PLC0415 - as above

    PLOTS.mkdir(exist_ok=True)
    for name, (pattern, words) in _CURVES.items():
        curves = _points(recorded["groups"]["growth"]["figures"], pattern)
        figure, axes = plt.subplots(1, len(curves), figsize=(9, 3.2), squeeze=False)
        for axis, (kind, points) in zip(axes[0], curves.items(), strict=True):
            axis.loglog(*zip(*points, strict=True), marker="o")
            axis.set_title(kind)
            axis.set_xlabel(words)
            axis.grid(visible=True, which="both", alpha=0.3)
        figure.tight_layout()
        figure.savefig(PLOTS / f"{name}.svg", metadata={"Date": None})
        plt.close(figure)


def _points(figures: list[dict[str, Any]], pattern: str) -> dict[str, list[tuple[int, float]]]:
    found: dict[str, list[tuple[int, float]]] = {}
    for size, kind, unit, value in _matches(figures, pattern):
        found.setdefault(f"{kind} ({unit})", []).append((size, value))
    return found


def _matches(figures: list[dict[str, Any]], pattern: str) -> Iterator[tuple[int, str, str, float]]:
    for row in figures:
        match = re.fullmatch(pattern, row["what"])
        if match:
            yield int(match[1]), match[2], row["unit"], row["value"]


def _row(row: Mapping[str, Any]) -> str:
    floor = f"{row['floor']:.4g} {row['unit']} ({row['floor_is']})" if row["floor"] else ""
    ratio = f"{row['ratio']:.2f}" if row["ratio"] else ""
    verdict = f"{row['bound']}{'' if row['holds'] else ', **not kept**'}" if row["bound"] else ""
    return f"| {row['what']} | {row['value']:.4g} {row['unit']} | {floor} | {ratio} | {verdict} |"


if __name__ == "__main__":
    write(RECORDED)
