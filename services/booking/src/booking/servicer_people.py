"""The RPCs about two ids that are one human."""

from typing import Any

import grpc

from booking.domain.identifiers import uuid_of
from booking.domain.people import Overlap, Records, Separation, Union
from booking.errors import RequestInvalidError
from booking.instants import timestamp
from booking.requests import operator_of
from booking.usecases.people import People
from chassis.clock import Clock
from rufbuch.booking.v1 import people_pb2

Context = grpc.aio.ServicerContext[Any, Any]


class PeopleRpcs:
    """A part of BookingService."""

    _people: People
    _clock: Clock

    async def DescribePeople(
        self, request: people_pb2.DescribePeopleRequest, context: Context
    ) -> people_pb2.DescribePeopleResponse:
        """See the contract."""
        tenant_id = uuid_of("tenant_id", request.tenant_id)
        people = [uuid_of("person_ids", each) for each in request.person_ids]
        if len(set(people)) != 2:
            raise RequestInvalidError("person_ids", "two different ids")
        records, overlaps = await self._people.records(tenant_id, people, now=self._clock.now())
        return people_pb2.DescribePeopleResponse(
            people=map(_records, records), overlaps=map(_overlap, overlaps)
        )

    async def UnitePeople(
        self, request: people_pb2.UnitePeopleRequest, context: Context
    ) -> people_pb2.UnitePeopleResponse:
        """See the contract."""
        union = Union(
            tenant_id=uuid_of("tenant_id", request.tenant_id),
            resolution_id=uuid_of("resolution_id", request.resolution_id),
            person_id=uuid_of("person_id", request.person_id),
            alias_id=uuid_of("alias_person_id", request.alias_person_id),
            operator=operator_of("operator", request.operator),
        )
        united = await self._people.unite(union, now=self._clock.now())
        return people_pb2.UnitePeopleResponse(
            appointment_ids=map(str, united.appointment_ids),
            phases=united.phases,
            overbooked=map(_overlap, united.overbooked),
        )

    async def SeparatePeople(
        self, request: people_pb2.SeparatePeopleRequest, context: Context
    ) -> people_pb2.SeparatePeopleResponse:
        """See the contract."""
        separation = Separation(
            tenant_id=uuid_of("tenant_id", request.tenant_id),
            resolution_id=uuid_of("resolution_id", request.resolution_id),
            operator=operator_of("operator", request.operator),
            validate_only=request.validate_only,
            now=self._clock.now(),
        )
        separated = await self._people.separate(separation)
        return people_pb2.SeparatePeopleResponse(
            appointment_ids=map(str, separated.appointment_ids), conflicts=separated.conflicts
        )


def _records(records: Records) -> people_pb2.PersonRecords:
    return people_pb2.PersonRecords(
        person_id=str(records.person_id),
        appointments=records.appointments,
        appointments_ahead=records.ahead,
        phases=records.phases,
        regular_customers=records.regulars,
        other_records=records.others,
    )


def _overlap(overlap: Overlap) -> people_pb2.PersonOverlap:
    return people_pb2.PersonOverlap(
        appointment_id=str(overlap.appointment_id),
        other_appointment_id=str(overlap.other_id),
        start_time=timestamp(overlap.span.start_time),
        end_time=timestamp(overlap.span.end_time),
    )
