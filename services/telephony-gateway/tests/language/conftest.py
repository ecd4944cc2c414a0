"""The fixture phrases; see `telephony_gateway.language.testing.phrases` for their notation.

"phrases" grew with the grammar; the other families were written from the readings alone, and run before anything was
changed for them.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from telephony_gateway.language.testing.phrases import Spoken, read_all

ALL = read_all(Path(__file__).parent)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A test that takes `kind` runs once for each kind of phrase."""
    if "kind" in metafunc.fixturenames:
        metafunc.parametrize("kind", sorted({spoken.kind for spoken in ALL}))


@pytest.fixture
def phrases(kind: str) -> list[Spoken]:
    """All phrases of one kind."""
    return [spoken for spoken in ALL if spoken.kind == kind]


@pytest.fixture
def all_phrases() -> list[Spoken]:
    """All phrases of all kinds."""
    return ALL
