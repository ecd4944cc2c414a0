"""rufbuch.staff.v1.StaffRegistryService: each method translates, and asks one use case."""

import logging
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Any, Protocol

import grpc

from chassis.clock import Clock
from chassis.eventlog import EventLog
from chassis.grpc_server import Servicer
from matching import Match
from rufbuch.staff.v1 import changes_pb2, mappings_pb2, queries_pb2, service_pb2, service_pb2_grpc
from signals.metrics import Counter
from staff_registry.allowed import ALLOWED
from staff_registry.domain.etags import business_etag
from staff_registry.domain.ids import Ids
from staff_registry.domain.seasons import Days
from staff_registry.servicer_resolutions import ResolutionRpcs
from staff_registry.usecases.duplicates import Verdicts
from staff_registry.usecases.find_business import Businesses, find_business, find_with_secrets
from staff_registry.usecases.find_people import find_people, find_schedules
from staff_registry.usecases.import_business import Import, import_business
from staff_registry.usecases.list_businesses import Keys, Names, list_businesses, names_of
from staff_registry.usecases.list_changes import Records, list_changes
from staff_registry.usecases.list_services import list_services
from staff_registry.usecases.map_services import MappingChecks, mapping_matrix
from staff_registry.usecases.match_names import match_person, match_service
from staff_registry.usecases.propose_business import CalendarAccounts, propose_business
from staff_registry.usecases.put_mappings import Change, NamedMapping, put_mappings
from staff_registry.usecases.reseal_secrets import Vault, reseal_secrets
from staff_registry.usecases.resolve import Resolver
from staff_registry.usecases.resolve_number import Numbers, resolve_number
from staff_registry.wire.changes import CHANGES_MAX, change_messages, record_message
from staff_registry.wire.describing import request_for
from staff_registry.wire.incoming import described_business, import_terms
from staff_registry.wire.matrix import matrix_message
from staff_registry.wire.outgoing import (
    business_message,
    imported_message,
    message_setup_message,
    people_messages,
    setup_message,
)
from staff_registry.wire.parts import service_message
from staff_registry.wire.schedules import schedules_message
from staff_registry.yaml_file import render

_log = logging.getLogger(__name__)
_imports = Counter(
    "rufbuch_staff_registry_imports_total", "Imports that were accepted", {"changed": ("true", "false")}
)
Context = grpc.aio.ServicerContext[Any, Any]
FOR_EVERYBODY = {
    "ResolveDialledNumber": "the number tells whose call it is",
    "ListBusinesses": "whoever follows all businesses begins with their ids",
    "BatchGetBusinessNames": "somebody may work for several businesses",
    "ImportBusiness": "a number that another business has is refused",
    "ProposeBusiness": "a key names a business whose id is not known yet",
    "ResealSecrets": "a key protects the secrets of all businesses",
}


class Running(Import, Change, Protocol):
    """A change under way."""


class Store(Businesses, Keys, Names, Numbers, Records, Vault, Protocol):
    """Everything that the use cases need of the storage."""

    def begin(self) -> AbstractAsyncContextManager[Running]:
        """See Imports and Changes."""
        ...


class Calendars(MappingChecks, CalendarAccounts, Protocol):
    """Whoever knows Cal.com."""


@dataclass(frozen=True)
class Parts:
    """What the RPCs need."""

    store: Store
    events: EventLog
    clock: Clock
    calendars: Calendars
    verdicts: Verdicts
    resolver: Resolver


