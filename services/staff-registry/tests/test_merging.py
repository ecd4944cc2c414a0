"""What an import makes of what is known."""

from dataclasses import replace

from staff_registry.domain.business import Business, Phase, PhaseKind, PhaseMinutes, Policy, Resource
from staff_registry.domain.merging import merge
from staff_registry.domain.validation import faults_in


def only(business: Business, *, people: tuple[str, ...], services: tuple[str, ...]) -> Business:
    """A description that leaves the others out."""
    kept = tuple(
        replace(p, service_keys=tuple(key for key in p.service_keys if key in services))
        for p in business.people
        if p.key in people
    )
    return replace(
        business,
        people=kept,
        services=tuple(s for s in business.services if s.key in services),
        mappings=tuple(m for m in business.mappings if m.person_key in people and m.service_key in services),
    )


def with_minutes(business: Business, key: str, *minutes: PhaseMinutes) -> Business:
    """The same with minutes of her own for one person."""
    people = (replace(p, phase_minutes=minutes) if p.key == key else p for p in business.people)
    return replace(business, people=tuple(people))


def test_a_first_import_is_taken_as_it_is(salon: Business) -> None:
    assert merge(None, salon) == salon.canonical()


def test_importing_again_changes_nothing(salon: Business) -> None:
    assert merge(merge(None, salon), salon) == merge(None, salon)


def test_people_and_services_that_are_left_out_are_kept(salon: Business) -> None:
    """Appointments refer to them."""
    merged = merge(merge(None, salon), only(salon, people=("clara",), services=("gloss",)))
    assert [person.key for person in merged.people] == ["clara", "anna", "ben"]
    assert [service.key for service in merged.services][:2] == ["gloss", "dauerwelle"]
    assert len(merged.services) == 10
    assert [m for m in merged.mappings if m.person_key == "anna"] == [
        m for m in salon.canonical().mappings if m.person_key == "anna"
    ]


def test_a_person_who_is_described_is_replaced_as_a_whole(salon: Business) -> None:
    merged = merge(merge(None, salon), only(salon, people=("clara",), services=("gloss",)))
    clara = merged.people[0]
    assert clara.service_keys == ("gloss",)
    assert [m.service_key for m in merged.mappings if m.person_key == "clara"] == ["gloss"]


def test_a_mapping_for_a_phase_that_lasts_longer_now_is_dropped(salon: Business) -> None:
    """The event type at Cal.com has the old length."""
    gloss = replace(salon.services[9], phases=(Phase("Auftragen", PhaseKind.ACTIVE, 45),))
    described = replace(only(salon, people=("ben",), services=()), services=(gloss,))
    merged = merge(merge(None, salon), described)
    assert not [m for m in merged.mappings if m.service_key == "gloss"]
    assert [m for m in merged.mappings if m.person_key == "anna"]


def test_a_mapping_goes_with_the_minutes_that_its_person_needs(salon: Business) -> None:
    """The event type has the length of that person's phase; nobody else's mapping is touched."""
    slower = with_minutes(salon, "clara", PhaseMinutes("gloss", 0, 40))
    merged = merge(merge(None, salon), replace(slower, mappings=()))
    assert {m.person_key for m in merged.mappings if m.service_key == "gloss"} == {"anna"}
    assert len(merged.mappings) == len(salon.mappings) - 1


def test_a_mapping_of_her_own_minutes_stays_when_others_need_longer(salon: Business) -> None:
    slower = with_minutes(salon, "clara", PhaseMinutes("gloss", 0, 45))
    gloss = replace(salon.services[9], phases=(Phase("Auftragen", PhaseKind.ACTIVE, 60),))
    described = replace(slower, services=(*salon.services[:9], gloss), mappings=())
    merged = merge(merge(None, slower), described)
    assert {m.person_key for m in merged.mappings if m.service_key == "gloss"} == {"clara"}


def test_own_minutes_that_equal_the_services_change_no_mapping(salon: Business) -> None:
    same = with_minutes(salon, "clara", PhaseMinutes("gloss", 0, 30))
    assert merge(salon, replace(same, mappings=())).mappings == salon.canonical().mappings


def test_own_minutes_for_a_phase_that_is_gone_are_told_and_not_dropped(salon: Business) -> None:
    """Somebody who was left out and needs longer must not be offered for a shorter time in silence."""
    stored = merge(None, with_minutes(salon, "clara", PhaseMinutes("dauerwelle", 5, 60)))
    perm = replace(salon.services[0], phases=salon.services[0].phases[:1])
    described = replace(only(salon, people=("ben",), services=()), services=(perm,))
    assert list(faults_in(merge(stored, described))) == ["people[2].phase_minutes[0].phase_position"]


def test_a_policy_replaces_the_one_of_the_same_scope_and_leaves_the_others(salon: Business) -> None:
    stored = merge(
        None, replace(salon, policies=(Policy(moves_max=1), Policy(person_key="anna", moves_max=2)))
    )
    changed = merge(stored, replace(salon, policies=(Policy(cancel_cutoff_minutes=60),)))
    assert changed.policies == (Policy(cancel_cutoff_minutes=60), Policy(person_key="anna", moves_max=2))


def test_a_policy_that_rules_nothing_takes_the_stored_one_away(salon: Business) -> None:
    stored = merge(
        None, replace(salon, policies=(Policy(moves_max=1), Policy(person_key="anna", moves_max=2)))
    )
    assert merge(stored, replace(salon, policies=(Policy(),))).policies == stored.policies[1:]


def test_rooms_and_special_days_are_replaced_with_their_branch(salon: Business) -> None:
    rooms = (Resource("raum-1", "Raum 1", "room"), Resource("raum-2", "Raum 2", "room"))
    stored = merge(None, replace(salon, branches=(replace(salon.branches[0], resources=rooms),)))
    bare = replace(salon.branches[0], resources=rooms[1:], dated_hours=())
    assert merge(stored, replace(salon, branches=(bare,))).branches == (bare,)


def test_a_mapping_for_a_phase_that_is_gone_is_dropped(salon: Business) -> None:
    perm = replace(salon.services[0], phases=salon.services[0].phases[:1])
    merged = merge(merge(None, salon), replace(only(salon, people=("ben",), services=()), services=(perm,)))
    assert {m.phase_position for m in merged.mappings if m.service_key == "dauerwelle"} == {0}


def test_empty_secrets_keep_what_is_stored(salon: Business) -> None:
    assert merge(salon, salon.without_secrets()) == salon.canonical()


def test_an_account_that_moves_to_another_person_leaves_its_key_behind(salon: Business) -> None:
    anna, ben, clara = salon.without_secrets().people
    swapped = replace(
        salon.without_secrets(),
        people=(replace(anna, accounts=ben.accounts), replace(ben, accounts=anna.accounts), clara),
        mappings=(),
    )
    keys = [person.accounts[0].api_key for person in merge(salon, swapped).people]
    assert keys == ["", "", "cal_test_key_of_clara"]


def test_a_file_without_mappings_keeps_those_that_are_stored(salon: Business) -> None:
    """The file that an operator edits has no event types in it; importing it again must not make people unbookable."""
    edited = replace(salon, name="Neuer Name", mappings=())
    assert merge(salon, edited).mappings == salon.canonical().mappings


def test_a_mapping_goes_with_the_skill(salon: Business) -> None:
    people = tuple(
        replace(person, service_keys=tuple(key for key in person.service_keys if key != "gloss"))
        for person in salon.people
    )
    merged = merge(salon, replace(salon, people=people, mappings=()))
    assert "gloss" not in {mapping.service_key for mapping in merged.mappings}
