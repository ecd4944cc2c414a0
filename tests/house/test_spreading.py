"""How a parallel run is shared out: what is TOGETHER really stays with one worker, which no report would show."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from spreading import FIRST, TOGETHER, rank

ROOT = Path(__file__).parents[2]
CONFTEST = """
from spreading import BySharing

def pytest_xdist_make_scheduler(config, log):
    return BySharing(config, log)
"""
TEST = """
from pathlib import Path
import pytest

@pytest.mark.parametrize("number", range(8))
def test_it(worker_id, number):
    Path(__file__).with_suffix(f".{worker_id}").touch()
"""


@pytest.mark.parametrize("place", FIRST)
def test_what_a_run_begins_with_exists(place: str) -> None:
    assert (ROOT / place).exists()


def test_what_is_long_in_coming_is_begun_before_the_rest() -> None:
    of_the_whole = f"{TOGETHER[0]}/test_main_journey.py::test_it[a/b::c]"
    assert rank(of_the_whole) < rank("services/matching/tests/test_matching.py::test_it")


def test_one_worker_has_all_that_is_together_and_each_other_file_is_whole(tmp_path: Path) -> None:
    together = [tmp_path / TOGETHER[0] / f"test_{name}.py" for name in "abcd"]
    others = [tmp_path / "elsewhere" / f"test_{name}.py" for name in "efgh"]
    for file in (*together, *others):
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(TEST)
    (tmp_path / "conftest.py").write_text(CONFTEST)
    (tmp_path / "pytest.ini").write_text("[pytest]\naddopts = --import-mode=importlib\n")
    run(tmp_path)

    assert len({worker for file in together for worker in workers(file)}) == 1
    assert [len(workers(file)) for file in others] == [1] * len(others)
    assert len({worker for file in (*together, *others) for worker in workers(file)}) == 2


def workers(test: Path) -> set[str]:
    """Those that ran something of a file."""
    return {path.suffix for path in test.parent.glob(f"{test.stem}.gw*")}


def run(project: Path) -> None:
    words = ["-q", "-p", "xdist", "-n", "2", "--dist", "loadfile", "--no-loadscope-reorder"]
    environment = {
        **os.environ,  # noqa: TID251 - handed on
        "PYTHONPATH": str(ROOT / "tests/shared"),
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
    }
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *words],
        cwd=project,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
