"""Who a server runs as: PostgreSQL refuses root, so root lends it a powerless account and places it can reach."""

import os
import pwd
import subprocess
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

POWERLESS = ("nobody", "postgres", "daemon")


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
    for parent in (tempfile.gettempdir(), "/var/tmp", "/tmp"):  # noqa: S108 mkdtemp makes the unguessable part
        if account is None or account.can_enter(Path(parent)):
            directory = Path(tempfile.mkdtemp(prefix="rufbuch-", dir=parent))
            directory.chmod(0o711)
            return directory
    raise UnreachableError(f"{account} can enter none of the temporary directories")
