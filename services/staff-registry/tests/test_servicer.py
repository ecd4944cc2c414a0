"""The service as its clients meet it: over gRPC, with a real database behind it."""

import asyncio
from dataclasses import replace
from typing import Any

import grpc
import pytest
from asking import refused, with_number
from google.protobuf.timestamp_pb2 import Timestamp

from chassis.grpc_client import fault_of
from rufbuch.staff.v1 import business_pb2, queries_pb2, service_pb2
from staff_registry.domain.business import Business, Policy
from staff_registry.domain.ids import Ids
from staff_registry.samples import PHYSIOTHERAPY
from staff_registry.wire.describing import request_for
from staff_registry.yaml_file import describe

NUMBER = "+493023125100"


async def test_an_imported_business_is_told_as_it_was_described(registry: Any, salon: Business) -> None:
    imported = await registry.stub.ImportBusiness(request_for(salon))
    asked = service_pb2.GetBusinessRequest(tenant_id=imported.business.tenant_id)
    told = (await registry.stub.GetBusiness(asked)).business
    assert imported.changed
    assert told == imported.business
    assert [service.name for service in told.services] == [service.name for service in salon.services]
    assert [phase.minutes for phase in told.services[0].phases] == [50, 15, 5, 10, 15, 40]
    assert told.services[0].phases[1].kind == business_pb2.PHASE_KIND_GAP_FREE
    assert told.branches[0].time_zone == "Europe/Berlin"
    assert told.branches[0].opening_hours[0].weekdays == [2, 3, 4, 5]
    assert told.people[1].name == "Ben"
    assert len(told.mappings) == len(salon.mappings)


async def test_rooms_days_minutes_and_policies_are_told_with_ids(registry: Any) -> None:
    practice = describe(PHYSIOTHERAPY.read_text(encoding="utf-8"))
    ids = Ids(practice.key)
    told = (await registry.stub.ImportBusiness(request_for(practice))).business
    branch, therapy, (_, malik) = told.branches[0], told.services[1], told.people
    assert [resource.resource_id for resource in branch.resources[:2]] == [
        str(ids.resource("raum-1")),
        str(ids.resource("raum-2")),
    ]
    assert (branch.dated_hours[0].date, list(branch.dated_hours[0].spans)) == ("2025-12-24", [])
    assert list(therapy.phases[0].resource_groups) == ["treatment-room"]
    assert not therapy.HasField("min_notice_minutes")
    assert told.services[4].min_notice_minutes == 1440
    assert malik.phase_minutes == [
        business_pb2.PhaseMinutes(service_id=therapy.service_id, phase_position=0, minutes=40)
    ]
    assert malik.working_hours[0].valid_from == "2026-07-01"
    assert (malik.buffer_before_minutes, therapy.buffer_after_minutes) == (5, 5)
    whole, first_visit, training = told.policies
    assert (whole.branch_id, whole.service_id, whole.person_id) == ("", "", "")
    assert whole.cancel_cutoff_minutes == 1440
    assert not whole.HasField("moves_max")
    assert (training.service_id, training.min_notice_minutes) == (told.services[3].service_id, 60)
    assert (first_visit.service_id, first_visit.moves_max) == (told.services[4].service_id, 1)


async def test_a_policy_that_forbids_is_not_one_that_is_silent(registry: Any, salon: Business) -> None:
    """0 moves and no word about moves are two things, also on the way through the wire and the database."""
    policies = (Policy(moves_max=0), Policy(person_key="anna", cancel_cutoff_minutes=0))
    told = (await registry.stub.ImportBusiness(request_for(replace(salon, policies=policies)))).business
    assert [policy.HasField("moves_max") for policy in told.policies] == [True, False]
    assert [policy.HasField("cancel_cutoff_minutes") for policy in told.policies] == [False, True]


async def test_the_dialled_number_leads_to_the_branch(registry: Any, salon: Business) -> None:
    business = (await registry.stub.ImportBusiness(request_for(salon))).business
    asked = service_pb2.ResolveDialledNumberRequest(dialled_number=NUMBER)
    dialled = await registry.stub.ResolveDialledNumber(asked)
    assert (dialled.tenant_id, dialled.branch_id) == (business.tenant_id, business.branches[0].branch_id)
    assert dialled.business == business


async def test_the_workspace_of_a_business_is_kept_and_told(registry: Any, salon: Business) -> None:
    """SE-09"""
    described = replace(salon, telephony_workspace="north")
    business = (await registry.stub.ImportBusiness(request_for(described))).business
    asked = service_pb2.GetBusinessRequest(tenant_id=business.tenant_id)
    assert (await registry.stub.GetBusiness(asked)).business.telephony_workspace == "north"


