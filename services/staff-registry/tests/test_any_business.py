"""Whatever sound business is described: it comes back the same from the wire, from a file and from the database."""

import re
import string
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from staff_registry.domain.business import (
    Absence,
    Account,
    Branch,
    Business,
    CalendarTerms,
    CancelledThere,
    DatedHours,
    DaySpan,
    FeeTier,
    Person,
    Phase,
    PhaseKind,
    PhaseMapping,
    PhaseMinutes,
    Policy,
    Registered,
    Resource,
    Service,
    WeeklyHours,
)
from staff_registry.domain.differences import differences
from staff_registry.domain.ids import Ids
from staff_registry.domain.merging import KEEP, Pruning, merge
from staff_registry.domain.messages import (
    KINDS,
    EmailAccount,
    Messages,
    MessageText,
    Reminder,
    SmsAccount,
)
from staff_registry.domain.sentences import OwnSentence
from staff_registry.domain.validation import faults_in
from staff_registry.errors import BusinessInvalidError
from staff_registry.storage.businesses import SqlBusinesses
from staff_registry.usecases.import_business import import_business
from staff_registry.wire.describing import request_for
from staff_registry.wire.incoming import described_business
from staff_registry.wire.outgoing import business_message
from staff_registry.yaml_file import describe, render

GROUPS = ["basin", "room"]
NOW = datetime(2025, 11, 24, 9, 0, tzinfo=UTC)
names = st.text(string.ascii_letters + "äöüß&+'\"\\{}%$ ", min_size=1, max_size=20).map(lambda n: f"N{n}n")
currencies = st.sampled_from(["EUR", "CHF"])
secrets = st.text(string.ascii_letters + string.digits + "_\\'", min_size=1, max_size=30)


def keys(prefix: str, most: int) -> st.SearchStrategy[list[str]]:
    return st.integers(0, most).map(lambda count: [f"{prefix}-{n}" for n in range(count)])


days = st.dates(date(2000, 1, 1), date(2199, 12, 31))
small = st.integers(0, 300)


@st.composite
def spans(draw: st.DrawFn) -> tuple[str, str]:
    times = draw(st.lists(st.integers(0, 1439), min_size=2, max_size=2, unique=True).map(sorted))
    start, end = (f"{minute // 60:02}:{minute % 60:02}" for minute in times)
    return start, end


@st.composite
def weeks(draw: st.DrawFn) -> tuple[WeeklyHours, ...]:
    """Each span on days of its own, or on all days of a season of its own, so that none overlap."""
    weekdays = draw(st.permutations(range(1, 8)))
    first = draw(st.integers(1, 6))
    begin, last, later = (
        day.isoformat() for day in sorted(draw(st.lists(days, min_size=3, max_size=3, unique=True)))
    )
    week = (
        WeeklyHours(tuple(weekdays[:first]), *draw(spans()), valid_until=draw(st.sampled_from(["", later]))),
        WeeklyHours(tuple(weekdays[first:]), "00:00", "24:00", begin, last),
        WeeklyHours(tuple(weekdays[first:]), *draw(spans()), valid_from=later),
    )
    return week[: draw(st.integers(0, 3))]


@st.composite
def special_days(draw: st.DrawFn) -> tuple[DatedHours, ...]:
    those = draw(st.lists(days, unique=True, max_size=3))
    return tuple(
        DatedHours(
            day.isoformat(),
            tuple(DaySpan(*span) for span in draw(st.lists(spans(), max_size=1))),
            draw(st.just("") | names),
        )
        for day in those
    )


@st.composite
def policies(draw: st.DrawFn, scope: tuple[str, str, str]) -> Policy:
    tiers = sorted(draw(st.lists(st.integers(1, 10_000), unique=True, max_size=3)), reverse=True)
    return Policy(
        *scope,
        cancel_cutoff_minutes=draw(st.none() | small),
        move_cutoff_minutes=draw(st.none() | small),
        fee_tiers=tuple(FeeTier(before, draw(small), draw(currencies)) for before in tiers),
        moves_max=draw(st.none() | st.integers(0, 100)),
        min_notice_minutes=draw(st.none() | st.integers(0, 10_000)),
        cancellations_per_month_max=draw(st.none() | st.integers(0, 100)),
    )


OWN_SENTENCES = (
    (),
    (
        OwnSentence("AVAILABLE", "de", "Gern, {when} passt."),
        OwnSentence("AVAILABLE", "en", "Sure, {when} it is."),
    ),
    (OwnSentence("TOO_FAR", "de", "Nur {count} Tage im Voraus.", "Nur einen Tag im Voraus."),),
)


