"""The gateway: every story of the past, whatever a fuzzer sends, 64 callers at once, and true sentences in every outage."""

import json
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from xml.etree import ElementTree as ET

from rufbuch_cli.outages.breaking import OUTAGES
from rufbuch_cli.outages.judging import BUDGET_S
from rufbuch_cli.outages.running import Verdict, verdicts
from rufbuch_cli.proof.claims import Claim, Result, project

STORIES = [f"TG-{number:02d}" for number in range(1, 39)]
TESTS = "services/telephony-gateway/tests"
LOAD_S = 60


def stories_of_the_past() -> list[Result]:
    """The tests that name TG-01 to TG-38; an id without a test needs a line in DECISIONS.md."""
    with TemporaryDirectory() as scratch:
        outcome = Path(scratch) / "stories.json"
        _pytest("-p", "rufbuch_cli.proof.stories", "--stories", "TG", "--stories-to", str(outcome), TESTS)
        found: dict[str, dict[str, int]] = json.loads(outcome.read_text(encoding="utf-8"))
    decided = (project() / "DECISIONS.md").read_text(encoding="utf-8")
    passing = [each for each in STORIES if _passes(found.get(each, {}), each, decided)]
    missing = [each for each in STORIES if each not in passing]
    tests = sum(sum(counts.values()) for each, counts in found.items() if each in STORIES)
    figure = f"{len(passing)} of {len(STORIES)} pass, {tests} tests name them"
    return [
        Result(
            "failures of the past that cannot come again",
            figure + (f", not: {', '.join(missing)}" if missing else ""),
            f"{len(STORIES)} pass",
            holds=not missing,
        )
    ]


def _passes(counts: dict[str, int], story: str, decided: str) -> bool:
    return set(counts) == {"passed"} if counts else story in decided


def whatever_is_sent() -> list[Result]:
    """schemathesis over the OpenAPI document, valid bodies and invalid ones."""
    with TemporaryDirectory() as scratch:
        report = Path(scratch) / "junit.xml"
        ran = _pytest(f"--junitxml={report}", f"{TESTS}/test_openapi.py")
        properties = [
            (one.get("name"), int(one.get("value") or 0))
            for one in ET.parse(report).iter("property")  # noqa: S314 - our own report
        ]
    requests = sum(value for name, value in properties if name == "requests")
    errors = sum(value for name, value in properties if name == "server_errors")
    holds = ran == 0 and requests > 0 and errors == 0
    figure = f"{errors} answers of 5xx to {requests} requests" + ("" if ran == 0 else ", and tests fail")
    return [Result("schemathesis", figure, "0", holds)]


def sixty_four_callers() -> list[Result]:
    """``make bench``, 64 callers, for a minute: nobody waits longer than the budget, every signature is looked at."""
    command = [sys.executable, "-m", "benchmarks.gateway", "--seconds", str(LOAD_S), "--json"]
    ran = subprocess.run(command, cwd=project(), capture_output=True, text=True, check=False)
    if not ran.stdout:
        raise RuntimeError(f"the benchmark printed nothing: {ran.stderr[-800:]}")
    return [_loaded(row) for row in json.loads(ran.stdout.splitlines()[-1])]


def _loaded(row: dict[str, Any]) -> Result:
    if "verified" in row:
        figure = f"{row['verified']} verified of {row['honest']} sent, {row['refused']} refused of {row['forged']} forged"
        return Result(
            "64 callers, signatures", figure, "all verified, all forged ones refused", bool(row["holds"])
        )
    figure = (
        f"p50 {row['p50']:.0f} ms, p95 {row['p95']:.0f} ms, p99 {row['p99']:.0f} ms, {row['errors']} errors"
        f" in {row['requests']} (echo: p50 {row['beside_p50']:.0f} ms, p99 {row['beside_p99']:.0f} ms)"
    )
    bound = f"p99 {row['p99_at_most']:g} ms, 0 errors"
    return Result(f"64 callers, {row['what']}", figure, bound, bool(row["holds"]))


def true_sentences_in_every_outage() -> list[Result]:
    """Each of the others stopped, and hanging: every function answers in time, and nothing that it says is untrue."""
    results = [_judged(verdict) for verdict in verdicts()]
    if len(results) != len(OUTAGES):
        raise RuntimeError(f"{len(results)} outages were played of {len(OUTAGES)}")
    return results


def _judged(verdict: Verdict) -> Result:
    figure = f"{verdict.asked} answers within {verdict.slowest_s:.2f} s, {len(verdict.faults)} untrue or late"
    return Result(
        f"{verdict.outage}: every function",
        figure + "".join(f"; {each}" for each in verdict.faults),
        f"{BUDGET_S:g} s, 0",
        holds=verdict.asked > 0 and not verdict.faults,
    )


def _pytest(*arguments: str) -> int:
    command = [sys.executable, "-m", "pytest", "-q", *arguments]
    return subprocess.run(command, cwd=project(), capture_output=True, text=True, check=False).returncode


CLAIMS: tuple[Claim, ...] = (
    stories_of_the_past,
    whatever_is_sent,
    sixty_four_callers,
    true_sentences_in_every_outage,
)
