"""The figures that the project claims of its language: taken by running it, never kept."""

from __future__ import annotations

import importlib.util
import json
import statistics
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Any

from telephony_gateway.language.filter import answer
from telephony_gateway.language.testing.phrases import Spoken, read_all
from telephony_gateway.language.understanding import Outcome

OWN_PHRASES = Path("services/telephony-gateway/tests/language")
# Public corpora, converted, beside the checkout; a clone without them makes no claim about them.
CORPORA = Path("../shared/data/dates")
EXACT_PERCENT, WRONG_PERCENT, MEDIAN_US, IMPORT_MS = 92.0, 3.0, 200.0, 150.0
_IMPORTS = 5
# The processor's time: what else runs on the machine is not ours to claim.
_IMPORT = (
    "import time; a = time.process_time(); import telephony_gateway.language; print(time.process_time() - a)"
)


@dataclass(frozen=True, slots=True)
class Figure:
    """One claim: what it is about, what came out, which bound, whether it holds."""

    claim: str
    figure: str
    bound: str
    holds: bool


@dataclass(frozen=True, slots=True)
class Corpus:
    """What a judge made of the answers to one corpus."""

    name: str
    rows: int
    exact: int
    wrong: int


def claims(root: Path) -> list[Figure]:
    """All that `make proof NAME=language` prints, for the checkout at that place."""
    phrases = read_all(root / OWN_PHRASES)
    return [*_own(phrases), *_public(corpora(root / CORPORA)), _speed(phrases), _start()]


def _own(phrases: Sequence[Spoken]) -> list[Figure]:
    found = [(spoken, spoken.understood()) for spoken in phrases]
    missed = [(spoken, outcome) for spoken, outcome in found if not spoken.is_right(outcome)]
    certain = sum(outcome.outcome is Outcome.RESOLVED for _, outcome in missed)
    return [
        Figure(
            "own phrases",
            f"{len(found) - len(missed)} of {len(found)} exact",
            "all",
            bool(found) and not missed,
        ),
        Figure("own phrases, wrong but certain", str(certain), "0", certain == 0),
    ]


def _public(found: Sequence[Corpus]) -> list[Figure]:
    german = [corpus for corpus in found if not corpus.name.endswith("_en")]
    if not german:
        return []
    rows = sum(corpus.rows for corpus in german)
    exact = 100 * sum(corpus.exact for corpus in german) / rows
    wrong = 100 * sum(corpus.wrong for corpus in german) / rows
    return [
        Figure("public corpora, German", f"{exact:.1f} % of {rows} exact", f"{EXACT_PERCENT:g} %", exact >= EXACT_PERCENT),
        Figure("public corpora, wrong", f"{wrong:.1f} %", f"under {WRONG_PERCENT:g} %", wrong < WRONG_PERCENT),
    ]  # fmt: skip


def corpora(folder: Path) -> list[Corpus]:
    """Every corpus in the folder, judged by the scorer that lies with them."""
    paths = sorted(folder.glob("*.jsonl"))
    if not paths:
        return []
    judge = _judge(folder / "score.py")
    return [_judged(path, judge) for path in paths]


def _judge(scorer: Path) -> Callable[..., Any]:
    spec = importlib.util.spec_from_file_location("score", scorer)
    if spec is None or spec.loader is None:
        raise FileNotFoundError(scorer)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    judge: Callable[..., Any] = module.judge
    return judge


def _judged(path: Path, judge: Callable[..., Any]) -> Corpus:
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    verdicts = [judge(answer(row), row) for row in rows if row.get("relevant", True)]
    counted = Counter(name for verdict in verdicts for name in ("exact", "wrong") if verdict[name])
    return Corpus(path.stem, len(verdicts), counted["exact"], counted["wrong"])


def _speed(phrases: Sequence[Spoken]) -> Figure:
    median = statistics.median(_times_us(phrases))
    return Figure("a phrase understood, median", f"{median:.0f} µs", f"{MEDIAN_US:g} µs", median < MEDIAN_US)


def _times_us(phrases: Sequence[Spoken]) -> list[float]:
    times = []
    for spoken in phrases:
        begun = perf_counter()
        spoken.understood()
        times.append((perf_counter() - begun) * 1e6)
    return times


def _start() -> Figure:
    fastest = min(_import_ms() for _ in range(_IMPORTS))
    return Figure(
        f"import, processor time, fastest of {_IMPORTS}",
        f"{fastest:.0f} ms",
        f"{IMPORT_MS:g} ms",
        fastest < IMPORT_MS,
    )


def _import_ms() -> float:
    ran = subprocess.run([sys.executable, "-c", _IMPORT], capture_output=True, text=True, check=True)
    return float(ran.stdout) * 1000
