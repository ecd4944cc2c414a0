"""What is in deploy/ agrees with itself and with the services, and whoever breaks it is told what she broke."""

from pathlib import Path

import pytest

from deploy_check import combinations
from deploy_check.__main__ import DEPLOY
from deploy_check.breaking import Break, batches, untold
from deploy_check.checking import check

NAMES = combinations.components(DEPLOY / "kubernetes")


def test_everything_in_deploy_is_right() -> None:
    outcome = check(DEPLOY, together=2)

    assert outcome.faults == ()
    assert outcome.looked_at["overlays"] >= 2
    assert outcome.looked_at["combinations"] >= 8


@pytest.mark.parametrize("broken", batches(), ids=lambda broken: broken[0].what.replace(" ", "-"))
def test_what_is_broken_by_hand_is_told_by_its_name(broken: list[Break], tmp_path: Path) -> None:
    assert untold(DEPLOY, tmp_path, broken) == []


def test_any_three_components_are_built_in_every_way_in_which_they_go_together() -> None:
    chosen = combinations.covering(NAMES)

    for possible in combinations.every(NAMES):
        for three in [NAMES[at : at + 3] for at in range(len(NAMES) - 2)]:
            assert any(all((name in one) == (name in possible) for name in three) for one in chosen)


def test_no_component_is_left_out_of_the_combinations() -> None:
    assert set().union(*combinations.covering(NAMES, 2)) == set(NAMES)
    assert {path.name for path in (DEPLOY / "kubernetes" / "components").iterdir()} == set(NAMES)
