"""``rufbuch dates`` and ``rufbuch slots``, which others run over files that nobody has looked through."""

import json

import pytest
from typer.testing import CliRunner

from rufbuch_cli.main import app

GOOD = {"text": "morgen um drei", "reference": "2025-11-24T09:00:00", "timezone": "Europe/Berlin"}


@pytest.mark.parametrize("command", ["dates", "slots"])
@pytest.mark.parametrize("line", ['"abc"', "[1, 2]", "17", "null", "{", "{}"])
def test_a_line_that_is_no_question_is_said_to_be_none_and_the_next_is_read(command: str, line: str) -> None:
    told = CliRunner().invoke(app, [command], input=f"{line}\n{line}\n")
    assert told.exit_code == 0, told.output
    answers = [json.loads(each) for each in told.output.splitlines()]
    assert [each["error"].partition(":")[0] for each in answers] == ["line 1", "line 2"]


@pytest.mark.parametrize(
    "slip",
    [
        {"reference": "0001-01-01T00:00:00"},
        {"reference": 5},
        {"timezone": 5},
        {"timezone": "Mars/Olympus"},
        {"timezone": ["a"]},
    ],
    ids=str,
)
def test_a_question_with_a_slip_in_it_does_not_end_the_others(slip: dict[str, object]) -> None:
    lines = "\n".join(json.dumps(each) for each in ({**GOOD, **slip}, GOOD))
    told = CliRunner().invoke(app, ["dates", "--explain"], input=lines)
    assert told.exit_code == 0, told.output
    _, good = map(json.loads, told.output.splitlines())
    assert (good["status"], good["date"]) == ("ok", "2025-11-25")
