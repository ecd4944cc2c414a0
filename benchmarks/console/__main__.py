"""``python -m benchmarks.console [--json] [--appointments N]``: the console's claims on one stage; exit 1 where one falls short."""

import argparse
import asyncio
import json
import sys
from dataclasses import asdict
from typing import Any

from benchmarks.console.looking import look
from benchmarks.console.mending import mend
from benchmarks.console.stage import stage
from benchmarks.console.table import APPOINTMENTS, measured


def main() -> int:
    """Measure first, while nothing is warm."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--appointments", type=int, default=APPOINTMENTS)
    given = parser.parse_args()
    with stage(given.appointments) as on:
        pages = measured(on)
        mended = asyncio.run(mend(on))
        looked = asyncio.run(look(on))
    figures: dict[str, Any] = {
        "appointments": on.filled.appointments,
        "pages": [{**asdict(row), "holds": row.holds} for row in pages],
        "mended": {**asdict(mended), "holds": mended.holds},
        "looked": [asdict(each) for each in looked],
    }
    if given.json:
        print(json.dumps(figures))
    else:
        print("\n".join(row.line() for row in pages))
        print(
            f"shown after {mended.shown_s:.1f} s, mended {mended.mended_s:.1f} s after the click, {dict(mended.there)}"
        )
        print(
            "\n".join(
                f"{each.address} {each.language} {each.size}: {each.faults}" for each in looked if each.faults
            )
        )
        print(f"{len(looked)} pages looked at")
    holds = all(row.holds for row in pages) and mended.holds and not any(each.faults for each in looked)
    return 0 if holds else 1


if __name__ == "__main__":
    sys.exit(main())
