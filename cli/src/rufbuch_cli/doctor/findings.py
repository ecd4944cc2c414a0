"""What a check finds, and how it reads."""

import enum
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from rufbuch_cli.doctor.patient import Patient


class Level(enum.Enum):
    """How grave it is; only a FAULT makes the command fail."""

    OK = "ok"
    MENDED = "mended"
    """It was wrong, and is right now."""
    NOTE = "note"
    """Worth knowing; calls can come."""
    FAULT = "FAULT"


@dataclass(frozen=True)
class Finding:
    """One line: whose (a business's key, or "" of the installation), what of it, and what about it."""

    level: Level
    whose: str
    what: str
    words: str = ""

    def __str__(self) -> str:
        told = ": ".join(part for part in (self.whose, self.what, self.words) if part)
        return f"{self.level.value:<7} {told}"


Check = Callable[[Patient], Awaitable[Sequence[Finding]]]
"""Looks at one business. Raises grpc.aio.AioRpcError where a service does not answer."""
