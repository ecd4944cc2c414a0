"""Each service has its own role and schema, and no way into another's."""

import secrets
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest
from psycopg import sql

from local_stack.databases import MigratedDatabases
from local_stack.provisioning import ProvisioningError, provision, url_for


def nothing(_: str) -> None:
    """No schema: provisioning makes them."""


@pytest.fixture
def admin_url(migrated_database: MigratedDatabases) -> Iterator[str]:
    with migrated_database("provisioned", nothing) as url:
        yield url


@pytest.fixture
def roles() -> list[str]:
    """Names that no other test uses: roles belong to the whole server."""
    token = secrets.token_hex(4)
    return [f"{name}_{token}" for name in ("one", "two")]


def run(url: str, words: str, *names: str) -> list[tuple[object, ...]]:
    """Run one statement as whoever the URL names; its rows, if it has any."""
    with psycopg.connect(url) as connection:
        done = connection.execute(sql.SQL(words).format(*map(sql.Identifier, names)))
        return done.fetchall() if done.description else []


def test_a_role_works_in_its_own_schema_without_naming_it(admin_url: str, roles: list[str]) -> None:
    provision(admin_url, {roles[0]: "first"})
    own = url_for(admin_url, roles[0], "first")

    run(own, "CREATE TABLE mine (words text)")

    assert run(own, "SELECT schemaname FROM pg_tables WHERE tablename = 'mine'") == [(roles[0],)]


@pytest.mark.parametrize(
    "words", ["SELECT * FROM {}.mine", "INSERT INTO {}.mine VALUES ('x')", "CREATE TABLE {}.theirs (a int)"]
)
def test_a_role_is_denied_what_belongs_to_another(admin_url: str, roles: list[str], words: str) -> None:
    provision(admin_url, {roles[0]: "first", roles[1]: "second"})
    run(url_for(admin_url, roles[0], "first"), "CREATE TABLE mine (words text)")

    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        run(url_for(admin_url, roles[1], "second"), words, roles[0])


def test_provisioning_again_keeps_the_tables_and_takes_the_new_password(
    admin_url: str, roles: list[str]
) -> None:
    provision(admin_url, {roles[0]: "first"})
    run(url_for(admin_url, roles[0], "first"), "CREATE TABLE mine AS SELECT 1")

    provision(admin_url, {roles[0]: "changed"})

    assert run(url_for(admin_url, roles[0], "changed"), "SELECT count(*) FROM mine") == [(1,)]


def test_installations_in_several_databases_of_a_server_do_not_meet(
    admin_url: str, migrated_database: MigratedDatabases, roles: list[str]
) -> None:
    """Roles belong to the server, locks to a database: whoever comes second tries again."""
    passwords = dict.fromkeys(roles, "same")
    with migrated_database("provisioned", nothing) as other, ThreadPoolExecutor(8) as pool:
        done = [pool.submit(provision, url, passwords) for url in (admin_url, other) * 8]
        for one in done:
            one.result()

        for url in (admin_url, other):
            assert run(url_for(url, roles[0], "same"), "SELECT 1") == [(1,)]


def test_a_user_who_may_not_create_roles_is_told_what_is_missing(admin_url: str, roles: list[str]) -> None:
    run(admin_url, "CREATE ROLE {} LOGIN PASSWORD 'hidden'", roles[0])

    with pytest.raises(ProvisioningError, match="needs CREATEROLE, and CREATE on the database") as error:
        provision(url_for(admin_url, roles[0], "hidden"), {roles[1]: "second"})

    assert "hidden" not in str(error.value)


def test_a_user_with_just_these_rights_is_enough(admin_url: str, roles: list[str]) -> None:
    run(admin_url, "CREATE ROLE {} LOGIN CREATEROLE PASSWORD 'enough'", roles[0])
    run(admin_url, "GRANT CREATE ON DATABASE {} TO {}", admin_url.rpartition("/")[2], roles[0])
    enough = url_for(admin_url, roles[0], "enough")

    provision(enough, {roles[1]: "second"})
    provision(enough, {roles[1]: "again"})

    run(url_for(admin_url, roles[1], "again"), "CREATE TABLE mine (words text)")


def test_a_server_that_is_not_there_is_named_without_its_password() -> None:
    with pytest.raises(ProvisioningError, match=r"no connection to admin@127\.0\.0\.1:1/rufbuch") as error:
        provision("postgresql://admin:hidden@127.0.0.1:1/rufbuch", {"one": "first"})

    assert "hidden" not in str(error.value)


def test_the_url_keeps_everything_but_the_user() -> None:
    url = url_for("postgresql://admin:secret@db.example.org:6543/rufbuch?sslmode=require", "booking", "p w/d")

    assert url == "postgresql://booking:p%20w%2Fd@db.example.org:6543/rufbuch?sslmode=require"
