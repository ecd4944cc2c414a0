"""Whole workloads with known answers: own ones that the reference made, and recorded ones where they are at hand."""

from itertools import count
from pathlib import Path

from availability.domain.workload import Workload, answer


class Recorded(Workload):
    """A workload with its answer."""

    expected: dict[str, list[int]]


def test_a_workload_is_answered_exactly(workload_file: Path, workload: Recorded) -> None:
    ticks = count(0.0, 0.5)

    found = answer(workload, lambda: next(ticks))

    assert found["free"] == workload["expected"]
    assert found["name"] == workload["name"]


def test_the_two_durations_come_from_the_timer(workload_file: Path, workload: Recorded) -> None:
    readings = iter([10.0, 12.0, 15.0])

    found = answer(workload, lambda: next(readings))

    assert (found["state_seconds"], found["search_seconds"]) == (2.0, 3.0)
