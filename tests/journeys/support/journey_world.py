"""The running system and the people who call it."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from holidays import country_holidays

from local_stack.stack import Stack
from rufbuch_cli.call import new_line
from rufbuch_cli.installation import Running
from rufbuch_cli.salon import DIALLED_NUMBER
from sandbox.callers.retell import Line, Reply, Retell


@dataclass(frozen=True)
class Whole:
    """The running system, with the reference salon in it."""

    stack: Stack
    running: Running
    tenant_id: str


class Caller:
    """Somebody on the phone, and the agent that serves her."""

    def __init__(self, retell: Retell, number: str) -> None:
        self.retell = retell
        self.line: Line = new_line(caller=number, dialled=DIALLED_NUMBER)

    async def ask(self, function: str, /, **arguments: str) -> Reply:
        """The answer; what takes longer than a caller is left waiting is asked for again, as agents do."""
        for _ in range(WAITS_MAX):
            reply = await self.retell.function(self.line, function, arguments)
            if reply.body.get("status") != "pending":
                break
        return reply

    async def wish(self, day: str, time: str, service: str = "Dauerwelle", **more: str) -> Reply:
        """The answer to a wish that can be met; a service that a journey before has killed may still be coming back. Raises
        AssertionError with the answer when nothing was offered."""
        replies: list[Reply] = []

        async def is_looked_up() -> bool:
            replies.append(
                await self.ask("check_availability", dienstleistung=service, datum=day, uhrzeit=time, **more)
            )
            return bool(replies[-1].body.get("error") != "peer")

        await until(is_looked_up)
        assert replies[-1].body.get("options"), replies[-1].body
        return replies[-1]

    async def hang_up(self) -> None:
        await self.retell.event(self.line, "call_ended")


AWAITED_S = 20
WAITS_MAX = 5
BERLIN = ZoneInfo("Europe/Berlin")
WEEKDAYS = ("Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag", "Sonntag")
MONTHS = (
    "Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August", "September", "Oktober", "November",
    "Dezember",
)  # fmt: skip


def weekday(name: str, *, weeks: int) -> str:
    """That weekday of the week so many weeks ahead, as a caller names it without a doubt on whatever day the tests run:
    "Donnerstag in drei Wochen" means two days when it is said on a Thursday."""
    today = datetime.now(BERLIN).date()
    day = today + timedelta(weeks=weeks, days=WEEKDAYS.index(name) - today.weekday())
    # Nobody works then, and these journeys are about other things.
    while day in country_holidays("DE", subdiv="BE"):
        day += timedelta(weeks=1)
    return f"{name}, den {day.day}. {MONTHS[day.month - 1]}"


async def until(condition: Callable[[], Awaitable[bool]], *, within_s: float = AWAITED_S) -> None:
    """Wait for what other processes bring about. Raises TimeoutError."""
    async with asyncio.timeout(within_s):
        while not await condition():  # noqa: ASYNC110 - other processes: there is nothing here to wait on
            await asyncio.sleep(0.05)
