"""Forget the state and the environment of this checkout, unless it is running. Needs nothing but Python.

Called by the Makefile: ``python3 deploy/local/clean.py STATE_DIR VENV``.
"""

import fcntl
import shutil
import sys
from pathlib import Path


def main(state_dir: str, *directories: str) -> None:
    """Remove the directories; end with a message where somebody still works with them."""
    lock = Path(state_dir, "lock")
    if lock.exists():
        with lock.open() as held:
            try:
                fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                sys.exit("it is running: stop it first (Ctrl-C where make run was started)")
            remove(state_dir, *directories)
            return
    remove(state_dir, *directories)


def remove(*directories: str) -> None:
    """Remove what is there."""
    for directory in directories:
        shutil.rmtree(directory, ignore_errors=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
