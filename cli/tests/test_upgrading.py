"""Which code a new migration has to live with, and that it is that code which serves in the trial."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from rufbuch_cli.chaos.upgrading import NoReleaseBeforeError, checked_out, release_before

MIGRATION = "services/desk/src/desk/migrations/{}.sql"
AUTHOR = ["-c", "user.name=Kim", "-c", "user.email=kim@example.org", "-c", "commit.gpgsign=false"]


def git(project: Path, *words: str) -> str:
    ran = subprocess.run(["git", *AUTHOR, *words], cwd=project, capture_output=True, text=True, check=True)
    return ran.stdout.strip()


@pytest.fixture
def commit(tmp_path: Path) -> Callable[..., str]:
    """Writes files into a project and commits them."""
    git(tmp_path, "init", "-q")

    def made(**files: str) -> str:
        for name, text in {"protos/a.proto": "", "services/desk/src/desk/app.py": "", **files}.items():
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).write_text(text)
        git(tmp_path, "add", "-A")
        git(tmp_path, "commit", "-q", "--allow-empty", "-m", "Change something")
        return git(tmp_path, "rev-parse", "HEAD")

    return made


def test_without_a_release_it_is_what_stood_before_the_newest_migration(
    commit: Callable[..., str], tmp_path: Path
) -> None:
    commit(**{MIGRATION.format("0001.desk"): "SELECT 1"})
    before = commit(**{"services/desk/src/desk/app.py": "before"})
    commit(**{MIGRATION.format("0002.more"): "SELECT 2", "services/desk/src/desk/app.py": "with it"})
    commit(
        **{MIGRATION.format("0001.desk"): "SELECT 1 -- said better", "services/desk/src/desk/app.py": "after"}
    )
    assert release_before(tmp_path) == before
    services = checked_out(tmp_path, before, tmp_path / "before")
    assert services == [tmp_path / "before/protos", tmp_path / "before/services/desk/src"]
    assert (services[1] / "desk" / "app.py").read_text() == "before"
    assert [each.name for each in services[1].glob("desk/migrations/*")] == ["0001.desk.sql"]


def test_it_is_the_last_release_where_there_is_one(commit: Callable[..., str], tmp_path: Path) -> None:
    released = commit()
    git(tmp_path, "tag", "-a", "v1.0.0", "-m", "v1.0.0")
    commit(**{MIGRATION.format("0001.desk"): "SELECT 1"})
    commit(**{MIGRATION.format("0002.more"): "SELECT 2"})
    assert git(tmp_path, "rev-list", "-n", "1", release_before(tmp_path)) == released


def test_without_history_nothing_is_said_to_have_been_tried(
    commit: Callable[..., str], tmp_path: Path
) -> None:
    commit(**{MIGRATION.format("0001.desk"): "SELECT 1"})
    with pytest.raises(NoReleaseBeforeError, match="history"):
        release_before(tmp_path)
