"""Prometheus' own tools, unpacked from Debian's packages where they are not installed; nothing of them runs as a service."""

import os
import shutil
import subprocess
import tempfile
from contextlib import suppress
from pathlib import Path

import pytest

TOOLS = Path(__file__).parents[2] / ".rufbuch" / "tools"
PACKAGES = {
    "promtool": "prometheus",
    "prometheus": "prometheus",
    "amtool": "prometheus-alertmanager",
    "prometheus-alertmanager": "prometheus-alertmanager",
}
TEMPLATES = "/usr/share/prometheus/alertmanager"


def tool(name: str) -> str:
    """Its path. Without one CI fails, and a developer is told loudly."""
    found = _found(name) or _unpacked(name)
    if found:
        return found
    words = f"NO {name.upper()}: it was not checked. Install {PACKAGES[name]} (Debian: apt-get install {PACKAGES[name]})."
    if os.environ.get("CI"):  # noqa: TID251 - the one question that a test run asks of its surroundings
        pytest.fail(words)
    pytest.skip(words)


def alertmanager_in(folder: Path) -> str:
    """Its path, for a process whose working directory is the folder. Debian's reads its own templates at a fixed place; where
    it was only unpacked nothing is there, so a copy looks in the folder instead."""
    program = tool("prometheus-alertmanager")
    unpacked = TOOLS / PACKAGES["prometheus-alertmanager"] / TEMPLATES.removeprefix("/")
    if Path(TEMPLATES).exists() or not unpacked.exists():
        return program
    for template in unpacked.glob("*.tmpl"):
        shutil.copy(template, folder)
    # As long as what it replaces: it is inside a program.
    here = "./" * (len(TEMPLATES) // 2)
    copy = folder / "alertmanager-here"
    copy.write_bytes(Path(program).read_bytes().replace(TEMPLATES.encode(), here.encode()))
    copy.chmod(0o700)
    return str(copy)


def _found(name: str) -> str | None:
    return shutil.which(name) or shutil.which(name, path=TOOLS / PACKAGES[name] / "usr" / "bin")


def _unpacked(name: str) -> str | None:
    """Downloading and unpacking needs no root, and starts nothing."""
    if not (shutil.which("apt-get") and shutil.which("dpkg")):
        return None
    TOOLS.mkdir(parents=True, exist_ok=True)
    # Whole or not at all: another process of the same run may look for it at the same moment.
    with tempfile.TemporaryDirectory(dir=TOOLS) as scratch:
        package = _downloaded(PACKAGES[name], Path(scratch))
        if package is None:
            return None
        whole = Path(scratch) / "whole"
        subprocess.run(["dpkg", "-x", package, whole], capture_output=True, check=False, timeout=120)
        with suppress(OSError):
            whole.rename(TOOLS / PACKAGES[name])
    return _found(name)


def _downloaded(package: str, folder: Path) -> Path | None:
    for _ in range(2):
        subprocess.run(
            ["apt-get", "download", package], cwd=folder, capture_output=True, check=False, timeout=120
        )
        for found in folder.glob(f"{package}_*.deb"):
            return found
        # A container's lists may be empty; where they may not be fetched this does nothing.
        subprocess.run(["apt-get", "update"], capture_output=True, check=False, timeout=120)
    return None
