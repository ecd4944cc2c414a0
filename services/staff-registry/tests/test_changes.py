"""What an import changes, who did it, and what becomes of that which a file leaves out."""

from dataclasses import replace
from typing import Any

import grpc
import pytest
from asking import refused

from rufbuch.staff.v1 import changes_pb2, service_pb2
from staff_registry.domain.business import Business, Policy
from staff_registry.domain.capability import bookable_service_keys
from staff_registry.domain.differences import Change, ChangeKind, differences
from staff_registry.domain.merging import Pruning, merge
from staff_registry.wire.describing import request_for

PRUNE, PRUNE_ALL = Pruning(left_out=True), Pruning(left_out=True, mappings=True)


def only_clara(salon: Business) -> Business:
    """A file that leaves out two people and nine services."""
    clara = replace(salon.people[2], service_keys=("gloss",))
    return replace(salon, people=(clara,), services=salon.services[9:], mappings=(), policies=())


def told(before: Business | None, after: Business) -> list[tuple[str, str, str, str]]:
    changes = differences(before, after)
    return [(change.kind.value, change.subject, change.key, change.field) for change in changes]


def test_what_is_left_out_is_kept_unless_it_is_pruned(salon: Business) -> None:
    kept = merge(salon.canonical(), only_clara(salon))
    assert [person.retired for person in kept.people] == [False, False, False]
    assert len(kept.policies) == 1
    pruned = merge(salon.canonical(), only_clara(salon), PRUNE)
    assert {person.key: person.retired for person in pruned.people} == {
        "clara": False,
        "anna": True,
        "ben": True,
    }
    assert sum(service.retired for service in pruned.services) == 9
    assert pruned.policies == ()


def test_nothing_retired_is_offered_and_nothing_of_it_is_lost(salon: Business) -> None:
    """Appointments refer to people and services; their accounts serve what was booked."""
    pruned = merge(salon.canonical(), only_clara(salon), PRUNE)
    assert bookable_service_keys(pruned) == {"clara": ("gloss",), "anna": (), "ben": ()}
    anna = next(person for person in pruned.people if person.key == "anna")
    assert replace(anna, retired=False) == salon.canonical().people[0]
    assert [m for m in pruned.mappings if m.person_key == "anna"] == [
        m for m in salon.canonical().mappings if m.person_key == "anna"
    ]


def test_whoever_is_described_again_is_back(salon: Business) -> None:
    pruned = merge(salon.canonical(), only_clara(salon), PRUNE)
    back = merge(pruned, salon)
    assert back == salon.canonical()


def test_a_retired_branch_gives_its_numbers_up(salon: Business) -> None:
    second = replace(salon.branches[0], key="nord", dialled_numbers=("+493023125190",))
    both = replace(salon, branches=(*salon.branches, second))
    pruned = merge(both.canonical(), salon, PRUNE)
    assert [(branch.key, branch.retired, branch.dialled_numbers) for branch in pruned.branches] == [
        ("mitte", False, ("+493023125100",)),
        ("nord", True, ()),
    ]


def test_mappings_are_pruned_only_where_the_file_has_all_of_them(salon: Business) -> None:
    """The event types come from Cal.com: a file without them must not make everybody unbookable."""
    bare = replace(salon, mappings=())
    assert merge(salon.canonical(), bare, PRUNE).mappings == salon.canonical().mappings
    assert merge(salon.canonical(), bare, PRUNE_ALL).mappings == ()


def test_a_difference_is_told_with_both_values(salon: Business) -> None:
    gloss = replace(salon.services[9], price_minor=4700)
    changed = replace(salon, services=(*salon.services[:9], gloss)).canonical()
    assert differences(salon.canonical(), changed) == (
        Change(ChangeKind.CHANGED, "service", "gloss", "Gloss", "price_minor", "4500", "4700"),
    )


def test_of_a_list_only_what_has_come_and_gone_is_told(salon: Business) -> None:
    ben = replace(
        salon.people[1], service_keys=(*(k for k in salon.people[1].service_keys if k != "beratung"), "gloss")
    )
    changed = replace(salon, people=(salon.people[0], ben, salon.people[2])).canonical()
    assert differences(salon.canonical(), changed) == (
        Change(ChangeKind.CHANGED, "person", "ben", "Ben", "service_keys", "beratung", "gloss"),
    )


def test_a_new_secret_is_told_and_not_quoted(salon: Business) -> None:
    anna = replace(
        salon.people[0], accounts=(replace(salon.people[0].accounts[0], api_key="cal_test_key_new"),)
    )
    changed = replace(salon, people=(anna, *salon.people[1:]), webhook_secret="whsec_new").canonical()
    changes = differences(salon.canonical(), changed)
    assert [(change.subject, change.field) for change in changes] == [
        ("business", "webhook_secret"),
        ("person", "accounts"),
    ]
    assert "cal_test" not in str(changes)
    assert "whsec" not in str(changes)


