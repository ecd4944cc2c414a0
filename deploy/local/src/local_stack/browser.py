"""A real browser for tests and proofs: Debian's Chromium, installed where that can be done, kept off the network."""

import os
import shutil
import subprocess

NAMES = ("chromium", "chromium-browser", "google-chrome")
# Whatever is not this machine has no name, so nothing is fetched and nobody is told that somebody tests.
ARGUMENTS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE localhost , EXCLUDE 127.0.0.1",
)
INSTALLED_WITHIN_S = 300


class NoBrowserError(RuntimeError):
    """There is no browser here and none can be installed; the message says what to do."""


def browser_path() -> str:
    """Where it is. Raises NoBrowserError."""
    found = _found() or _installed()
    if found is None:
        raise NoBrowserError(
            "NO BROWSER: the console was not looked at. Install chromium (Debian: apt-get install chromium)."
        )
    return found


def _found() -> str | None:
    return next((path for name in NAMES if (path := shutil.which(name))), None)


def _installed() -> str | None:
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        return None
    for command in (
        ["apt-get", "update"],
        ["apt-get", "install", "-y", "--no-install-recommends", "chromium"],
    ):
        try:
            subprocess.run(command, capture_output=True, check=False, timeout=INSTALLED_WITHIN_S)
        except subprocess.TimeoutExpired:
            return None
    return _found()
