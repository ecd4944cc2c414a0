"""One short run for all tests, in a process of its own: it patches what time it is."""

import json
import os
import pickle
import subprocess
import sys
from pathlib import Path

import pytest
from simulated.running import Outcome

SUPPORT = Path(__file__).parent / "support"
SEED, CALLS, RATE = 4, 40, 0.1


@pytest.fixture(scope="session")
def kept(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """All of the run, as it was written down."""
    file = tmp_path_factory.mktemp("simulation") / "world"
    words = ["--world", str(SEED), "--calls", str(CALLS), "--rate", str(RATE), "--keep", str(file)]
    environment = {**os.environ, "PYTHONPATH": str(SUPPORT)}  # noqa: TID251 - handed on
    ran = subprocess.run(
        [sys.executable, "-m", "simulated", *words],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.stdout, ran.stderr[-3000:]
    assert json.loads(ran.stdout.splitlines()[-1])["seed"] == SEED
    return file.read_bytes()


@pytest.fixture
def outcome(kept: bytes) -> Outcome:
    """What was said, what is so, and the verdict; a copy for each test."""
    loaded = pickle.loads(kept)
    assert isinstance(loaded, Outcome)
    return loaded
