"""Where the converted public test corpora lie beside the checkout, their phrases are read better than any library reads them."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from typing import Any

import pytest

from telephony_gateway.language.filter import answer

ROOT = next(folder for folder in Path(__file__).parents if (folder / "protos").is_dir())
CORPORA = ROOT.parent / "shared" / "data" / "dates"
# Per cent exact, at least, and per cent wrong though certain, at most.
EXACT, WRONG = 92.0, 3.0
FOUND = sorted(CORPORA.glob("*.jsonl"))


def _judge() -> Any:
    spec = importlib.util.spec_from_file_location("score", CORPORA / "score.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.judge


@pytest.mark.parametrize("paths", [FOUND] if FOUND else [], ids=["all"] if FOUND else [])
def test_public_corpora_are_read_exactly_and_seldom_wrongly(paths: list[Path]) -> None:
    judge = _judge()
    rows = [json.loads(line) for path in paths for line in path.read_text(encoding="utf-8").splitlines()]
    verdicts = [judge(answer(row), row) for row in rows if row.get("relevant", True)]
    exact = 100 * sum(verdict["exact"] for verdict in verdicts) / len(verdicts)
    wrong = 100 * sum(verdict["wrong"] for verdict in verdicts) / len(verdicts)
    assert exact >= EXACT, exact
    assert wrong <= WRONG, wrong
