"""The fixture phrases: what was said, when, and what it is worth."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

# "phrases" grew with the grammar, the others were written from the readings alone, before it was read.
FAMILIES = [Path(__file__).parent / name for name in ("phrases", "calls", "rambling", "answers", "held")]


@dataclass(frozen=True)
class Spoken:
    """One line of a phrase file."""

    kind: str
    text: str
    reference: str
    timezone: str
    expected: str

    def line(self) -> dict[str, str]:
        """As the filter takes it."""
        return {"text": self.text, "reference": self.reference, "timezone": self.timezone}


def read(path: Path) -> Iterator[Spoken]:
    """The phrases of one file; see the head of weekdays.txt for the notation."""
    reference, timezone = "", ""
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("@"):
            day, clock, *rest = line[1:].split()
            reference = f"{day}T{clock}"
            timezone = next((word for word in rest if "/" in word), "Europe/Berlin")
        elif line and not line.startswith("#"):
            text, expected = line.rsplit(" = ", 1)
            yield Spoken(f"{path.parent.name}/{path.stem}", text, reference, timezone, expected)


ALL = [spoken for family in FAMILIES for path in sorted(family.glob("*.txt")) for spoken in read(path)]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A test that takes `spoken` runs once for each kind of phrase that it parametrises itself."""
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
