"""Wheels of the workspace, all of one version, which is that of the git tag: ``wheels.py [--version V] OUT [MEMBER...]``.

Needs hatchling. Without members all are built; a member brings those that it stands on. Between wheels of one release the
versions are pinned, so that never two of different releases are installed together. ``wheels.py --print`` only tells the version.
"""

import re
import shutil
import subprocess
import sys
import tempfile
from argparse import ArgumentParser
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "deploy" / "docker"))

from locked import members_of, normal, workspace  # noqa: E402 - it stands beside what the image is built with

_DESCRIBED = re.compile(r"v(\d+)\.(\d+)\.(\d+)-(\d+)-g([0-9a-f]+)(-dirty)?")
_VERSION = re.compile(r'^version = ".*"$', re.MULTILINE)
NOT_BUILT = {"__pycache__", "tests", ".pytest_cache"}


class VersionError(ValueError):
    """A version that no index would take."""


def version_of(root: Path) -> str:
    """That of the newest tag ``v1.2.3`` here; after it, or with changes, the next one under development (PEP 440)."""
    words = ["git", "-C", str(root), "describe", "--tags", "--long", "--dirty", "--match", "v[0-9]*"]
    told = subprocess.run(words, capture_output=True, text=True, check=False)
    described = _DESCRIBED.fullmatch(told.stdout.strip())
    if described is None:
        return _before_any_tag(root)
    major, minor, patch, since, commit, dirty = described.groups()
    if since == "0" and not dirty:
        return f"{major}.{minor}.{patch}"
    return f"{major}.{minor}.{int(patch) + 1}.dev{since}+g{commit}{'.changed' if dirty else ''}"


def _before_any_tag(root: Path) -> str:
    words = ["git", "-C", str(root), "rev-list", "--count", "HEAD"]
    told = subprocess.run(words, capture_output=True, text=True, check=False)
    return f"0.1.0.dev{told.stdout.strip() or '0'}"


def build(root: Path, out: Path, version: str, members: Sequence[str] = ()) -> list[Path]:
    """Build these members and those below them. Raises VersionError, or CalledProcessError with what hatchling says."""
    if not re.fullmatch(r"\d+(\.\d+)*(\.dev\d+)?(\+[a-z0-9.]+)?", version):
        raise VersionError(f"{version!r} is no version: give the tag the form v1.2.3")
    known = workspace(root)
    wanted = [below for member in members or known for below in members_of(member, root)]
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        for name in dict.fromkeys(wanted):
            folder = Path(scratch, name)
            shutil.copytree(root / known[name][0], folder, ignore=shutil.ignore_patterns(*NOT_BUILT))
            project = folder / "pyproject.toml"
            project.write_text(versioned(project.read_text(), version, set(known)))
            words = [
                sys.executable,
                "-m",
                "hatchling",
                "build",
                "--target",
                "wheel",
                "--directory",
                str(out.resolve()),
            ]
            subprocess.run(words, cwd=folder, check=True, capture_output=True)
    return sorted(out.glob("*.whl"))


def versioned(project: str, version: str, members: set[str]) -> str:
    """A pyproject of this version, whose members of the workspace are pinned to the same."""

    def pinned(found: re.Match[str]) -> str:
        return f'"{found[1]}=={version}"' if normal(found[1]) in members else found[0]

    text = _VERSION.sub(f'version = "{version}"', project, count=1)
    head, mark, rest = text.partition("dependencies = [")
    listed, end, tail = rest.partition("]\n")
    return head + mark + re.sub(r'"(rufbuch-[a-z-]+)"', pinned, listed) + end + tail


def main() -> int:
    """Build what was asked for."""
    parser = ArgumentParser(prog="wheels")
    parser.add_argument("--version", default="")
    parser.add_argument("--print", action="store_true", dest="only_print")
    parser.add_argument("out", type=Path, nargs="?", default=Path("dist"))
    parser.add_argument("members", nargs="*")
    given = parser.parse_args()
    version = given.version or version_of(ROOT)
    if given.only_print:
        print(version)
        return 0
    members = [normal(f"rufbuch-{name.removeprefix('rufbuch-')}") for name in given.members]
    unknown = sorted(set(members) - workspace(ROOT).keys())
    if unknown:
        print(
            f"no member {', '.join(unknown)}; there are: {', '.join(sorted(workspace(ROOT)))}",
            file=sys.stderr,
        )
        return 2
    for wheel in build(ROOT, given.out, version, members):
        print(wheel)
    return 0


if __name__ == "__main__":
    sys.exit(main())