@pytest.mark.parametrize("number", ["anonymous", "", "unknown", "00000000", "030 23125100", "+49\x00"])
async def test_what_is_no_number_is_refused(registry: Any, number: str) -> None:
    fault = await refused(
        registry.stub.ResolveDialledNumber(service_pb2.ResolveDialledNumberRequest(dialled_number=number))
    )
    assert (fault.code, fault.reason) == (grpc.StatusCode.INVALID_ARGUMENT, "NUMBER_INVALID")


async def test_a_number_that_nobody_has_is_unknown(registry: Any) -> None:
    fault = await refused(
        registry.stub.ResolveDialledNumber(service_pb2.ResolveDialledNumberRequest(dialled_number=NUMBER))
    )
    assert (fault.code, fault.reason) == (grpc.StatusCode.NOT_FOUND, "NUMBER_UNKNOWN")


@pytest.mark.parametrize("tenant_id", ["", "salon", "6f1b6a54-52f5-4c0e-9a3d-0d2f1f6b7c12", "\x00" * 36])
async def test_a_business_that_is_not_there_is_unknown(registry: Any, tenant_id: str) -> None:
    for call in (
        registry.stub.GetBusiness(service_pb2.GetBusinessRequest(tenant_id=tenant_id)),
        registry.stub.GetCalendarSetup(service_pb2.GetCalendarSetupRequest(tenant_id=tenant_id)),
    ):
        fault = await refused(call)
        assert (fault.code, fault.reason) == (grpc.StatusCode.NOT_FOUND, "BUSINESS_UNKNOWN")


async def test_the_same_content_again_changes_nothing(registry: Any, salon: Business) -> None:
    first = await registry.stub.ImportBusiness(request_for(salon))
    again = await registry.stub.ImportBusiness(request_for(salon))
    assert not again.changed
    assert again.business == first.business


async def test_a_description_without_its_secrets_changes_nothing(registry: Any, salon: Business) -> None:
    await registry.stub.ImportBusiness(request_for(salon))
    again = await registry.stub.ImportBusiness(request_for(salon.without_secrets()))
    setup = await registry.stub.GetCalendarSetup(
        service_pb2.GetCalendarSetupRequest(tenant_id=again.business.tenant_id)
    )
    assert not again.changed
    assert setup.webhook_secret == "whsec_of_the_salon"
    assert setup.accounts[0].api_key == "cal_test_key_of_anna"


async def test_a_new_secret_changes_both_etags_and_nothing_else_that_others_see(
    registry: Any, salon: Business
) -> None:
    first = (await registry.stub.ImportBusiness(request_for(salon))).business
    asked = service_pb2.GetCalendarSetupRequest(tenant_id=first.tenant_id)
    before = await registry.stub.GetCalendarSetup(asked)
    second = await registry.stub.ImportBusiness(request_for(replace(salon, webhook_secret="whsec_new")))
    after = await registry.stub.GetCalendarSetup(asked)
    assert second.changed
    assert second.business.etag != first.etag
    assert after.etag != before.etag
    second.business.etag = first.etag
    assert second.business == first


async def test_only_the_calendar_setup_holds_secrets(registry: Any, salon: Business) -> None:
    imported = await registry.stub.ImportBusiness(request_for(salon))
    asked = service_pb2.GetBusinessRequest(tenant_id=imported.business.tenant_id)
    told = await registry.stub.GetBusiness(asked)
    for message in (imported, told):
        assert b"cal_test_key" not in message.SerializeToString()
        assert b"whsec" not in message.SerializeToString()


async def test_an_unsound_description_is_refused_with_every_fault_and_nothing_is_stored(
    registry: Any, salon: Business
) -> None:
    branch = replace(salon.branches[0], time_zone="Europe/Bärlin", slot_step_minutes=1)
    fault = await refused(
        registry.stub.ImportBusiness(request_for(replace(salon, name="", branches=(branch,))))
    )
    assert (fault.code, fault.reason) == (grpc.StatusCode.INVALID_ARGUMENT, "BUSINESS_INVALID")
    assert set(fault.metadata) == {"name", "branches[0].time_zone", "branches[0].slot_step_minutes"}
    assert not (await registry.stub.ListBusinesses(service_pb2.ListBusinessesRequest())).tenant_ids


async def test_more_faults_than_a_status_can_carry_are_counted(registry: Any, salon: Business) -> None:
    nameless = tuple(replace(salon.people[0], key=f"p{n}", name="", accounts=()) for n in range(400))
    described = replace(salon, people=nameless, mappings=(), calendar_sync=False)
    fault = await refused(registry.stub.ImportBusiness(request_for(described)))
    assert fault.reason == "BUSINESS_INVALID"
    assert fault.metadata["more"] == f"{400 - len(fault.metadata) + 1} more faults"
    assert len(fault.metadata) > 50


