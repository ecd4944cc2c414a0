"""What availability may not hand over."""

import uuid
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from booking.domain.option import PhaseKind, PlannedPhase, Span, joined
from booking.testing.samples import START, an_option, taken

OPTION = an_option()
FIRST, GAP, LAST = OPTION.phases


def later(phase: PlannedPhase, minutes: int) -> PlannedPhase:
    by = timedelta(minutes=minutes)
    return replace(phase, span=Span(phase.span.start_time + by, phase.span.end_time + by))


@pytest.mark.parametrize(
    "broken",
    [
        {"phases": ()},
        {"phases": (FIRST, LAST)},
        {"phases": (FIRST, LAST, GAP)},
        {"phases": (FIRST, GAP, later(LAST, 5))},
        {"phases": (FIRST, GAP, later(LAST, -5))},
        {"span": Span(OPTION.span.start_time, OPTION.span.end_time + timedelta(minutes=5))},
        {"span": Span(OPTION.span.start_time - timedelta(minutes=5), OPTION.span.end_time)},
        {"occupied": ()},
        {"occupied": OPTION.occupied[:1]},
        {"occupied": (*OPTION.occupied, OPTION.occupied[0])},
        {"phases": (FIRST, replace(GAP, kind=PhaseKind.GAP_BLOCKED), LAST)},
    ],
)
def test_an_option_with_holes_or_with_other_time_than_its_phases_take_is_a_bug(
    broken: dict[str, Any],
) -> None:
    """BK-24."""
    with pytest.raises(ValueError, match=r"phases|occupied"):
        replace(OPTION, **broken)


@pytest.mark.parametrize(
    ("start", "end"),
    [
        (START, START),
        (START, START - timedelta(minutes=1)),
        (START.replace(tzinfo=None), START),
        (START + timedelta(seconds=1), START + timedelta(minutes=1)),
        (START, START + timedelta(minutes=1, microseconds=1)),
    ],
)
def test_a_span_is_aware_forward_and_on_whole_minutes(start: datetime, end: datetime) -> None:
    with pytest.raises(ValueError, match=r"aware|minutes|ends after"):
        Span(start, end)


KINDS = st.lists(st.tuples(st.sampled_from(PhaseKind), st.integers(1, 90)), min_size=1, max_size=6)


@given(KINDS)
def test_neighbouring_spans_may_be_handed_over_as_one(phases: Sequence[tuple[PhaseKind, int]]) -> None:
    option = an_option(phases=phases, person_id=uuid.UUID(int=1))

    spans = joined([taken.span for taken in option.occupied])
    replace(option, occupied=taken(*spans, person_id=uuid.UUID(int=1)))

    minutes = sum((span.end_time - span.start_time for span in spans), timedelta())
    assert minutes == timedelta(
        minutes=sum(length for kind, length in phases if kind is not PhaseKind.GAP_FREE)
    )


def test_time_to_prepare_is_occupied_beyond_the_phases() -> None:
    before = Span(START - timedelta(minutes=10), FIRST.span.end_time)

    assert replace(OPTION, occupied=taken(before, LAST.span)).span == OPTION.span
