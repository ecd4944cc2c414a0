"""A pytest plugin: runs the tests that name a failure of the past ("TG-04"), and writes down which of them pass.

``pytest -p rufbuch_cli.proof.stories --stories TG --stories-to FILE``; a test names it in its docstring, in that of its
class, or in its id.
"""

import json
import re
from collections import defaultdict
from pathlib import Path

import pytest

_NAMED: dict[str, list[str]] = {}
_OUTCOMES: dict[str, str] = {}


def pytest_addoption(parser: pytest.Parser) -> None:
    """The two options."""
    parser.addoption("--stories", default="", help="Prefix of the ids, e.g. TG.")
    parser.addoption("--stories-to", default="", help="File for the outcome, JSON.")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out the tests that name none."""
    pattern = re.compile(rf"\b{config.getoption('--stories')}-\d\d\b")
    named = {item: sorted(set(pattern.findall(_words(item)))) for item in items}
    _NAMED.update({item.nodeid: ids for item, ids in named.items() if ids})
    config.hook.pytest_deselected(items=[item for item, ids in named.items() if not ids])
    items[:] = [item for item, ids in named.items() if ids]


def _words(item: pytest.Item) -> str:
    of_function = getattr(getattr(item, "function", None), "__doc__", None)
    of_class = getattr(getattr(item, "cls", None), "__doc__", None)
    return "\n".join((item.nodeid, of_function or "", of_class or ""))


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """A test passes if all its parts do."""
    before = _OUTCOMES.get(report.nodeid, "passed")
    _OUTCOMES[report.nodeid] = before if before != "passed" else report.outcome


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Id → outcome → how many."""
    found: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for nodeid, ids in _NAMED.items():
        for each in ids:
            found[each][_OUTCOMES.get(nodeid, "not run")] += 1
    Path(session.config.getoption("--stories-to")).write_text(json.dumps(found), encoding="utf-8")
