"""Owns the real servers: one PostgreSQL with a schema for each service, one Redis, and how virtual time reaches them."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import quote, urlsplit, urlunsplit

import psycopg
from psycopg import sql
from redis import Redis

from chassis import postgres
from local_stack.embedded import EmbeddedPostgres, EmbeddedRedis

SCHEMAS = ("staff_registry", "availability", "booking", "calcom_sync", "telephony_gateway")
_CLOCK = """
CREATE SCHEMA sim_time;
CREATE TABLE sim_time.clock (at timestamptz NOT NULL) WITH (fillfactor = 10);
INSERT INTO sim_time.clock VALUES ('2026-01-01 00:00+00');
CREATE FUNCTION sim_time.now() RETURNS timestamptz LANGUAGE sql STABLE PARALLEL SAFE
    AS 'SELECT at FROM sim_time.clock';
"""
"""The queue's library asks PostgreSQL what time it is. In these schemas ``now()`` finds this function first."""
_AGE = """
local aged = 0
for _, key in ipairs(redis.call('KEYS', '*')) do
  local left = redis.call('PTTL', key)
  if left >= 0 then
    if left <= tonumber(ARGV[1]) then redis.call('DEL', key) else redis.call('PEXPIRE', key, left - ARGV[1]) end
    aged = aged + 1
  end
end
return aged
"""
"""Redis lets keys expire by its own clock: what virtual time is ahead is taken off what they have left."""


@dataclass
class Database:
    """A database of a world."""

    server: EmbeddedPostgres
    name: str
    _teller: psycopg.Connection | None = None

    def url(self, schema: str) -> str:
        """As a service sees it: its own schema, then virtual time, then PostgreSQL's own names."""
        return (
            f"{self.admin_url}?sslmode=disable&options={quote(f'-csearch_path={schema},sim_time,pg_catalog')}"
        )

    @property
    def admin_url(self) -> str:
        """As the oracle sees it."""
        return urlunsplit(urlsplit(self.server.url)._replace(path=f"/{self.name}"))

    def tell(self, now: datetime) -> None:
        """What time it is. While the server is down nobody asks it."""
        try:
            if self._teller is None or self._teller.closed:
                self._teller = psycopg.connect(self.admin_url, autocommit=True)
                self._teller.execute("SET synchronous_commit = off")
            self._teller.execute("UPDATE sim_time.clock SET at = %s", [now])
        except psycopg.OperationalError:
            self._teller = None

    def close(self) -> None:
        """Let go of the connection."""
        if self._teller:
            self._teller.close()


@dataclass
class Servers:
    """What is real."""

    postgres: EmbeddedPostgres
    redis: EmbeddedRedis
    _template: str = ""
    _memory: Redis | None = field(default=None)

    @property
    def ports(self) -> dict[int, str]:
        """For the loop to know them by."""
        return {self.postgres.cluster.port: "postgres", self.redis.files.port: "redis"}

    @property
    def memory(self) -> Redis:
        """The world's own connection to Redis."""
        if self._memory is None:
            self._memory = Redis.from_url(self.redis.url)
        return self._memory

    def age(self, milliseconds: int) -> None:
        """Take time off what keys have left."""
        self.memory.eval(_AGE, 0, milliseconds)

    @contextmanager
    def database(self) -> Iterator[Database]:
        """A database with all schemas, dropped afterwards; Redis is emptied."""
        self.redis.empty()
        made = Database(self.postgres, f"world_{secrets.token_hex(4)}")
        self._admin("CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY", made.name, self._migrated())
        try:
            yield made
        finally:
            made.close()
            self._admin("DROP DATABASE IF EXISTS {} WITH (FORCE)", made.name)

    def _migrated(self) -> str:
        if not self._template:
            name = f"template_{secrets.token_hex(4)}"
            self._admin("CREATE DATABASE {}", name)
            database = Database(self.postgres, name)
            with psycopg.connect(database.admin_url, autocommit=True) as connection:
                connection.execute(_CLOCK)
                for schema in SCHEMAS:
                    connection.execute(sql.SQL("CREATE SCHEMA {}").format(sql.Identifier(schema)))
            for schema in SCHEMAS:
                _migrate(schema, database.url(schema))
            self._template = name
        return self._template

    def _admin(self, words: str, *names: str) -> None:
        with psycopg.connect(self.postgres.url, autocommit=True) as connection:
            connection.execute(sql.SQL(words).format(*map(sql.Identifier, names)))


def _migrate(schema: str, url: str) -> None:
    from booking import migration as booking  # noqa: PLC0415 - yoyo and pgqueuer take a while to load
    from calcom_sync import migration as calcom_sync  # noqa: PLC0415

    special = {"booking": booking.migrate, "calcom_sync": calcom_sync.migrate}
    if schema in special:
        special[schema](url)
    else:
        postgres.migrate(url, schema)


@contextmanager
def started() -> Iterator[Servers]:
    """Both servers, ended afterwards."""
    with EmbeddedPostgres() as sql_server, EmbeddedRedis() as memory:
        yield Servers(sql_server, memory)