class StaffRegistry(ResolutionRpcs, service_pb2_grpc.StaffRegistryServiceServicer):
    """The implementation."""

    def __init__(self, parts: Parts) -> None:
        self._store, self._events, self._clock = parts.store, parts.events, parts.clock
        self._calendars = parts.calendars
        self._businesses, self._verdicts, self._resolver = parts.store, parts.verdicts, parts.resolver

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

    async def BatchGetBusinessNames(
        self, request: queries_pb2.BatchGetBusinessNamesRequest, context: Context
    ) -> queries_pb2.BatchGetBusinessNamesResponse:
        """What some businesses are called."""
        found = await names_of(request.tenant_ids, names=self._store)
        return queries_pb2.BatchGetBusinessNamesResponse(
            businesses=[
                queries_pb2.BusinessName(tenant_id=str(each.tenant_id), key=each.key, name=each.name)
                for each in found
            ]
        )

    async def ImportBusiness(
        self, request: service_pb2.ImportBusinessRequest, context: Context
    ) -> service_pb2.ImportBusinessResponse:
        """Create or change one business."""
        described, terms = described_business(request.business), import_terms(request)
        imported = await import_business(described, imports=self._store, now=self._clock.now(), terms=terms)
        if not terms.validate_only:
            _imports.labels(str(bool(imported.changed)).lower()).inc()
            tenant_id = str(Ids(described.key).tenant)
            _log.info("imported", extra={"tenant_id": tenant_id, "changed": imported.changed})
        return imported_message(imported)

    async def ExportBusiness(
        self, request: service_pb2.ExportBusinessRequest, context: Context
    ) -> service_pb2.ExportBusinessResponse:
        """As it would be imported."""
        found = await find_business(request.tenant_id, businesses=self._store)
        return service_pb2.ExportBusinessResponse(
            business=request_for(found.business).business,
            yaml=render(found.business),
            etag=business_etag(found),
        )

    async def ListChanges(
        self, request: changes_pb2.ListChangesRequest, context: Context
    ) -> changes_pb2.ListChangesResponse:
        """Who has changed what."""
        here, token = await list_changes(
            request.tenant_id,
            request.page_size,
            request.page_token,
            businesses=self._store,
            records=self._store,
        )
        return changes_pb2.ListChangesResponse(records=map(record_message, here), next_page_token=token)

    async def ListServices(
        self, request: queries_pb2.ListServicesRequest, context: Context
    ) -> queries_pb2.ListServicesResponse:
        """What callers can ask for."""
        page = await list_services(
            request.tenant_id,
            request.branch_id,
            request.page_size,
            request.page_token,
            businesses=self._store,
            with_retired=request.with_retired,
        )
        ids = Ids(page.of.business.key)
        return queries_pb2.ListServicesResponse(
            services=[service_message(service, ids) for service in page.services],
            next_page_token=page.next_page_token,
        )

    async def MatchService(
        self, request: queries_pb2.MatchServiceRequest, context: Context
    ) -> queries_pb2.MatchServiceResponse:
        """Which service the words mean."""
        found = await match_service(
            request.tenant_id, request.said, request.branch_id, businesses=self._store
        )
        if isinstance(found, Match):
            return queries_pb2.MatchServiceResponse(service_id=found.key)
        return queries_pb2.MatchServiceResponse(candidate_service_ids=found.keys)

    async def MatchPerson(
        self, request: queries_pb2.MatchPersonRequest, context: Context
    ) -> queries_pb2.MatchPersonResponse:
        """Whom the words mean."""
        found = await match_person(request.tenant_id, request.said, request.branch_id, businesses=self._store)
        if isinstance(found, Match):
            return queries_pb2.MatchPersonResponse(person_id=found.key)
        return queries_pb2.MatchPersonResponse(candidate_person_ids=found.keys)

    async def BatchGetPeople(
        self, request: queries_pb2.BatchGetPeopleRequest, context: Context
    ) -> queries_pb2.BatchGetPeopleResponse:
        """Several people at once."""
        found = await find_people(request.tenant_id, request.person_ids, businesses=self._store)
        wanted = [person.key for person in found.people]
        told = {person.key: person for person in people_messages(found.of)}
        return queries_pb2.BatchGetPeopleResponse(people=[told[key] for key in wanted])

    async def GetSchedules(
        self, request: queries_pb2.GetSchedulesRequest, context: Context
    ) -> queries_pb2.GetSchedulesResponse:
        """When they work."""
        days = Days(request.start_date, request.end_date)
        return schedules_message(
            await find_schedules(request.tenant_id, request.person_ids, days, businesses=self._store)
        )

    async def GetMappingMatrix(
        self, request: mappings_pb2.GetMappingMatrixRequest, context: Context
    ) -> mappings_pb2.GetMappingMatrixResponse:
        """What is mapped, missing, broken."""
        return matrix_message(
            await mapping_matrix(
                request.tenant_id, check=request.check, businesses=self._store, checks=self._calendars
            )
        )

    async def ProposeBusiness(
        self, request: mappings_pb2.ProposeBusinessRequest, context: Context
    ) -> mappings_pb2.ProposeBusinessResponse:
        """A file to be confirmed."""
        proposed = await propose_business(
            request.tenant_id,
            request.key,
            request.api_keys,
            businesses=self._store,
            calendars=self._calendars,
        )
        return mappings_pb2.ProposeBusinessResponse(
            yaml=render(proposed.proposal.business),
            changes=change_messages(proposed.changes[:CHANGES_MAX]),
            notes=proposed.proposal.notes,
        )

    async def ResealSecrets(
        self, request: service_pb2.ResealSecretsRequest, context: Context
    ) -> service_pb2.ResealSecretsResponse:
        """All secrets under the first key."""
        done = await reseal_secrets(vault=self._store)
        _log.info("resealed", extra={"secrets": done.secrets, "resealed": done.resealed})
        return service_pb2.ResealSecretsResponse(secrets=done.secrets, resealed=done.resealed)

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
        put = await put_mappings(
            request.tenant_id, wanted, changes=self._store, now=self._clock.now(), actor=request.actor
        )
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


def staff_registry_servicer(parts: Parts) -> Servicer:
    """The implementation as the server takes it."""
    return Servicer(
        StaffRegistry(parts),
        service_pb2_grpc.add_StaffRegistryServiceServicer_to_server,
        "rufbuch.staff.v1.StaffRegistryService",
        FOR_EVERYBODY,
        ALLOWED,
    )
