"""What has been used so far by everything that takes part: read twice, the difference is the cost."""

import time
from collections import Counter
from dataclasses import dataclass
from typing import Any

import httpx
import psutil
import psycopg
import redis
from prometheus_client.parser import text_string_to_metric_families

from local_stack.ports import HOST
from local_stack.rufbuch import SERVICES
from rufbuch_cli.beside import Installed

MARK = "rufbuch-counted"
RPCS = "rufbuch_rpc_seconds"
TIMEOUT_S = 10.0
_STATEMENTS = ("statement:", "execute ")


@dataclass(frozen=True)
class Reading:
    """One look."""

    at: float
    used: Counter[str]

    def since(self, earlier: "Reading") -> "Reading":
        """What came between."""
        used = Counter(self.used)
        used.subtract(earlier.used)
        return Reading(self.at - earlier.at, used)

    def less(self, idle: "Reading", share: float = 1.0) -> "Reading":
        """Without what goes on anyway: ``idle`` is a window in which nothing was asked."""
        factor = share * self.at / idle.at
        rest = {name: value - idle.used[name] * factor for name, value in self.used.items()}
        return Reading(self.at, Counter({name: max(value, 0.0) for name, value in rest.items()}))


def count_statements(ours: Installed) -> None:
    """Have PostgreSQL write down each statement with who sent it."""
    with psycopg.connect(ours.running["DATABASE_URL"], autocommit=True) as connection:
        for setting in (f"log_line_prefix = '{MARK} %u '", "log_statement = 'all'"):
            connection.execute(f"ALTER SYSTEM SET {setting}")
        connection.execute("SELECT pg_reload_conf()")


def read(ours: Installed) -> Reading:
    """Everything at once."""
    used: Counter[str] = Counter()
    used.update({f"cpu {name}": seconds for name, seconds in _cpu(ours).items()})
    used.update(_rpcs(ours))
    used.update(_statements(ours))
    with psycopg.connect(ours.running["DATABASE_URL"]) as connection:
        row = connection.execute(
            "SELECT xact_commit, pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0'), pg_database_size(current_database())"
            " FROM pg_stat_database WHERE datname = current_database()"
        ).fetchone()
    if row:
        used.update({"commits": float(row[0]), "wal": float(row[1]), "stored": float(row[2])})
    with redis.Redis.from_url(ours.running["REDIS_URL"]) as client:
        told: dict[str, Any] = client.info("stats")
    used["redis commands"] = told["total_commands_processed"]
    used["redis bytes"] = told["total_net_input_bytes"] + told["total_net_output_bytes"]
    log = httpx.get(
        f"{ours.running['CALCOM_BASE_URL']}/admin/requests", trust_env=False, timeout=TIMEOUT_S
    ).json()
    used["calcom"] = sum(str(each["path"]).startswith("/v2/") for each in log)
    return Reading(time.monotonic(), used)


def _cpu(ours: Installed) -> dict[str, float]:
    return {
        name: sum(_seconds(each) for each in _family(state.pid))
        for name, state in ours.stack.states().items()
        if state.pid
    } | {"caller": sum(psutil.Process().cpu_times()[:2])}


def _family(pid: int) -> list[psutil.Process]:
    process = psutil.Process(pid)
    return [process, *process.children(recursive=True)]


def _seconds(process: psutil.Process) -> float:
    try:
        times = process.cpu_times()
    except psutil.NoSuchProcess:
        return 0.0
    # Of children that have ended: PostgreSQL's connections come and go.
    return float(times.user + times.system + times.children_user + times.children_system)


def _rpcs(ours: Installed) -> Counter[str]:
    found: Counter[str] = Counter()
    ports = ours.stack.installation.ports
    for service in SERVICES:
        port = getattr(ports, f"{service.package}_metrics")
        text = httpx.get(f"http://{HOST}:{port}/metrics", trust_env=False, timeout=TIMEOUT_S).text
        for family in text_string_to_metric_families(text):
            if family.name == RPCS:
                found[f"rpc {service.name}"] += sum(
                    int(sample.value)
                    for sample in family.samples
                    if sample.name.endswith("_count") and "grpc.health" not in sample.labels["method"]
                )
    return found


def _statements(ours: Installed) -> Counter[str]:
    found: Counter[str] = Counter()
    for log in ours.stack.installation.state.logs.glob("postgres.log*"):
        for line in log.read_text(errors="replace").splitlines():
            if line.startswith(MARK) and any(word in line for word in _STATEMENTS):
                found[f"sql {line.split()[1]}"] += 1
    return found
