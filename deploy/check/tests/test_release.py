"""A release: its version is that of the tag, its wheels go together, its notes are those of the changelog, its CI is ours."""

import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest
import yaml
from locked import members_of, workspace
from notes import notes
from wheels import VersionError, build, version_of, versioned

ROOT = Path(__file__).parents[3]
WORKFLOW = ROOT / ".github" / "workflows" / "ci.yaml"


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    git(tmp_path, "init", "--quiet")
    commit(tmp_path, "first")
    return tmp_path


def git(repository: Path, *words: str) -> None:
    who = ["-c", "user.name=Kim Beispiel", "-c", "user.email=kim@example.org"]
    subprocess.run(["git", "-C", str(repository), *who, *words], check=True, capture_output=True)


def commit(repository: Path, text: str) -> None:
    (repository / "file").write_text(text)
    git(repository, "add", "file")
    git(repository, "commit", "--quiet", "--message", text)


def test_the_version_is_that_of_the_tag(repository: Path) -> None:
    git(repository, "tag", "v1.2.3")

    assert version_of(repository) == "1.2.3"


def test_what_comes_after_a_tag_is_the_next_version_under_development(repository: Path) -> None:
    git(repository, "tag", "v1.2.3")
    commit(repository, "second")

    assert version_of(repository).startswith("1.2.4.dev1+g")


def test_what_is_changed_is_no_release(repository: Path) -> None:
    git(repository, "tag", "v1.2.3")
    (repository / "file").write_text("changed")

    assert version_of(repository).endswith(".changed")


def test_before_any_tag_there_is_a_version_too(repository: Path) -> None:
    assert version_of(repository) == "0.1.0.dev1"


def test_a_tag_that_is_no_version_builds_nothing(tmp_path: Path) -> None:
    with pytest.raises(VersionError, match=r"v1\.2\.3"):
        build(ROOT, tmp_path, "next", ["rufbuch-protos"])

    assert list(tmp_path.iterdir()) == []


def test_wheels_of_one_release_ask_for_each_other(tmp_path: Path) -> None:
    wheels = build(ROOT, tmp_path, "7.8.9", ["rufbuch-matching"])

    assert [wheel.name for wheel in wheels] == ["rufbuch_matching-7.8.9-py3-none-any.whl"]
    project = (ROOT / "services/booking/pyproject.toml").read_text()
    pinned = tomllib.loads(versioned(project, "7.8.9", set(workspace())))["project"]
    assert pinned["version"] == "7.8.9"
    assert {"rufbuch-chassis==7.8.9", "rufbuch-protos==7.8.9"} <= set(pinned["dependencies"])
    assert not any(name.startswith("pgqueuer==") for name in pinned["dependencies"])


def test_a_wheel_holds_its_member_and_no_test(tmp_path: Path) -> None:
    (wheel,) = build(ROOT, tmp_path, "7.8.9", ["rufbuch-protos"])

    names = zipfile.ZipFile(wheel).namelist()
    assert "rufbuch/booking/v1/service_pb2.py" in names
    assert not [name for name in names if "tests/" in name]


@pytest.mark.parametrize("name", sorted(set(workspace()) - {"rufbuch-protos"}))
def test_every_member_has_a_version_that_a_release_replaces(name: str) -> None:
    project = (ROOT / workspace()[name][0] / "pyproject.toml").read_text()

    assert tomllib.loads(versioned(project, "7.8.9", set(workspace())))["project"]["version"] == "7.8.9"
    assert members_of(name)[-1] == name


def test_the_notes_of_a_release_are_its_part_of_the_changelog() -> None:
    changelog = "# Changelog\n\n## Unreleased\n\n- new\n\n## 1.2.3 - 2026-11-26\n\n- old\n"

    assert notes(changelog, "1.2.3") == "- old"
    assert notes(changelog, "9.9.9") == "- new"
    assert notes((ROOT / "CHANGELOG.md").read_text(), "0.1.0")


def test_what_github_runs_is_what_ci_runs_and_a_workflow() -> None:
    words = [
        sys.executable,
        "-m",
        "check_jsonschema",
        "--builtin-schema",
        "vendor.github-workflows",
        str(WORKFLOW),
    ]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    jobs = yaml.safe_load(WORKFLOW.read_text())["jobs"]

    assert done.returncode == 0, done.stdout
    assert any("bash .ci/run" in step.get("run", "") for step in jobs["check"]["steps"])
    assert jobs["release"]["needs"] == "check"
    assert any(step.get("run") == "make wheels" for step in jobs["release"]["steps"])
