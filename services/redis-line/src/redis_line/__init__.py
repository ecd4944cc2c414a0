"""Redis without the price of a pool: the library's client, with all commands on one connection."""

from redis_line.client import OneConnection, connect

__all__ = ["OneConnection", "connect"]
