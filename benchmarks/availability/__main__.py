"""Prints the table, or with --json the numbers."""

import json
import sys
from dataclasses import asdict

from benchmarks.availability.table import rows

HEAD = f"{'what':<58} {'figure':>10} {'floor':>10} {'ratio':>6} {'bound':>18}"

if __name__ == "__main__":
    found = rows()
    if "--json" in sys.argv[1:]:
        print(json.dumps([{**asdict(row), "holds": row.holds} for row in found], indent=1))
    else:
        print("\n".join([HEAD, *(row.line() for row in found)]))
    sys.exit(0 if all(row.holds for row in found) else 1)
