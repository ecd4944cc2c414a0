"""What others ask of a business without reading all of it."""

from dataclasses import replace
from typing import Any

import pytest
from asking import refused, with_number

from rufbuch.staff.v1 import business_pb2, queries_pb2
from staff_registry.domain.business import Business, WeeklyHours
from staff_registry.domain.ids import Ids
from staff_registry.wire.describing import request_for

IDS, OTHER = Ids("salon-lindenhof"), Ids("salon-nord")
TENANT = str(IDS.tenant)


@pytest.fixture
async def business(registry: Any, salon: Business) -> business_pb2.Business:
    await registry.stub.ImportBusiness(request_for(with_number(salon, "salon-nord", "+493023125101")))
    told: business_pb2.Business = (await registry.stub.ImportBusiness(request_for(salon))).business
    return told


async def import_with(registry: Any, business: Business, **changes: Any) -> None:
    await registry.stub.ImportBusiness(request_for(replace(business, **changes)))


async def match_service(registry: Any, said: str, **where: str) -> queries_pb2.MatchServiceResponse:
    asked = queries_pb2.MatchServiceRequest(tenant_id=TENANT, said=said, **where)
    told: queries_pb2.MatchServiceResponse = await registry.stub.MatchService(asked)
    return told


async def match_person(registry: Any, said: str) -> queries_pb2.MatchPersonResponse:
    asked = queries_pb2.MatchPersonRequest(tenant_id=TENANT, said=said)
    told: queries_pb2.MatchPersonResponse = await registry.stub.MatchPerson(asked)
    return told


@pytest.mark.usefixtures("business")
async def test_words_for_a_service_find_it_or_what_to_ask_about(registry: Any) -> None:
    assert (await match_service(registry, "ne Dauerwele bitte")).service_id == str(IDS.service("dauerwelle"))
    doubt = await match_service(registry, "Haarschnitt")
    assert doubt.service_id == ""
    assert set(doubt.candidate_service_ids) == {
        str(IDS.service(f"{whose}haarschnitt")) for whose in ("damen", "herren", "kinder")
    }
    assert await match_service(registry, "Maniküre") == queries_pb2.MatchServiceResponse()


@pytest.mark.usefixtures("business")
async def test_words_for_a_person_find_her(registry: Any) -> None:
    assert (await match_person(registry, "bei Frau Anna")).person_id == str(IDS.person("anna"))


async def test_two_people_of_one_name_are_asked_about(registry: Any, salon: Business) -> None:
    """SR-02, SR-03: the same name is never a choice."""
    twins = tuple(replace(person, name="Anna Beispiel") for person in salon.people[:2])
    await import_with(registry, salon, people=(*twins, salon.people[2]))
    found = await match_person(registry, "Anna Beispiel")
    assert found.person_id == ""
    assert set(found.candidate_person_ids) == {str(IDS.person("anna")), str(IDS.person("ben"))}


async def test_nobody_retired_is_matched_or_listed(registry: Any, salon: Business) -> None:
    retired = replace(salon.services[9], retired=True)
    ben = replace(salon.people[1], retired=True)
    await import_with(
        registry,
        salon,
        people=(salon.people[0], ben, salon.people[2]),
        services=(*salon.services[:9], retired),
    )
    assert await match_service(registry, "Gloss") == queries_pb2.MatchServiceResponse()
    assert await match_person(registry, "Ben") == queries_pb2.MatchPersonResponse()
    listed = await registry.stub.ListServices(queries_pb2.ListServicesRequest(tenant_id=TENANT))
    assert len(listed.services) == 9
    whole = await registry.stub.ListServices(
        queries_pb2.ListServicesRequest(tenant_id=TENANT, with_retired=True)
    )
    assert [service.retired for service in whole.services] == [False] * 9 + [True]


async def test_a_branch_lists_what_somebody_can_be_booked_for_there(registry: Any, salon: Business) -> None:
    """AV-17, SR-07: what lacks its mappings is not offered, whoever is able to do it."""
    await import_with(registry, salon, mappings=tuple(m for m in salon.mappings if m.service_key != "gloss"))
    asked = queries_pb2.ListServicesRequest(tenant_id=TENANT, branch_id=str(IDS.branch("mitte")))
    listed = await registry.stub.ListServices(asked)
    assert "Gloss" not in [service.name for service in listed.services]
    assert len(listed.services) == 9
    where = {"branch_id": str(IDS.branch("mitte"))}
    assert await match_service(registry, "Gloss", **where) == queries_pb2.MatchServiceResponse()
    asked.branch_id = str(OTHER.branch("mitte"))
    assert list((await registry.stub.ListServices(asked)).services) == []


@pytest.mark.usefixtures("business")
async def test_services_come_page_by_page_in_the_operators_order(registry: Any, salon: Business) -> None:
    names: list[str] = []
    asked = queries_pb2.ListServicesRequest(tenant_id=TENANT, page_size=4)
    while True:
        page = await registry.stub.ListServices(asked)
        names += [service.name for service in page.services]
        asked.page_token = page.next_page_token
        if not page.next_page_token:
            break
    assert names == [service.name for service in salon.services]
    asked.page_token = "\x00"
    assert (await refused(registry.stub.ListServices(asked))).reason == "POSITION_INVALID"


