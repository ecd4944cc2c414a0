"""The RPCs about two ids that are one human."""

from typing import Any

import grpc

from calcom_sync import wire
from calcom_sync.errors import RequestInvalidError
from calcom_sync.storage.people import Reassignment, SqlPeople
from calcom_sync.usecases.ports import Clock
from rufbuch.calendarsync.v1 import people_pb2

_Context = grpc.aio.ServicerContext[Any, Any]
PEOPLE_MAX = 100


class PeopleRpcs:
    """A part of CalendarSyncService."""

    clock: Clock

    @property
    def people(self) -> SqlPeople:
        """Where it is kept."""
        raise NotImplementedError

    async def DescribePeople(
        self, request: people_pb2.DescribePeopleRequest, context: _Context
    ) -> people_pb2.DescribePeopleResponse:
        """See the proto."""
        tenant_id = wire.uuid_from(request.tenant_id, "tenant_id")
        if len(request.person_ids) > PEOPLE_MAX:
            raise RequestInvalidError(f"at most {PEOPLE_MAX} people", field="person_ids")
        people = [wire.uuid_from(each, "person_ids") for each in request.person_ids]
        kept = [await self.people.kept(tenant_id, each) for each in people]
        return people_pb2.DescribePeopleResponse(
            people=[
                people_pb2.PersonRecords(
                    person_id=str(person_id), copies=each.copies, busy_times=each.busy_times
                )
                for person_id, each in zip(people, kept, strict=True)
            ]
        )

    async def ReassignPerson(
        self, request: people_pb2.ReassignPersonRequest, context: _Context
    ) -> people_pb2.ReassignPersonResponse:
        """See the proto."""
        order = Reassignment(
            tenant_id=wire.uuid_from(request.tenant_id, "tenant_id"),
            resolution_id=wire.uuid_from(request.resolution_id, "resolution_id"),
            person_id=wire.uuid_from(request.person_id, "person_id"),
            alias_id=wire.uuid_from(request.alias_person_id, "alias_person_id"),
            accounts={
                wire.uuid_from(one.account_id, "account_changes"): wire.uuid_from(
                    one.same_as_account_id, "account_changes"
                )
                for one in request.account_changes
            },
        )
        if order.person_id == order.alias_id:
            raise RequestInvalidError("another id than person_id", field="alias_person_id")
        moved = await self.people.reassign(order, self.clock.now())
        return people_pb2.ReassignPersonResponse(copies=moved.copies, busy_times=moved.busy_times)

    async def ReturnPerson(
        self, request: people_pb2.ReturnPersonRequest, context: _Context
    ) -> people_pb2.ReturnPersonResponse:
        """See the proto."""
        tenant_id = wire.uuid_from(request.tenant_id, "tenant_id")
        resolution_id = wire.uuid_from(request.resolution_id, "resolution_id")
        moved = await self.people.give_back(tenant_id, resolution_id, self.clock.now())
        return people_pb2.ReturnPersonResponse(copies=moved.copies, busy_times=moved.busy_times)
