"""The table of what makes up Rufbuch: the five services, the servers below them, the tools beside them."""

import sys
from collections.abc import Iterable
from dataclasses import dataclass

from local_stack.installation import Installation
from local_stack.ports import HOST, REPLICAS_APART
from local_stack.programs import Probe, Program, Tier, both, listens_on, speaks_grpc, speaks_http

BEHIND = 5
"""Niceness of what nobody on the phone waits for; in a cluster the requested processor shares say the same."""


@dataclass(frozen=True)
class Service:
    """What is particular about one service."""

    name: str
    tier: Tier = Tier.SERVICES
    has_http: bool = False
    has_grpc: bool = True
    secrets: tuple[str, ...] = ()
    settings: tuple[tuple[str, str], ...] = ()
    """What it is told on a laptop."""
    niceness: int = 0

    @property
    def package(self) -> str:
        """Its Python package, which is also its schema, its role and its name among the ports."""
        return self.name.replace("-", "_")


SERVICES = (
    Service("staff-registry", secrets=("RUFBUCH_SECRETS_KEY",)),
    Service("availability"),
    Service("booking"),
    Service("calcom-sync", Tier.SYNC, has_http=True, niceness=BEHIND),
    Service("telephony-gateway", Tier.EDGE, has_http=True, secrets=("RUFBUCH_RETELL_API_KEY",)),
    Service(
        "console",
        Tier.EDGE,
        has_http=True,
        has_grpc=False,
        settings=(("RUFBUCH_CONSOLE_INSECURE_COOKIES", "true"),),
        niceness=BEHIND,
    ),
)
DRAIN_NOTICE_S = 1.5
"""Several times as long as the front needs to see that a replica is about to stop."""
HTTP_PORTS = {
    "telephony_gateway": "gateway_http",
    "calcom_sync": "calcom_sync_http",
    "console": "console_http",
}


def rufbuch_programs(installation: Installation) -> list[Program]:
    """Everything to run; servers whose address was given are left out."""
    given = installation.settings
    programs = [_collector(installation)]
    if not given.database_url:
        programs.append(postgres_program(installation))
    if not given.redis_url:
        programs.append(redis_program(installation))
    if not given.calcom_base_url:
        programs.append(_calcom(installation))
    replicas = range(given.replicas)
    programs += [_service(installation, service, number) for service in SERVICES for number in replicas]
    return programs if given.replicas == 1 else [*programs, _front(installation)]


def replica_name(service: str, number: int) -> str:
    """What the supervisor calls a replica, counted from 0: "booking", "booking-2", "booking-3"."""
    return service if number == 0 else f"{service}-{number + 1}"


def _front(installation: Installation) -> Program:
    """What listens at the known HTTP addresses while several replicas stand behind each."""
    ports = {service: _http_port(installation, service) for service in SERVICES if service.has_http}
    routes = [
        f"{port}={','.join(str(_http_port(installation, service, n)) for n in range(installation.settings.replicas))}"
        for service, port in ports.items()
    ]
    return Program(
        "front",
        (sys.executable, "-m", "local_stack.front", *routes),
        Tier.FRONT,
        _all_of(listens_on(port) for port in ports.values()),
        listens={port: f"{service.name} HTTP" for service, port in ports.items()},
    )


def _all_of(probes: Iterable[Probe]) -> Probe:
    kept = tuple(probes)
    return lambda: all(probe() for probe in kept)


def _http_port(installation: Installation, service: Service, number: int | None = None) -> int:
    """The address that everybody knows, or that of a replica behind it."""
    known = int(getattr(installation.ports, HTTP_PORTS[service.package]))
    behind = number is not None and installation.settings.replicas > 1
    return known + REPLICAS_APART * (number + 1) if behind and number is not None else known


def postgres_program(installation: Installation) -> Program:
    """The embedded PostgreSQL; prepares its files."""
    cluster = installation.postgres
    cluster.prepare()
    return Program(
        "postgres",
        tuple(cluster.command()),
        Tier.DATABASES,
        cluster.answers,
        listens={cluster.port: "PostgreSQL"},
        account=cluster.account,
        stop_signal="INT",  # "fast": end the connections, write everything, go
    )


def redis_program(installation: Installation) -> Program:
    """The embedded Redis; prepares its directory."""
    files = installation.redis
    files.prepare()
    return Program(
        "redis", tuple(files.command()), Tier.DATABASES, files.answers, listens={files.port: "Redis"}
    )