@st.composite
def messages(draw: st.DrawFn, branch_key: str) -> Messages:
    password, key = draw(secrets), draw(secrets)
    email = EmailAccount(
        "a@example.org", draw(names), "b@example.org", "mail.example.org", 25, "tls", "a", password
    )
    texts = [
        MessageText(language, kind, "email", draw(names).replace("{", "").replace("}", ""), "")
        for language in ("de", "en")
        for kind in KINDS
    ]
    return Messages(
        channels=draw(st.sampled_from([(), ("sms",), ("email", "sms")])),
        email=email,
        sms=SmsAccount("seven", "", "Salon", key),
        reminders=(Reminder(draw(st.integers(0, 336))), Reminder(draw(st.integers(0, 336)), branch_key)),
        quiet_from=draw(st.sampled_from(["21:00", "00:30"])),
        quiet_until="07:00",
        texts=tuple(each for each in texts if draw(st.booleans())),
    )


@st.composite
def branches(draw: st.DrawFn, key: str, number: int) -> Branch:
    retired = draw(st.booleans())
    return Branch(
        key=key,
        name=draw(names),
        time_zone=draw(st.sampled_from(["Europe/Berlin", "UTC", "America/Argentina/Buenos_Aires"])),
        holiday_region=draw(st.sampled_from(["", "DE-BE", "AT-9"])),
        dialled_numbers=tuple(
            f"+4930231251{number}{n}" for n in range(0 if retired else draw(st.integers(0, 3)))
        ),
        slot_step_minutes=draw(st.integers(5, 60)),
        min_notice_minutes=draw(st.integers(0, 600)),
        horizon_days=draw(st.integers(1, 730)),
        hold_seconds=draw(st.integers(30, 3600)),
        opening_hours=draw(weeks()),
        dated_hours=draw(special_days()),
        resources=tuple(
            Resource(f"{key}-{n}", draw(names), draw(st.sampled_from(GROUPS)))
            for n in range(draw(st.integers(0, 2)))
        ),
        retired=retired,
    )


@st.composite
def services(draw: st.DrawFn, key: str, groups: list[str]) -> Service:
    needs = st.lists(st.sampled_from(groups), unique=True).map(tuple) if groups else st.just(())
    ends = st.builds(Phase, names, st.just(PhaseKind.ACTIVE), st.integers(1, 600), needs)
    between = st.lists(
        st.builds(Phase, names, st.sampled_from(PhaseKind), st.integers(1, 600), needs), max_size=4
    )
    price = draw(st.none() | st.integers(0, 100_000))
    return Service(
        key=key,
        name=draw(names),
        synonyms=tuple(draw(st.lists(names, unique_by=str.casefold, max_size=4))),
        phases=(draw(ends), *draw(between), draw(ends)),
        price_minor=price,
        currency=draw(currencies if price is not None else currencies | st.just("")),
        buffer_before_minutes=draw(small),
        buffer_after_minutes=draw(small),
        min_notice_minutes=draw(st.none() | small),
        horizon_days=draw(st.none() | st.integers(1, 730)),
        start_windows=draw(weeks()),
        daily_cap=draw(st.integers(0, 1000)),
        retired=draw(st.booleans()),
        booking_note=draw(st.just("") | names.map("{}.".format)),
    )


@st.composite
def absences(draw: st.DrawFn) -> Absence:
    start = draw(st.datetimes(datetime(2000, 1, 1), datetime(2199, 1, 1))).replace(tzinfo=UTC)  # noqa: DTZ001 - made aware at once
    return Absence(start, start + draw(st.timedeltas(timedelta(microseconds=1), timedelta(days=60))), "frei")


@st.composite
def people(draw: st.DrawFn, key: str, branch_keys: list[str], offered: list[Service]) -> Person:
    """Named by the same keys in every business that is drawn, as the branches and services are."""
    able = draw(st.lists(st.sampled_from(offered), unique_by=lambda s: s.key)) if offered else []
    phases = [(service.key, n) for service in able for n in range(len(service.phases)) if draw(st.booleans())]

    def some(known: list[str]) -> tuple[str, ...]:
        return tuple(draw(st.lists(st.sampled_from(known), unique=True)) if known else ())

    return Person(
        key=key,
        name=draw(names),
        branch_keys=some(branch_keys),
        working_hours=draw(weeks()),
        absences=tuple(draw(st.lists(absences(), max_size=2))),
        accounts=tuple(
            Account(f"{key}-{n}", draw(names), f"{key}@example.org", draw(secrets))
            for n in range(draw(st.integers(0, 2)))
        ),
        service_keys=tuple(service.key for service in able),
        dated_hours=draw(special_days()),
        phase_minutes=tuple(PhaseMinutes(*phase, draw(st.integers(1, 600))) for phase in phases),
        buffer_before_minutes=draw(small),
        buffer_after_minutes=draw(small),
        retired=draw(st.booleans()),
    )


