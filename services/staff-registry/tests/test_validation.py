"""What makes a description unsound: each rule once, by the path that it names."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from staff_registry.domain.business import (
    Absence,
    Account,
    Branch,
    Business,
    CalendarTerms,
    DatedHours,
    DaySpan,
    FeeTier,
    Person,
    Phase,
    PhaseKind,
    PhaseMapping,
    PhaseMinutes,
    Policy,
    Resource,
    Service,
    WeeklyHours,
)
from staff_registry.domain.rules import is_e164
from staff_registry.domain.validation import faults_in, secrets_missing_in

ROOM = Resource("raum", "Raum", "room")
ACTIVE, FREE = PhaseKind.ACTIVE, PhaseKind.GAP_FREE
MONDAY = datetime(2026, 8, 3, tzinfo=UTC)
Change = Callable[[Business], Business]


def branch(**changes: Any) -> Change:
    return lambda b: replace(b, branches=(replace(b.branches[0], **changes), *b.branches[1:]))


def person(**changes: Any) -> Change:
    return lambda b: replace(b, people=(replace(b.people[0], **changes), *b.people[1:]))


def service(**changes: Any) -> Change:
    return lambda b: replace(b, services=(replace(b.services[0], **changes), *b.services[1:]))


def phases(*kinds_and_minutes: tuple[PhaseKind | None, int]) -> Change:
    made = tuple(Phase("Waschen", kind, minutes) for kind, minutes in kinds_and_minutes)
    return lambda b: unmapped(service(phases=made)(b))


def unmapped(described: Business) -> Business:
    """Without the mappings of its first service."""
    others = tuple(m for m in described.mappings if m.service_key != described.services[0].key)
    return replace(described, mappings=others)


def mapping(**changes: Any) -> Change:
    return lambda b: replace(b, mappings=(replace(b.mappings[0], **changes), *b.mappings[1:]))


def business(**changes: Any) -> Change:
    return lambda b: replace(b, **changes)


def hours(*spans: tuple[tuple[int, ...], str, str]) -> tuple[WeeklyHours, ...]:
    return tuple(WeeklyHours(*span) for span in spans)


def account(**changes: str) -> Change:
    return person(accounts=(replace(Account("anna", "anna", "anna@example.org"), **changes),))


def season(**validity: str) -> Change:
    return branch(opening_hours=(WeeklyHours((1,), "09:00", "18:00", **validity),))


def days(*dates: str) -> Change:
    return branch(dated_hours=tuple(DatedHours(each, ()) for each in dates))


def day(*spans: tuple[str, str]) -> Change:
    return branch(dated_hours=(DatedHours("2026-12-24", tuple(DaySpan(*span) for span in spans)),))


def resources(*rooms: Resource) -> Change:
    return branch(resources=rooms)


def needs(*groups: str) -> Change:
    return lambda b: unmapped(service(phases=(Phase("Waschen", ACTIVE, 30, groups),))(b))


def own_minutes(*minutes: PhaseMinutes) -> Change:
    return person(phase_minutes=minutes)


def policy(**rules: Any) -> Change:
    return business(policies=(Policy(**rules),))


def fees(*tiers: tuple[int, int]) -> Change:
    return policy(fee_tiers=tuple(FeeTier(before, fee, "EUR") for before, fee in tiers))


UNSOUND: list[tuple[str, Change, str]] = [
    ("a note that is no sentence", service(booking_note="Karte mitbringen"), "services[0].booking_note"),
    ("a note that never ends", service(booking_note="a" * 301 + "."), "services[0].booking_note"),
    ("a key with capitals", business(key="Salon"), "key"),
    ("no key", business(key=""), "key"),
    ("a key with an underscore", business(key="salon_nord"), "key"),
    ("a key that ends with a hyphen", business(key="salon-"), "key"),
    ("a long key", business(key="s" * 61), "key"),
    ("no name", business(name=""), "name"),
    ("a blank name", business(name="  "), "name"),
    ("a long name", business(name="S" * 201), "name"),
    ("a name with a line break", business(name="Salon\nNord"), "name"),
    ("a name with a NUL", business(name="Salon\x00"), "name"),
    ("a name that changes the direction of text", business(name="Salon \u202e Nord"), "name"),
    ("a language by its name", business(language="Deutsch!"), "language"),
    ("a workspace that is no key", business(telephony_workspace="North Side"), "telephony_workspace"),
    ("no branch", business(branches=()), "branches"),
    ("a secret with a blank", business(webhook_secret="two words"), "calendar_webhook_secret"),
    ("a zone that is none", branch(time_zone="Mitteleuropa"), "branches[0].time_zone"),
    ("a path as a zone", branch(time_zone="../etc/passwd"), "branches[0].time_zone"),
    ("a region by its name", branch(holiday_region="Berlin"), "branches[0].holiday_region"),
    ("a region by how people shorten it", branch(holiday_region="DE-NRW"), "branches[0].holiday_region"),
    ("a town as a region", branch(holiday_region="DE-BR"), "branches[0].holiday_region"),
    ("a region in three letters", branch(holiday_region="DE-BAY"), "branches[0].holiday_region"),
    ("a region of no country", branch(holiday_region="XX-YY"), "branches[0].holiday_region"),
    ("a region of another country", branch(holiday_region="AT-NW"), "branches[0].holiday_region"),
    ("a local number", branch(dialled_numbers=("03023125100",)), "branches[0].dialled_numbers[0]"),
    ("a number with blanks", branch(dialled_numbers=("+49 30 23125100",)), "branches[0].dialled_numbers[0]"),
    ("a national zero", branch(dialled_numbers=("+4903023125100",)), "branches[0].dialled_numbers[0]"),
    ("a number too long", branch(dialled_numbers=("+1202555012345",)), "branches[0].dialled_numbers[0]"),
    ("a number twice", branch(dialled_numbers=("+493023125100",) * 2), "branches[0].dialled_numbers[1]"),
    ("a step too small", branch(slot_step_minutes=4), "branches[0].slot_step_minutes"),
    ("a step too large", branch(slot_step_minutes=61), "branches[0].slot_step_minutes"),
    ("a notice before now", branch(min_notice_minutes=-1), "branches[0].min_notice_minutes"),
    ("no horizon", branch(horizon_days=0), "branches[0].horizon_days"),
    ("a hold of no time", branch(hold_seconds=0), "branches[0].hold_seconds"),
    ("no weekday", branch(opening_hours=hours(((), "09:00", "18:00"))), "branches[0].opening_hours[0].weekdays"),
    ("an eighth weekday", branch(opening_hours=hours(((8,), "09:00", "18:00"))), "branches[0].opening_hours[0].weekdays[0]"),
    ("a weekday twice", branch(opening_hours=hours(((2, 2), "09:00", "18:00"))), "branches[0].opening_hours[0].weekdays[1]"),
    ("an hour with one digit", branch(opening_hours=hours(((2,), "9:00", "18:00"))), "branches[0].opening_hours[0].start"),
    ("a minute 60", branch(opening_hours=hours(((2,), "09:60", "18:00"))), "branches[0].opening_hours[0].start"),
    ("a start at 24:00", branch(opening_hours=hours(((2,), "24:00", "24:00"))), "branches[0].opening_hours[0].start"),
    ("an end after midnight", branch(opening_hours=hours(((2,), "09:00", "24:01"))), "branches[0].opening_hours[0].end"),
    ("an end before the start", branch(opening_hours=hours(((2,), "18:00", "09:00"))), "branches[0].opening_hours[0].end"),
    ("an end at the start", branch(opening_hours=hours(((2,), "09:00", "09:00"))), "branches[0].opening_hours[0].end"),
    (
        "spans that overlap",
        branch(opening_hours=hours(((1, 2), "09:00", "13:00"), ((2,), "12:00", "18:00"))),
        "branches[0].opening_hours[1]",
    ),
    ("a day that is none", season(valid_from="2026-02-30"), "branches[0].opening_hours[0].valid_from"),
    ("a day in short", season(valid_until="20260803"), "branches[0].opening_hours[0].valid_until"),
    ("a season that ends before it begins", season(valid_from="2026-08-04", valid_until="2026-08-03"), "branches[0].opening_hours[0].valid_until"),
    (
        "seasons that meet on a day",
        branch(opening_hours=(
            WeeklyHours((1,), "09:00", "18:00", valid_until="2026-08-03"),
            WeeklyHours((1,), "10:00", "17:00", valid_from="2026-08-03"),
        )),
        "branches[0].opening_hours[1]",
    ),
    ("a dated day in German", days("24.12.2026"), "branches[0].dated_hours[0].date"),
    ("a dated day of another time", days("1999-12-24"), "branches[0].dated_hours[0].date"),
    ("a dated day twice", days("2026-12-24", "2026-12-24"), "branches[0].dated_hours[1].date"),
    ("dated spans that overlap", day(("09:00", "13:00"), ("12:00", "14:00")), "branches[0].dated_hours[0].spans[1]"),
    ("a dated span of no time", day(("09:00", "09:00")), "branches[0].dated_hours[0].spans[0].end"),
    ("21 dated spans", day(*[("09:00", "10:00")] * 21), "branches[0].dated_hours[0].spans"),
    ("1001 dated days", days(*["2026-12-24"] * 1001), "branches[0].dated_hours"),
    ("a dated note with a NUL", branch(dated_hours=(DatedHours("2026-12-24", (), "\x00"),)), "branches[0].dated_hours[0].note"),
    ("somebody's dated day that is none", person(dated_hours=(DatedHours("", ()),)), "people[0].dated_hours[0].date"),
    ("a room without a name", resources(Resource("raum", "", "room")), "branches[0].resources[0].name"),
    ("a room without a group", resources(Resource("raum", "Raum", "")), "branches[0].resources[0].group"),
    ("a room twice", resources(ROOM, ROOM), "branches[0].resources[1].key"),
    ("a room in two branches", lambda b: replace(b, branches=(resources(ROOM)(b).branches[0], replace(b.branches[0], key="nord", dialled_numbers=(), resources=(ROOM,)))), "branches[1].resources[0].key"),
    ("201 rooms", resources(*[ROOM] * 201), "branches[0].resources"),
    ("a phase that needs what nobody has", needs("room"), "services[0].phases[0].resource_groups[0]"),
    ("a phase that needs one group twice", lambda b: resources(ROOM)(needs("room", "room")(b)), "services[0].phases[0].resource_groups[1]"),
    ("minutes for what she cannot do", own_minutes(PhaseMinutes("tattoo", 0, 30)), "people[0].phase_minutes[0].service_key"),
    ("minutes for a skill that she has not", lambda b: person(service_keys=())(own_minutes(PhaseMinutes("gloss", 0, 30))(b)), "people[0].phase_minutes[0].service_key"),
    ("minutes behind the last phase", own_minutes(PhaseMinutes("gloss", 1, 30)), "people[0].phase_minutes[0].phase_position"),
    ("minutes before the first phase", own_minutes(PhaseMinutes("gloss", -1, 30)), "people[0].phase_minutes[0].phase_position"),
    ("no minutes", own_minutes(PhaseMinutes("gloss", 0, 0)), "people[0].phase_minutes[0].minutes"),
    ("601 minutes", own_minutes(PhaseMinutes("gloss", 0, 601)), "people[0].phase_minutes[0].minutes"),
    ("minutes twice", own_minutes(*[PhaseMinutes("gloss", 0, 30)] * 2), "people[0].phase_minutes[1]"),
    ("minutes 501 times", own_minutes(*[PhaseMinutes("gloss", 0, 30)] * 501), "people[0].phase_minutes"),
    ("a buffer below zero", person(buffer_before_minutes=-1), "people[0].buffer_before_minutes"),
    ("a buffer of a day", service(buffer_after_minutes=1440), "services[0].buffer_after_minutes"),
    ("a service's notice before now", service(min_notice_minutes=-1), "services[0].min_notice_minutes"),
    ("a service's notice of a year", service(min_notice_minutes=525_600), "services[0].min_notice_minutes"),
    ("a service without a horizon", service(horizon_days=0), "services[0].horizon_days"),
    ("a start window that is none", service(start_windows=hours(((1,), "", "10:00"))), "services[0].start_windows[0].start"),
    ("less than no start a day", service(daily_cap=-1), "services[0].daily_cap"),
    ("a look at Cal.com after less than no time", business(calendar_terms=CalendarTerms(live_check_after_minutes=-1)), "calendar_terms.live_check_after_minutes"),
    ("a look at Cal.com after more than a week", business(calendar_terms=CalendarTerms(live_check_after_minutes=10_081)), "calendar_terms.live_check_after_minutes"),
    ("nothing that follows a cancellation", business(calendar_terms=CalendarTerms(cancelled_there=None)), "calendar_terms.cancelled_there"),
    ("a policy of a branch that is not there", policy(branch_key="nord"), "policies[0].branch_key"),
    ("a policy for nothing", policy(service_key="tattoo"), "policies[0].service_key"),
    ("a policy of nobody", policy(person_key="zoe"), "policies[0].person_key"),
    ("a cut-off after the start", policy(cancel_cutoff_minutes=-1), "policies[0].cancel_cutoff_minutes"),
    ("a cut-off of a year", policy(move_cutoff_minutes=525_600), "policies[0].move_cutoff_minutes"),
    ("a policy's notice before now", policy(min_notice_minutes=-1), "policies[0].min_notice_minutes"),
    ("less than no move", policy(moves_max=-1), "policies[0].moves_max"),
    ("less than no cancellation", policy(cancellations_per_month_max=-1), "policies[0].cancellations_per_month_max"),
    ("two policies of the whole", business(policies=(Policy(moves_max=1), Policy(moves_max=2))), "policies[1]"),
    ("a fee below zero", fees((60, -1)), "policies[0].fee_tiers[0].fee_minor"),
    ("a fee of a million", fees((60, 100_000_000)), "policies[0].fee_tiers[0].fee_minor"),
    ("a fee after the start", fees((0, 100)), "policies[0].fee_tiers[0].minutes_before"),
    ("a fee tier twice", fees((60, 100), (60, 200)), "policies[0].fee_tiers[1].minutes_before"),
    ("fee tiers that ascend", fees((60, 100), (120, 200)), "policies[0].fee_tiers[1].minutes_before"),
    ("a fee without a currency", policy(fee_tiers=(FeeTier(60, 100, ""),)), "policies[0].fee_tiers[0].currency"),
    ("21 fee tiers", fees(*[(60, 100)] * 21), "policies[0].fee_tiers"),
    ("1001 policies", business(policies=(Policy(),) * 1001), "policies"),
    ("a name of nobody", person(name=""), "people[0].name"),
    ("a branch that is not there", person(branch_keys=("nord",)), "people[0].branch_keys[0]"),
    ("a branch twice", person(branch_keys=("mitte", "mitte")), "people[0].branch_keys[1]"),
    ("a skill that is not there", person(service_keys=("tattoo",)), "people[0].service_keys[0]"),
    ("hours that are none", person(working_hours=hours(((2,), "morgens", "18:00"))), "people[0].working_hours[0].start"),
    ("an absence of no time", person(absences=(Absence(MONDAY, MONDAY),)), "people[0].absences[0].end_time"),
    (
        "an absence before our time",
        person(absences=(Absence(datetime(1970, 1, 1, tzinfo=UTC), MONDAY),)),
        "people[0].absences[0].start_time",
    ),
    (
        "an absence without a zone",
        person(absences=(Absence(MONDAY.replace(tzinfo=None), MONDAY.replace(tzinfo=None) + timedelta(days=1)),)),
        "people[0].absences[0].start_time",
    ),
    ("an address that is none", account(email="anna at example"), "people[0].accounts[0].email"),
    ("an account without a user", account(username=""), "people[0].accounts[0].username"),
    ("a key with a line break", account(api_key="cal_live\r\nX-Evil: 1"), "people[0].accounts[0].api_key"),
    ("an account of two people", account(key="ben"), "people[0].accounts[0].key"),
    ("a person twice", person(key="ben"), "people[1].key"),
    ("no phase", lambda b: unmapped(service(phases=())(b)), "services[0].phases"),
    ("a gap first", phases((FREE, 5), (ACTIVE, 30)), "services[0].phases[0].kind"),
    ("a gap last", phases((ACTIVE, 30), (FREE, 5)), "services[0].phases[1].kind"),
    ("a kind that is none", phases((ACTIVE, 30), (None, 5), (ACTIVE, 5)), "services[0].phases[1].kind"),
    ("a phase of no time", phases((ACTIVE, 0)), "services[0].phases[0].minutes"),
    ("a phase of 601 minutes", phases((ACTIVE, 601)), "services[0].phases[0].minutes"),
    ("a synonym twice", service(synonyms=("Perm", "PERM")), "services[0].synonyms[1]"),
    ("a blank synonym", service(synonyms=("",)), "services[0].synonyms[0]"),
    ("a price below zero", service(price_minor=-1), "services[0].price_minor"),
    ("a price without a currency", service(currency=""), "services[0].currency"),
    ("a currency by its sign", service(currency="€"), "services[0].currency"),
    ("a mapping for a gap", mapping(phase_position=1), "mappings[0].phase_position"),
    ("a mapping behind the last phase", mapping(phase_position=6), "mappings[0].phase_position"),
    ("a mapping of nobody", mapping(person_key="zoe"), "mappings[0].person_key"),
    ("a mapping for nothing", mapping(service_key="tattoo"), "mappings[0].service_key"),
    ("a mapping on another's account", mapping(account_key="ben"), "mappings[0].account_key"),
    ("a mapping to no event type", mapping(event_type_id=0), "mappings[0].event_type_id"),
    ("a phase mapped twice", mapping(phase_position=2), "mappings[1]"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("change", "path"), [case[1:] for case in UNSOUND], ids=[case[0] for case in UNSOUND]
)
def test_it_is_refused(salon: Business, change: Change, path: str) -> None:
    assert path in faults_in(change(salon))


def test_the_reference_salon_is_sound(salon: Business) -> None:
    assert faults_in(salon) == {}
    assert secrets_missing_in(salon) == {}


@pytest.mark.parametrize(
    "change",
    [
        branch(opening_hours=hours(((1,), "00:00", "24:00"))),
        branch(opening_hours=hours(((1,), "09:00", "13:00"), ((1,), "13:00", "18:00"))),
        branch(dialled_numbers=(), holiday_region=""),
        branch(holiday_region="DE-NW"),
        branch(holiday_region="AT-9"),
        branch(holiday_region="AT-W"),
        branch(holiday_region="GB-ENG"),
        branch(dialled_numbers=("+12025550123", "+441632960123")),
        business(language="de"),
        service(price_minor=None, currency=""),
        season(valid_from="2026-08-03", valid_until="2026-08-03"),
        branch(
            opening_hours=(
                WeeklyHours((1,), "09:00", "18:00", valid_until="2026-08-02"),
                WeeklyHours((1,), "10:00", "17:00", valid_from="2026-08-03"),
            )
        ),
        day(),
        day(("09:00", "13:00"), ("13:00", "24:00")),
        person(dated_hours=(DatedHours("2028-02-29", ()),)),
        lambda b: resources(ROOM)(needs("room")(b)),
        own_minutes(PhaseMinutes("gloss", 0, 600), PhaseMinutes("dauerwelle", 1, 1)),
        person(buffer_before_minutes=480, buffer_after_minutes=0),
        service(
            min_notice_minutes=0, horizon_days=730, daily_cap=1, start_windows=hours(((1,), "09:00", "10:00"))
        ),
        policy(),
        policy(
            branch_key="mitte", service_key="gloss", person_key="anna", moves_max=0, cancel_cutoff_minutes=0
        ),
        business(policies=(Policy(moves_max=1), Policy(person_key="anna", moves_max=2))),
        fees((2880, 1000), (1440, 0)),
        phases((ACTIVE, 1), (PhaseKind.GAP_BLOCKED, 600), (ACTIVE, 600)),
        person(absences=(Absence(MONDAY, MONDAY + timedelta(days=14), "Urlaub"),)),
    ],
)
def test_it_is_accepted(salon: Business, change: Change) -> None:
    assert faults_in(change(salon)) == {}


def test_all_faults_are_told_at_once(salon: Business) -> None:
    changed = replace(branch(time_zone="")(person(name="")(service(key="Ä")(salon))), key="")
    assert {"key", "branches[0].time_zone", "people[0].name", "services[0].key"} <= set(faults_in(changed))


def test_both_places_of_a_duplicate_are_named(salon: Business) -> None:
    faults = faults_in(person(key="ben")(salon))
    assert "people[1].key" in faults["people[0].key"]
    assert "people[0].key" in faults["people[1].key"]


def test_no_fault_quotes_a_secret(salon: Business) -> None:
    faults = faults_in(account(api_key="cal_live secret")(replace(salon, webhook_secret="whsec secret")))
    assert {"calendar_webhook_secret", "people[0].accounts[0].api_key"} <= set(faults)
    assert "secret" not in " ".join(faults.values())


def test_an_account_that_mappings_use_needs_a_key(salon: Business) -> None:
    bare = salon.without_secrets()
    assert len(secrets_missing_in(bare)) == 3
    assert secrets_missing_in(replace(bare, calendar_sync=False)) == {}
    assert secrets_missing_in(replace(bare, mappings=())) == {}


@given(
    st.builds(
        Business,
        branches=st.lists(st.from_type(Branch), max_size=2).map(tuple),
        people=st.lists(st.from_type(Person), max_size=2).map(tuple),
        services=st.lists(st.from_type(Service), max_size=2).map(tuple),
        mappings=st.lists(st.from_type(PhaseMapping), max_size=2).map(tuple),
        policies=st.lists(st.from_type(Policy), max_size=2).map(tuple),
    )
)
def test_nothing_that_can_be_described_breaks_the_judgement(described: Business) -> None:
    assert faults_in(described)


@given(st.from_regex(r"[1-9][0-9]{8}", fullmatch=True))
def test_a_number_has_one_spelling(national: str) -> None:
    """Otherwise two businesses could be dialled under one number."""
    assert is_e164(f"+49{national}")
    assert not is_e164(f"+490{national}")
