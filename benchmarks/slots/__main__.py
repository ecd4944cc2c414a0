"""Prints the table, or with --json the numbers."""

import json
import sys
from dataclasses import asdict

from benchmarks.slots.table import Row, rows


def lines(table: list[Row]) -> list[str]:
    head = f"{'what':<58} {'figure':>10} {'sorted':>10} {'ratio':>6} {'bound':>18}"
    return [head, *(row.line() for row in table)]


if __name__ == "__main__":
    found = rows()
    if "--json" in sys.argv[1:]:
        print(json.dumps([{**asdict(row), "holds": row.holds} for row in found], indent=1))
    else:
        print("\n".join(lines(found)))
    sys.exit(0 if all(row.holds for row in found) else 1)
