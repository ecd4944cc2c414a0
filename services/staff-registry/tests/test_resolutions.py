"""One human who is listed twice: found, planned, made one, taken back; killed at every step (SR-01, SR-02, SR-03)."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

import grpc
import pytest
from cryptography.fernet import Fernet
from desk import Desk, seated, twice

from chassis.grpc_client import Fault, fault_of
from chassis.postgres import Pool
from rufbuch.staff.v1 import changes_pb2, resolution_pb2, service_pb2
from staff_registry.domain.business import Business, PhaseMapping
from staff_registry.domain.ids import Ids
from staff_registry.storage.resealing import reseal
from staff_registry.storage.sealing import Sealer
from staff_registry.usecases.peers import Overlap
from staff_registry.wire.describing import request_for

if TYPE_CHECKING:
    from conftest import Running

NOW = datetime(2025, 11, 24, 9, 0, tzinfo=UTC)
LONG = timedelta(minutes=5)


async def refused(call: Any) -> Fault:
    with pytest.raises(grpc.aio.AioRpcError) as error:
        await call
    return fault_of(error.value)


class TestFound:
    async def test_two_accounts_are_to_be_linked(self, desk: Desk) -> None:
        """SR-01."""
        (candidate,) = await desk.duplicates()
        assert {candidate.person_key, candidate.other_person_key} == {"anna", "anna-2"}
        assert candidate.advice == resolution_pb2.DUPLICATE_ADVICE_LINK

    async def test_one_account_entered_twice_is_to_be_merged(
        self, registry: "Running", salon: Business
    ) -> None:
        desk = await seated(registry, twice(salon, accounts=("anna", "Anna")))
        (candidate,) = await desk.duplicates()
        assert candidate.advice == resolution_pb2.DUPLICATE_ADVICE_MERGE

    async def test_different_people_are_not_proposed_again_until_their_facts_change(
        self, desk: Desk, salon: Business
    ) -> None:
        request = resolution_pb2.MarkDifferentPeopleRequest(
            tenant_id=desk.business.tenant_id, person_id=desk.person("anna-2"),
            other_person_id=desk.person("anna"), operator="Olga",
        )  # fmt: skip
        await desk.registry.stub.MarkDifferentPeople(request)
        assert await desk.duplicates() == []
        await desk.registry.stub.ImportBusiness(request_for(twice(salon, accounts=("anna", "anna"))))
        assert len(await desk.duplicates()) == 1


class TestPlanned:
    async def test_a_plan_says_what_moves_and_changes_nothing(self, desk: Desk) -> None:
        before = await desk.now()
        plan = await desk.plan()
        moves = {each.what: (each.staying, each.going) for each in plan.movements}
        assert moves["appointments"] == (25, 20)
        assert moves["holds"] == (0, 1)
        assert moves["mappings"][1] == 3
        assert moves["absences"] == (0, 1)
        assert await desk.now() == before

    async def test_two_accounts_are_not_merged_and_one_is_not_linked(
        self, desk: Desk, salon: Business
    ) -> None:
        assert (await refused(desk.plan("Merge"))).reason == "OTHER_KIND"
        await desk.registry.stub.ImportBusiness(request_for(twice(salon, accounts=("anna", "anna"))))
        assert (await refused(desk.plan("Link"))).reason == "OTHER_KIND"

    async def test_an_outdated_plan_is_refused(self, desk: Desk, salon: Business) -> None:
        plan = await desk.plan()
        changed = twice(salon, accounts=("anna", "anna-drei"))
        await desk.registry.stub.ImportBusiness(request_for(changed))
        assert (await refused(desk.apply(etag=plan.etag))).reason == "PLAN_OUTDATED"

    async def test_what_overlaps_has_to_be_decided(self, desk: Desk) -> None:
        desk.registry.peers.overlaps = (Overlap("one", "other", NOW, NOW + timedelta(hours=1)),)
        plan = await desk.plan()
        (conflict,) = plan.conflicts
        assert list(conflict.choices) == [resolution_pb2.CHOICE_KEEP_BOTH]
        assert conflict.start_time.ToDatetime(UTC) == NOW
        assert conflict.end_time.ToDatetime(UTC) == NOW + timedelta(hours=1)
        fault = await refused(desk.apply(etag=plan.etag))
        assert (fault.reason, set(fault.metadata)) == ("DECISION_MISSING", {conflict.subject})
        decision = resolution_pb2.Decision(subject=conflict.subject, choice=resolution_pb2.CHOICE_KEEP_BOTH)
        begun = await desk.apply(etag=plan.etag, decisions=[decision])
        assert begun.state == resolution_pb2.RESOLUTION_STATE_APPLYING

    async def test_without_its_peers_nothing_is_begun(self, desk: Desk) -> None:
        desk.registry.peers.away = True
        assert (await refused(desk.plan())).reason == "PEER_UNAVAILABLE"

    async def test_strangers_and_nonsense_are_refused(self, desk: Desk) -> None:
        plan = await desk.plan()
        assert (await refused(desk.apply(etag=plan.etag, operator=""))).reason == "REQUEST_INVALID"
        desk.ids["person_id"] = ""
        same = resolution_pb2.PlanLinkRequest(**(desk.ids | {"alias_person_id": desk.person("anna")}))
        assert (await refused(desk.registry.stub.PlanLink(same))).reason == "REQUEST_INVALID"
        strange = resolution_pb2.PlanLinkRequest(**(desk.ids | {"alias_person_id": "nobody"}))
        assert (await refused(desk.registry.stub.PlanLink(strange))).reason == "PERSON_UNKNOWN"

    async def test_one_resolution_of_a_business_at_a_time(self, desk: Desk, salon: Business) -> None:
        """An import between the steps would make something else than was planned."""
        begun = await desk.apply()
        assert (await refused(desk.plan())).metadata == {"resolution_id": begun.resolution_id}
        changed = replace(twice(salon), name="Salon Ulme")
        assert (
            await refused(desk.registry.stub.ImportBusiness(request_for(changed)))
        ).reason == "RESOLUTION_UNDER_WAY"
        await desk.work()
        assert (await desk.registry.stub.ImportBusiness(request_for(changed))).changed


class TestDone:
    async def test_linked_they_are_one_person_with_both_accounts_and_all_mappings(self, desk: Desk) -> None:
        """SR-01."""
        before = await desk.now()
        made = await desk.apply()
        await desk.work()
        assert (await desk.get(made)).state == resolution_pb2.RESOLUTION_STATE_APPLIED
        now, anna = await desk.now(), await desk.anna()
        assert [person.key for person in now.people] == [p.key for p in before.people if p.key != "anna-2"]
        assert list(anna.alias_ids) == [desk.person("anna-2")]
        assert {account.key for account in anna.accounts} == {"anna", "anna-2"}
        assert len(now.mappings) == len(before.mappings)
        assert len(anna.absences) == 1
        (named,) = desk.registry.peers.united.values()
        assert (str(named.person_id), str(named.alias_id)) == (desk.person("anna"), desk.person("anna-2"))

    async def test_new_copies_go_to_the_account_that_she_has_always_had(self, desk: Desk) -> None:
        await desk.apply()
        await desk.work()
        setup = await desk.registry.stub.GetCalendarSetup(
            service_pb2.GetCalendarSetupRequest(tenant_id=desk.business.tenant_id)
        )
        hers = [mapping for mapping in setup.mappings if mapping.person_id == desk.person("anna")]
        first: dict[tuple[str, int], str] = {}
        for mapping in hers:
            first.setdefault((mapping.service_id, mapping.phase_position), mapping.account_id)
        assert len(first) < len(hers)
        assert set(first.values()) == {str(Ids(desk.business.key).account("anna"))}
        assert {secret.api_key for secret in setup.accounts} >= {"cal_test_one", "cal_test_second"}

    async def test_merged_they_are_one_person_with_one_account(
        self, registry: "Running", salon: Business
    ) -> None:
        desk = await seated(registry, twice(salon, accounts=("anna", "anna")))
        plan = await desk.plan("Merge")
        assert {conflict.kind for conflict in plan.conflicts} == {resolution_pb2.CONFLICT_KIND_MAPPING}
        going = resolution_pb2.CHOICE_KEEP_GOING
        decisions = [resolution_pb2.Decision(subject=each.subject, choice=going) for each in plan.conflicts]
        before = {
            mapping.event_type_id
            for mapping in desk.business.mappings
            if mapping.person_id == desk.person("anna-2")
        }
        await desk.apply("Merge", etag=plan.etag, decisions=decisions)
        await desk.work()
        now, anna = await desk.now(), await desk.anna()
        assert [account.key for account in anna.accounts] == ["anna"]
        hers = {mapping.event_type_id for mapping in now.mappings if mapping.person_id == desk.person("anna")}
        assert before <= hers
        (accounts,) = registry.peers.reassigned.values()
        ids = Ids(desk.business.key)
        assert accounts == {ids.account("anna-2"): ids.account("anna")}

    async def test_a_file_that_still_has_both_rows_changes_nothing(self, desk: Desk, salon: Business) -> None:
        await desk.apply()
        await desk.work()
        assert not (await desk.registry.stub.ImportBusiness(request_for(twice(salon)))).changed

    async def test_a_file_that_has_only_the_other_name_speaks_of_the_person(
        self, desk: Desk, salon: Business
    ) -> None:
        await desk.apply()
        await desk.work()
        only = twice(salon)
        second = next(person for person in only.people if person.key == "anna-2")
        only = replace(
            only, people=(second,), mappings=tuple(m for m in only.mappings if m.person_key == "anna-2")
        )
        await desk.registry.stub.ImportBusiness(request_for(only))
        now = await desk.now()
        assert "anna-2" not in {person.key for person in now.people}
        assert {account.key for account in (await desk.anna()).accounts} == {"anna", "anna-2"}

    async def test_it_is_in_the_record_of_changes(self, desk: Desk) -> None:
        await desk.apply()
        await desk.work()
        told = await desk.registry.stub.ListChanges(
            changes_pb2.ListChangesRequest(tenant_id=desk.business.tenant_id)
        )
        assert [record.actor for record in told.records][:2] == ["Olga", "Olga"]

    async def test_an_outage_is_waited_for(self, desk: Desk) -> None:
        made = await desk.apply()
        desk.registry.peers.away = True
        saga = desk.registry.parts.saga
        assert await saga.work_once()
        steps = (await desk.get(made)).steps
        assert [step.last_error for step in steps if step.last_error] == ["away"]
        desk.registry.peers.away = False
        desk.registry.clock.advance(LONG)
        await desk.work()
        assert (await desk.get(made)).state == resolution_pb2.RESOLUTION_STATE_APPLIED


class TestUndone:
    async def test_taken_back_everything_is_as_it_was(self, desk: Desk) -> None:
        before = await desk.now()
        made = await desk.apply()
        await desk.work()
        await desk.undo(made)
        await desk.work()
        assert (await desk.get(made)).state == resolution_pb2.RESOLUTION_STATE_UNDONE
        now = await desk.now()
        before.etag = now.etag
        assert now == before
        assert desk.registry.peers.separated == desk.registry.peers.given_back == {UUID(made.resolution_id)}
        again = await desk.apply()
        await desk.work()
        assert (await desk.get(again)).state == resolution_pb2.RESOLUTION_STATE_APPLIED

    async def test_what_contradicts_it_is_named(self, desk: Desk, salon: Business) -> None:
        made = await desk.apply()
        assert (await refused(desk.undo(made))).reason == "NOT_UNDOABLE"
        await desk.work()
        desk.registry.peers.conflicts = ["appointment 1 was made since"]
        fault = await refused(desk.undo(made))
        assert (fault.reason, fault.metadata) == ("NOT_UNDOABLE", {"1": "appointment 1 was made since"})
        desk.registry.peers.conflicts = []
        later = twice(salon)
        anna = next(person for person in later.people if person.key == "anna")
        later = replace(later, people=(replace(anna, name="Anna Neu"),), mappings=())
        await desk.registry.stub.ImportBusiness(request_for(later))
        assert "registry" in (await refused(desk.undo(made))).metadata["1"]

    async def test_what_comes_in_between_breaks_it_off_before_anything_was_taken_back(
        self, desk: Desk
    ) -> None:
        made = await desk.apply()
        await desk.work()
        await desk.undo(made)
        desk.registry.peers.conflicts = ["appointment 1 was made since"]
        await desk.work()
        stands = await desk.get(made)
        assert stands.state == resolution_pb2.RESOLUTION_STATE_APPLIED
        assert stands.steps[0].last_error == "appointment 1 was made since"
        assert list((await desk.anna()).alias_ids) == [desk.person("anna-2")]

    async def test_what_was_never_made_cannot_be(self, desk: Desk) -> None:
        strange = resolution_pb2.Resolution(tenant_id=desk.business.tenant_id, resolution_id="x")
        assert (await refused(desk.undo(strange))).reason == "RESOLUTION_UNKNOWN"


def test_a_mapping_names_its_account() -> None:
    one = PhaseMapping("cut", 0, "anna", "a", 1)
    assert one != replace(one, account_key="b")


async def test_a_number_shows_who_is_listed_twice_and_is_told_to_nobody(
    registry: "Running", salon: Business
) -> None:
    number = "+493023125077"
    people = [replace(person, phone_number=number) for person in salon.people[:2]]
    desk = await seated(registry, replace(salon, people=(*people, *salon.people[2:])))
    (candidate,) = await desk.duplicates()
    kinds = {reason.kind for reason in candidate.reasons}
    assert resolution_pb2.DUPLICATE_REASON_KIND_SAME_NUMBER in kinds
    assert number not in str(await desk.now())
    request = service_pb2.ExportBusinessRequest(tenant_id=desk.business.tenant_id)
    exported = await registry.stub.ExportBusiness(request)
    assert exported.yaml.count(number) == 2
    assert [person.phone_number for person in exported.business.people][:2] == [number, number]


async def test_what_was_before_is_encrypted_and_goes_under_a_new_key(
    desk: Desk, pool: Pool, sealer: Sealer
) -> None:
    await desk.apply()
    await desk.work()
    before = await pool.fetchval("SELECT rows_before FROM resolution")
    assert "cal_test_second" in sealer.unseal(before)
    await pool.execute("UPDATE calendar_account SET api_key = ''")
    await pool.execute("UPDATE tenant SET webhook_secret = ''")
    newer = Fernet.generate_key().decode()
    async with pool.acquire() as connection, connection.transaction():
        await reseal(connection, _Both(sealer, newer))
    assert "cal_test_second" in Sealer(newer).unseal(
        await pool.fetchval("SELECT rows_before FROM resolution")
    )


class _Both(Sealer):
    """Two keys: the new one encrypts, the old one still decrypts."""

    def __init__(self, old: Sealer, newer: str) -> None:
        super().__init__(newer)
        self._old = old

    def unseal(self, token: str) -> str:
        return self._old.unseal(token)
