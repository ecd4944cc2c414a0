"""What the supervisor runs: one program, how it shows that it is ready, and when it stops."""

import socket
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import IntEnum

import grpc
import httpx
from grpc_health.v1 import health_pb2

from local_stack.accounts import Account
from local_stack.ports import HOST

PROBE_WITHIN_S = 2.0

Probe = Callable[[], bool]


class Tier(IntEnum):
    """Who stops when: the highest first, each tier as a whole before the next."""

    DATABASES = 100
    TOOLS = 200
    SERVICES = 300
    SYNC = 400
    EDGE = 500
    FRONT = 600
    MIGRATIONS = 700


@dataclass(frozen=True)
class Program:
    """One long-running process."""

    name: str
    command: tuple[str, ...]
    tier: Tier
    ready: Probe
    environment: Mapping[str, str] = field(default_factory=dict)
    listens: Mapping[int, str] = field(default_factory=dict)
    """Port to what it is for."""
    migrate: tuple[str, ...] | None = None
    """The command that prepares its schema, run to its end before the program starts."""
    replica_of: str | None = None
    """The name of the program whose migration is this one's as well."""
    schema: str | None = None
    account: Account | None = None
    stop_signal: str = "TERM"
    niceness: int = 0
    """How far it lets others go first where processors are short: nobody on the phone waits for it."""

    @property
    def is_service(self) -> bool:
        """Whether it needs a schema that has been brought up to date."""
        return self.migrate is not None or self.replica_of is not None


def speaks_grpc(port: int) -> Probe:
    """Ready when its grpc.health.v1 says SERVING."""

    def probe() -> bool:
        with grpc.insecure_channel(f"{HOST}:{port}", options=[("grpc.enable_http_proxy", 0)]) as channel:
            # Not the generated stub: its methods have no types.
            check = channel.unary_unary(
                "/grpc.health.v1.Health/Check",
                request_serializer=health_pb2.HealthCheckRequest.SerializeToString,
                response_deserializer=health_pb2.HealthCheckResponse.FromString,
            )
            try:
                answer = check(health_pb2.HealthCheckRequest(), timeout=PROBE_WITHIN_S)
            except grpc.RpcError:
                return False
        return bool(answer.status == health_pb2.HealthCheckResponse.SERVING)

    return probe


def speaks_http(port: int, path: str = "/readyz") -> Probe:
    """Ready when this page says so."""

    def probe() -> bool:
        try:
            # Whatever proxy the machine has, it is not in the way to ourselves.
            with httpx.Client(trust_env=False, timeout=PROBE_WITHIN_S) as client:
                return client.get(f"http://{HOST}:{port}{path}").is_success
        except httpx.TransportError:
            return False

    return probe


def listens_on(port: int) -> Probe:
    """Ready when it accepts a connection."""

    def probe() -> bool:
        try:
            socket.create_connection((HOST, port), timeout=PROBE_WITHIN_S).close()
        except OSError:
            return False
        return True

    return probe


def both(first: Probe, second: Probe) -> Probe:
    """Ready when both are."""
    return lambda: first() and second()
