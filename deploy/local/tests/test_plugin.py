"""The pytest plugin as a test run sees it: its markers, one server for all processes of a run, and its end."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from local_stack.waiting import until

pytestmark = pytest.mark.processes

TESTS = """
from pathlib import Path
import pytest

def test_of_a_unit():
    pass

@pytest.fixture
def database(postgres_server):
    return postgres_server

@pytest.mark.parametrize("number", range(4))
def test_of_postgres(database, worker_id, number):
    Path(f"address-{worker_id}-{number}").write_text(database)

def test_of_redis(redis_url):
    pass

def test_that_lasts(postgres_server):
    import threading
    Path("address-lasting").write_text(postgres_server)
    threading.Event().wait()
"""


# What a shell puts into the background does not hear Ctrl-C, nor does what that starts: a run of ours may be there itself.
INTERRUPTIBLE = """
import signal, sys, pytest
signal.signal(signal.SIGINT, signal.default_int_handler)
sys.exit(pytest.main(sys.argv[1:]))
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Another project's folder, with tests that use the plugin."""
    (tmp_path / "test_it.py").write_text(TESTS)
    (tmp_path / "pytest.ini").write_text(
        # Without plugins that take longer to load than these tests do.
        "[pytest]\naddopts = --strict-markers -p no:schemathesis -p no:hypothesispytest\nfilterwarnings = error\n"
        "asyncio_default_fixture_loop_scope = function\n"
    )
    return tmp_path


def run(project: Path, *words: str) -> str:
    command = [sys.executable, "-m", "pytest", "-q", *words]
    done = subprocess.run(command, cwd=project, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def can_connect(url: str) -> bool:
    try:
        psycopg.connect(url, connect_timeout=2).close()
    except psycopg.OperationalError:
        return False
    return True


@pytest.mark.parametrize(
    ("selection", "count"),
    [("not postgres and not redis", 1), ("redis", 1), ("postgres and not redis", 5)],
)
def test_tests_are_marked_by_the_servers_that_their_fixtures_need(
    project: Path, selection: str, count: int
) -> None:
    assert f"{count}/7 tests collected" in run(project, "--collect-only", "-m", selection)


def test_all_processes_of_a_run_share_one_server_which_ends_with_the_last(project: Path) -> None:
    run(project, "-n", "2", "-k", "of_postgres")

    addresses = {path.read_text() for path in project.glob("address-*")}
    workers = {path.name.split("-")[1] for path in project.glob("address-*")}
    assert (len(addresses), workers) == (1, {"gw0", "gw1"})
    until(lambda: not can_connect(addresses.copy().pop()), within_s=15, what="the end of the shared server")


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT])
@pytest.mark.parametrize("workers", [(), ("-n", "1")])
def test_the_server_ends_with_a_run_that_is_broken_off(
    project: Path, number: signal.Signals, workers: tuple[str, ...]
) -> None:
    address = project / "address-lasting"
    command = [sys.executable, "-c", INTERRUPTIBLE, "-q", "-k", "lasts", *workers]
    with subprocess.Popen(
        command, cwd=project, stdout=subprocess.DEVNULL, start_new_session=True
    ) as broken_off:
        until(lambda: address.exists() and bool(address.read_text()), within_s=30, what="the test")
        url = address.read_text()
        assert can_connect(url)

        os.killpg(broken_off.pid, number)

    until(lambda: not can_connect(url), within_s=15, what="the end of the server")
