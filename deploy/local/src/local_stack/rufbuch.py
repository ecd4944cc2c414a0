"""The table of what makes up Rufbuch: the five services, the servers below them, the tools beside them."""

import sys
from dataclasses import dataclass

from local_stack.installation import Installation
from local_stack.ports import HOST
from local_stack.programs import Probe, Program, Tier, both, listens_on, speaks_grpc, speaks_http


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

    @property
    def package(self) -> str:
        """Its Python package, which is also its schema, its role and its name among the ports."""
        return self.name.replace("-", "_")


SERVICES = (
    Service("staff-registry", secrets=("RUFBUCH_SECRETS_KEY",)),
    Service("availability"),
    Service("booking"),
    Service("calcom-sync", Tier.SYNC, has_http=True),
    Service("telephony-gateway", Tier.EDGE, has_http=True, secrets=("RUFBUCH_RETELL_API_KEY",)),
    Service(
        "console",
        Tier.EDGE,
        has_http=True,
        has_grpc=False,
        settings=(("RUFBUCH_CONSOLE_INSECURE_COOKIES", "true"),),
    ),
)
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
    return programs + [_service(installation, service) for service in SERVICES]


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
    return Program("collector", command, Tier.TOOLS, listens_on(port), listens={port: "trace collector"})


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


def _service(installation: Installation, service: Service) -> Program:
    listens = _listens(installation, service)
    command = (sys.executable, "-m", service.package)
    return Program(
        service.name,
        command,
        service.tier,
        _ready(installation, service),
        environment=_environment(installation, service),
        listens=listens,
        migrate=(*command, "migrate"),
        schema=service.package,
    )


def _listens(installation: Installation, service: Service) -> dict[int, str]:
    ports = installation.ports
    listens = {getattr(ports, f"{service.package}_metrics"): f"{service.name} metrics"}
    if service.has_grpc:
        listens[getattr(ports, service.package)] = f"{service.name} gRPC"
    if service.has_http:
        listens[getattr(ports, HTTP_PORTS[service.package])] = f"{service.name} HTTP"
    return listens


def _ready(installation: Installation, service: Service) -> Probe:
    ports = installation.ports
    if not service.has_http:
        return speaks_grpc(getattr(ports, service.package))
    speaks = speaks_http(getattr(ports, HTTP_PORTS[service.package]))
    return both(speaks_grpc(getattr(ports, service.package)), speaks) if service.has_grpc else speaks


def _environment(installation: Installation, service: Service) -> dict[str, str]:
    ports = installation.ports
    environment = installation.addresses() | {
        "RUFBUCH_DATABASE_URL": installation.database_url(service.package),
        "RUFBUCH_REDIS_URL": installation.redis_url,
        "RUFBUCH_CALCOM_BASE_URL": installation.calcom_base_url,
        "RUFBUCH_CALCOM_WEBHOOK_BASE_URL": f"http://{HOST}:{ports.calcom_sync_http}",
        "RUFBUCH_METRICS_PORT": str(getattr(ports, f"{service.package}_metrics")),
        "OTEL_EXPORTER_OTLP_ENDPOINT": installation.collector_endpoint,
        "OTEL_EXPORTER_OTLP_PROTOCOL": "grpc",
        "OTEL_SERVICE_NAME": service.name,
        # Milliseconds: whoever plays a call wants to see its trace at once, not after five seconds.
        "OTEL_BSP_SCHEDULE_DELAY": "200",
    }
    if service.has_grpc:
        environment["RUFBUCH_GRPC_PORT"] = str(getattr(ports, service.package))
    if service.has_http:
        environment["RUFBUCH_HTTP_PORT"] = str(getattr(ports, HTTP_PORTS[service.package]))
    secrets = {
        "RUFBUCH_SECRETS_KEY": installation.secrets_key,
        "RUFBUCH_RETELL_API_KEY": installation.retell_api_key,
    }
    return environment | {name: secrets[name] for name in service.secrets} | dict(service.settings)
