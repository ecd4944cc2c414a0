"""What happens in a call, as whoever listens sees it."""

from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sandbox.callers.retell import Line, Reply, Retell


@dataclass(frozen=True)
class Said:
    """A sentence in the call."""

    who: str
    """"Anruferin", "Agent"."""
    text: str


@dataclass(frozen=True)
class Called:
    """A function that the agent called."""

    name: str
    reply: Reply


Turn = Said | Called
Script = Callable[[Retell, Line], AsyncIterator[Turn]]
"""A whole call, played turn by turn."""


def agent(line: Line, text: str) -> Said:
    """The agent says something."""
    line.say("agent", text)
    return Said("Agent", text)


def caller(line: Line, text: str) -> Said:
    """The caller says something."""
    line.say("user", text)
    return Said("Anruferin", text)


async def asked(retell: Retell, line: Line, name: str, arguments: Mapping[str, Any]) -> tuple[Called, Said]:
    """The agent calls a function, and says what it answered."""
    reply = await retell.function(line, name, arguments)
    return Called(name, reply), agent(line, str(reply.body.get("message", "")))
