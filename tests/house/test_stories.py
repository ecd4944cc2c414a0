"""Every failure of the past has a test that names it, or a decision that says why it cannot happen here."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from stories import TABLE, stories, table

NOT_YET = set[str]()
"""Contexts whose stories are not all told yet."""


@pytest.mark.parametrize("context", sorted(stories().keys() - NOT_YET))
def test_every_story_is_told(context: str) -> None:
    assert [story.id for story in stories()[context] if not story.is_told] == []


def test_the_page_is_fresh() -> None:
    assert TABLE.read_text(encoding="utf-8") == table(), "make docs"
