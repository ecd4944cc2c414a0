"""Whatever holds of a trunk holds with a line beside it, and without one."""

import pytest

from trunk import line


@pytest.fixture(autouse=True, params=["over a line", "over the stream"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setattr(line, "OFFERED", request.param == "over a line")
    return str(request.param)
