"""Instants as they travel."""

from datetime import datetime

from google.protobuf.timestamp_pb2 import Timestamp


def stamp(instant: datetime) -> Timestamp:
    """An aware instant as a Timestamp."""
    made = Timestamp()
    made.FromDatetime(instant)
    return made
