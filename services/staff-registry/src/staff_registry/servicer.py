"""rufbuch.staff.v1.StaffRegistryService: each method translates, and asks one use case."""

import logging
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from typing import Any, Protocol

import grpc
from prometheus_client import Counter

from chassis.clock import Clock
from chassis.eventlog import EventLog
from chassis.grpc_server import Servicer
from rufbuch.staff.v1 import service_pb2, service_pb2_grpc
from staff_registry.usecases.find_business import Businesses, find_business, find_with_secrets
from staff_registry.usecases.import_business import Import, import_business
from staff_registry.usecases.list_businesses import Keys, list_businesses
from staff_registry.usecases.put_mappings import Change, NamedMapping, put_mappings
from staff_registry.usecases.resolve_number import Numbers, resolve_number
from staff_registry.wire.incoming import described_business
from staff_registry.wire.outgoing import business_message, message_setup_message, setup_message

_log = logging.getLogger(__name__)
_imports = Counter("rufbuch_staff_registry_imports_total", "Imports that were accepted", ["changed"])
Context = grpc.aio.ServicerContext[Any, Any]


class Running(Import, Change, Protocol):
    """A change under way."""


class Store(Businesses, Keys, Numbers, Protocol):
    """Everything that the use cases need of the storage."""

    def begin(self) -> AbstractAsyncContextManager[Running]:
        """See Imports and Changes."""
        ...


class StaffRegistry(service_pb2_grpc.StaffRegistryServiceServicer):
    """The implementation."""

    def __init__(self, store: Store, events: EventLog, clock: Clock) -> None:
        self._store, self._events, self._clock = store, events, clock

    async def ResolveDialledNumber(
        self, request: service_pb2.ResolveDialledNumberRequest, context: Context
    ) -> service_pb2.ResolveDialledNumberResponse:
        """Which business and branch is called, and all of the business."""
        dialled = await resolve_number(request.dialled_number, numbers=self._store)
        found = await find_business(str(dialled.tenant_id), businesses=self._store)
        return service_pb2.ResolveDialledNumberResponse(
            tenant_id=str(dialled.tenant_id),
            branch_id=str(dialled.branch_id),
            business=business_message(found),
        )

    async def GetBusiness(
        self, request: service_pb2.GetBusinessRequest, context: Context
    ) -> service_pb2.GetBusinessResponse:
        """Everything but the secrets."""
        found = await find_business(request.tenant_id, businesses=self._store)
        return service_pb2.GetBusinessResponse(business=business_message(found))

    async def ListBusinesses(
        self, request: service_pb2.ListBusinessesRequest, context: Context
    ) -> service_pb2.ListBusinessesResponse:
        """One page of ids."""
        page = await list_businesses(request.page_size, request.page_token, keys=self._store)
        return service_pb2.ListBusinessesResponse(
            tenant_ids=map(str, page.tenant_ids), next_page_token=page.next_page_token
        )

    async def ImportBusiness(
        self, request: service_pb2.ImportBusinessRequest, context: Context
    ) -> service_pb2.ImportBusinessResponse:
        """Create or change one business."""
        described = described_business(request.business)
        imported = await import_business(described, imports=self._store, now=self._clock.now())
        business = business_message(imported.registered)
        _imports.labels(imported.changed).inc()
        _log.info("imported", extra={"tenant_id": business.tenant_id, "changed": imported.changed})
        return service_pb2.ImportBusinessResponse(business=business, changed=imported.changed)

    async def PutMappings(
        self, request: service_pb2.PutMappingsRequest, context: Context
    ) -> service_pb2.PutMappingsResponse:
        """Set some event types."""
        wanted = [
            NamedMapping(
                each.service_id, each.phase_position, each.person_id, each.account_id, each.event_type_id
            )
            for each in request.mappings
        ]
        put = await put_mappings(request.tenant_id, wanted, changes=self._store, now=self._clock.now())
        return service_pb2.PutMappingsResponse(business=business_message(put.registered), changed=put.changed)

    async def GetCalendarSetup(
        self, request: service_pb2.GetCalendarSetupRequest, context: Context
    ) -> service_pb2.GetCalendarSetupResponse:
        """Secrets included."""
        return setup_message(await find_with_secrets(request.tenant_id, businesses=self._store))

    async def GetMessageSetup(
        self, request: service_pb2.GetMessageSetupRequest, context: Context
    ) -> service_pb2.GetMessageSetupResponse:
        """Secrets included."""
        return message_setup_message(await find_with_secrets(request.tenant_id, businesses=self._store))

    async def WatchChanges(
        self, request: service_pb2.WatchChangesRequest, context: Context
    ) -> AsyncIterator[service_pb2.WatchChangesResponse]:
        """Changes as they come, until the client goes away."""
        async for event in self._events.watch(request.after):
            yield service_pb2.WatchChangesResponse(
                position=event.position, tenant_id=event.payload["tenant_id"]
            )


def staff_registry_servicer(store: Store, events: EventLog, clock: Clock) -> Servicer:
    """The implementation as the server takes it."""
    return Servicer(
        StaffRegistry(store, events, clock),
        service_pb2_grpc.add_StaffRegistryServiceServicer_to_server,
        "rufbuch.staff.v1.StaffRegistryService",
    )
