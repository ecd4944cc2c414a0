"""The main job: a phone call becomes an appointment, on a clean clone, and the tests are green."""

import os
import re
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from rufbuch_cli.measure import P99_MS_MAX
from rufbuch_cli.proof.claims import Claim, Result, project

DEMO_WITHIN_S = 180
TESTS_WITHIN_S = 900
TAIL = 15
PORT_OFFSET = "102000"
"""Beside an installation that may be up."""
_LATENCY = re.compile(
    r"^(check_availability|start_booking): (p50 [\d.]+ ms, p99 ([\d.]+) ms) .*$", re.MULTILINE
)


@dataclass(frozen=True)
class _Run:
    ok: bool
    seconds: float
    output: str

    @property
    def tail(self) -> str:
        return "\n".join(self.output.splitlines()[-TAIL:])


def demo_on_a_clean_clone() -> list[Result]:
    """``make demo`` in a fresh clone, with an environment of its own; and what it says of the two functions."""
    root = project()
    with tempfile.TemporaryDirectory(prefix="rufbuch-proof-") as scratch:
        clone = Path(scratch) / "rufbuch"
        subprocess.run(["git", "clone", "--quiet", str(root), str(clone)], check=True)
        ran = _make(clone, "demo")
    if not ran.ok:
        print(ran.tail, file=sys.stderr)
    figure = f"exit {'0' if ran.ok else 'not 0'} after {ran.seconds:.0f} s"
    demo = Result(
        "make demo on a clean clone",
        figure,
        f"exit 0 within {DEMO_WITHIN_S} s",
        ran.ok and ran.seconds < DEMO_WITHIN_S,
    )
    return [demo, *_latencies(ran.output)]


def tests_are_green() -> list[Result]:
    """``make test`` here."""
    ran = _make(project(), "test")
    if not ran.ok:
        print(ran.tail, file=sys.stderr)
    last = ran.output.strip().splitlines()[-1] if ran.output.strip() else "no output"
    return [
        Result(
            "make test",
            f"{last}, {ran.seconds:.0f} s in all",
            f"green within {TESTS_WITHIN_S} s",
            ran.ok and ran.seconds < TESTS_WITHIN_S,
        )
    ]


def _latencies(output: str) -> list[Result]:
    found = {match[1]: (match[2], float(match[3])) for match in _LATENCY.finditer(output)}
    return [
        Result(
            f"{function} by one caller",
            *(_judged(found[function]) if function in found else ("not printed", "", False)),
        )
        for function in ("check_availability", "start_booking")
    ]


def _judged(latency: tuple[str, float]) -> tuple[str, str, bool]:
    figure, p99_ms = latency
    return figure, f"p99 below {P99_MS_MAX} ms", p99_ms < P99_MS_MAX


def _make(directory: Path, target: str) -> _Run:
    environment = os.environ  # noqa: TID251 - handed on to make, less what belongs to this run
    kept = {
        key: environment[key]
        for key in environment
        if not key.startswith(("RUFBUCH_", "VIRTUAL_ENV", "MAKE"))
    }
    began = time.monotonic()
    done = subprocess.run(
        ["make", target], cwd=directory, env={**kept, "RUFBUCH_PORT_OFFSET": PORT_OFFSET},
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False,
    )  # fmt: skip
    return _Run(done.returncode == 0, time.monotonic() - began, done.stdout)


CLAIMS: tuple[Claim, ...] = (demo_on_a_clean_clone, tests_are_green)
