"""The pytest plugin: real servers for whichever test asks for them. README.md of this folder shows the use."""

import secrets
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from local_stack.accounts import quick_directory, server_account
from local_stack.databases import MigratedDatabases
from local_stack.embedded import EmbeddedPostgres, EmbeddedRedis
from local_stack.settings import TestSettings
from local_stack.shared_postgres import shared_postgres

SERVERS = {
    "postgres": {"postgres_server", "private_postgres"},
    "redis": {"redis_server", "private_redis"},
}


def pytest_configure(config: pytest.Config) -> None:
    """Make the markers known."""
    config.addinivalue_line("markers", "postgres: needs a real PostgreSQL (set by its fixtures)")
    config.addinivalue_line("markers", "redis: needs a real Redis (set by its fixtures)")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark each test with the servers that its fixtures need, before -m selects."""
    for item in items:
        for marker, fixtures in SERVERS.items():
            if fixtures & set(getattr(item, "fixturenames", ())):
                item.add_marker(marker)


@pytest.fixture(scope="session")
def _test_run(request: pytest.FixtureRequest) -> tuple[str, bool]:
    """The id of this run, and whether several processes share it."""
    worker = getattr(request.config, "workerinput", None)
    if worker:
        return worker["testrunuid"], True
    return secrets.token_hex(8), False


@pytest.fixture(scope="session")
def postgres_server(_test_run: tuple[str, bool]) -> Iterator[str]:
    """The superuser's URL of the PostgreSQL of this run."""
    given = TestSettings().database_url
    run, in_parallel = _test_run
    with ExitStack() as stack:
        if given:
            yield given
        elif in_parallel:
            yield stack.enter_context(shared_postgres(run))
        else:
            yield stack.enter_context(_quick_postgres()).url


@pytest.fixture(scope="session")
def migrated_database(postgres_server: str, _test_run: tuple[str, bool]) -> Iterator[MigratedDatabases]:
    """``with migrated_database("booking", migrate) as url:`` a database of one's own, migrated, dropped after."""
    run, in_parallel = _test_run
    databases = MigratedDatabases(postgres_server, run=run)
    yield databases
    if not in_parallel:
        databases.close()


@pytest.fixture(scope="session")
def redis_server() -> Iterator[EmbeddedRedis]:
    """The Redis of this process; a test that stops or kills it takes ``private_redis`` instead."""
    with EmbeddedRedis() as server:
        yield server


@pytest.fixture
def redis_url(redis_server: EmbeddedRedis) -> str:
    """The URL of an empty Redis."""
    redis_server.empty()
    return redis_server.url


@pytest.fixture
def private_postgres() -> Iterator[EmbeddedPostgres]:
    """A running PostgreSQL for this test alone: ``kill()``, ``stop()`` and ``start()`` it at will."""
    with _quick_postgres() as server:
        yield server


def _quick_postgres() -> EmbeddedPostgres:
    return EmbeddedPostgres(quick_directory(server_account()))


@pytest.fixture
def private_redis() -> Iterator[EmbeddedRedis]:
    """A running Redis for this test alone: ``kill()``, ``stop()`` and ``start()`` it at will."""
    with EmbeddedRedis() as server:
        yield server
