"""Owns the writing of instants as the API has them."""

from datetime import datetime

from google.protobuf.timestamp_pb2 import Timestamp

from availability.domain.instants import EPOCH


def stamp(instant: datetime) -> Timestamp:
    """An aware instant, at a quarter of the price of Timestamp's own way."""
    since = instant - EPOCH
    return Timestamp(seconds=since.days * 86_400 + since.seconds, nanos=since.microseconds * 1000)


def stamp_of_minute(minute: int) -> Timestamp:
    """A UTC epoch minute."""
    return Timestamp(seconds=60 * minute)
