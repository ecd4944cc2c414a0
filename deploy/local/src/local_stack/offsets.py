"""Port offsets for stacks that come and go beside each other: tests, proofs, benchmarks."""

import fcntl
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import astuple
from pathlib import Path

from local_stack.ports import BELOW, REPLICAS_APART, Ports, PortsTakenError, refuse_taken

CANDIDATES = range(BELOW + 200, BELOW + 1700, 37)


@contextmanager
def claimed_offset() -> Iterator[int]:
    """An offset at which nothing listens, and which no other process of this machine claims meanwhile.

    Raises PortsTakenError where every candidate is in use.
    """
    for offset in CANDIDATES:
        claim = _claim(offset)
        if claim is None:
            continue
        try:
            if _all_free(offset):
                yield offset
                return
        finally:
            # The lock ends with its descriptor, also if this process is killed.
            os.close(claim)
    raise PortsTakenError(f"something listens at every port offset from {CANDIDATES[0]} to {CANDIDATES[-1]}")


def _claim(offset: int) -> int | None:
    path = Path(tempfile.gettempdir(), f"rufbuch-offset-{offset}.lock")
    try:
        descriptor = os.open(path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o666)
    except PermissionError:
        return None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return None
    return descriptor


def _all_free(offset: int) -> bool:
    """As the stack itself judges it."""
    ports = [*astuple(Ports().shifted(offset)), *astuple(Ports().shifted(offset + REPLICAS_APART))]
    try:
        refuse_taken(dict.fromkeys(ports, "test"))
    except PortsTakenError:
        return False
    return True
