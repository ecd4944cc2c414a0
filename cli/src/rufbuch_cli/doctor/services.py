"""Do the services answer, and are they ready?"""

import asyncio
from collections.abc import Sequence

import grpc
from grpc_health.v1 import health_pb2, health_pb2_grpc

from chassis.grpc_client import channel
from rufbuch_cli.doctor.findings import Finding, Level
from rufbuch_cli.installation import Running

SERVICES = ("staff_registry", "availability", "booking", "calcom_sync", "telephony_gateway")
DEADLINE_S = 5.0


async def check(installation: Running) -> Sequence[Finding]:
    """Each by its gRPC health service."""
    return await asyncio.gather(*(_one(name, installation[f"{name.upper()}_ADDRESS"]) for name in SERVICES))


async def _one(name: str, address: str) -> Finding:
    what = name.replace("_", "-")
    async with channel(address, default_deadline_s=DEADLINE_S) as opened:
        try:
            health = health_pb2_grpc.HealthStub(opened)
            answer = await health.Check(health_pb2.HealthCheckRequest())  # type: ignore[attr-defined] # not in the stubs
        except grpc.aio.AioRpcError as error:
            return Finding(Level.FAULT, "", what, f"does not answer at {address}: {error.code().name}")
    if answer.status != health_pb2.HealthCheckResponse.SERVING:
        return Finding(Level.FAULT, "", what, f"is up at {address} but not ready")
    return Finding(Level.OK, "", what, "ready")
