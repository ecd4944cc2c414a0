"""Where the stack keeps what survives it."""

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from local_stack.accounts import Account
from local_stack.postgres import ROOTS_PLACE


class AlreadyRunningError(RuntimeError):
    """Another process runs the stack of this state directory."""


@dataclass(frozen=True)
class StateDir:
    """The folder ``.rufbuch`` of a checkout; ``path`` is absolute."""

    path: Path

    @property
    def logs(self) -> Path:
        """One file for each program."""
        return self.path / "logs"

    @property
    def secrets(self) -> Path:
        """Passwords and keys."""
        return self.path / "secrets.json"

    @property
    def environment(self) -> Path:
        """How to reach the stack, while it runs."""
        return self.path / "environment.json"

    @property
    def traces(self) -> Path:
        """What the collector received."""
        return self.path / "traces.sqlite3"

    @property
    def redis(self) -> Path:
        """Redis' append-only file."""
        return self.path / "redis"

    def create(self) -> None:
        """Make the folders."""
        self.logs.mkdir(parents=True, exist_ok=True)

    def postgres(self, account: Account | None) -> Path:
        """PostgreSQL's directory: here, or (root's checkout is closed to the account) elsewhere with a link here."""
        here = self.path / "postgres"
        if here.exists() or account is None or account.can_enter(self.path):
            return here.resolve()
        elsewhere = (
            ROOTS_PLACE / f"{self.path.parent.name}-{sha256(str(self.path).encode()).hexdigest()[:12]}"
        )
        # No link means that the state was removed here; its rest there holds passwords nobody knows any more.
        shutil.rmtree(elsewhere, ignore_errors=True)
        elsewhere.mkdir(parents=True)
        for opened in (ROOTS_PLACE, elsewhere):
            opened.chmod(0o755)
        here.unlink(missing_ok=True)
        here.symlink_to(elsewhere)
        return elsewhere

    @contextmanager
    def claimed(self) -> Iterator[None]:
        """Be the only one to run this stack; raise AlreadyRunningError if another process does."""
        with (self.path / "lock").open("a+") as lock:
            if not _locked(lock.fileno()):
                lock.seek(0)
                raise AlreadyRunningError(
                    f"already running here as process {lock.read().strip()} ({self.path})"
                )
            lock.truncate(0)
            lock.write(str(os.getpid()))
            lock.flush()
            yield

    def is_claimed(self) -> bool:
        """Whether some process runs this stack now."""
        try:
            with (self.path / "lock").open() as lock:
                return not _locked(lock.fileno())
        except FileNotFoundError:
            return False


def _locked(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
