"""What accounts at Cal.com suggest for a business; a person confirms, and nothing of ours is overwritten."""

from dataclasses import replace
from typing import Any

import pytest
from asking import refused
from hypothesis import given
from hypothesis import strategies as st

from rufbuch.calendarsync.v1 import accounts_pb2
from rufbuch.staff.v1 import mappings_pb2, service_pb2
from staff_registry.domain.business import Business, PhaseMapping, PhaseMinutes, WeeklyHours
from staff_registry.domain.ids import Ids
from staff_registry.domain.merging import merge
from staff_registry.domain.proposing import propose
from staff_registry.domain.seen import SeenAccount, SeenDay, SeenEventType, SeenSpan
from staff_registry.domain.validation import faults_in
from staff_registry.wire.describing import request_for
from staff_registry.yaml_file import describe, render

IDS = Ids("salon-lindenhof")
WORKDAYS = (SeenSpan((1, 2, 3, 4, 5), "09:00", "17:00"),)


def seen(username: str, *event_types: SeenEventType, **more: Any) -> SeenAccount:
    told = {"key": username, "email": f"{username}@example.org", "name": username.title(), "spans": WORKDAYS}
    return SeenAccount(account_id="", username=username, event_types=event_types, **(told | more))


def anna(*event_types: SeenEventType, **more: Any) -> SeenAccount:
    """The account that the reference salon has already."""
    return replace(seen("anna-lindenhof", *event_types, **more), account_id=str(IDS.account("anna")))


def test_a_new_business_is_proposed_from_its_accounts() -> None:
    cut = SeenEventType(11, "haircut", "Haarschnitt", 45)
    proposal = propose(
        None,
        "salon-neu",
        [
            seen("anna", cut, SeenEventType(12, "colour", "Färben", 90), time_zone="Europe/Vienna"),
            seen("ben", SeenEventType(21, "schnitt", "Haarschnitt", 60), time_zone="Europe/Vienna"),
        ],
    )
    business = proposal.business
    assert faults_in(business) == {}
    assert [person.key for person in business.people] == ["anna", "ben"]
    assert [(service.key, service.phases[0].minutes) for service in business.services] == [
        ("haarschnitt", 45),
        ("faerben", 90),
    ]
    assert business.people[1].phase_minutes == (PhaseMinutes("haarschnitt", 0, 60),)
    assert business.mappings == (
        PhaseMapping("haarschnitt", 0, "anna", "anna", 11),
        PhaseMapping("faerben", 0, "anna", "anna", 12),
        PhaseMapping("haarschnitt", 0, "ben", "ben", 21),
    )
    assert business.branches[0].time_zone == "Europe/Vienna"
    assert business.branches[0].opening_hours == (WeeklyHours((1, 2, 3, 4, 5), "09:00", "17:00"),)
    assert business.people[0].working_hours == (WeeklyHours((1, 2, 3, 4, 5), "09:00", "17:00"),)
    assert describe(render(business)) == business


def test_nothing_that_the_business_says_itself_is_proposed_otherwise(salon: Business) -> None:
    """CS-12: names, prices, lengths and segments were overwritten by an import, every 30 minutes."""
    stored = salon.without_secrets().canonical()
    others = [
        SeenEventType(1001, "gloss-0", "Völlig anderer Name", 999),
        SeenEventType(5000, "beratung", "Beratung", 60),
        SeenEventType(5001, "gloss", "Gloss", 30, hidden=True),
    ]
    proposal = propose(stored, "", [anna(*others, name="Anna Andersname", time_zone="Europe/London")])
    kept = proposal.business
    assert kept.people == stored.people
    assert kept.services == stored.services
    assert kept.branches == stored.branches
    assert kept.mappings == stored.mappings
    assert merge(stored, kept) == stored


