"""What keeps the house easy to see: sizes, folders, and what no file may say."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from stories import parsed

ROOT = Path(__file__).parents[2]
FILE_LINES_MAX = 400
FUNCTION_LINES_MAX = 70
CHASSIS_CODE_LINES_MAX = 950
# Written in two halves, since this file is looked at as well.
UNSAYABLE = tuple(
    "".join(halves)
    for halves in (("py", "pi.org"), ("python", "hosted"), ("npm", "js.org"), ("npm", "js.com"))
)


@cache
def tracked() -> tuple[Path, ...]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True)
    return tuple(ROOT / name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file())


def written_by_hand() -> list[Path]:
    return [path for path in tracked() if path.suffix == ".py" and "_pb2" not in path.name]


def tree(path: Path) -> ast.Module:
    return parsed(path.read_text(encoding="utf-8"))


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    return (node for node in ast.walk(tree(path)) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


def test_no_file_is_longer_than_a_reader_can_hold() -> None:
    lengths = {
        str(path.relative_to(ROOT)): len(path.read_text(encoding="utf-8").splitlines())
        for path in written_by_hand()
    }
    assert {name: length for name, length in lengths.items() if length > FILE_LINES_MAX} == {}


def test_no_function_is_longer_than_a_screen() -> None:
    long = [
        f"{path.relative_to(ROOT)}:{function.lineno} {function.name}"
        for path in written_by_hand()
        for function in functions(path)
        if (function.end_lineno or 0) - function.lineno >= FUNCTION_LINES_MAX
    ]
    assert long == []


def test_test_folders_are_no_packages() -> None:
    """With importlib mode a second package of the same name loses its tests in silence."""
    assert [
        path for path in tracked() if path.name == "__init__.py" and "tests" in path.relative_to(ROOT).parts
    ] == []


def test_every_module_says_what_it_owns() -> None:
    silent = [
        str(path.relative_to(ROOT))
        for path in written_by_hand()
        if tree(path).body and not ast.get_docstring(tree(path))
    ]
    assert silent == []


@pytest.mark.parametrize("word", UNSAYABLE)
def test_no_file_names_the_host_of_a_registry(word: str) -> None:
    found = [str(path.relative_to(ROOT)) for path in tracked() if word.encode() in path.read_bytes()]
    assert found == []


def test_the_chassis_stays_small() -> None:
    """It is what every service stands on, so it must be read in one sitting."""
    lines = sum(code_lines(path) for path in written_by_hand() if "chassis/src" in path.as_posix())
    assert lines <= CHASSIS_CODE_LINES_MAX


def code_lines(path: Path) -> int:
    """Lines that are neither blank nor comment nor docstring."""
    told = {
        line
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
        for line in range(node.lineno, (node.end_lineno or node.lineno) + 1)
    }
    lines = enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
    return sum(
        1
        for number, line in lines
        if line.strip() and not line.strip().startswith("#") and number not in told
    )
