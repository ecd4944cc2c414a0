"""The Dockerfile: by hadolint, and by what hadolint does not see."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

HADOLINT = Path(sys.executable).parent / "hadolint"
_BASE = re.compile(r"^ARG PYTHON_IMAGE=(\S+)$", re.MULTILINE)
_PINNED = re.compile(r":\d+\.\d+\.\d+-[\w.-]+$|@sha256:[0-9a-f]{64}$")
WANTED = {
    r"^USER [1-9]\d*:[1-9]\d*$": "does not run as a numbered user that is not root (USER)",
    r"^STOPSIGNAL SIGTERM$": "is not stopped with SIGTERM (STOPSIGNAL)",
    r"^HEALTHCHECK .*CMD \[": "says nothing of its health (HEALTHCHECK)",
    r"^ENTRYPOINT \[": "starts in a shell, which keeps SIGTERM from the service (ENTRYPOINT [...])",
}
"""Of the last stage."""


def faults(docker: Path) -> Iterator[str]:
    """Whatever is to be said, hints included."""
    for file in sorted(docker.glob("Dockerfile*")):
        yield from _hadolint(file, docker / "hadolint.yaml")
        text = file.read_text()
        base = _BASE.search(text)
        if base is None or not _PINNED.search(base[1]):
            yield f"{file.name}: the image below, {base[1] if base else 'none'}, has a tag that moves"
        last = text[text.rindex("\nFROM ") :]
        yield from (
            f"{file.name}: {words}"
            for line, words in WANTED.items()
            if not re.search(line, last, re.MULTILINE)
        )


def _hadolint(file: Path, configuration: Path) -> Iterator[str]:
    words = [str(HADOLINT), "--no-color", "--format", "json", "--config", str(configuration), str(file)]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    if not done.stdout.strip():
        yield f"hadolint: {done.stderr.strip() or 'said nothing'}"
        return
    for one in json.loads(done.stdout):
        yield f"{file.name}:{one['line']}: {one['code']} {one['message']}"
