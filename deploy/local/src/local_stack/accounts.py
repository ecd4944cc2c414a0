"""Who a server runs as: PostgreSQL refuses root, so root lends it a powerless account and places it can reach."""

import os
import pwd
import shutil
import subprocess
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

POWERLESS = ("nobody", "postgres", "daemon")
IN_MEMORY = Path("/dev/shm")  # noqa: S108 mkdtemp makes the unguessable part
ROOM_BYTES = 2 * 2**30
"""What must be free there, and once more of the machine's memory: a whole test run fills less than half of it."""


class NoAccountError(RuntimeError):
    """This is root, and there is no account to lend to the server."""


class UnreachableError(RuntimeError):
    """The account cannot get to a place that the server needs."""


@dataclass(frozen=True)
class Account:
    """A user of the operating system by number."""

    uid: int
    gid: int

    def as_words(self) -> list[str]:
        """For guard's command line."""
        return ["--account", f"{self.uid}:{self.gid}"]

    def can_enter(self, directory: Path) -> bool:
        """Whether every directory down to this one lets the account through, as the kernel sees it."""
        return self._asks('[ -x "$0" ]', directory)

    def can_run(self, program: Path) -> bool:
        """Whether the account can read and start this file."""
        return self._asks('[ -r "$0" ] && [ -x "$0" ]', program)

    def _asks(self, question: str, about: Path) -> bool:
        return run_as(self, ["/bin/sh", "-c", question, str(about)]).returncode == 0


def run_as(account: Account | None, words: list[str]) -> subprocess.CompletedProcess[str]:
    """Run a command to its end as this account; None: as who we are."""
    return subprocess.run(
        words,
        user=account.uid if account else None,
        group=account.gid if account else None,
        extra_groups=() if account else None,
        cwd="/",
        check=False,
        capture_output=True,
        text=True,
    )


def server_account() -> Account | None:
    """The account that a server must be given; None where we are an ordinary user already."""
    if os.geteuid() != 0:
        return None
    for name in POWERLESS:
        with suppress(KeyError):
            entry = pwd.getpwnam(name)
            return Account(entry.pw_uid, entry.pw_gid)
    raise NoAccountError(f"PostgreSQL does not run as root, and none of {', '.join(POWERLESS)} exists here")


def temporary_directory(account: Account | None) -> Path:
    """A new directory for a throw-away server that the account can enter."""
    return _directory_in(account, tempfile.gettempdir(), "/var/tmp", "/tmp")  # noqa: S108 as above


def quick_directory(account: Account | None) -> Path:
    """The same for data that are written often and kept for minutes; nothing in it is a program."""
    return _directory_in(account, *map(str, quick_places()), "/var/tmp", "/tmp")  # noqa: S108 as above


def quick_places() -> tuple[Path, ...]:
    """Where such data may lie, the quickest first: copying a database costs a disk several times the processor time."""
    on_disk = Path(tempfile.gettempdir())
    return (IN_MEMORY, on_disk) if _has_room(IN_MEMORY) else (on_disk,)


def _has_room(place: Path) -> bool:
    if not os.access(place, os.W_OK | os.X_OK):
        return False
    return shutil.disk_usage(place).free >= ROOM_BYTES and psutil.virtual_memory().available >= 2 * ROOM_BYTES


def _directory_in(account: Account | None, *parents: str) -> Path:
    for parent in parents:
        if account is None or account.can_enter(Path(parent)):
            directory = Path(tempfile.mkdtemp(prefix="rufbuch-", dir=parent))
            directory.chmod(0o711)
            return directory
    raise UnreachableError(f"{account} can enter none of the temporary directories")
