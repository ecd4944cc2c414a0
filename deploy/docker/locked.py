"""What of the lock one member needs: ``python deploy/docker/locked.py requirements NAME...`` writes its lines with their hashes,
``... members NAME`` the folders of the workspace. Needs nothing but Python.

A package in the lock says who asked for it (``# via``), so the way from a member to all that it needs is in the lock itself.
"""

import re
import sys
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parents[2]
_PACKAGE = re.compile(r"^([A-Za-z0-9._-]+)(\[[^\]]*\])?==")
_VIA = re.compile(r"^\s+# +(?:via +)?([A-Za-z0-9._-]+)")


@dataclass
class Locked:
    """One package: its lines, and who asked for it."""

    lines: list[str] = field(default_factory=list)
    via: set[str] = field(default_factory=set)


def read_lock(text: str) -> dict[str, Locked]:
    """Name to package, in the order of the lock."""
    found: dict[str, Locked] = {}
    current = Locked()
    for line in text.splitlines():
        package = _PACKAGE.match(line)
        if package:
            current = found.setdefault(normal(package[1]), Locked())
        current.lines.append(line)
        via = _VIA.match(line)
        if via and via[1] != "via":
            current.via.add(normal(via[1]))
    return found


def normal(name: str) -> str:
    """As the packaging rules compare names."""
    return re.sub(r"[-_.]+", "-", name).lower()


def workspace(root: Path = ROOT) -> dict[str, tuple[Path, set[str]]]:
    """Name of a member to its folder and what its pyproject asks for."""
    patterns = tomllib.loads((root / "pyproject.toml").read_text())["tool"]["uv"]["workspace"]["members"]
    files = sorted(file for pattern in patterns for file in root.glob(f"{pattern}/pyproject.toml"))
    members = {}
    for file in files:
        project = tomllib.loads(file.read_text())["project"]
        wanted = {
            normal(re.split(r"[\[<>=!~; ]", word, maxsplit=1)[0]) for word in project.get("dependencies", [])
        }
        members[normal(project["name"])] = (file.parent.relative_to(root), wanted)
    return members


def members_of(name: str, root: Path = ROOT) -> list[str]:
    """The member and those that it stands on, by name; those below first."""
    members, order = workspace(root), []

    def visit(one: str) -> None:
        if one in members and one not in order:
            for below in sorted(members[one][1]):
                visit(below)
            order.append(one)

    visit(normal(name))
    return order


def requirements_of(names: Iterable[str], root: Path = ROOT) -> Iterator[str]:
    """The lines of the lock that these (members, or packages of the lock) need, and no others."""
    locked = read_lock((root / "requirements.lock").read_text())
    needed = {member for name in names for member in [*members_of(name, root), normal(name)]}
    grown = True
    while grown:
        more = {name for name, package in locked.items() if package.via & needed} - needed
        needed |= more
        grown = bool(more)
    for name, package in locked.items():
        if name in needed:
            yield from package.lines


def main(what: str, *names: str) -> int:
    """Print what was asked for."""
    full = [
        name if normal(name) in read_lock((ROOT / "requirements.lock").read_text()) else _member(name)
        for name in names
    ]
    if what == "requirements":
        print("\n".join(requirements_of(full)))
    else:
        members = workspace()
        print("\n".join(str(members[one][0]) for name in full for one in members_of(name)))
    return 0


def _member(name: str) -> str:
    """``booking`` is rufbuch-booking. Ends the program where there is none."""
    full = normal(f"rufbuch-{name.removeprefix('rufbuch-')}")
    if full not in workspace():
        sys.exit(f"no member {name!r}; there are: {', '.join(sorted(workspace()))}")
    return full


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
