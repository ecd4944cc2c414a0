"""docs/threat-model.md names tests; each is there."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ROWS = [
    line
    for line in (ROOT / "docs" / "threat-model.md").read_text(encoding="utf-8").splitlines()
    if line.startswith("|") and not line.startswith(("| who", "|---"))
]
NAMED = sorted({name for row in ROWS for name in re.findall(r"`((?:tests|services)/[^`]+)`", row)})


def test_every_threat_is_answered_by_a_test() -> None:
    assert len(ROWS) > 15
    assert [row for row in ROWS if not re.search(r"`(?:tests|services)/[^`]+`", row.split("|")[4])] == []


@pytest.mark.parametrize("name", NAMED)
def test_the_named_test_exists(name: str) -> None:
    path, _, inside = name.partition("::")
    body: list[ast.stmt] = ast.parse((ROOT / path).read_text(encoding="utf-8")).body
    for part in inside.split("::") if inside else []:
        body = next(
            node.body
            for node in body
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) and node.name == part
        )
