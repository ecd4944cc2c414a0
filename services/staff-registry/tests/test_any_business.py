"""Whatever sound business is described: it comes back the same from the wire and from the database."""

import string
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from staff_registry.domain.business import (
    Absence,
    Account,
    Branch,
    Business,
    Person,
    Phase,
    PhaseKind,
    PhaseMapping,
    Registered,
    Service,
    WeeklyHours,
)
from staff_registry.domain.ids import Ids
from staff_registry.domain.merging import merge
from staff_registry.domain.validation import faults_in
from staff_registry.errors import BusinessInvalidError
from staff_registry.storage.businesses import SqlBusinesses
from staff_registry.usecases.import_business import import_business
from staff_registry.wire.describing import request_for
from staff_registry.wire.incoming import described_business
from staff_registry.wire.outgoing import business_message

NOW = datetime(2025, 11, 24, 9, 0, tzinfo=UTC)
names = st.text(string.ascii_letters + "äöüß&+'\"\\{}%$ ", min_size=1, max_size=20).map(lambda n: f"N{n}n")
secrets = st.text(string.ascii_letters + string.digits + "_\\'", min_size=1, max_size=30)


def keys(prefix: str, most: int) -> st.SearchStrategy[list[str]]:
    return st.integers(0, most).map(lambda count: [f"{prefix}-{n}" for n in range(count)])


@st.composite
def weeks(draw: st.DrawFn) -> tuple[WeeklyHours, ...]:
    """Each span on days of its own, so that none overlap."""
    days = draw(st.permutations(range(1, 8)))
    first = draw(st.integers(1, 6))
    times = draw(st.lists(st.integers(0, 1439), min_size=2, max_size=2, unique=True).map(sorted))
    start, end = (f"{minute // 60:02}:{minute % 60:02}" for minute in times)
    week = (WeeklyHours(tuple(days[:first]), start, end), WeeklyHours(tuple(days[first:]), "00:00", "24:00"))
    return week[: draw(st.integers(0, 2))]


@st.composite
def branches(draw: st.DrawFn, key: str, number: int) -> Branch:
    return Branch(
        key=key,
        name=draw(names),
        time_zone=draw(st.sampled_from(["Europe/Berlin", "UTC", "America/Argentina/Buenos_Aires"])),
        holiday_region=draw(st.sampled_from(["", "DE-BE", "AT-9"])),
        dialled_numbers=tuple(f"+4930231251{number}{n}" for n in range(draw(st.integers(0, 3)))),
        slot_step_minutes=draw(st.integers(5, 60)),
        min_notice_minutes=draw(st.integers(0, 600)),
        horizon_days=draw(st.integers(1, 730)),
        hold_seconds=draw(st.integers(30, 3600)),
        opening_hours=draw(weeks()),
    )


@st.composite
def services(draw: st.DrawFn, key: str) -> Service:
    ends = st.builds(Phase, names, st.just(PhaseKind.ACTIVE), st.integers(1, 600))
    between = st.lists(st.builds(Phase, names, st.sampled_from(PhaseKind), st.integers(1, 600)), max_size=4)
    return Service(
        key=key,
        name=draw(names),
        synonyms=tuple(draw(st.lists(names, unique_by=str.casefold, max_size=4))),
        phases=(draw(ends), *draw(between), draw(ends)),
        price_minor=draw(st.none() | st.integers(0, 100_000)),
        currency="EUR",
    )


@st.composite
def absences(draw: st.DrawFn) -> Absence:
    start = draw(st.datetimes(datetime(2000, 1, 1), datetime(2199, 1, 1))).replace(tzinfo=UTC)  # noqa: DTZ001 - made aware at once
    return Absence(start, start + draw(st.timedeltas(timedelta(microseconds=1), timedelta(days=60))), "frei")


@st.composite
def people(draw: st.DrawFn, key: str, branch_keys: list[str], service_keys: list[str]) -> Person:
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
        service_keys=some(service_keys),
    )


@st.composite
def businesses_(draw: st.DrawFn) -> Business:
    branch_keys = draw(keys("branch", 2)) or ["branch-0"]
    service_keys = draw(keys("service", 3))
    first_number = draw(st.integers(0, 9))
    made = [draw(services(key)) for key in service_keys]
    staff = [draw(people(key, branch_keys, service_keys)) for key in draw(keys("person", 3))]
    possible = [
        PhaseMapping(
            service.key, position, person.key, person.accounts[0].key, draw(st.integers(1, 2**63 - 1))
        )
        for person in staff
        for service in made
        for position in service.active_positions()
        if person.accounts
    ]
    return Business(
        key="salon",
        name=draw(names),
        language=draw(st.sampled_from(["de-DE", "en"])),
        branches=tuple(draw(branches(key, (first_number + n) % 10)) for n, key in enumerate(branch_keys)),
        people=tuple(staff),
        services=tuple(made),
        mappings=tuple(mapping for mapping in possible if draw(st.booleans())),
        calendar_sync=draw(st.booleans()),
        webhook_secret=draw(secrets),
    )


@given(businesses_())
def test_it_is_sound_and_comes_back_from_the_wire(business: Business) -> None:
    assert faults_in(business) == {}
    assert described_business(request_for(business).business) == business


@given(businesses_(), businesses_())
def test_what_an_import_makes_of_two_is_sound_or_says_why(first: Business, second: Business) -> None:
    """Only what was kept can be at odds with what is new: numbers and accounts that moved away from it."""
    merged = merge(merge(None, first), second)
    assert all("dialled_numbers" in path or path.endswith(".key") for path in faults_in(merged))
    assert merge(merged, second) == merged


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
