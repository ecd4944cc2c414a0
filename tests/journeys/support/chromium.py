"""A real browser for these journeys; without one CI fails, and a developer is told loudly."""

import os

import pytest

from local_stack.browser import ARGUMENTS, NoBrowserError, browser_path

__all__ = ["ARGUMENTS", "chromium"]


def chromium() -> str:
    """Its path."""
    try:
        return browser_path()
    except NoBrowserError as error:
        words = str(error)
    if os.environ.get("CI"):  # noqa: TID251 - the one question that a test run asks of its surroundings
        pytest.fail(words)
    pytest.skip(words)
