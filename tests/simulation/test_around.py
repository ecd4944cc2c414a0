"""What stands around the simulation: where seconds are virtual, what is written from runs, how a plan becomes smaller."""

from pathlib import Path

import pytest
from simulated.clocks import MEASURED_BY, MEASURED_IN
from simulated.plan import Plan, planned
from simulated.report import PAGE, page, recorded
from simulated.shrinking import shrunk

ROOT = Path(__file__).parents[2]
IN_THE_LOOP = (
    "availability",
    "booking",
    "calcom-sync",
    "staff-registry",
    "telephony-gateway",
    "chassis",
    "trunk",
)
NOT_PLAYED = {"chassis.identity"}
"""Certificates: messages in memory need none."""


def test_every_module_that_measures_its_waiting_is_given_virtual_seconds() -> None:
    measuring = set()
    for service in IN_THE_LOOP:
        source = ROOT / "services" / service / "src"
        for file in source.rglob("*.py"):
            text = file.read_text(encoding="utf-8")
            if "time.monotonic" in text or "monotonic_clock.monotonic" in text:
                measuring.add(".".join(file.relative_to(source).with_suffix("").parts))
    assert measuring - NOT_PLAYED == {*MEASURED_IN, *(name for name, _ in MEASURED_BY)}


def test_the_page_is_made_from_the_recorded_runs() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(recorded())


def test_a_plan_depends_on_its_seed_alone() -> None:
    assert planned(7, 50, 0.1) == planned(7, 50, 0.1) != planned(8, 50, 0.1)


@pytest.mark.parametrize("guilty", [{3}, {3, 17}])
def test_a_plan_shrinks_to_what_is_guilty(guilty: set[int]) -> None:
    plan = planned(7, 40, 0.1)

    def fails(smaller: Plan) -> bool:
        return guilty <= {one.number for one in smaller.entries}

    assert {one.number for one in shrunk(plan, fails, tries=500).entries} == guilty
