"""A business as one file, and its faults by line."""

import re
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from staff_registry.domain.business import Business, DatedHours, PhaseKind, PhaseMapping
from staff_registry.domain.validation import faults_in
from staff_registry.wire.describing import import_request
from staff_registry.wire.incoming import described_business
from staff_registry.yaml_file import (
    FileFault,
    FileInvalidError,
    describe,
    describe_file,
    read_secrets,
    render,
)

DURATIONS = {
    "Dauerwelle": 135,
    "Ansatzfärbung": 130,
    "Ansatz + Längenausgleich": 170,
    "Komplette Umfärbung (Blondierung)": 135,
    "Damenhaarschnitt": 45,
    "Herrenhaarschnitt": 55,
    "Kinderhaarschnitt": 30,
    "Beratung": 30,
    "Waschen & Styling": 45,
    "Gloss": 30,
}
SMALL = """
key: salon
name: Salon
branches:
  - {key: mitte, name: Mitte, time_zone: Europe/Berlin}
services:
  - key: schnitt
    name: Schnitt
    phases: [{name: Schneiden, minutes: 30}]
people:
  - {key: anna, name: Anna, branches: [mitte], services: [schnitt]}
"""


def faults(text: str) -> list[FileFault]:
    with pytest.raises(FileInvalidError) as caught:
        describe(text)
    return caught.value.faults


def test_the_reference_salon_has_its_ten_services(salon: Business) -> None:
    lengths = {service.name: sum(phase.minutes for phase in service.phases) for service in salon.services}
    assert lengths == DURATIONS


def test_free_gaps_are_where_the_stylist_may_serve_somebody_else(salon: Business) -> None:
    gaps = {
        service.key: [n for n, phase in enumerate(service.phases) if phase.kind is PhaseKind.GAP_FREE]
        for service in salon.services
    }
    assert {key: found for key, found in gaps.items() if found} == {
        "dauerwelle": [1, 3],
        "ansatzfaerbung": [1],
        "ansatz-laengenausgleich": [1, 4],
    }


def test_a_small_file_gets_the_usual_rules() -> None:
    business = describe(SMALL)
    branch = business.branches[0]
    assert (business.language, business.services[0].currency) == ("de-DE", "EUR")
    assert (branch.slot_step_minutes, branch.min_notice_minutes) == (15, 15)
    assert (branch.horizon_days, branch.hold_seconds) == (180, 300)
    assert business.services[0].price_minor is None


def test_keys_and_mappings_are_given_beside_the_file(salon_text: str) -> None:
    mapping = PhaseMapping("gloss", 0, "clara", "clara", 77)
    business = describe(salon_text, api_keys={"clara": "cal_x"}, mappings=[mapping], webhook_secret="whsec")
    assert business.people[2].accounts[0].api_key == "cal_x"
    assert business.people[0].accounts[0].api_key == ""
    assert (business.mappings, business.webhook_secret) == ((mapping,), "whsec")


def test_the_request_describes_the_same_business(salon_text: str) -> None:
    mapping = PhaseMapping("gloss", 0, "clara", "clara", 77)
    beside = {"api_keys": {"clara": "cal_x"}, "mappings": [mapping], "webhook_secret": "whsec"}
    request = import_request(salon_text, **beside)  # type: ignore[arg-type] # the names are checked when it runs
    assert described_business(request.business) == describe(salon_text, **beside)  # type: ignore[arg-type]


def test_times_and_words_that_yaml_takes_for_something_else_stay_texts() -> None:
    """YAML 1.1 reads 09:00 as 540 and no as false."""
    text = SMALL.replace("name: Anna", "name: no").replace(
        "Europe/Berlin}", "Europe/Berlin, opening_hours: [{days: [tue], start: 09:00, end: 17:30}]}"
    )
    business = describe(text)
    assert business.people[0].name == "no"
    assert business.branches[0].opening_hours[0].start == "09:00"


def test_a_special_day_without_its_hours_is_a_slip_and_closes_nothing() -> None:
    closed = "Europe/Berlin, special_days: [{date: 2026-12-24, hours: []}]"
    forgotten = "Europe/Berlin, special_days: [{date: 2026-12-24, hours: }]"
    assert describe(SMALL.replace("Europe/Berlin", closed)).branches[0].dated_hours == (
        DatedHours("2026-12-24", ()),
    )
    assert [fault.path for fault in faults(SMALL.replace("Europe/Berlin", forgotten))] == [
        "branches[0].dated_hours[0].spans"
    ]


def test_a_currency_of_its_own_goes_before_that_of_the_file() -> None:
    text = SMALL.replace("    phases", "    price_minor: 5\n    currency: CHF\n    phases")
    assert describe(text).services[0].currency == "CHF"


