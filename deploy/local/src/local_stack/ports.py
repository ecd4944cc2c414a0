"""Which port is for what, and who sits on one that we need."""

import errno
import socket
from collections.abc import Mapping
from dataclasses import astuple, dataclass, fields
from typing import Self

import psutil

HOST = "127.0.0.1"
HIGHEST = 65535
STEP = 1000
"""Between the offsets that are suggested."""
BELOW = 100_000
"""An offset from here on also brings the high ports below those that outgoing connections are given (from 32768 on): where
services start again and again, one of these would sit on a port now and then."""
_HIGH, _LOWERED_BY = 32_768, 30_000
REPLICAS_MAX = 3
REPLICAS_APART = 20
"""Between the ports of a service's replicas: no other port is in between at any multiple."""


class PortsTakenError(RuntimeError):
    """Somebody listens on ports that we need; the message names all of them."""


class PortOffsetError(ValueError):
    """The offset pushes a port out of the range that exists."""


@dataclass(frozen=True)
class Ports:
    """The ports of one stack."""

    gateway_http: int = 8080
    calcom_sync_http: int = 8081
    console_http: int = 8082
    calcom: int = 8090
    staff_registry: int = 50051
    availability: int = 50052
    booking: int = 50053
    calcom_sync: int = 50054
    telephony_gateway: int = 50055
    staff_registry_metrics: int = 9151
    availability_metrics: int = 9152
    booking_metrics: int = 9153
    calcom_sync_metrics: int = 9154
    telephony_gateway_metrics: int = 9155
    console_metrics: int = 9156
    postgres: int = 54329
    redis: int = 56379
    collector: int = 43170

    def shifted(self, offset: int) -> Self:
        """The same ports, all moved by ``offset``; see ``BELOW``."""
        up, ports = offset, astuple(self)
        if offset >= BELOW:
            up, ports = offset - BELOW, tuple(port - _LOWERED_BY * (port >= _HIGH) for port in ports)
        moved = [port + up for port in ports]
        if min(moved) < 1 or max(moved) > HIGHEST:
            raise PortOffsetError(
                f"RUFBUCH_PORT_OFFSET={offset} moves a port to {min(moved)} or {max(moved)}"
            )
        return type(self)(**dict(zip((field.name for field in fields(self)), moved, strict=True)))


def refuse_taken(needed: Mapping[int, str], *, offset: int = 0) -> None:
    """Raise PortsTakenError with one line for each port (of: port, what it is for) that is taken, and an offset at which
    none is. ``offset`` is the present one."""
    taken = {port: purpose for port, purpose in needed.items() if not _is_free(port)}
    if not taken:
        return
    holders = _holders()
    lines = [
        f"port {port} ({purpose}) is taken by {holders.get(port, 'an unknown process')}"
        for port, purpose in sorted(taken.items())
    ]
    free = _free_offset(needed, offset)
    advice = (
        f"Use other ports: RUFBUCH_PORT_OFFSET={free} make run"
        if free is not None
        else "End what listens there."
    )
    raise PortsTakenError("\n".join([*lines, advice]))


def _free_offset(needed: Mapping[int, str], offset: int) -> int | None:
    """The next one up at which all of these ports are free; None where there is none."""
    for more in range(STEP, HIGHEST, STEP):
        moved = [port + more for port in needed]
        if max(moved) > HIGHEST:
            return None
        if all(map(_is_free, moved)):
            return offset + more
    return None


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        # Connections that were closed a moment ago do not count.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            if error.errno in {errno.EADDRINUSE, errno.EACCES}:
                return False
            raise
    return True


def _holders() -> dict[int, str]:
    """Who listens where, as far as we may know."""
    try:
        connections = psutil.net_connections("tcp")
    except psutil.AccessDenied:
        return {}
    listening = [each for each in connections if each.status == psutil.CONN_LISTEN]
    return {each.laddr.port: _name(each.pid) for each in listening if each.laddr and each.pid}


def _name(pid: int) -> str:
    try:
        return f"process {pid} ({psutil.Process(pid).name()})"
    except psutil.Error:
        return f"process {pid}"
