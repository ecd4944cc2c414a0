"""How many calls, or answers, travel together: as many as one message of gRPC may hold."""

from collections import deque
from typing import TypeVar

from rufbuch.trunk.v1.service_pb2 import Answer, Call

PART_MAX = 1024 * 1024
"""Bytes of a request or a response. What is larger goes nowhere over a trunk."""
FRAME_MAX = 2 * 1024 * 1024
"""Bytes. gRPC lets 4 MiB through; a message above that ends the stream, and all who wait on it have to ask again."""
P = TypeVar("P", Answer, Call)


def next_frame(unsent: "deque[P]") -> list[P]:
    """Takes out what goes next, in order; at least one, where there is any."""
    together = [unsent.popleft()] if unsent else []
    if unsent:
        room = FRAME_MAX - together[0].ByteSize()
        while unsent and (room := room - unsent[0].ByteSize()) >= 0:
            together.append(unsent.popleft())
    return together
