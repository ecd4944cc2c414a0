"""What one call costs, and the file in which a measurement is kept."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

FILE = Path(__file__).with_name("measured.json")
SERVERS = ("postgres", "redis")
TOOLS = ("calcom", "collector", "front")


@dataclass(frozen=True)
class Costs:
    """Of one call: greeting, two searches, one booking, the hang-up. What goes on without calls is taken off."""

    cpu_ms: dict[str, float]
    """Processor time by program, in milliseconds."""
    statements: dict[str, float]
    """SQL statements by the role that sends them, BEGIN and COMMIT included."""
    commits: float
    wal_bytes: float
    stored_bytes: float
    """By which the database grows."""
    redis_commands: float
    redis_bytes: float
    """Read and written."""
    rpcs: dict[str, float]
    """gRPC calls by the service that answers them."""
    http_bytes: float
    """Bodies of what Retell sends and hears."""
    calcom_requests: float
    """Requests to Cal.com for an appointment of one active phase."""
    calcom_requests_per_phase: float
    """For each further one."""
    calls: int
    """How many were played."""
    machine: str

    @property
    def ours_ms(self) -> float:
        """Processor time of the services together."""
        return sum(ms for name, ms in self.cpu_ms.items() if name not in (*SERVERS, *TOOLS, "caller"))

    @property
    def postgres_ms(self) -> float:
        """Processor time of PostgreSQL."""
        return self.cpu_ms["postgres"]

    @property
    def redis_ms(self) -> float:
        """Processor time of Redis."""
        return self.cpu_ms["redis"]

    @property
    def all_ms(self) -> float:
        """Of everything that takes part, the caller included."""
        return sum(self.cpu_ms.values())


def kept() -> Costs:
    """The measurement that the page is made from."""
    found: dict[str, Any] = json.loads(FILE.read_text())
    return Costs(**found)


def keep(costs: Costs) -> None:
    """Put a measurement in its place."""
    FILE.write_text(json.dumps(asdict(costs), indent=1, sort_keys=True) + "\n")
