"""What a new database is prepared with in a cluster and in containers: each service gets its schema, and no other."""

import os
import re
import subprocess

import psycopg
import pytest

from booking import migration as booking_migration
from calcom_sync import migration as calcom_sync_migration
from chassis import postgres
from deploy_check.__main__ import DEPLOY
from deploy_check.facts import SERVICES
from local_stack.embedded import EmbeddedPostgres
from local_stack.postgres import binaries
from local_stack.provisioning import url_for

SCHEMAS = DEPLOY / "kubernetes" / "schemas"
ROLES = sorted(service.package for service in SERVICES)


@pytest.fixture
def prepared(private_postgres: EmbeddedPostgres) -> str:
    """The superuser's address of a database after both files, the first one twice."""
    url = private_postgres.url
    with psycopg.connect(url, autocommit=True) as connection:
        for _ in range(2):
            connection.execute((SCHEMAS / "schemas.sql").read_bytes())
    place = re.fullmatch(r"postgresql://(.+):(.+)@(.+):(\d+)/(.+)", url)
    assert place
    user, word, host, port, database = place.groups()
    done = subprocess.run(
        ["sh", str(SCHEMAS / "passwords.sh")],
        env={
            "PATH": f"{binaries(None)}:{os.environ['PATH']}",  # noqa: TID251 - sh and printenv
            "PGPASSWORD": word, "PGHOST": host, "PGPORT": port, "POSTGRES_USER": user, "POSTGRES_DB": database,
            **{f"PASSWORD_OF_{role}": f"it's {role}" for role in ROLES},
        },
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return url


def test_every_service_migrates_its_own_schema_and_sees_no_other(prepared: str) -> None:
    for role in ROLES:
        own = url_for(prepared, role, f"it's {role}")
        {
            "booking": booking_migration.migrate,
            "calcom_sync": calcom_sync_migration.migrate,
        }.get(role, lambda url, role=role: postgres.migrate(url, role))(own)

    with psycopg.connect(prepared) as connection:
        rows = connection.execute(
            "SELECT schemaname, count(*) FROM pg_tables WHERE tableowner = ANY (%s) GROUP BY 1", [ROLES]
        ).fetchall()
        seen = connection.execute(
            "SELECT r.role, s.schema FROM unnest(%s::text[]) r(role), unnest(%s::text[]) s(schema)"
            " WHERE has_schema_privilege(r.role, s.schema, 'USAGE')", [ROLES, ROLES],
        ).fetchall()  # fmt: skip
    assert sorted(schema for schema, _ in rows) == ROLES
    assert sorted(seen) == [(role, role) for role in ROLES]
