"""A person at the terminal plays caller and agent: types sentences, and functions with their arguments."""

import shlex
from collections.abc import AsyncIterator, Awaitable, Callable

from sandbox.callers.retell import Line, Retell
from sandbox.callers.turns import Turn, asked, caller

HANG_UP = "bye"
HELP = "Type what the caller says, or: /function name=value name='more words'. 'bye' hangs up."


async def interactive(
    retell: Retell, line: Line, *, read: Callable[[], Awaitable[str]]
) -> AsyncIterator[Turn]:
    """One call, as it is typed; ``read`` gives the next line, and "" or "bye" ends the call."""
    await retell.event(line, "call_started")
    while (typed := (await read()).strip()) not in {"", HANG_UP}:
        if not typed.startswith("/"):
            yield caller(line, typed)
            continue
        name, arguments = parsed(typed)
        for turn in await asked(retell, line, name, arguments):
            yield turn
    await retell.event(line, "call_ended")


def parsed(typed: str) -> tuple[str, dict[str, str]]:
    """ "/check_availability service=Dauerwelle date='kommenden Mittwoch'" → its name and arguments."""
    name, *words = shlex.split(typed.removeprefix("/"))
    pairs = (word.partition("=") for word in words)
    return name, {key: value for key, _, value in pairs if key}
