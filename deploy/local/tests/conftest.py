"""State directories, free ports, and a process that does what ``rufbuch up`` does."""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import astuple
from pathlib import Path

import pytest
from stack_world import Up

from local_stack.accounts import server_account, temporary_directory
from local_stack.leftovers import end_leftovers
from local_stack.ports import Ports, PortsTakenError, refuse_taken


@pytest.fixture
def state_dir() -> Iterator[Path]:
    """Not in tmp_path, which is closed to the account that root lends to PostgreSQL."""
    checkout = temporary_directory(server_account())
    yield checkout / ".rufbuch"
    shutil.rmtree(checkout)


@pytest.fixture
def offset() -> int:
    """An offset at which no port of ours is in use."""
    return next(each for each in range(200, 1700, 37) if all(map(is_free, astuple(Ports().shifted(each)))))


def is_free(port: int) -> bool:
    """As the stack itself judges it: an outgoing connection may sit on one of our ports as well."""
    try:
        refuse_taken({port: "test"})
    except PortsTakenError:
        return False
    return True


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
