"""Owns the gRPC service: each method translates, calls one use case, and translates back."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

import grpc
from opentelemetry import trace

from availability import requests, responses
from availability.allowed import ALLOWED
from availability.usecases.claim_option import ClaimOption
from availability.usecases.claim_several import ClaimSeveral
from availability.usecases.describe_people import DescribePeople
from availability.usecases.explain_slot import ExplainSlot
from availability.usecases.following import StreamHealth
from availability.usecases.get_day import GetDay
from availability.usecases.hold_options import HoldOptions
from availability.usecases.keep_holds import KeepHolds
from availability.usecases.plan_slot import PlanSlot
from availability.usecases.ports import Extension
from availability.usecases.search_slots import SearchSlots
from chassis.grpc_server import Servicer
from rufbuch.availability.v1 import operations_pb2, people_pb2, service_pb2, service_pb2_grpc

FULL_NAME = "rufbuch.availability.v1.AvailabilityService"
Context: TypeAlias = grpc.aio.ServicerContext[Any, Any]


@dataclass(frozen=True, slots=True)
class UseCases:
    """What the service can do."""

    search: SearchSlots
    claim: ClaimOption
    claim_several: ClaimSeveral
    keep: KeepHolds
    hold: HoldOptions
    explain: ExplainSlot
    plan: PlanSlot
    day: GetDay
    describe: DescribePeople


class AvailabilityServicer(service_pb2_grpc.AvailabilityServiceServicer):
    """See service.proto."""

    def __init__(self, can: UseCases, streams: Mapping[str, StreamHealth]) -> None:
        self._can, self._streams = can, streams

    async def GetStreamStatus(
        self, request: operations_pb2.GetStreamStatusRequest, context: Context
    ) -> operations_pb2.GetStreamStatusResponse:
        """See service.proto."""
        streams = [responses.stream_status(name, health) for name, health in self._streams.items()]
        return operations_pb2.GetStreamStatusResponse(streams=streams)

    async def SearchSlots(
        self, request: service_pb2.SearchSlotsRequest, context: Context
    ) -> service_pb2.SearchSlotsResponse:
        """See service.proto."""
        _of_call(request.call_id)
        query = requests.query_of(request)
        return responses.found(await self._can.search(query), query)

    async def ClaimOption(
        self, request: service_pb2.ClaimOptionRequest, context: Context
    ) -> service_pb2.ClaimOptionResponse:
        """See service.proto."""
        _of_call(request.call_id)
        offer = await self._can.claim(requests.offered_of(request))
        return service_pb2.ClaimOptionResponse(
            option=responses.option(offer, None), service_name=offer.service_name
        )

    async def BatchClaimOptions(
        self, request: service_pb2.BatchClaimOptionsRequest, context: Context
    ) -> service_pb2.BatchClaimOptionsResponse:
        """See service.proto."""
        reasons = await self._can.claim_several(requests.claims_of(request))
        return service_pb2.BatchClaimOptionsResponse(refusals=map(responses.refusal, reasons))

    async def ExtendHold(
        self, request: service_pb2.ExtendHoldRequest, context: Context
    ) -> service_pb2.ExtendHoldResponse:
        """See service.proto."""
        _of_call(request.call_id)
        call = requests.call_of(request)
        extension = await self._can.keep.extend(*call) if call else Extension(0)
        expires = responses.stamp_or_none(extension.expires)
        return service_pb2.ExtendHoldResponse(extended=extension.count, hold_expire_time=expires)

    async def ReleaseHolds(
        self, request: service_pb2.ReleaseHoldsRequest, context: Context
    ) -> service_pb2.ReleaseHoldsResponse:
        """See service.proto."""
        _of_call(request.call_id)
        call = requests.call_of(request)
        return service_pb2.ReleaseHoldsResponse(
            released=await self._can.keep.release(*call, kept=requests.kept_of(request)) if call else 0
        )

    async def HoldOptions(
        self, request: service_pb2.HoldOptionsRequest, context: Context
    ) -> service_pb2.HoldOptionsResponse:
        """See service.proto."""
        _of_call(request.call_id)
        slots = requests.slots_of(request)
        offers, expires = await self._can.hold(*slots, promised=request.promised)
        return service_pb2.HoldOptionsResponse(options=[responses.option(offer, expires) for offer in offers])

    async def ExplainSlot(
        self, request: service_pb2.ExplainSlotRequest, context: Context
    ) -> service_pb2.ExplainSlotResponse:
        """See service.proto."""
        service_id, person_id = requests.service_of(request.service_id), requests.person_of(request.person_id)
        explanation = await self._can.explain(
            *requests.branch_of(request), service_id, person_id, requests.start_of(request)
        )
        return responses.explained(explanation, request.language)

    async def PlanSlot(
        self, request: service_pb2.PlanSlotRequest, context: Context
    ) -> service_pb2.PlanSlotResponse:
        """See service.proto."""
        service_id, person_id = (
            requests.service_of(request.service_id),
            requests.somebody_of(request.person_id),
        )
        offer = await self._can.plan(
            *requests.branch_of(request), service_id, person_id, requests.start_of(request)
        )
        return service_pb2.PlanSlotResponse(
            option=responses.option(offer, None), service_name=offer.service_name
        )

    async def GetDay(
        self, request: service_pb2.GetDayRequest, context: Context
    ) -> service_pb2.GetDayResponse:
        """See service.proto."""
        person_id, day = requests.person_of(request.person_id), requests.date_of(request.date)
        entries = await self._can.day(*requests.branch_of(request), person_id, day)
        return service_pb2.GetDayResponse(entries=map(responses.entry, entries))

    async def BatchGetDays(
        self, request: service_pb2.BatchGetDaysRequest, context: Context
    ) -> service_pb2.BatchGetDaysResponse:
        """See service.proto."""
        wanted = requests.days_of(request)
        found = await self._can.day.several(*requests.branch_of(request), wanted)
        return service_pb2.BatchGetDaysResponse(
            days=[
                service_pb2.Day(
                    person_id=person_id, date=day.isoformat(), entries=map(responses.entry, entries)
                )
                for (person_id, day), entries in zip(wanted, found, strict=True)
            ]
        )

    async def DescribePeople(
        self, request: people_pb2.DescribePeopleRequest, context: Context
    ) -> people_pb2.DescribePeopleResponse:
        """See service.proto."""
        people = [requests.person_of(each) for each in request.person_ids]
        found = await self._can.describe(requests.tenant_of(request.tenant_id), people)
        return people_pb2.DescribePeopleResponse(people=map(responses.records, found))


def _of_call(call_id: str) -> None:
    trace.get_current_span().set_attribute("rufbuch.call_id", call_id[:200])


def as_servicer(implementation: AvailabilityServicer) -> Servicer:
    """For the server."""
    add = service_pb2_grpc.add_AvailabilityServiceServicer_to_server
    return Servicer(implementation, add, FULL_NAME, allowed=ALLOWED)
