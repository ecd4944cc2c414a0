"""What the image's build does, done here: one member alone, out of the lock; started as nobody on a read-only system, stopped.

There is no container here, and nothing that a container would bring: the same steps, an account without rights, a mount
namespace in which everything is read-only.
"""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import distributions
from pathlib import Path

import pytest
from locked import members_of, read_lock, requirements_of, workspace

from local_stack.accounts import server_account, temporary_directory
from local_stack.databases import MigratedDatabases
from local_stack.offsets import claimed_offset
from local_stack.ports import Ports
from local_stack.waiting import until

pytestmark = pytest.mark.timeout(400)

ROOT = Path(__file__).parents[3]
MEMBER, PACKAGE = "booking", "booking"
DOCKERFILE = (ROOT / "deploy/docker/Dockerfile").read_text()
# What the image sets: an account that has a number alone has no name, which the notes of migrations want.
NAMED = {"USER": re.findall(r"USER=(\w+)", DOCKERFILE)[0], "PATH": os.defpath}
IS_ROOT = os.geteuid() == 0
NOBODY = 65532
POWERLESS = 'mount -o remount,bind,ro / && exec setpriv --reuid=65532 --regid=65532 --clear-groups --no-new-privs "$@"'


@pytest.fixture(scope="module")
def installed() -> Iterator[Path]:
    """The member in an environment of its own, as the Dockerfile makes it."""
    directory = temporary_directory(server_account())
    target = directory / "app"
    tools = Path(sys.executable).parent
    environment = {
        **os.environ,  # noqa: TID251 - the path, and where packages come from
        "PATH": f"{tools}:{os.environ['PATH']}",  # noqa: TID251 - as above
        "PYTHON": sys.executable,
        "BASE_PYTHON": _python_for_everybody(),
        "VERSION": "7.8.9",
    }
    words = [str(ROOT / "deploy/docker/install.sh"), MEMBER, str(target)]
    done = subprocess.run(words, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    yield target
    shutil.rmtree(directory)


def _python_for_everybody() -> str:
    """Ours, where nobody may run it; else the machine's own."""
    account, ours = server_account(), getattr(sys, "_base_executable", sys.executable)
    return ours if account is None or account.can_run(Path(ours)) else "/usr/bin/python3"


def _confined(*words: str) -> list[str]:
    return ["unshare", "--mount", "sh", "-c", POWERLESS, "sh", *words] if IS_ROOT else list(words)


@pytest.fixture
def environment(migrated_database: MigratedDatabases, installed: Path) -> Iterator[dict[str, str]]:
    def migrate(url: str) -> None:
        """As the Job does."""
        words = _confined(str(installed / "bin" / "service"), "migrate")
        done = subprocess.run(
            words, env=NAMED | {"RUFBUCH_DATABASE_URL": url}, capture_output=True, check=False
        )
        assert done.returncode == 0, done.stderr.decode()[-2000:]

    with migrated_database("image-booking", migrate) as url, claimed_offset() as offset:
        ports = Ports().shifted(offset)
        yield NAMED | {
            "RUFBUCH_DATABASE_URL": url,
            "RUFBUCH_GRPC_PORT": str(ports.booking),
            "RUFBUCH_METRICS_PORT": str(ports.booking_metrics),
            "RUFBUCH_DRAIN_S": "1",
        }


@contextmanager
def _started(installed: Path, environment: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(
        _confined(str(installed / "bin" / "service")), env=environment, stderr=subprocess.PIPE
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def test_a_member_runs_alone_as_nobody_on_a_read_only_system_and_ends_in_order(
    installed: Path, environment: dict[str, str]
) -> None:
    def is_healthy() -> bool:
        words = _confined(str(installed / "bin" / "healthy"))
        return subprocess.run(words, env=environment, capture_output=True, check=False).returncode == 0

    assert not is_healthy()
    with _started(installed, environment) as process:
        until(is_healthy, within_s=60, what="the health of the service")
        status = Path(f"/proc/{process.pid}/status").read_text()
        process.send_signal(signal.SIGTERM)

        assert process.wait(timeout=30) == 0
    if IS_ROOT:
        assert f"Uid:\t{NOBODY}\t{NOBODY}\t{NOBODY}\t{NOBODY}" in status


def test_nobody_changes_what_is_installed(installed: Path) -> None:
    touch = subprocess.run(
        _confined("touch", str(installed / "bin" / "service")), capture_output=True, check=False
    )

    assert not IS_ROOT or touch.returncode != 0


def test_only_what_the_member_needs_is_there_as_the_lock_has_it(installed: Path) -> None:
    found = {
        one.metadata["Name"].lower().replace("_", "-").replace(".", "-"): one.version
        for one in distributions(path=[str(next((installed / "lib").glob("python*/site-packages")))])
    }

    ours = {name: version for name, version in found.items() if name.startswith("rufbuch-")}
    assert ours == dict.fromkeys(members_of("rufbuch-booking"), "7.8.9")
    lock = read_lock("\n".join(requirements_of(["rufbuch-booking"])))
    theirs = {name: version for name, version in found.items() if name not in ours}
    assert theirs.keys() <= lock.keys()
    for name, version in theirs.items():
        assert f"=={version} " in lock[name].lines[0]
    assert not {"pytest", "mypy", "ruff", "playwright"} & theirs.keys()


def test_the_bill_of_materials_names_everything(installed: Path) -> None:
    bill = json.loads((installed / "sbom.json").read_text())

    names = {component["name"].lower() for component in bill["components"]}
    assert bill["bomFormat"] == "CycloneDX"
    assert {"grpcio", "asyncpg", "pydantic", "rufbuch-booking", "rufbuch-chassis"} <= names


@pytest.mark.parametrize("name", sorted(workspace()))
def test_every_package_that_a_member_asks_for_is_among_its_lines_of_the_lock(name: str) -> None:
    """The way through ``# via`` has to reach whatever the members' own files name."""
    lines = read_lock("\n".join(requirements_of([name])))

    wanted = {package for member in members_of(name) for package in workspace()[member][1]}
    assert wanted - workspace().keys() - lines.keys() == set()