async def test_an_empty_request_is_refused_and_no_bug(registry: Any) -> None:
    fault = await refused(registry.stub.ImportBusiness(service_pb2.ImportBusinessRequest()))
    assert fault.reason == "BUSINESS_INVALID"
    assert {"key", "name", "language", "branches"} <= set(fault.metadata)


async def test_an_absence_without_instants_is_refused(registry: Any, salon: Business) -> None:
    request = request_for(salon)
    request.business.people[0].absences.add(note="Urlaub")
    request.business.people[0].absences.add(
        start_time=Timestamp(seconds=2**62), end_time=Timestamp(seconds=-(2**62))
    )
    fault = await refused(registry.stub.ImportBusiness(request))
    assert {f"people[0].absences[{n}].start_time" for n in (0, 1)} <= set(fault.metadata)


async def test_a_phase_of_a_kind_that_is_not_known_is_refused(registry: Any, salon: Business) -> None:
    request = request_for(salon)
    request.business.services[0].phases[1].kind = 17  # type: ignore[assignment] # what a newer client could send
    fault = await refused(registry.stub.ImportBusiness(request))
    assert "services[0].phases[1].kind" in fault.metadata


async def test_a_number_of_another_business_is_taken(registry: Any, salon: Business) -> None:
    await registry.stub.ImportBusiness(request_for(salon))
    other = with_number(salon, "salon-nord", NUMBER, "+493023125101")
    fault = await refused(registry.stub.ImportBusiness(request_for(other)))
    assert (fault.code, fault.reason) == (grpc.StatusCode.ALREADY_EXISTS, "NUMBER_TAKEN")
    assert fault.metadata == {"number": NUMBER}


async def test_a_number_that_was_given_up_is_free_for_another_business(
    registry: Any, salon: Business
) -> None:
    await registry.stub.ImportBusiness(request_for(salon))
    await registry.stub.ImportBusiness(request_for(with_number(salon, salon.key, "+493023125199")))
    other = await registry.stub.ImportBusiness(request_for(with_number(salon, "salon-nord", NUMBER)))
    asked = service_pb2.ResolveDialledNumberRequest(dialled_number=NUMBER)
    assert (await registry.stub.ResolveDialledNumber(asked)).tenant_id == other.business.tenant_id


async def test_businesses_are_listed_page_by_page_in_the_order_of_their_keys(
    registry: Any, salon: Business
) -> None:
    keys = ["salon-c", "salon-a", "salon-b", "salon-1"]
    for n, key in enumerate(keys):
        await registry.stub.ImportBusiness(request_for(with_number(salon, key, f"+49302312511{n}")))
    first = await registry.stub.ListBusinesses(service_pb2.ListBusinessesRequest(page_size=3))
    rest = await registry.stub.ListBusinesses(
        service_pb2.ListBusinessesRequest(page_size=3, page_token=first.next_page_token)
    )
    assert [*first.tenant_ids, *rest.tenant_ids] == [str(Ids(key).tenant) for key in sorted(keys)]
    assert rest.next_page_token == ""


async def test_names_of_businesses_come_in_the_order_that_was_asked_for(
    registry: Any, salon: Business
) -> None:
    for n, key in enumerate(("salon-a", "salon-b")):
        await registry.stub.ImportBusiness(
            request_for(replace(with_number(salon, key, f"+49302312511{n}"), name=key.title()))
        )
    known = [str(Ids(key).tenant) for key in ("salon-b", "salon-a")]
    unknown = [str(Ids("salon-c").tenant), "no id at all"]
    asked = queries_pb2.BatchGetBusinessNamesRequest(tenant_ids=[*unknown, *known])
    told = (await registry.stub.BatchGetBusinessNames(asked)).businesses
    assert [(each.tenant_id, each.key, each.name) for each in told] == [
        (known[0], "salon-b", "Salon-B"), (known[1], "salon-a", "Salon-A"),
    ]  # fmt: skip
    too_many = queries_pb2.BatchGetBusinessNamesRequest(tenant_ids=["x"] * 501)
    assert (await refused(registry.stub.BatchGetBusinessNames(too_many))).reason == "REQUEST_INVALID"


async def test_a_page_token_that_is_not_ours_is_refused(registry: Any) -> None:
    asked = service_pb2.ListBusinessesRequest(page_token="\x00 or so")
    assert (await refused(registry.stub.ListBusinesses(asked))).reason == "POSITION_INVALID"


async def test_people_of_one_name_are_told_apart_by_id(registry: Any, salon: Business) -> None:
    """SR-02: the registry never picks one of them."""
    people = tuple(replace(person, name="Anna") for person in salon.people)
    told = (await registry.stub.ImportBusiness(request_for(replace(salon, people=people)))).business
    assert [person.name for person in told.people] == ["Anna"] * 3
    assert len({person.person_id for person in told.people}) == 3


