"""What is locked, as a bill of materials, and what is known against it: ``python -m local_stack.supply_chain sbom|audit``.

The bill is CycloneDX and made from requirements.lock alone: names, versions and hashes, no address of any index, the same each time.
"""

import json
import re
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

LOCK = Path("requirements.lock")
AUDIT_WITHIN_S = 300
_PINNED = re.compile(r"([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==([^\s;\\]+)")
_HASH = re.compile(r"--hash=(sha256):([0-9a-f]{64})")


@dataclass(frozen=True)
class Locked:
    """One package of the lock."""

    name: str
    version: str
    hashes: tuple[str, ...]

    @property
    def purl(self) -> str:
        """Its name for the whole world."""
        return f"pkg:pypi/{self.name}@{self.version}"


@dataclass(frozen=True)
class Audited:
    """What could be said of the locked packages."""

    vulnerable: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """purl → advisories."""
    unchecked: Sequence[str] = ()
    """Packages for which no advisories could be read."""


def locked(text: str) -> list[Locked]:
    """Every requirement of a lock. Raises ValueError for one that is not pinned with its hashes."""
    found = []
    for entry in re.split(r"\n(?=\S)", text.replace("\\\n", " ")):
        if not entry.strip() or entry.lstrip().startswith("#"):
            continue
        pinned, hashes = _PINNED.match(entry), tuple(value for _, value in _HASH.findall(entry))
        if pinned is None or not hashes:
            raise ValueError(f"neither pinned nor hashed: {entry.split()[0]}")
        found.append(Locked(pinned[1], pinned[2], hashes))
    return found


def bill(packages: Sequence[Locked]) -> dict[str, Any]:
    """CycloneDX 1.5."""
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "version": 1,
        "metadata": {"component": {"type": "application", "bom-ref": "rufbuch", "name": "rufbuch"}},
        "components": [
            {
                "type": "library", "bom-ref": each.purl, "name": each.name, "version": each.version, "purl": each.purl,
                "hashes": [{"alg": "SHA-256", "content": value} for value in each.hashes],
            }
            for each in packages
        ],
    }  # fmt: skip


def read_audit(told: str, packages: Sequence[Locked]) -> Audited:
    """What pip-audit's JSON says. What it does not speak of is unchecked."""
    vulnerable, checked = {}, set()
    for each in json.loads(told).get("dependencies", []):
        if "skip_reason" in each:
            continue
        checked.add(each["name"])
        if each.get("vulns"):
            vulnerable[f"pkg:pypi/{each['name']}@{each['version']}"] = [one["id"] for one in each["vulns"]]
    return Audited(vulnerable, [each.name for each in packages if each.name not in checked])


def report(audited: Audited, count: int) -> tuple[list[str], int]:
    """Lines for whoever asked, and the exit status: 1 where something is known to be vulnerable."""
    lines = [f"{count} packages are locked, each by version and hash"]
    lines += [f"VULNERABLE {purl}: {', '.join(ids)}" for purl, ids in audited.vulnerable.items()]
    if audited.unchecked:
        lines.append(
            f"NOT CHECKED: {len(audited.unchecked)} of {count}, since no advisories could be read for them from here"
            " (no way to the database, or an index that has none). Nothing is said about them: run this where it is reached."
        )
    checked = count - len(audited.unchecked)
    if checked and not audited.vulnerable:
        lines.append(f"nothing is known against the {checked} that were checked")
    return lines, 1 if audited.vulnerable else 0


def audit(packages: Sequence[Locked]) -> Audited:
    """Ask pip-audit, which is fetched for the purpose; where that is not possible everything is unchecked."""
    command = [
        str(Path(sys.executable).with_name("uv")), "tool", "run", "-q", "pip-audit", "-r", str(LOCK), "--disable-pip",
        "--require-hashes", "--progress-spinner", "off", "-f", "json",
    ]  # fmt: skip
    try:
        told = subprocess.run(
            command, capture_output=True, text=True, timeout=AUDIT_WITHIN_S, check=False
        ).stdout
        return read_audit(told, packages)
    except (OSError, subprocess.TimeoutExpired, ValueError):
        return Audited(unchecked=[each.name for each in packages])


def main(arguments: Sequence[str]) -> int:
    """The command."""
    packages = locked(LOCK.read_text(encoding="utf-8"))
    if list(arguments) == ["sbom"]:
        sys.stdout.write(json.dumps(bill(packages), indent=1) + "\n")
        return 0
    lines, status = report(audit(packages), len(packages))
    sys.stdout.write("\n".join(lines) + "\n")
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
