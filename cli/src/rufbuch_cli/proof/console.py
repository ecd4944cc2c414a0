"""The console: a case is seen within seconds and mended by a click, everybody can read every page, and pages are fast."""

import json
import subprocess
import sys
from typing import Any

from rufbuch_cli.proof.claims import Claim, Result, project

SHOWN_WITHIN_S, PAGE_MS_MAX = 5, 300


def the_console() -> list[Result]:
    """One installation with 100,000 appointments, a real browser; without a browser nothing of this holds."""
    command = [sys.executable, "-m", "benchmarks.console", "--json"]
    ran = subprocess.run(command, cwd=project(), capture_output=True, text=True, check=False)
    if not ran.stdout.strip():
        raise RuntimeError(f"the console was not looked at: {ran.stderr[-800:]}")
    told = json.loads(ran.stdout.splitlines()[-1])
    return [*_mended(told["mended"]), _readable(told["looked"]), *_fast(told)]


def _mended(mended: dict[str, Any]) -> list[Result]:
    shown, phases, there = mended["shown_s"], mended["phases"], mended["there"]
    repaired = phases > 0 and there.get("accepted") == phases
    return [
        Result(
            "with Cal.com failing, the case is on the page without a reload",
            f"{shown:.1f} s after the caller was told",
            f"{SHOWN_WITHIN_S} s",
            holds=shown < SHOWN_WITHIN_S,
        ),
        Result(
            "one click repairs it",
            f"{there.get('accepted', 0)} bookings at Cal.com for {phases} phases, {mended['mended_s']:.1f} s after the click",
            "each phase once, as Cal.com tells it",
            holds=repaired,
        ),
    ]


def _readable(looked: list[dict[str, Any]]) -> Result:
    wrong = [
        f"{each['address']} ({each['language']}, {each['size']}): {', '.join(each['faults'])}"
        for each in looked
        if each["faults"]
    ]
    figure = f"{len(wrong)} of {len(looked)} pages, both languages, phone and desk" + "".join(
        f"; {each}" for each in wrong[:5]
    )
    return Result(
        "axe-core: pages with a serious or critical violation", figure, "0", bool(looked) and not wrong
    )


def _fast(told: dict[str, Any]) -> list[Result]:
    pages, appointments = told["pages"], told["appointments"]
    failed = [page["what"] for page in pages if page["status"] != 200]
    slowest = max(pages, key=lambda page: page["slowest_ms"])
    first = max(pages, key=lambda page: page["first_ms"])
    named = ("; failed: " + ", ".join(failed)) if failed else ""
    return [
        Result(
            f"every page at {appointments:,} appointments, asked again and again",
            f"slowest of all requests {slowest['slowest_ms']:.0f} ms ({_path(slowest)}), medians up to"
            f" {max(page['median_ms'] for page in pages):.0f} ms, {len(pages)} pages{named}",
            f"{PAGE_MS_MAX} ms",
            holds=not failed and slowest["slowest_ms"] < PAGE_MS_MAX and appointments >= 100_000,
        ),
        Result(
            "every page, the very first request for it",
            f"slowest {first['first_ms']:.0f} ms ({_path(first)}){named}",
            f"{PAGE_MS_MAX} ms",
            holds=not failed and first["first_ms"] < PAGE_MS_MAX,
        ),
    ]


def _path(page: dict[str, Any]) -> str:
    return str(page["what"]).split("?", maxsplit=1)[0]


CLAIMS: tuple[Claim, ...] = (the_console,)
