"""``pg_dump`` of all schemas at once: one snapshot, so that they fit each other."""

import os
from pathlib import Path

from rufbuch_cli.backups.programs import run

SCHEMAS = ("staff_registry", "availability", "booking", "calcom_sync", "telephony_gateway", "console")


def back_up(admin_url: str, file: Path) -> int:
    """Write the backup; its size. There is either a whole one or none, and only its owner can read it. Raises
    ProgramFailedError, FileExistsError, OSError."""
    if file.exists():
        raise FileExistsError(f"{file} exists already")
    unfinished = file.with_name(f".{file.name}.unfinished")
    # It holds names and numbers: nobody else may read it, from its first byte on.
    os.close(os.open(unfinished, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    try:
        schemas = [word for schema in SCHEMAS for word in ("--schema", schema)]
        run("pg_dump", admin_url, ["--format", "custom", "--file", str(unfinished), *schemas])
        with unfinished.open("rb") as written:
            os.fsync(written.fileno())
        unfinished.rename(file)
    finally:
        unfinished.unlink(missing_ok=True)
    return file.stat().st_size
