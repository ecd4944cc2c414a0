"""The reference salon: ready at Cal.com, known to the registry."""

import asyncio
import hashlib
from collections.abc import Sequence

import httpx

from chassis.grpc_client import channel
from rufbuch.staff.v1 import business_pb2, service_pb2, service_pb2_grpc
from rufbuch_cli.calcom_setup import CalcomSetup, accounts_of
from rufbuch_cli.installation import Running
from staff_registry.samples import SALON
from staff_registry.wire.describing import import_request

DIALLED_NUMBER = "+493023125100"
TIMEOUT_S = 20.0


def import_salon(
    installation: Running, more_people: Sequence[service_pb2.PersonDescription] = ()
) -> business_pb2.Business:
    """Make the stand-in ready and import the salon; doing it again changes nothing."""
    text = SALON.read_text(encoding="utf-8")
    bare = import_request(text).business
    keys = {account.key: _sandbox_key(account.key) for person in bare.people for account in person.accounts}
    accounts = accounts_of(bare, keys)
    secret = _sandbox_key("webhook")
    with httpx.Client(base_url=installation["CALCOM_BASE_URL"], timeout=TIMEOUT_S) as client:
        calcom = CalcomSetup(client)
        calcom.users(accounts)
        mappings = calcom.mappings(bare, accounts)
        description = import_request(text, api_keys=keys, mappings=mappings, webhook_secret=secret).business
        description.people.extend(more_people)
        business = import_business(installation, description)
        for account in accounts:
            calcom.webhook(
                account,
                f"{installation['CALCOM_WEBHOOK_BASE_URL']}/calcom/webhook/{business.tenant_id}",
                secret,
            )
    return business


def import_business(
    installation: Running, description: service_pb2.BusinessDescription
) -> business_pb2.Business:
    """Hand a business to the registry. Raises grpc.aio.AioRpcError."""
    return asyncio.run(_import(installation["STAFF_REGISTRY_ADDRESS"], description))


async def _import(address: str, description: service_pb2.BusinessDescription) -> business_pb2.Business:
    async with channel(address, default_deadline_s=TIMEOUT_S) as opened:
        registry = service_pb2_grpc.StaffRegistryServiceStub(opened)
        answer = await registry.ImportBusiness(service_pb2.ImportBusinessRequest(business=description))
        return answer.business


def _sandbox_key(name: str) -> str:
    """A key for the sandbox: the same at every start, worth nothing anywhere else."""
    return "cal_" + hashlib.sha256(f"rufbuch sandbox {name}".encode()).hexdigest()[:32]
