"""The Dockerfile, by hadolint."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

HADOLINT = Path(sys.executable).parent / "hadolint"


def faults(docker: Path) -> Iterator[str]:
    """Whatever hadolint says, hints included."""
    for file in sorted(docker.glob("Dockerfile*")):
        words = [
            str(HADOLINT),
            "--no-color",
            "--format",
            "json",
            "--config",
            str(docker / "hadolint.yaml"),
            str(file),
        ]
        done = subprocess.run(words, capture_output=True, text=True, check=False)
        if not done.stdout.strip():
            yield f"hadolint: {done.stderr.strip() or 'said nothing'}"
            continue
        for one in json.loads(done.stdout):
            yield f"{file.name}:{one['line']}: {one['code']} {one['message']}"
