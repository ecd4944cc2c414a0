"""PostgreSQL's own programs, with the password where nobody else sees it."""

import os
import shutil
import subprocess
from collections.abc import Sequence
from urllib.parse import unquote, urlsplit

from local_stack.postgres import binaries


class ProgramFailedError(RuntimeError):
    """pg_dump or pg_restore gave up; the message is its own."""


def run(program: str, url: str, words: Sequence[str]) -> str:
    """Run it against a database; what it printed. Raises ProgramFailedError."""
    parts = urlsplit(url)
    who = [
        "--host",
        parts.hostname or "",
        "--port",
        str(parts.port or 5432),
        "--username",
        unquote(parts.username or ""),
    ]
    # A command line can be seen by everybody on the machine, an environment by its owner.
    environment = {**os.environ, "PGPASSWORD": unquote(parts.password or "")}  # noqa: TID251 - handed on
    ran = subprocess.run(
        [_place(program), *who, "--no-password", "--dbname", parts.path.removeprefix("/"), *words],
        env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if ran.returncode:
        raise ProgramFailedError(f"{program}: {ran.stderr.strip()[-1500:]}")
    return ran.stdout


def _place(program: str) -> str:
    """Those that came with the embedded server; those of the machine where it has none."""
    embedded = binaries(None) / program
    return str(embedded) if embedded.exists() else shutil.which(program) or program
