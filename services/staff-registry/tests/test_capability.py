"""Who can be offered for what. SR-07, AV-17."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from staff_registry.domain.business import Business
from staff_registry.domain.capability import bookable_service_keys


def test_with_complete_mappings_everybody_is_bookable_for_what_she_can_do(salon: Business) -> None:
    bookable = bookable_service_keys(salon)
    assert {key: set(services) for key, services in bookable.items()} == {
        person.key: set(person.service_keys) for person in salon.people
    }


def test_without_mappings_nobody_is_bookable_where_the_calendar_is_kept(salon: Business) -> None:
    assert set(bookable_service_keys(replace(salon, mappings=())).values()) == {()}


def test_where_no_calendar_is_kept_no_mapping_is_needed(salon: Business) -> None:
    local = replace(salon, mappings=(), calendar_sync=False)
    assert bookable_service_keys(local)["ben"] == (
        "dauerwelle", "damenhaarschnitt", "herrenhaarschnitt", "kinderhaarschnitt", "beratung", "waschen-styling",
    )  # fmt: skip


def test_a_mapping_does_not_make_her_able(salon: Business) -> None:
    people = tuple(replace(person, service_keys=()) for person in salon.people)
    assert set(bookable_service_keys(replace(salon, people=people)).values()) == {()}


@given(data=st.data())
def test_one_missing_mapping_costs_one_service_of_one_person(salon: Business, data: st.DataObject) -> None:
    missing = data.draw(st.sampled_from(salon.mappings))
    rest = tuple(m for m in salon.mappings if m != missing)
    before, after = bookable_service_keys(salon), bookable_service_keys(replace(salon, mappings=rest))
    lost = {(person, key) for person in before for key in set(before[person]) - set(after[person])}
    assert lost == {(missing.person_key, missing.service_key)}