def test_a_rendered_file_holds_no_secret(salon: Business) -> None:
    text = render(salon)
    assert "anna@example.org" in text
    assert not re.search("cal_test_key|whsec", text)


def test_all_faults_are_told_by_line_in_order() -> None:
    text = (
        SMALL.replace("name: Salon", "name: ''\ncolour: red")
        .replace("minutes: 30", "minutes: half an hour")
        .replace(
            "services: [schnitt]", "services: [schnitt, rasur], absences: [{start: 2026-08-03, end: soon}]"
        )
        .replace("Europe/Berlin", "Berlin")
    )
    assert [(fault.line, fault.path) for fault in faults(text)] == [
        (3, "name"),
        (4, "colour"),
        (6, "branches[0].time_zone"),
        (10, "services[0].phases[0].minutes"),
        (12, "people[0].absences[0].end_time"),
        (12, "people[0].absences[0].start_time"),
        (12, "people[0].service_keys[1]"),
    ]


def test_one_mistake_is_told_once() -> None:
    assert len(faults("just a text")) == 1
    assert len(faults(SMALL.replace("name: Anna", "name: [Anna]"))) == 1


def test_a_key_for_an_account_that_is_not_there_is_told(salon_text: str) -> None:
    with pytest.raises(FileInvalidError, match=r"line 4: api_keys.be\[la: expected .* anna, ben, clara"):
        describe(salon_text, api_keys={"be[la": "cal_x", "anna": "cal_y"})


def test_a_key_for_an_account_that_is_not_there_is_told_at_its_line_of_the_secrets(salon_text: str) -> None:
    secrets = read_secrets("webhook_secret: whsec\napi_keys:\n  anna: cal_x\n  bella: cal_y\n")
    with pytest.raises(FileInvalidError) as caught:
        describe_file(salon_text, secrets)
    (fault,) = caught.value.faults
    assert (fault.line, fault.path) == (4, "api_keys.bella")


def test_a_fault_reads_as_a_sentence() -> None:
    fault = faults(SMALL.replace("Europe/Berlin", "Berlin"))[0]
    assert str(fault) == "line 5: branches[0].time_zone: expected an IANA time zone such as Europe/Berlin"