async def test_phases_are_no_services(registry: Any, salon: Business) -> None:
    """SR-09: what callers can ask for are the ten services, however many event types stand for their phases."""
    told = (await registry.stub.ImportBusiness(request_for(salon))).business
    assert len(told.services) == 10
    assert sum(len(service.phases) for service in told.services) == 27
    ids = {service.service_id for service in told.services}
    assert {mapping.service_id for mapping in told.mappings} <= ids
    assert all(set(person.bookable_service_ids) <= ids for person in told.people)


async def test_somebody_with_a_gap_in_her_mappings_is_able_but_not_bookable(
    registry: Any, salon: Business
) -> None:
    """SR-07, AV-17: nobody is offered whose appointment could not reach the calendar."""
    mappings = tuple(
        m
        for m in salon.mappings
        if (m.person_key, m.service_key, m.phase_position) != ("anna", "dauerwelle", 4)
    )
    told = (await registry.stub.ImportBusiness(request_for(replace(salon, mappings=mappings)))).business
    anna, service_id = told.people[0], str(Ids(salon.key).service("dauerwelle"))
    assert service_id in anna.service_ids
    assert service_id not in anna.bookable_service_ids
    assert len(anna.bookable_service_ids) == 9


async def test_each_change_is_told_once_and_in_order(registry: Any, salon: Business) -> None:
    watch = registry.stub.WatchChanges(service_pb2.WatchChangesRequest())
    first = (await registry.stub.ImportBusiness(request_for(salon))).business
    change = await watch.read()
    await registry.stub.ImportBusiness(request_for(salon))  # nothing new
    other = (
        await registry.stub.ImportBusiness(request_for(with_number(salon, "salon-nord", "+493023125101")))
    ).business
    next_change = await watch.read()
    assert [change.tenant_id, next_change.tenant_id] == [first.tenant_id, other.tenant_id]
    again = registry.stub.WatchChanges(service_pb2.WatchChangesRequest(after=change.position))
    assert await again.read() == next_change


async def test_a_refused_import_is_told_to_nobody(registry: Any, salon: Business) -> None:
    await registry.stub.ImportBusiness(request_for(salon))
    await refused(registry.stub.ImportBusiness(request_for(with_number(salon, "salon-nord", NUMBER))))
    last = (
        await registry.stub.ImportBusiness(request_for(with_number(salon, "salon-sued", "+493023125102")))
    ).business
    watch = registry.stub.WatchChanges(service_pb2.WatchChangesRequest())
    assert [(await watch.read()).tenant_id for _ in range(2)] == [str(Ids(salon.key).tenant), last.tenant_id]


async def test_a_position_that_is_not_ours_is_refused(registry: Any) -> None:
    watch = registry.stub.WatchChanges(service_pb2.WatchChangesRequest(after="yesterday"))
    fault = await refused(watch.read())
    assert (fault.code, fault.reason) == (grpc.StatusCode.INVALID_ARGUMENT, "POSITION_INVALID")


async def test_concurrent_imports_of_one_business_leave_one_of_them_whole(
    registry: Any, salon: Business
) -> None:
    versions = [
        replace(
            salon,
            name=f"Salon {n}",
            people=tuple(replace(person, name=f"{person.name} {n}") for person in salon.people),
        )
        for n in range(8)
    ]
    answers = await asyncio.gather(
        *(registry.stub.ImportBusiness(request_for(version)) for version in versions)
    )
    asked = service_pb2.GetBusinessRequest(tenant_id=answers[0].business.tenant_id)
    told = (await registry.stub.GetBusiness(asked)).business
    assert told in [answer.business for answer in answers]
    assert len({answer.business.etag for answer in answers}) == 8
    assert {person.name.split()[-1] for person in told.people} == {told.name.split()[-1]}


async def test_concurrent_imports_of_the_same_content_change_once(registry: Any, salon: Business) -> None:
    answers = await asyncio.gather(*(registry.stub.ImportBusiness(request_for(salon)) for _ in range(5)))
    assert sorted(answer.changed for answer in answers) == [False] * 4 + [True]


async def test_businesses_that_exchange_numbers_at_once_never_wait_for_each_other(
    registry: Any, salon: Business
) -> None:
    """Either may come too early and be refused; neither fails in another way."""
    numbers = ["+493023125101", "+493023125102"]
    for key, number in zip(("salon-a", "salon-b"), numbers, strict=True):
        await registry.stub.ImportBusiness(request_for(with_number(salon, key, number)))
    results = await asyncio.gather(
        *(
            registry.stub.ImportBusiness(request_for(with_number(salon, key, number)))
            for key, number in zip(("salon-a", "salon-b"), reversed(numbers), strict=True)
        ),
        return_exceptions=True,
    )
    reasons = [fault_of(result).reason for result in results if isinstance(result, grpc.aio.AioRpcError)]
    assert reasons == ["NUMBER_TAKEN"] * 2
