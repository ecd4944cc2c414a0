"""The part of CHANGELOG.md that is about one version: ``notes.py 1.2.3``; what is unreleased where the version has none yet."""

import re
import sys
from pathlib import Path

CHANGELOG = Path(__file__).parents[2] / "CHANGELOG.md"


def notes(changelog: str, version: str) -> str:
    """The lines below its heading. Raises LookupError where there is neither."""
    parts = re.split(r"^## \[?([^\]\n]+?)\]?(?: - \d{4}-\d{2}-\d{2})?$", changelog, flags=re.MULTILINE)
    found = dict(zip(parts[1::2], parts[2::2], strict=True))
    for heading in (version, "Unreleased"):
        if heading in found:
            return found[heading].strip()
    raise LookupError(f"CHANGELOG.md says nothing of {version}")


if __name__ == "__main__":
    print(notes(CHANGELOG.read_text(), sys.argv[1]))
