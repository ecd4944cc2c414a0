"""The supervisor itself: short paths, and an end even where it cannot be asked."""

from pathlib import Path

import pytest

from local_stack.leftovers import processes_of
from local_stack.state_dir import StateDir
from local_stack.supervision import supervised
from local_stack.waiting import NotInTimeError

pytestmark = pytest.mark.processes


@pytest.fixture
def state(tmp_path: Path) -> StateDir:
    state = StateDir(tmp_path / ".rufbuch")
    state.create()
    return state


def test_a_supervisor_that_does_not_listen_yet_is_ended_all_the_same(
    state: StateDir, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("local_stack.supervision.STARTED_WITHIN_S", -1.0)

    with pytest.raises(NotInTimeError, match="an answer of the supervisor"), supervised([], state):
        pass

    assert processes_of(state.path) == []


@pytest.mark.timeout(30)
def test_a_deep_checkout_and_a_deep_temporary_directory_are_no_problem(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    deep = tmp_path.joinpath(*["a-rather-long-name"] * 8)
    state = StateDir(deep / "100 % deep" / ".rufbuch")
    state.create()
    monkeypatch.setattr("tempfile.tempdir", str(deep))

    with supervised([], state) as running:
        assert running.control.answers()

    assert processes_of(state.path) == []
    assert "supervisord started" in (state.logs / "supervisor.log").read_text()