async def test_people_come_in_the_order_asked_for(registry: Any, business: business_pb2.Business) -> None:
    wanted = [person.person_id for person in reversed(business.people)]
    asked = queries_pb2.BatchGetPeopleRequest(tenant_id=TENANT, person_ids=wanted)
    assert list((await registry.stub.BatchGetPeople(asked)).people) == list(reversed(business.people))


@pytest.mark.usefixtures("business")
@pytest.mark.parametrize(
    "stranger", ["", "anna", str(OTHER.person("anna")), "\x00" * 36, "x" * 10_000, str(IDS.service("gloss"))]
)
async def test_nobody_of_another_business_is_told(registry: Any, stranger: str) -> None:
    """SR-05, SE-12: an id from outside is looked up among this business's people only."""
    people = [str(IDS.person("anna")), stranger]
    for call in (
        registry.stub.BatchGetPeople(queries_pb2.BatchGetPeopleRequest(tenant_id=TENANT, person_ids=people)),
        registry.stub.GetSchedules(queries_pb2.GetSchedulesRequest(tenant_id=TENANT, person_ids=people)),
    ):
        assert (await refused(call)).reason == "PERSON_UNKNOWN"


async def test_more_people_than_a_batch_takes_are_refused(registry: Any) -> None:
    asked = queries_pb2.BatchGetPeopleRequest(tenant_id=TENANT, person_ids=["x"] * 501)
    assert (await refused(registry.stub.BatchGetPeople(asked))).reason == "REQUEST_INVALID"


@pytest.mark.parametrize("tenant_id", ["", "salon-lindenhof", "\x00", "x" * 10_000])
async def test_every_question_about_a_business_that_is_not_there_is_refused(
    registry: Any, tenant_id: str
) -> None:
    for call in (
        registry.stub.ListServices(queries_pb2.ListServicesRequest(tenant_id=tenant_id)),
        registry.stub.MatchService(queries_pb2.MatchServiceRequest(tenant_id=tenant_id, said="Gloss")),
        registry.stub.MatchPerson(queries_pb2.MatchPersonRequest(tenant_id=tenant_id, said="Anna")),
        registry.stub.BatchGetPeople(queries_pb2.BatchGetPeopleRequest(tenant_id=tenant_id)),
        registry.stub.GetSchedules(queries_pb2.GetSchedulesRequest(tenant_id=tenant_id)),
    ):
        assert (await refused(call)).reason == "BUSINESS_UNKNOWN"


@pytest.mark.usefixtures("business")
@pytest.mark.parametrize(
    "said", ["", "\x00\x07", "x" * 10_000, "☃", "'; DROP TABLE person; --", "und " * 3_000]
)
async def test_whatever_is_said_is_no_error(registry: Any, said: str) -> None:
    assert await match_service(registry, said) == queries_pb2.MatchServiceResponse()
    assert await match_person(registry, said) == queries_pb2.MatchPersonResponse()


async def test_schedules_tell_the_hours_of_some_days(registry: Any, salon: Business) -> None:
    summer = WeeklyHours((1,), "08:00", "12:00", "2026-06-01", "2026-08-31")
    anna = replace(salon.people[0], working_hours=(*salon.people[0].working_hours, summer))
    await import_with(registry, salon, people=(anna, *salon.people[1:]))
    asked = queries_pb2.GetSchedulesRequest(
        tenant_id=TENANT, person_ids=[str(IDS.person("anna"))], start_date="2026-09-01", end_date="2026-12-24"
    )
    told = await registry.stub.GetSchedules(asked)
    assert [list(span.weekdays) for span in told.people[0].working_hours] == [[2, 3, 4, 5]]
    assert [day.date for day in told.branches[0].dated_hours] == ["2026-12-24"]
    assert told.branches[0].time_zone == "Europe/Berlin"
    asked.start_date = "2026-08-31"
    assert len((await registry.stub.GetSchedules(asked)).people[0].working_hours) == 2


@pytest.mark.usefixtures("business")
@pytest.mark.parametrize("day", ["24.12.2026", "2026-02-30", "soon", "9999-99-99"])
async def test_a_day_that_is_none_is_refused(registry: Any, day: str) -> None:
    asked = queries_pb2.GetSchedulesRequest(tenant_id=TENANT, end_date=day)
    assert (await refused(registry.stub.GetSchedules(asked))).reason == "REQUEST_INVALID"


@pytest.mark.usefixtures("business")
async def test_without_names_everybodys_schedule_is_told(registry: Any) -> None:
    told = await registry.stub.GetSchedules(queries_pb2.GetSchedulesRequest(tenant_id=TENANT))
    assert len(told.people) == 3
    assert [list(person.branch_ids) for person in told.people] == [[str(IDS.branch("mitte"))]] * 3