def _collector(installation: Installation) -> Program:
    port = installation.ports.collector
    command = (sys.executable, "-m", "local_stack.collector", str(port), str(installation.state.traces))
    return Program(
        "collector",
        command,
        Tier.TOOLS,
        listens_on(port),
        listens={port: "trace collector"},
        niceness=BEHIND,
    )


def _calcom(installation: Installation) -> Program:
    port = installation.ports.calcom
    return Program(
        "calcom",
        (sys.executable, "-m", "sandbox.calcom"),
        Tier.TOOLS,
        speaks_http(port, "/healthz"),
        environment={
            "RUFBUCH_STANDIN_PORT": str(port),
            "RUFBUCH_STANDIN_STATE": str(installation.state.path / "calcom"),
        },
        listens={port: "stand-in Cal.com"},
    )


def _service(installation: Installation, service: Service, number: int) -> Program:
    listens = _listens(installation, service, number)
    command = (sys.executable, "-m", service.package)
    return Program(
        replica_name(service.name, number),
        command,
        service.tier,
        _ready(installation, service, number),
        environment=_environment(installation, service, number),
        listens=listens,
        migrate=None if number else (*command, "migrate"),
        replica_of=service.name if number else None,
        schema=service.package,
        niceness=service.niceness,
    )


def _listens(installation: Installation, service: Service, number: int) -> dict[int, str]:
    name = replica_name(service.name, number)
    listens = {_port(installation, f"{service.package}_metrics", number): f"{name} metrics"}
    if service.has_grpc:
        listens[_port(installation, service.package, number)] = f"{name} gRPC"
    if service.has_http:
        replicas = installation.settings.replicas
        behind = f"{service.name}, replica {number + 1}, HTTP"
        listens[_http_port(installation, service, number)] = f"{name} HTTP" if replicas == 1 else behind
    return listens


def _port(installation: Installation, name: str, number: int) -> int:
    return int(getattr(installation.ports, name)) + REPLICAS_APART * number


def _ready(installation: Installation, service: Service, number: int) -> Probe:
    # Where certificates are asked for, gRPC's health is not for a prober without one, as it is for the kubelet.
    asks_grpc = service.has_grpc and not installation.settings.mtls
    over_grpc = speaks_grpc(_port(installation, service.package, number)) if asks_grpc else None
    if not service.has_http:
        return over_grpc or speaks_http(_port(installation, f"{service.package}_metrics", number))
    over_http = speaks_http(_http_port(installation, service, number))
    return both(over_grpc, over_http) if over_grpc else over_http


def _environment(installation: Installation, service: Service, number: int) -> dict[str, str]:
    ports = installation.ports
    environment = (
        installation.addresses()
        | installation.identity(service.name)
        | {
            "RUFBUCH_DATABASE_URL": installation.database_url(service.package),
            "RUFBUCH_REDIS_URL": installation.redis_url,
            "RUFBUCH_CALCOM_BASE_URL": installation.calcom_base_url,
            "RUFBUCH_CALCOM_WEBHOOK_BASE_URL": f"http://{HOST}:{ports.calcom_sync_http}",
            "RUFBUCH_METRICS_PORT": str(_port(installation, f"{service.package}_metrics", number)),
            "OTEL_EXPORTER_OTLP_ENDPOINT": installation.collector_endpoint,
            "OTEL_EXPORTER_OTLP_PROTOCOL": "grpc",
            "OTEL_SERVICE_NAME": service.name,
            # Milliseconds: whoever plays a call wants to see its trace at once, not after five seconds.
            "OTEL_BSP_SCHEDULE_DELAY": "200",
        }
    )
    if service.has_grpc:
        environment["RUFBUCH_GRPC_PORT"] = str(_port(installation, service.package, number))
    if service.has_http:
        environment["RUFBUCH_HTTP_PORT"] = str(_http_port(installation, service, number))
    if installation.settings.replicas > 1:
        environment["RUFBUCH_DRAIN_NOTICE_S"] = str(DRAIN_NOTICE_S)
    if service.name == "calcom-sync":
        environment["RUFBUCH_WATCH_METRICS_URLS"] = ",".join(
            f"http://{HOST}:{getattr(ports, f'{other.package}_metrics')}/metrics"
            for other in SERVICES
            if other is not service
        )
    secrets = {
        "RUFBUCH_SECRETS_KEY": installation.secrets_key,
        "RUFBUCH_RETELL_API_KEY": installation.retell_api_key,
    }
    return environment | {name: secrets[name] for name in service.secrets} | dict(service.settings)
