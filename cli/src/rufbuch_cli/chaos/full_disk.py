"""A disk of PostgreSQL's own that is full: a small tmpfs, which only root can mount, and a file that takes what is left."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

DISK = "1g"
CHUNK = 1 << 20
MOUNT, UMOUNT = "/bin/mount", "/bin/umount"


class NoDiskError(RuntimeError):
    """This machine does not let us mount a disk, so that none can be full."""


@contextmanager
def small_disk(place: Path) -> Iterator[Path]:
    """``place`` is a disk of its own inside. Raises NoDiskError."""
    place.mkdir(parents=True)
    mounted = subprocess.run(
        [MOUNT, "-t", "tmpfs", "-o", f"size={DISK},mode=0755", "rufbuch-chaos", str(place)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    if mounted.returncode:
        raise NoDiskError(f"no disk of its own for PostgreSQL: {mounted.stderr.strip()} (root can mount one)")
    try:
        yield place
    finally:
        subprocess.run([UMOUNT, "--lazy", str(place)], check=True)


@contextmanager
def full(disk: Path) -> Iterator[None]:
    """Nothing can be written there inside: whoever tries gets ENOSPC."""
    ballast = disk / "ballast"
    try:
        _fill(ballast)
        yield
    finally:
        ballast.unlink(missing_ok=True)


def _fill(ballast: Path) -> None:
    with ballast.open("wb", buffering=0) as file:
        for size in (CHUNK, 4096, 1):
            try:
                while True:
                    file.write(b"\0" * size)
            except OSError:
                continue
    if shutil.disk_usage(ballast.parent).free >= os.statvfs(ballast.parent).f_frsize:
        raise NoDiskError("the disk does not become full")
