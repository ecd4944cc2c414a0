"""Where the stack keeps what survives it."""

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from local_stack.accounts import Account
from local_stack.postgres import ROOTS_PLACE

ORIGIN = "origin"
"""The file beside the data that holds the path of the link to them."""


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
    def certificates(self) -> Path:
        """The authority of this installation, and a folder for each service."""
        return self.path / "certificates"

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
        here.unlink(missing_ok=True)
        elsewhere = _place_for(here)
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


def _place_for(link: Path) -> Path:
    """A new directory below root's place that the server's account can enter, and that remembers its link."""
    _forget_removed()
    place = ROOTS_PLACE / f"{link.parent.parent.name}-{sha256(str(link).encode()).hexdigest()[:12]}"
    # No link means that the state was removed there; what is left here holds passwords nobody knows any more.
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir(parents=True)
    for opened in (ROOTS_PLACE, place):
        opened.chmod(0o755)
    (place / ORIGIN).write_text(str(link))
    return place


def _forget_removed() -> None:
    """Remove the directories whose checkout is still there, but without its state: somebody has cleaned it.

    A checkout that is gone as a whole may be on a disk that comes back; only temporary ones do not.
    """
    for origin in ROOTS_PLACE.glob(f"*/{ORIGIN}"):
        link = Path(origin.read_text())
        cleaned = link.parent.parent.exists() or link.is_relative_to(tempfile.gettempdir())
        if cleaned and not link.is_symlink():
            shutil.rmtree(origin.parent, ignore_errors=True)


def _locked(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
