"""State directories, free ports, and a process that does what ``rufbuch up`` does."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from stack_world import Up

from local_stack.accounts import quick_directory, server_account
from local_stack.leftovers import end_leftovers
from local_stack.offsets import claimed_offset


@pytest.fixture
def state_dir() -> Iterator[Path]:
    """Not in tmp_path, which is closed to the account that root lends to PostgreSQL."""
    checkout = quick_directory(server_account())
    yield checkout / ".rufbuch"
    shutil.rmtree(checkout)


@pytest.fixture
def offset() -> Iterator[int]:
    """An offset at which no port of ours is in use."""
    with claimed_offset() as claimed:
        yield claimed


@pytest.fixture
def up(state_dir: Path, offset: int) -> Iterator[Callable[[], Up]]:
    """Starts the stack in another process, as often as called."""
    runs: list[Up] = []

    def start() -> Up:
        runs.append(Up(state_dir, offset))
        return runs[-1]

    yield start
    for run in runs:
        run.close()
    end_leftovers(state_dir)
