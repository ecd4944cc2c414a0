"""``python -m benchmarks``: every group in one table and one JSON file; exit 1 where a bound does not hold.

``--only paths,growth`` measures some groups, ``--json FILE`` says where the figures go, ``--check`` compares the ratios
with the recorded ones, ``--record`` takes these for the recorded ones, and writes docs/performance.md from them.
"""

import argparse
import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks import check, page
from benchmarks.groups import GROUPS
from benchmarks.machine import machine

HERE = Path(__file__).parent
RESULTS, RECORDED = HERE / "results.json", HERE / "recorded.json"


def main() -> int:
    """Measure group by group, printing as it goes."""
    asked = _arguments()
    if asked.check and not RECORDED.exists():
        print("nothing is recorded to compare with: make bench-record", file=sys.stderr)
        return 2
    figures: dict[str, dict[str, Any]] = {}
    for name in asked.only.split(",") if asked.only else GROUPS:
        title, group = GROUPS[name]
        rows = group()
        print("\n".join([f"\n{title}", *(row.line() for row in rows)]), flush=True)
        figures[name] = {"title": title, "figures": [row.as_json() for row in rows]}
    measured = {
        "machine": machine(),
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "groups": figures,
    }
    asked.json.write_text(json.dumps(measured, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    if asked.record:
        page.record(RECORDED, measured)
        page.write(RECORDED)
    if asked.check:
        return check.told(check.compared(json.loads(RECORDED.read_text(encoding="utf-8")), measured))
    return 0 if all(row["holds"] for group in figures.values() for row in group["figures"]) else 1


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="benchmarks")
    parser.add_argument("--only", default="", help="groups, comma separated")
    parser.add_argument("--json", type=Path, default=RESULTS)
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--record", action="store_true")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
