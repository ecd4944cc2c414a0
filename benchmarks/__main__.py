"""``python -m benchmarks [--json]``: every group, one table; exit 1 where a bound does not hold."""

import json
import sys
from dataclasses import asdict

from benchmarks.availability import table as availability
from benchmarks.booking import table as booking
from benchmarks.gateway import table as gateway
from benchmarks.language import table as language
from benchmarks.slots import table as slots

GROUPS = {
    "search, beside sorted intervals (µs)": slots,
    "SearchSlots over gRPC, beside an echo of the same shape (ms)": availability,
    "commits of bookings, beside the same statements without our code": booking,
    "words into values": language,
    "64 callers at once, over HTTP, beside an echo on the same server (ms)": gateway,
}


def main() -> int:
    """Measure group by group, printing as it goes."""
    figures, holds = {}, True
    for title, group in GROUPS.items():
        rows = group.rows()
        figures[title] = [{**asdict(row), "holds": row.holds} for row in rows]
        holds = holds and all(row.holds for row in rows)
        if "--json" not in sys.argv[1:]:
            print("\n".join([f"\n{title}", *(row.line() for row in rows)]), flush=True)
    if "--json" in sys.argv[1:]:
        print(json.dumps(figures, indent=1))
    return 0 if holds else 1


if __name__ == "__main__":
    sys.exit(main())
