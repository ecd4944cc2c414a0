"""Callers who call one after the other, and write down every sentence that they hear."""

import asyncio
import itertools
import math
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

import httpx

from rufbuch_cli.call import new_line
from rufbuch_cli.installation import Running
from rufbuch_cli.salon import DIALLED_NUMBER
from sandbox.callers.retell import Line, Retell

SERVICES = ("Beratung", "Damenhaarschnitt", "Dauerwelle")
NAME = "Kim Beispiel"
TIMEOUT_S = 15.0
PAUSE_S = 0.1
FIRST_DAY, DAYS = 7, 90
OPEN_WEEKDAYS = frozenset({2, 3, 4, 5})
FIRST_HOUR, HOURS = 9, 8
_NUMBERS = itertools.count()
"""Nobody of whom anybody has heard before, in whatever load."""
ASKED_AGAIN = 3
"""How often "pending" is asked about in the call itself."""


@dataclass(frozen=True)
class Heard:
    """One function call, and what came back."""

    function: str
    arguments: dict[str, Any]
    status: str
    """Of the answer; "lost" where none came."""
    body: dict[str, Any]
    seconds: float
    detail: str = ""

    @property
    def failed(self) -> bool:
        """Whether the caller got no answer to her question."""
        return self.status in {"lost", "error"}

    @property
    def is_open(self) -> bool:
        """Whether what was asked for may have been done, and may not."""
        return self.status in {"lost", "pending", "error"}


@dataclass
class Story:
    """One call."""

    line: Line
    heard: list[Heard] = field(default_factory=list)


@dataclass
class Load:
    """Callers, for as long as they are to call."""

    running: Running
    callers: int = 4
    book_every_s: float = 0.0
    """How soon after one booking another caller may want one; all others look, and hang up."""
    stories: list[Story] = field(default_factory=list)
    _next_booking: float = -math.inf
    _stop: threading.Event = field(default_factory=threading.Event)

    @property
    def heard(self) -> list[Heard]:
        """Everything that anybody heard."""
        return [heard for story in self.stories for heard in story.heard]

    def run(self) -> None:
        """Until told to stop; each call that has begun is ended."""
        asyncio.run(self._all())

    def stop(self) -> None:
        """No new calls."""
        self._stop.set()

    async def _all(self) -> None:
        # A connection for each request: what is measured is not a pool of ours.
        limits = httpx.Limits(max_keepalive_connections=0)
        async with httpx.AsyncClient(timeout=TIMEOUT_S, trust_env=False, limits=limits) as client:
            retell = Retell(self.running["GATEWAY_URL"], self.running["RETELL_API_KEY"], client)
            await asyncio.gather(*(self._caller(retell) for _ in range(self.callers)))

    async def _caller(self, retell: Retell) -> None:
        while not self._stop.is_set():
            number = next(_NUMBERS)
            line = new_line(caller=f"+4930231{26000 + number % 4000}", dialled=DIALLED_NUMBER)
            story = Story(line)
            self.stories.append(story)
            await Caller(retell, story, number, books=self._may_book()).call()
            await asyncio.sleep(PAUSE_S)

    def _may_book(self) -> bool:
        if time.monotonic() < self._next_booking:
            return False
        self._next_booking = time.monotonic() + self.book_every_s
        return True


@dataclass
class Caller:
    """Books; of three one cancels and one moves again."""

    retell: Retell
    story: Story
    number: int
    books: bool = True

    async def call(self) -> None:
        """From the greeting to the end."""
        await self.ask("get_context")
        found = await self.ask("check_availability", **self._wish())
        option = _first_option(found) if self.books else ""
        booked = await self.settled("start_booking", option_id=option, name=NAME) if option else None
        if booked and booked.status == "booked":
            await self.ask("get_appointments")
            if self.number % 3 == 1:
                await self.settled("cancel_appointment")
            if self.number % 3 == 2:
                await self._move()
        await self._hang_up()

    async def _move(self) -> None:
        offered = await self.ask(
            "reschedule_appointment", new_date=_day(self.number + 1).isoformat(), new_time="10 Uhr"
        )
        if offered.status == "offered" and (option := _first_option(offered)):
            await self.settled("reschedule_appointment", option_id=option)

    async def settled(self, function: str, **arguments: str) -> Heard:
        """Ask, and ask again while it is said to be pending."""
        for _ in range(ASKED_AGAIN):
            heard = await self.ask(function, **arguments)
            if heard.status != "pending":
                break
        return heard

    async def ask(self, function: str, **arguments: str) -> Heard:
        """Ask, and write down what is heard."""
        began = time.monotonic()
        try:
            reply = await self.retell.function(self.story.line, function, arguments)
        except (httpx.TransportError, ValueError) as error:
            # A ValueError is a body that is no JSON: what stands before a gateway that is gone says.
            heard = Heard(function, arguments, "lost", {}, time.monotonic() - began, repr(error))
        else:
            status = str(reply.body.get("status", "lost")) if reply.status_code == 200 else "lost"
            heard = Heard(function, arguments, status, reply.body, reply.seconds, f"HTTP {reply.status_code}")
        self.story.heard.append(heard)
        return heard

    async def _hang_up(self) -> None:
        try:
            await self.retell.event(self.story.line, "call_ended")
        except (httpx.TransportError, ValueError):
            return  # Retell would tell again; nothing of what is compared depends on it.

    def _wish(self) -> dict[str, str]:
        hour, half = divmod(self.number, 2)
        return {
            "service": SERVICES[self.number % len(SERVICES)],
            "date": _day(self.number).isoformat(),
            "time": f"{FIRST_HOUR + hour % HOURS}:{30 * half:02d}",
            "staff": "egal",
        }


def _first_option(heard: Heard) -> str:
    options = heard.body.get("options") or ()
    return str(options[0]["option_id"]) if options else ""


def _day(number: int) -> date:
    """One of the coming days on which the salon is open."""
    first = datetime.now(UTC).date() + timedelta(days=FIRST_DAY)
    days = (first + timedelta(days=ahead) for ahead in range(DAYS))
    opened = [day for day in days if day.isoweekday() in OPEN_WEEKDAYS]
    return opened[number % len(opened)]


@contextmanager
def under_load(running: Running, *, callers: int = 4, book_every_s: float = 0.0) -> Iterator[Load]:
    """They call while inside; at the end every call has ended."""
    load = Load(running, callers, book_every_s)
    thread = threading.Thread(target=load.run)
    thread.start()
    try:
        yield load
    finally:
        load.stop()
        thread.join()
