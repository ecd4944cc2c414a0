"""New migrations under the code of before: the last release serves callers while the schemas are brought to what is here."""

import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from local_stack.installation import Installation
from local_stack.programs import Program
from local_stack.rufbuch import rufbuch_programs
from rufbuch_cli.chaos.playing import World

MIGRATIONS = "services/*/src/*/migrations/*.sql"
MIGRATED_WITHIN_S = 120


class NoReleaseBeforeError(RuntimeError):
    """There is no earlier code to be had: no history, or nothing was migrated since the last tag."""


def release_before(project: Path) -> str:
    """The commit whose code serves: the last tag, or else the one before the newest migration."""
    tagged = _git(project, "describe", "--tags", "--abbrev=0")
    if tagged:
        return tagged
    newest = _git(project, "log", "-1", "--diff-filter=A", "--format=%H", "--", MIGRATIONS)
    before = _git(project, "rev-parse", "--verify", "--quiet", f"{newest}^") if newest else ""
    if not before:
        raise NoReleaseBeforeError("no commit before the newest migration: the history is needed")
    return before


def _git(project: Path, *words: str) -> str:
    ran = subprocess.run(["git", *words], cwd=project, capture_output=True, text=True, check=False)
    return ran.stdout.strip() if ran.returncode == 0 else ""


def checked_out(project: Path, commit: str, target: Path) -> list[Path]:
    """The sources of a commit below a directory; what has to be imported from."""
    archive = subprocess.run(
        ["git", "archive", commit, "services", "protos"],
        cwd=project, capture_output=True, check=True,
    ).stdout  # fmt: skip
    target.mkdir(parents=True)
    subprocess.run(["/bin/tar", "-x", "-C", str(target)], input=archive, check=True)
    return [target / "protos", *sorted(target.glob("services/*/src"))]


def old_table(sources: Sequence[Path], installation: Installation) -> list[Program]:
    """The services as they were, migrations included; servers and tools as they are."""
    path = ":".join(str(each) for each in sources)
    return [
        replace(each, environment={**each.environment, "PYTHONPATH": path}) if each.is_service else each
        for each in rufbuch_programs(installation)
    ]


def new_migrations(world: World) -> Iterator[str]:
    """Bring each schema to what is here, under whoever serves; the names of the services. Raises CalledProcessError."""
    for program in rufbuch_programs(world.stack.installation):
        if program.migrate:
            subprocess.run(
                program.migrate,
                env=dict(program.environment),
                check=True,
                capture_output=True,
                timeout=MIGRATED_WITHIN_S,
            )
            yield program.name
