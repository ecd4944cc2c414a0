"""Metrics tell what happened, and none of them grows with what comes in from outside."""

import itertools
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from prometheus_client import REGISTRY, generate_latest

from signals.metrics import CATALOGUE, OTHER, Age, Capped, Counter, Gauge, Histogram

_names = (f"rufbuch_test_{number}" for number in itertools.count())


def value(name: str, **labels: str) -> float | None:
    return REGISTRY.get_sample_value(name, labels)


def series(name: str) -> int:
    return len(re.findall(rf"^{name}(?:_total)?{{", generate_latest().decode(), re.MULTILINE))


def test_a_counter_stands_at_zero_before_anything_has_happened() -> None:
    """What first appears at one has not increased for Prometheus: the first truth difference would be silent."""
    name = next(_names)
    Counter(name, "test", {"kind": ("a", "b")})
    assert (value(f"{name}_total", kind="a"), value(f"{name}_total", kind="b")) == (0, 0)


def test_a_counter_counts() -> None:
    name = next(_names)
    counter = Counter(f"{name}_total", "test", {"kind": ("a", "b")})
    counter.labels("a").inc()
    counter.labels("a").inc(2)
    assert value(f"{name}_total", kind="a") == 3


@given(st.lists(st.text(), max_size=20))
@settings(max_examples=30)
def test_what_was_not_declared_is_one_series(words: list[str]) -> None:
    name = next(_names)
    counter = Counter(name, "test", {"kind": ("a", "b")})
    for word in words:
        counter.labels(word).inc()
    others = sum(word not in {"a", "b"} for word in words)
    assert series(name) == 2 + (others > 0)
    assert (value(f"{name}_total", kind=OTHER) or 0) == others


@given(st.lists(st.text(alphabet="0123456789", min_size=1), max_size=30))
@settings(max_examples=30)
def test_values_that_nobody_knows_before_are_capped(versions: list[str]) -> None:
    name = next(_names)
    counter = Counter(name, "test", {"version": Capped(3, "versions")})
    for version in versions:
        counter.labels(version).inc()
    assert series(name) <= 4


def test_a_histogram_is_bounded_as_well() -> None:
    name = f"{next(_names)}_seconds"
    histogram = Histogram(name, "test", {"function": ("book",)})
    for function in ("book", "no", "such", "function"):
        histogram.labels(function).observe(0.3)
    assert value(f"{name}_count", function="book") == 1
    assert value(f"{name}_count", function=OTHER) == 3
    assert value(f"{name}_bucket", function="book", le="0.25") == 0
    assert value(f"{name}_bucket", function="book", le="0.5") == 1


@given(st.lists(st.floats(0, 20), min_size=1, max_size=30))
@settings(max_examples=30)
def test_a_histogram_counts_as_prometheus_reads_it(lengths_s: list[float]) -> None:
    """Each bucket holds all that took at most so long, its border included."""
    name, bounds = f"{next(_names)}_seconds", (0.1, 1.0, 10.0)
    histogram = Histogram(name, "test", bounds_s=bounds)
    for length in lengths_s:
        histogram.observe(length)
    shown = {
        (sample.name.removeprefix(f"{name}_"), sample.labels.get("le")): sample.value
        for family in histogram.collect()
        for sample in family.samples
    }
    for bound in bounds:
        assert shown["bucket", str(bound)] == sum(length <= bound for length in lengths_s)
    assert shown["bucket", "+Inf"] == shown["count", None] == len(lengths_s)
    assert shown["sum", None] == pytest.approx(sum(lengths_s))


def test_a_gauge_shows_how_things_stand_when_somebody_looks() -> None:
    name, level = next(_names), [1.0]
    Gauge(name, "test").set_function(lambda: level[0])
    level[0] = 7.0
    assert value(name) == 7


def test_a_cleared_gauge_shows_zero_not_what_was() -> None:
    name = next(_names)
    gauge = Gauge(name, "test", {"kind": ("a", "b")})
    gauge.labels("a").set(5)
    gauge.clear()
    gauge.labels("b").set(2)
    assert (value(name, kind="a"), value(name, kind="b")) == (0, 2)


def test_an_age_grows_until_it_happens_again() -> None:
    name = next(_names)
    age = Age(name, "test")
    before = value(name)
    assert before is not None
    assert (value(name) or 0) >= before
    age.renew()
    assert (value(name) or 0) < 5


def test_a_name_is_declared_once() -> None:
    name = next(_names)
    Counter(name, "test")
    with pytest.raises(ValueError, match="twice"):
        Counter(name, "other words")


def test_labels_are_given_in_full() -> None:
    counter = Counter(next(_names), "test", {"a": ("1",), "b": ("1",)})
    with pytest.raises(ValueError, match="labels are a, b"):
        counter.labels("1")


def test_what_is_declared_can_be_read() -> None:
    name = next(_names)
    Gauge(f"{name}_age_seconds", "how old", {"kind": ("a",)})
    told = CATALOGUE[f"{name}_age_seconds"]
    assert (told.kind, told.unit, told.labels) == ("gauge", "seconds", {"kind": ("a",)})
