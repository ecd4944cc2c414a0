"""Which test shows that a failure of the past does not come back: joins docs/production-failures.toml with the tests.

``python tests/house/stories.py`` writes docs/production-failures.md.
"""

import ast
import gc
import re
import subprocess
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
STORIES = ROOT / "docs" / "production-failures.toml"
TABLE = ROOT / "docs" / "production-failures.md"
STORY = re.compile(r"\b(?:TG|AV|BK|CS|SR|OB|SE)-\d\d\b")
TESTS_NAMED_MAX = 3
"""A reader wants a place to begin; the others are found by searching for the id."""


@dataclass
class Story:
    """A failure, and what keeps it from coming back."""

    id: str
    what: str
    tests: list[str] = field(default_factory=list)
    decisions: list[str] = field(default_factory=list)

    @property
    def is_told(self) -> bool:
        """Whether anything keeps it from coming back."""
        return bool(self.tests or self.decisions)


def stories() -> dict[str, list[Story]]:
    """By context, in the order of the file."""
    known = tomllib.loads(STORIES.read_text(encoding="utf-8"))
    told = {context: [Story(*each) for each in lines.items()] for context, lines in known.items()}
    by_id = {story.id: story for each in told.values() for story in each}
    for place, name in _named_in_tests():
        by_id[name].tests.append(place)
    for decision, name in _named_in_decisions():
        by_id[name].decisions.append(decision)
    return told


def _named_in_tests() -> Iterator[tuple[str, str]]:
    """(file::test, id): in a test's body or docstring; what stands outside of tests is its file's."""
    for path in _test_files():
        text = path.read_text(encoding="utf-8")
        if not STORY.search(text):
            continue
        place = path.relative_to(ROOT).as_posix()
        inside: set[str] = set()
        lines = text.splitlines()
        for test in _tests(parsed(text)):
            source = "\n".join(lines[test.lineno - 1 : test.end_lineno])
            for name in sorted(set(STORY.findall(source))):
                inside.add(name)
                yield f"{place}::{test.name}", name
        yield from ((place, name) for name in sorted(set(STORY.findall(text)) - inside))


@cache
def parsed(text: str) -> ast.Module:
    """While no garbage is collected: what other tests have left might have a traceback to show, for which CPython 3.11 parses as
    well, and takes it for an error of its own that it did in the middle of parsing (gh-106905)."""
    collects = gc.isenabled()
    gc.disable()
    try:
        return ast.parse(text)
    finally:
        if collects:
            gc.enable()


def _tests(tree: ast.Module) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_"):
            yield node


def _test_files() -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "-z", "*test*.py", "*.jsonl"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split("\0")
    return [
        ROOT / name
        for name in sorted(listed)
        if name.endswith(".py") and "tests/" in name and not name.startswith("tests/house/")
    ]


def _named_in_decisions() -> Iterator[tuple[str, str]]:
    text = (ROOT / "DECISIONS.md").read_text(encoding="utf-8")
    for chapter in re.split(r"^## ", text, flags=re.MULTILINE)[1:]:
        number = chapter.split(".", 1)[0]
        yield from ((number, name) for name in sorted(set(STORY.findall(chapter))))


def table() -> str:
    """The page."""
    lines = [
        "# What failed before, and what keeps it from coming back",
        "",
        "Made by `make docs` from docs/production-failures.toml and the tests that name the ids; not to be edited by hand.",
    ]
    for context, told in stories().items():
        lines += ["", f"## {context}", "", "| | what happened | what keeps it away |", "|---|---|---|"]
        lines += [f"| {story.id} | {story.what} | {_shown(story)} |" for story in told]
    return "\n".join(lines) + "\n"


def _shown(story: Story) -> str:
    named = [f"`{test}`" for test in story.tests[:TESTS_NAMED_MAX]]
    more = len(story.tests) - TESTS_NAMED_MAX
    decided = [f"DECISIONS {number}" for number in story.decisions]
    return "<br>".join([*named, *([f"and {more} more"] if more > 0 else []), *decided]) or "not shown yet"


if __name__ == "__main__":
    TABLE.write_text(table(), encoding="utf-8")
