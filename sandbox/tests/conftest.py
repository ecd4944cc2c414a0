"""A stand-in in process, with a settable clock and a recording webhook receiver."""

from collections.abc import AsyncIterator

import pytest

from sandbox.calcom.embedded import Cal, embedded


@pytest.fixture
async def cal() -> AsyncIterator[Cal]:
    async with embedded() as cal:
        yield cal
