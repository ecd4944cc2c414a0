"""The service as a process: its start, its readiness, its end."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import grpc
import pytest
from cryptography.fernet import Fernet
from grpc_health.v1 import health_pb2, health_pb2_grpc

from local_stack.embedded import EmbeddedPostgres
from local_stack.waiting import until
from rufbuch.staff.v1 import service_pb2, service_pb2_grpc
from staff_registry.domain.business import Business
from staff_registry.wire.describing import request_for

SERVING = health_pb2.HealthCheckResponse.SERVING
PROGRAM = [sys.executable, "-m", "staff_registry"]
READY_WITHIN_S = 30


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def environment(database_url: str) -> dict[str, str]:
    inherited = dict(os.environ)  # noqa: TID251 - handed on to the process under test
    return inherited | {
        "RUFBUCH_DATABASE_URL": database_url,
        "RUFBUCH_SECRETS_KEY": Fernet.generate_key().decode(),
        "RUFBUCH_GRPC_PORT": str(free_port()),
        "RUFBUCH_METRICS_PORT": str(free_port()),
    }


@contextmanager
def process(variables: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    with subprocess.Popen(PROGRAM, env=variables) as started:
        try:
            yield started
        finally:
            started.kill()


def is_ready(opened: grpc.Channel) -> bool:
    asked = health_pb2.HealthCheckRequest(service="rufbuch.staff.v1.StaffRegistryService")
    stub: Any = health_pb2_grpc.HealthStub(opened)  # its type stubs lack the methods
    try:
        return bool(stub.Check(asked, timeout=1).status == SERVING)
    except grpc.RpcError:
        return False


def test_it_starts_before_its_database_serves_and_ends_in_order(
    private_postgres: EmbeddedPostgres, salon: Business
) -> None:
    variables = environment(private_postgres.url)
    private_postgres.stop()
    address = f"127.0.0.1:{variables['RUFBUCH_GRPC_PORT']}"
    with process(variables) as service, grpc.insecure_channel(address) as opened:
        stub = service_pb2_grpc.StaffRegistryServiceStub(opened)
        with pytest.raises(grpc.RpcError):
            stub.ListBusinesses(service_pb2.ListBusinessesRequest(), wait_for_ready=True, timeout=10)
        assert not is_ready(opened)
        private_postgres.start()
        for _ in range(2):  # repeating it is harmless
            subprocess.run([*PROGRAM, "migrate"], env=variables, check=True)
        until(lambda: is_ready(opened), within_s=READY_WITHIN_S, what="readiness")
        business = stub.ImportBusiness(request_for(salon), timeout=5).business
        watch = stub.WatchChanges(service_pb2.WatchChangesRequest(), timeout=30)
        assert next(watch).tenant_id == business.tenant_id
        service.send_signal(signal.SIGTERM)
        assert next(watch, None) is None  # ended in order, not broken off
        assert service.wait(timeout=10) == 0
