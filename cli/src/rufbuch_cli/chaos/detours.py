"""The table of programs with a proxy in every line: to PostgreSQL, Redis, Cal.com, and from service to service."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace

from local_stack.embedded import free_port
from local_stack.installation import Installation
from local_stack.programs import Program
from local_stack.rufbuch import rufbuch_programs
from rufbuch_cli.chaos.proxy import HOST, Lines, Proxy

BEHIND = {
    "postgres": "RUFBUCH_DATABASE_URL",
    "redis": "RUFBUCH_REDIS_URL",
    "calcom": "RUFBUCH_CALCOM_BASE_URL",
    "staff-registry": "RUFBUCH_STAFF_REGISTRY_ADDRESS",
    "availability": "RUFBUCH_AVAILABILITY_ADDRESS",
    "booking": "RUFBUCH_BOOKING_ADDRESS",
    "calcom-sync": "RUFBUCH_CALCOM_SYNC_ADDRESS",
}
"""What a line leads to, and the variable that says where it is."""


@dataclass
class Detours:
    """Makes the table; the same proxies for a stack that is started again."""

    proxies: dict[str, Proxy] = field(default_factory=dict)

    def table(self, installation: Installation) -> list[Program]:
        """What ``Stack`` runs: only services go through proxies, tools do not."""
        programs = rufbuch_programs(installation)
        ports = _ports(installation)
        for behind, port in ports.items():
            if behind not in self.proxies:
                self.proxies[behind] = Proxy(free_port(), port)
                self.proxies[behind].start()
        return [replace(each, environment=self._through(each, ports)) for each in programs]

    def close(self) -> None:
        """End all of them."""
        for proxy in self.proxies.values():
            proxy.close()

    def _through(self, program: Program, ports: dict[str, int]) -> dict[str, str]:
        environment = dict(program.environment)
        if not program.is_service:
            return environment
        for behind, name in BEHIND.items():
            if name in environment:
                known = f"{HOST}:{ports[behind]}"
                environment[name] = environment[name].replace(known, f"{HOST}:{self.proxies[behind].port}")
        return environment


def _ports(installation: Installation) -> dict[str, int]:
    ports = installation.ports
    return {behind: int(getattr(ports, behind.replace("-", "_"))) for behind in BEHIND}


@contextmanager
def detours() -> Iterator[tuple[Detours, Lines]]:
    """A table maker, and the lines that it makes; closed after."""
    made = Detours()
    with ExitStack() as stack:
        stack.callback(made.close)
        yield made, Lines(made.proxies)