def test_what_is_missing_is_mapped_where_the_event_type_says_what_it_is(salon: Business) -> None:
    bare = replace(salon.without_secrets(), mappings=())
    perm = IDS.service("dauerwelle").hex[:12]
    proposal = propose(
        bare,
        "",
        [
            anna(
                SeenEventType(1, "gloss-0", "irgendwas", 30, hidden=True),
                SeenEventType(2, f"rufbuch-{perm}-2-5", "Rufbuch 5 min", 5, hidden=True),
                SeenEventType(3, "x", "Dauerwelle: Haare wickeln", 50, hidden=True),
                SeenEventType(4, "y", "Farbberatung", 30),
            )
        ],
    )
    assert [(m.service_key, m.phase_position, m.event_type_id) for m in proposal.business.mappings] == [
        ("gloss", 0, 1),
        ("dauerwelle", 2, 2),
        ("dauerwelle", 0, 3),
        ("beratung", 0, 4),
    ]


@pytest.mark.parametrize(
    ("event_type", "why"),
    [
        (SeenEventType(1, "gloss-0", "Gloss", 40), "takes 40 minutes, gloss takes 30"),
        (SeenEventType(1, "geheim", "Geheim", 30, hidden=True), "is hidden and stands for no phase"),
        (SeenEventType(1, "gloss-0", "Gloss", 30, scheduling="managed"), "is managed"),
        (SeenEventType(1, "gloss-0", "Gloss", 30, choices=(15, 30)), "has several lengths"),
    ],
)
def test_what_cannot_be_taken_is_said(salon: Business, event_type: SeenEventType, why: str) -> None:
    """CS-07, SR-09."""
    bare = replace(salon.without_secrets(), mappings=())
    proposal = propose(bare, "", [anna(event_type)])
    assert why in proposal.notes[0]
    assert proposal.business == bare


def test_two_people_of_one_name_are_proposed_as_two(salon: Business) -> None:
    """SR-03: a name never links."""
    proposal = propose(salon.without_secrets(), "", [seen("anna-2", name="Anna")])
    assert [person.key for person in proposal.business.people] == ["anna", "ben", "clara", "anna-2"]
    assert "one human with two accounts, or two people?" in proposal.notes[0]


def test_a_mapping_to_an_event_type_that_is_gone_is_said(salon: Business) -> None:
    """SR-04, CS-13."""
    notes = propose(salon.without_secrets(), "", [anna()]).notes
    assert any("is mapped to event type" in note and "does not have" in note for note in notes)


def test_strange_hours_and_names_are_brought_into_form() -> None:
    account = seen(
        "anna",
        name="An\x00na  \u202e ",
        spans=(
            SeenSpan((7, 1, 1), "00:00", "23:59"),
            SeenSpan((1,), "10:00", "09:00"),
            SeenSpan((), "09:00", "10:00"),
        ),
        days=(
            SeenDay("2026-12-24", "00:00", "00:00"),
            SeenDay("2026-12-31", "09:00", "13:00"),
            SeenDay("soon", "09:00", "13:00"),
        ),
    )
    (person,) = propose(None, "salon", [account]).business.people
    assert person.name == "An na"
    assert person.working_hours == (WeeklyHours((1, 7), "00:00", "24:00"),)
    assert [(day.date, len(day.spans)) for day in person.dated_hours] == [
        ("2026-12-24", 0),
        ("2026-12-31", 1),
    ]


event_types = st.builds(
    SeenEventType,
    st.integers(1, 10**6),
    st.text(max_size=30) | st.sampled_from(["gloss-0", "gloss-7", "a-1"]),
    st.text(max_size=300) | st.sampled_from(["Gloss", "Dauerwelle: Fixierung auftragen"]),
    st.integers(1, 600),
    st.sampled_from([(), (15, 30)]),
    st.booleans(),
    st.sampled_from(["", "managed"]),
)
accounts = st.builds(
    SeenAccount,
    st.sampled_from(["", str(IDS.account("anna"))]),
    st.sampled_from(["a", "b"]),
    st.sampled_from(["anna-lindenhof", "neu", "anders"]),
    st.just("x@example.org"),
    st.text(max_size=300),
    st.sampled_from(["", "Europe/Berlin", "UTC"]),
    st.lists(event_types, max_size=5, unique_by=lambda each: each.number).map(tuple),
)


