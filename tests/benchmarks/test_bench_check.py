"""The comparison of ratios: what got worse is told, what only runs on another machine is not."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[2]))
from benchmarks.check import compared, told
from benchmarks.figure import Figure


def run(*figures: Figure) -> dict[str, object]:
    return {"groups": {"paths": {"figures": [figure.as_json() for figure in figures]}}}


CHECK = Figure("check, p50", 3.0, "ms", 2.0, "one hop")
RATE = Figure("check, rate", 1200, "/s", 2000, "one hop")
RECORDED = run(CHECK, RATE, Figure("no floor", 1.0, "s"))


def worse(measured: dict[str, object]) -> list[str]:
    return [one.what for one in compared(RECORDED, measured) if not one.holds]


def test_a_machine_of_half_the_speed_is_no_regression() -> None:
    assert worse(run(Figure("check, p50", 6.0, "ms", 4.0), Figure("check, rate", 600, "/s", 1000))) == []


def test_a_planted_delay_is_found() -> None:
    assert worse(run(Figure("check, p50", 4.2, "ms", 2.0), RATE)) == ["paths: check, p50"]


def test_a_planted_loss_of_rate_is_found() -> None:
    assert worse(run(CHECK, Figure("check, rate", 800, "/s", 2000))) == ["paths: check, rate"]


def test_what_became_better_is_no_regression() -> None:
    assert worse(run(Figure("check, p50", 1.0, "ms", 2.0), Figure("check, rate", 3000, "/s", 2000))) == []


def test_whatever_is_worse_ends_with_failure(capsys: pytest.CaptureFixture[str]) -> None:
    assert told(compared(RECORDED, run(Figure("check, p50", 30.0, "ms", 2.0)))) == 1
    assert "WORSE  paths: check, p50" in capsys.readouterr().out
    assert told(compared(RECORDED, RECORDED)) == 0


def test_a_run_that_measured_nothing_of_it_is_an_error() -> None:
    with pytest.raises(ValueError, match="nothing of what is recorded"):
        compared(RECORDED, run(Figure("something else", 1.0, "ms", 1.0)))