@pytest.mark.parametrize(
    ("text", "line", "path"),
    [
        ("", 1, ""),
        ("just a text", 1, ""),
        ("- a\n- list", 1, ""),
        (SMALL.replace("key: salon\n", ""), 2, "key"),
        (SMALL + "name: again\n", 12, "name"),
        (SMALL.replace("  - {key: mitte", "  - {name: x, key: mitte"), 5, "branches[0].name"),
        (SMALL + "mappings: {service: schnitt}\n", 12, "mappings"),
        (SMALL + "mappings: [{service: schnitt}]\n", 12, "mappings[0].person_key"),
        (SMALL + "calendar_sync: maybe\n", 12, "calendar_sync"),
        (SMALL + "calendar_sync: [true]\n", 12, "calendar_sync"),
        (SMALL + "telephony_workspace: North Side\n", 12, "telephony_workspace"),
        (SMALL.replace("minutes: 30", "minutes: 30, kind: pause"), 9, "services[0].phases[0].kind"),
        (SMALL.replace("minutes: 30", "minutes: 99999999999999999999"), 9, "services[0].phases[0].minutes"),
        (SMALL.replace("minutes: 30", "minutes: 30, needs: [room]"), 9, "services[0].phases[0].resource_groups[0]"),
        (SMALL + "calcom: yes\n", 12, "calendar_terms"),
        (SMALL + "calcom: {holds: perhaps}\n", 12, "calendar_terms.mirror_holds"),
        (SMALL + "calcom: {cancelled_there: shrug}\n", 12, "calendar_terms.cancelled_there"),
        (SMALL + "calcom: {live_check_after_minutes: -5}\n", 12, "calendar_terms.live_check_after_minutes"),
        (SMALL + "policies: [{service: rasur}]\n", 12, "policies[0].service_key"),
        (SMALL + "policies:\n  - moves_max: many\n", 13, "policies[0].moves_max"),
        (SMALL + "policies:\n  - fees: [{fee_minor: 5}]\n", 13, "policies[0].fee_tiers[0].minutes_before"),
        (SMALL.replace("services: [schnitt]", "own_minutes: [{service: schnitt, minutes: 5}]"), 11, "people[0].phase_minutes[0].phase_position"),
        (SMALL.replace("services: [schnitt]", "own_minutes: [{service: schnitt, phase_position: 0, minutes: 5}]"), 11, "people[0].phase_minutes[0].service_key"),
        (SMALL.replace("services: [schnitt]", "special_days: [{date: 2026-12-24}]"), 11, "people[0].dated_hours[0].spans"),
        (SMALL.replace("services: [schnitt]", "special_days: [{hours: []}]"), 11, "people[0].dated_hours[0].date"),
        (SMALL.replace("Europe/Berlin", "UTC, resources: [{key: r}]"), 5, "branches[0].resources[0].group"),
        (SMALL.replace("    phases", "    min_notice_minutes: soon\n    phases"), 9, "services[0].min_notice_minutes"),
        (SMALL + "[\n", 13, ""),
        (SMALL + "x: *nowhere\n", 12, ""),
        (SMALL + "x: \x07\n", 12, ""),
        (SMALL + "\tname: Tab\n", 12, ""),
        (SMALL.replace("name: Anna", 'name: "A\\0nna"'), 11, "people[0].name"),
        (SMALL.replace("name: Anna", "name: " + "a" * 10_000), 11, "people[0].name"),
        (SMALL.replace("minutes: 30", "minutes: 1.5"), 9, "services[0].phases[0].minutes"),
        (SMALL.replace("minutes: 30", "minutes: 0x1E"), 9, "services[0].phases[0].minutes"),
        (SMALL.replace("minutes: 30", "minutes: true"), 9, "services[0].phases[0].minutes"),
        (SMALL.replace("name: Anna", "name: Anna, name: Bea"), 11, "people[0].name"),
        (SMALL.replace("name: Anna", "<<: {name: Anna}"), 11, "people[0].<<"),
        (SMALL.replace("branches: [mitte]", "branches: mitte"), 11, "people[0].branch_keys"),
        ("[" * 5000, 1, ""),
        ("a" * 1_000_001, 1, ""),
        ("a: b\n---\nc: d\n", 2, ""),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_told_with_its_line(text: str, line: int, path: str) -> None:
    assert (line, path) in [(fault.line, fault.path) for fault in faults(text)]


def test_a_small_file_that_stands_for_a_huge_one_is_refused() -> None:
    """Aliases that multiply each other: what is read is counted, not what is written."""
    hours = ", ".join(["{days: [mon], start: 09:00, end: 10:00}"] * 100)
    person = f"&p {{key: anna, name: Anna, working_hours: [{hours}]}}"
    bomb = SMALL.split("people:", maxsplit=1)[0] + f"people: [{person}" + ", *p" * 100_000 + "]\n"
    assert len(bomb) < 1_000_000
    assert "at most 300000 values" in faults(bomb)[0].expected


def test_a_file_that_contains_itself_is_refused() -> None:
    assert faults("&a\nkey: *a\nname: [*a]\nbranches: *a\n")


@pytest.mark.parametrize(
    ("said", "has"),
    [
        ("", False),
        ("mappings:\n", False),
        ("mappings: ~\n", False),
        ("mappings: null\n", False),
        ("mappings: []\n", True),
    ],
)
def test_a_name_with_nothing_behind_it_says_nothing(said: str, has: bool) -> None:
    """What a file says to have none of is taken away when it is pruned."""
    assert describe_file(SMALL + said).has("mappings") is has


def test_secrets_are_read_from_a_file_of_their_own() -> None:
    secrets = read_secrets("api_keys: {anna: cal_x, ben: 0123}\nsms_key: '5'\n")
    assert (secrets.api_keys, secrets.sms_key) == ({"anna": "cal_x", "ben": "0123"}, "5")
    assert secrets.webhook_secret == ""
    assert "cal_x" not in repr(secrets)


@pytest.mark.parametrize(
    "text", ["- a", "api_keys: [a]", "api_keys: {a: [b]}", "api_keys: {a: 1, a: 2}", "key: cal_x", "\t"]
)
def test_a_file_of_secrets_with_a_fault_is_refused_without_quoting_it(text: str) -> None:
    with pytest.raises(FileInvalidError, match="line 1"):
        read_secrets(text)


@given(st.text() | st.from_regex(r"(key|people|name)?: [\[{&*!a-z\]}, ]*"))
def test_any_text_is_a_business_or_told_what_is_wrong(text: str) -> None:
    assert faults(text)


@given(data=st.data())
def test_any_change_of_a_file_is_a_business_or_told_what_is_wrong(
    salon_text: str, data: st.DataObject
) -> None:
    lines = salon_text.splitlines()
    place = data.draw(st.integers(0, len(lines) - 1))
    lines[place] = data.draw(
        st.sampled_from(["", "  - x", "key: 5", "    - {a: [b]}", lines[0], "services: *everything"])
    )
    with suppress(FileInvalidError):
        assert faults_in(describe("\n".join(lines))) == {}
