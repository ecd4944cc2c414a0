"""The model of scale: its arithmetic, and that its page is of today."""

import dataclasses
from pathlib import Path

import pytest

from rufbuch_cli.scale.costs import Costs, kept
from rufbuch_cli.scale.model import (
    Assumptions,
    appointments_per_key_hour,
    businesses,
    calls_per_core_hour,
    limits,
    predicted_cpu_s,
    replicas,
    shards,
)
from rufbuch_cli.scale.page import page

PAGE = Path(__file__).parents[2] / "docs" / "scale.md"
COSTS = Costs(
    cpu_ms={"booking": 10.0, "availability": 20.0, "postgres": 15.0, "redis": 1.0, "calcom": 5.0, "caller": 9.0},
    statements={"booking": 12.0}, commits=6.0, wal_bytes=20_000, stored_bytes=10_000, redis_commands=30.0,
    redis_bytes=9_000, rpcs={"booking": 2.0}, http_bytes=3_000, calcom_requests=3.0, calcom_requests_per_phase=3.0,
    calls=10, machine="a machine",
)  # fmt: skip


def test_a_core_carries_what_its_milliseconds_allow() -> None:
    assert COSTS.ours_ms == 30.0
    assert calls_per_core_hour(COSTS, Assumptions(use=0.5)) == 60_000


def test_the_first_limit_is_what_ends_first_and_every_limit_says_what_helps() -> None:
    found = limits(COSTS, Assumptions())

    assert [limit.calls_per_hour for limit in found] == sorted(limit.calls_per_hour for limit in found)
    assert all(limit.then for limit in found)


@pytest.mark.parametrize("field", ["wal_bytes", "stored_bytes", "commits", "redis_commands"])
def test_what_costs_twice_as_much_carries_half(field: str) -> None:
    dearer = dataclasses.replace(COSTS, **{field: getattr(COSTS, field) * 2})
    before = {limit.what: limit.calls_per_hour for limit in limits(COSTS, Assumptions())}
    after = {limit.what: limit.calls_per_hour for limit in limits(dearer, Assumptions())}

    assert [what for what in before if after[what] == pytest.approx(before[what] / 2)]
    assert all(after[what] <= before[what] for what in before)


def test_more_calls_never_need_fewer_replicas_or_installations() -> None:
    of = Assumptions()
    sizes = [10, 1_000, 100_000, 10_000_000]

    assert [replicas(20.0, calls, of) for calls in sizes] == sorted(
        replicas(20.0, calls, of) for calls in sizes
    )
    assert [shards(calls, limits(COSTS, of)) for calls in sizes] == sorted(
        shards(calls, limits(COSTS, of)) for calls in sizes
    )
    assert replicas(20.0, 1, of) == 2
    assert shards(1, limits(COSTS, of)) == 1


def test_the_budget_of_a_key_ends_with_the_phases() -> None:
    one, many = Assumptions(active_phases=1.0), Assumptions(active_phases=4.0)

    assert appointments_per_key_hour(COSTS, one) == 1_000
    assert appointments_per_key_hour(COSTS, many) == 250


def test_a_business_is_counted_by_its_busiest_hour() -> None:
    assert businesses(40, Assumptions(calls_per_business=9, open_hours=9, peak=4)) == 10


def test_a_load_is_predicted_with_everything_that_takes_part() -> None:
    assert predicted_cpu_s(COSTS, 1_000) == 60.0


def test_the_page_is_what_the_model_says_of_the_kept_measurement() -> None:
    assert PAGE.read_text() == page(kept()), "run make docs"
