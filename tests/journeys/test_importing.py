"""A business that is there, read again from Cal.com and from its own export: nothing is overwritten."""

import asyncio
from pathlib import Path

import pytest
from journey_world import Whole, until
from typer.testing import CliRunner, Result

from rufbuch_cli.main import app
from staff_registry.samples import SALON

pytestmark = pytest.mark.processes


async def rufbuch(whole: Whole, *words: str) -> Result:
    return await asyncio.to_thread(CliRunner().invoke, app, list(words), env=whole.running.values)


async def asked_of_calcom(whole: Whole, *words: str) -> Result:
    """Once the journeys before have left something of the minute's budget."""
    answers: list[Result] = []

    async def is_answered() -> bool:
        answers.append(await rufbuch(whole, *words))
        return "the budget of the key" not in answers[-1].output

    await until(is_answered, within_s=75)
    return answers[-1]


async def test_what_was_set_up_at_cal_com_brings_nothing_new(whole: Whole, tmp_path: Path) -> None:
    """CS-12: reading users, event types and schedules again changes nothing that the business says itself."""
    proposed = await asked_of_calcom(whole, "import", "--from-calcom", "salon-lindenhof")
    assert proposed.exit_code == 0, proposed.output
    assert "Cal.com has nothing that is not known already" in proposed.stderr
    file = tmp_path / "proposal.yaml"
    file.write_text(proposed.stdout, encoding="utf-8")
    again = await rufbuch(whole, "import", str(file), "--prune", "--dry-run")
    assert "nothing changes" in again.output


async def test_the_sample_of_a_running_salon_changes_nothing(whole: Whole) -> None:
    """The file that an operator edits has neither secrets nor event types; they are kept."""
    told = await rufbuch(whole, "import", str(SALON), "--prune")
    assert "nothing changes" in told.output
