"""A real browser: Debian's Chromium, kept off the network but for this machine."""

import os
import shutil
import subprocess

import pytest

NAMES = ("chromium", "chromium-browser", "google-chrome")
ARGUMENTS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def chromium() -> str:
    """Its path; installed where that can be done. Without one CI fails, and a developer is told loudly."""
    found = _found() or _installed()
    if found:
        return found
    words = "NO BROWSER: the console was not looked at. Install chromium (Debian: apt-get install chromium)."
    if os.environ.get("CI"):  # noqa: TID251 - the one question that a test run asks of its surroundings
        pytest.fail(words)
    pytest.skip(words)


def _found() -> str | None:
    return next((path for name in NAMES if (path := shutil.which(name))), None)


def _installed() -> str | None:
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        return None
    for command in (
        ["apt-get", "update"],
        ["apt-get", "install", "-y", "--no-install-recommends", "chromium"],
    ):
        subprocess.run(command, capture_output=True, check=False, timeout=300)
    return _found()
