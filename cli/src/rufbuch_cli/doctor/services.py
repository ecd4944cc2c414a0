"""Do the services answer, and are they ready?"""

import asyncio
import socket
from collections.abc import Sequence

import grpc
from grpc_health.v1 import health_pb2, health_pb2_grpc

from chassis.grpc_client import channel
from rufbuch_cli.doctor.findings import Finding, Level
from rufbuch_cli.installation import Running

SERVICES = ("staff_registry", "availability", "booking", "calcom_sync", "telephony_gateway")
DEADLINE_S = 5.0
SEVERAL, BY_NAME = "ipv4:", "dns:///"
"""How gRPC writes a list of addresses, and one that is to be looked up."""


async def check(installation: Running) -> Sequence[Finding]:
    """Each by its gRPC health service."""
    return await asyncio.gather(*(_one(name, installation[f"{name.upper()}_ADDRESS"]) for name in SERVICES))


async def _one(name: str, address: str) -> Finding:
    """All that stand behind the address: a headless Service of a cluster has one for each replica."""
    what = name.replace("_", "-")
    try:
        replicas = await _replicas(address)
    except OSError as error:
        return Finding(Level.FAULT, "", what, f"{address} is no address here: {error.strerror or error}")
    faults = [fault for fault in await asyncio.gather(*map(_fault, replicas)) if fault]
    if faults:
        share = f"{len(faults)} of {len(replicas)} replicas: " if len(replicas) > 1 else ""
        return Finding(Level.FAULT, "", what, share + "; ".join(faults))
    return Finding(
        Level.OK, "", what, "ready" if len(replicas) == 1 else f"{len(replicas)} replicas are ready"
    )


async def _replicas(address: str) -> list[str]:
    """Each by itself. Raises OSError for a name that nobody knows."""
    if address.startswith(SEVERAL):
        return address.removeprefix(SEVERAL).split(",")
    host, _, port = address.rpartition(":")
    found = await asyncio.get_running_loop().getaddrinfo(
        host.removeprefix(BY_NAME), int(port), family=socket.AF_INET, type=socket.SOCK_STREAM
    )
    return sorted({":".join(map(str, place[:2])) for *_, place in found})


async def _fault(address: str) -> str:
    async with channel(address, default_deadline_s=DEADLINE_S) as opened:
        try:
            health = health_pb2_grpc.HealthStub(opened)
            answer = await health.Check(health_pb2.HealthCheckRequest())  # type: ignore[attr-defined] # not in the stubs
        except grpc.aio.AioRpcError as error:
            return f"does not answer at {address}: {error.code().name}"
    return (
        "" if answer.status == health_pb2.HealthCheckResponse.SERVING else f"is up at {address} but not ready"
    )
