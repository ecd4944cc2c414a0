"""When people work, as messages."""

from rufbuch.staff.v1 import queries_pb2
from staff_registry.domain.etags import business_etag
from staff_registry.domain.ids import Ids
from staff_registry.usecases.find_people import Schedules
from staff_registry.wire.parts import absence_messages, dated_hours_messages, hours_messages


def schedules_message(found: Schedules) -> queries_pb2.GetSchedulesResponse:
    """People and the branches where they work."""
    ids = Ids(found.of.business.key)
    return queries_pb2.GetSchedulesResponse(
        people=[
            queries_pb2.PersonSchedule(
                person_id=str(ids.person(person.key)),
                branch_ids=[
                    str(ids.branch(branch.key))
                    for branch in found.branches
                    if branch.key in person.branch_keys
                ],
                working_hours=hours_messages(person.working_hours),
                dated_hours=dated_hours_messages(person.dated_hours),
                absences=absence_messages(person.absences),
            )
            for person in found.people
        ],
        branches=[
            queries_pb2.BranchSchedule(
                branch_id=str(ids.branch(branch.key)),
                time_zone=branch.time_zone,
                holiday_region=branch.holiday_region,
                opening_hours=hours_messages(branch.opening_hours),
                dated_hours=dated_hours_messages(branch.dated_hours),
            )
            for branch in found.branches
        ],
        etag=business_etag(found.of),
    )
