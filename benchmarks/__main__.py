"""``python -m benchmarks [--json]``: every group, one table; exit 1 where a bound does not hold."""

import json
import sys
from dataclasses import asdict

from benchmarks.slots.__main__ import lines
from benchmarks.slots.table import rows

if __name__ == "__main__":
    found = rows()
    if "--json" in sys.argv[1:]:
        print(json.dumps([{**asdict(row), "holds": row.holds} for row in found], indent=1))
    else:
        print("\n".join(lines(found)))
    sys.exit(0 if all(row.holds for row in found) else 1)
