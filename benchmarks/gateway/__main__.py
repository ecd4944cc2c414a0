"""Prints the table, or with --json the numbers; --seconds N for another length than the short one."""

import argparse
import json
import sys
from dataclasses import asdict

from benchmarks.gateway.table import SHORT_S, rows

if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=float, default=SHORT_S)
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    found = rows(asked.seconds)
    if asked.json:
        print(json.dumps([{**asdict(row), "holds": row.holds, "line": row.line()} for row in found]))
    else:
        print("\n".join(row.line() for row in found))
    sys.exit(0 if all(row.holds for row in found) else 1)