def test_who_comes_goes_and_retires_is_told(salon: Business) -> None:
    before = salon.canonical()
    assert ("ADDED", "person", "anna", "") in told(None, before)
    after = merge(
        before, replace(only_clara(salon), policies=(Policy(person_key="clara", moves_max=1),)), PRUNE
    )
    assert {("RETIRED", "person", "anna", ""), ("RETIRED", "person", "ben", "")} <= set(told(before, after))
    assert {("ADDED", "policy", "*/*/clara", ""), ("REMOVED", "policy", "*/*/*", "")} <= set(
        told(before, after)
    )


async def test_a_dry_run_tells_and_stores_nothing(registry: Any, salon: Business) -> None:
    request = request_for(salon)
    request.validate_only = True
    first = await registry.stub.ImportBusiness(request)
    assert first.changed
    assert first.changes[0] == changes_pb2.Change(
        kind=changes_pb2.CHANGE_KIND_ADDED, subject="business", key="salon-lindenhof", name="Salon Lindenhof"
    )
    assert not (await registry.stub.ListBusinesses(service_pb2.ListBusinessesRequest())).tenant_ids


async def test_what_is_dry_run_is_what_is_done(registry: Any, salon: Business) -> None:
    await registry.stub.ImportBusiness(request_for(salon))
    request = request_for(only_clara(salon))
    request.prune, request.validate_only = True, True
    would = await registry.stub.ImportBusiness(request)
    request.validate_only = False
    does = await registry.stub.ImportBusiness(request)
    assert list(would.changes) == list(does.changes) != []
    assert [person.retired for person in does.business.people] == [False, True, True]
    assert not (await registry.stub.ImportBusiness(request)).changed


async def test_an_import_with_an_old_etag_is_refused(registry: Any, salon: Business) -> None:
    first = (await registry.stub.ImportBusiness(request_for(salon))).business
    request = request_for(replace(salon, name="Salon Neu"))
    request.etag = first.etag
    assert (await registry.stub.ImportBusiness(request)).changed
    fault = await refused(registry.stub.ImportBusiness(request))
    assert (fault.code, fault.reason) == (grpc.StatusCode.ABORTED, "ETAG_MISMATCH")


async def test_an_etag_of_a_business_that_is_not_there_is_refused(registry: Any, salon: Business) -> None:
    request = request_for(salon)
    request.etag = "0" * 32
    assert (await refused(registry.stub.ImportBusiness(request))).reason == "ETAG_MISMATCH"


async def test_it_is_kept_who_changed_what(registry: Any, salon: Business) -> None:
    for name in ("Salon Eins", "Salon Zwei", "Salon Zwei"):
        request = request_for(replace(salon, name=name))
        request.actor = f"chef@example.org über {name}"
        business = (await registry.stub.ImportBusiness(request)).business
    asked = changes_pb2.ListChangesRequest(tenant_id=business.tenant_id, page_size=1)
    newest = await registry.stub.ListChanges(asked)
    (record,) = newest.records
    assert (record.revision, record.actor) == (2, "chef@example.org über Salon Zwei")
    assert [(change.field, change.before, change.after) for change in record.changes] == [
        ("name", "Salon Eins", "Salon Zwei")
    ]
    asked.page_token = newest.next_page_token
    oldest = await registry.stub.ListChanges(asked)
    assert [record.revision for record in oldest.records] == [1]
    assert oldest.next_page_token == ""


@pytest.mark.parametrize("actor", ["x" * 10_000, "a\x00b", " chef"])
async def test_an_actor_that_is_no_name_is_refused(registry: Any, salon: Business, actor: str) -> None:
    request = request_for(salon)
    request.actor = actor
    assert (await refused(registry.stub.ImportBusiness(request))).reason == "REQUEST_INVALID"


async def test_a_fault_of_what_was_kept_goes_by_its_key(registry: Any, salon: Business) -> None:
    """Its position in the merged business is nothing that whoever wrote the file can find."""
    await registry.stub.ImportBusiness(request_for(salon))
    moved = replace(salon.branches[0], key="nord")
    described = replace(salon, branches=(moved,), people=(), mappings=())
    fault = await refused(registry.stub.ImportBusiness(request_for(described)))
    assert {"branches[0].dialled_numbers[0]", "branches[mitte].dialled_numbers[0]"} <= set(fault.metadata)
    assert "branches[mitte]" in fault.metadata["branches[0].dialled_numbers[0]"]


async def test_an_export_imports_as_no_change(registry: Any, salon: Business) -> None:
    tenant_id = (await registry.stub.ImportBusiness(request_for(salon))).business.tenant_id
    exported = await registry.stub.ExportBusiness(service_pb2.ExportBusinessRequest(tenant_id=tenant_id))
    request = service_pb2.ImportBusinessRequest(
        business=exported.business, prune=True, prune_mappings=True, etag=exported.etag
    )
    assert not (await registry.stub.ImportBusiness(request)).changed
    assert b"cal_test_key" not in exported.SerializeToString()
    assert b"whsec" not in exported.SerializeToString()