@given(st.lists(accounts, max_size=4, unique_by=(lambda a: a.username, lambda a: a.key)), st.booleans())
def test_whatever_is_seen_the_proposal_is_sound_and_takes_nothing_away(
    salon: Business, found: list[SeenAccount], new: bool
) -> None:
    stored = None if new else salon.without_secrets().canonical()
    proposal = propose(stored, "salon-lindenhof", found)
    if stored is None:
        assert not [
            note for note in proposal.notes if note.startswith("to be corrected") and "people" not in note
        ]
        return
    assert faults_in(proposal.business) == {}
    assert proposal.business.people[:3] == stored.people
    assert proposal.business.services[:10] == stored.services
    assert set(stored.mappings) <= set(proposal.business.mappings)


def described(**more: Any) -> accounts_pb2.DescribedAccount:
    told = {"username": "dora", "email": "dora@example.org", "name": "Dora", "time_zone": "Europe/Berlin"}
    return accounts_pb2.DescribedAccount(**(told | more))


async def test_a_proposal_is_a_file_that_imports(registry: Any, salon: Business) -> None:
    imported = (await registry.stub.ImportBusiness(request_for(salon))).business
    gloss = accounts_pb2.DescribedEventType(
        event_type_id=77, slug="gloss-0", title="Gloss", length_minutes=30
    )
    registry.calendars.accounts = [described(key_name="dora", event_types=[gloss])]
    asked = mappings_pb2.ProposeBusinessRequest(tenant_id=imported.tenant_id, api_keys={"dora": "cal_dora"})
    proposed = await registry.stub.ProposeBusiness(asked)
    assert {(change.subject, change.key) for change in proposed.changes} == {
        ("person", "dora"),
        ("mapping", "gloss/0/dora/dora"),
    }
    still = await registry.stub.GetBusiness(service_pb2.GetBusinessRequest(tenant_id=imported.tenant_id))
    assert still.business == imported  # nothing is stored by looking
    confirmed = describe(proposed.yaml, api_keys={"dora": "cal_dora"})
    answer = await registry.stub.ImportBusiness(request_for(confirmed))
    dora = next(person for person in answer.business.people if person.key == "dora")
    assert list(dora.bookable_service_ids) == [str(IDS.service("gloss"))]
    assert "cal_dora" not in proposed.yaml
    assert dict(registry.calendars.asked[0].api_keys) == {"dora": "cal_dora"}


async def test_one_account_that_cannot_be_read_ends_the_proposal(registry: Any) -> None:
    """A proposal that lacked somebody would look as if she had left."""
    registry.calendars.accounts = [
        described(key_name="dora"),
        described(key_name="emil", error="Cal.com says: 401"),
    ]
    asked = mappings_pb2.ProposeBusinessRequest(key="salon", api_keys={"dora": "cal_1", "emil": "cal_2"})
    fault = await refused(registry.stub.ProposeBusiness(asked))
    assert fault.reason == "CALENDAR_UNAVAILABLE"
    assert "emil: Cal.com says: 401" in fault.message


@pytest.mark.parametrize(
    ("tenant_id", "key", "keys", "reason"),
    [
        ("nonsense", "", {}, "BUSINESS_UNKNOWN"),
        (str(IDS.tenant), "", {}, "BUSINESS_UNKNOWN"),
        ("", "Kein Schlüssel", {"a": "cal_1"}, "REQUEST_INVALID"),
        ("", "salon", {"Ä": "cal_1"}, "REQUEST_INVALID"),
        ("", "salon", {}, "REQUEST_INVALID"),
        ("", "salon", {"a": "cal_1"}, "CALENDAR_UNAVAILABLE"),
    ],
)
async def test_a_proposal_that_cannot_be_made_says_why(
    registry: Any, tenant_id: str, key: str, keys: dict[str, str], reason: str
) -> None:
    asked = mappings_pb2.ProposeBusinessRequest(tenant_id=tenant_id, key=key, api_keys=keys)
    assert (await refused(registry.stub.ProposeBusiness(asked))).reason == reason
