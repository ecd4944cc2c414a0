"""Frames on a line, however the system cuts what was written."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trunk.line import Line


@pytest.fixture(autouse=True, scope="module")
def way() -> None:
    """No trunk is opened here."""


@given(st.lists(st.binary(max_size=40)), st.lists(st.integers(1, 30)))
def test_frames_are_heard_whole_in_whatever_pieces_they_come(sent: list[bytes], cuts: list[int]) -> None:
    async def heard() -> list[bytes]:
        frames: list[bytes] = []
        line = Line()
        line.hear = frames.append
        stream = b"".join(len(frame).to_bytes(4, "big") + frame for frame in sent)
        for cut in cuts:
            line.data_received(stream[:cut])
            stream = stream[cut:]
        line.data_received(stream)
        return frames

    assert asyncio.run(heard()) == sent
