"""One PostgreSQL for all processes of a test run under pytest-xdist."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from local_stack.accounts import quick_places
from local_stack.embedded import EmbeddedPostgres
from local_stack.guarded import join_hold

ATTEMPTS = 5


class NoMeetingPointError(RuntimeError):
    """The directory of the run kept disappearing."""


@contextmanager
def shared_postgres(run: str) -> Iterator[str]:
    """The address of the run's server: the first process to ask starts it, the last to leave ends it."""
    meeting_point = quick_places()[0] / f"rufbuch-run-{run}"
    url, hold = _join_or_start(meeting_point)
    try:
        yield url
    finally:
        os.close(hold)


def _join_or_start(meeting_point: Path) -> tuple[str, int]:
    for _ in range(ATTEMPTS):
        meeting_point.mkdir(mode=0o711, exist_ok=True)
        with _lock(meeting_point / "lock"):
            # The server's guard removes the directory under the same lock: then begin again.
            if (meeting_point / "lock").exists():
                return _join(meeting_point) or _start(meeting_point)
    raise NoMeetingPointError(str(meeting_point))


@contextmanager
def _lock(path: Path) -> Iterator[None]:
    with path.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _join(meeting_point: Path) -> tuple[str, int] | None:
    address = meeting_point / "url"
    if not address.exists():
        return None
    return address.read_text(), join_hold(meeting_point / "alive")


def _start(meeting_point: Path) -> tuple[str, int]:
    server = EmbeddedPostgres(meeting_point)
    server.start()
    (meeting_point / "url").write_text(server.url)
    return server.url, server.hold