@st.composite
def businesses_(draw: st.DrawFn) -> Business:
    branch_keys = draw(keys("branch", 2)) or ["branch-0"]
    service_keys = draw(keys("service", 3))
    first_number = draw(st.integers(0, 9))
    places = [draw(branches(key, (first_number + n) % 10)) for n, key in enumerate(branch_keys)]
    groups = sorted({resource.group for place in places for resource in place.resources})
    made = [draw(services(key, groups)) for key in service_keys]
    staff = [draw(people(key, branch_keys, made)) for key in draw(keys("person", 3))]
    scopes = [
        (branch, service, person.key)
        for branch in ("", branch_keys[0])
        for service in ("", *service_keys)
        for person in staff
    ]
    possible = [
        PhaseMapping(service.key, position, person.key, account.key, draw(st.integers(1, 2**63 - 1)))
        for person in staff
        for account in person.accounts
        for service in made
        for position in service.active_positions()
    ]
    return Business(
        key="salon",
        name=draw(names),
        language=draw(st.sampled_from(["de-DE", "en"])),
        branches=tuple(places),
        people=tuple(staff),
        services=tuple(made),
        mappings=tuple(mapping for mapping in possible if draw(st.booleans())),
        calendar_sync=draw(st.booleans()),
        telephony_workspace=draw(st.sampled_from(["", "north"])),
        webhook_secret=draw(secrets),
        policies=tuple(
            draw(policies(scope)) for scope in [("", "", ""), *scopes] if draw(st.integers(0, 2)) == 0
        ),
        calendar_terms=CalendarTerms(
            draw(st.booleans()), draw(st.sampled_from(CancelledThere)), draw(st.sampled_from([0, 1, 10_080]))
        ),
        messages=draw(st.none() | messages(branch_keys[0])),
        sentences=draw(st.sampled_from(OWN_SENTENCES)),
    )


@given(businesses_())
def test_it_is_sound_and_comes_back_from_the_wire(business: Business) -> None:
    assert faults_in(business) == {}
    assert described_business(request_for(business).business) == business


@given(businesses_())
def test_it_comes_back_from_its_file_but_for_the_secrets(business: Business) -> None:
    assert describe(render(business)) == business.without_secrets()


@given(businesses_(), businesses_())
def test_what_an_import_makes_of_two_is_sound_or_says_why(first: Business, second: Business) -> None:
    """Only what was kept can be at odds with what is new, e.g. numbers that moved, phases and rooms that are gone."""
    merged = merge(merge(None, first), second)
    expected = re.compile(
        r".*(dialled_numbers\[\d+\]|\.key|phase_minutes\[\d+\]\.phase_position|resource_groups\[\d+\])"
    )
    assert [path for path in faults_in(merged) if not expected.fullmatch(path)] == []
    assert merge(merged, second) == merged


@given(businesses_(), businesses_())
def test_two_businesses_differ_exactly_where_something_is_told(first: Business, second: Business) -> None:
    one, other = first.canonical(), merge(first, second)
    assert differences(one, one) == ()
    assert bool(differences(one, other)) == (one != other)


@given(
    businesses_(),
    businesses_(),
    st.sampled_from([KEEP, Pruning(left_out=True), Pruning(left_out=True, mappings=True)]),
)
def test_the_same_file_again_changes_nothing(first: Business, second: Business, pruning: Pruning) -> None:
    once = merge(first.canonical(), second, pruning)
    assert merge(once, second, pruning) == once


@given(businesses_())
def test_its_public_form_holds_no_secret_and_its_etag_follows_the_content(business: Business) -> None:
    public = business_message(Registered(business, 1))
    bare = business_message(Registered(business.without_secrets(), 1))
    assert public == bare
    assert public.etag != business_message(Registered(business, 2)).etag


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(business=businesses_())
async def test_it_comes_back_from_the_database(businesses: SqlBusinesses, business: Business) -> None:
    """One example after the other changes the same business, so all kinds of changes are tried as well."""
    before = await businesses.find_with_secrets(Ids(business.key).tenant)
    expected = merge(before.business if before else None, business)
    if faults_in(expected):
        with pytest.raises(BusinessInvalidError):
            await import_business(business, imports=businesses, now=NOW)
        assert await businesses.find_with_secrets(Ids(business.key).tenant) == before
        return
    await import_business(business, imports=businesses, now=NOW)
    found = await businesses.find_with_secrets(Ids(business.key).tenant)
    assert found
    assert found.business == expected
    assert not (await import_business(business.without_secrets(), imports=businesses, now=NOW)).changed
