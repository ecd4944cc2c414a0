"""The main story: a caller wants a perm on Wednesday at three and gets an appointment."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

from sandbox.callers.retell import Line, Reply, Retell

SERVICE = "Dauerwelle"
NAME = "Erika Mustermann"
WISHES = (
    ("kommenden Mittwoch", "15 Uhr"),
    ("Mittwoch in zwei Wochen", "15 Uhr"),
    ("Freitag in drei Wochen", "10 Uhr"),
)
"""Tried in order: a salon that has been called often enough is full."""


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


async def book_a_perm(retell: Retell, line: Line) -> AsyncIterator[Turn]:
    """``get_context`` → ``check_availability`` → ``start_booking`` → hang-up, as turns; the last answer is the outcome."""
    await retell.event(line, "call_started")
    context = await retell.function(line, "get_context", {})
    yield Called("get_context", context)
    yield _agent(line, f"Guten Tag! {context.body.get('message', '')}")
    option: dict[str, Any] | None = None
    for day, time in WISHES:
        yield _caller(line, f"Ich hätte gern eine {SERVICE}, {day} um {time}.")
        reply = await retell.function(
            line, "check_availability", {"dienstleistung": SERVICE, "datum": day, "uhrzeit": time}
        )
        yield Called("check_availability", reply)
        yield _agent(line, reply.body.get("message", ""))
        option = next(iter(reply.body.get("options", [])), None)
        if option:
            break
    if option:
        yield _caller(line, f"Ja, {option['spoken']} nehme ich. Mein Name ist {NAME}.")
        reply = await retell.function(
            line, "start_booking", {"option_id": option["option_id"], "customer_name": NAME}
        )
        yield Called("start_booking", reply)
        yield _agent(line, reply.body.get("message", ""))
    await retell.event(line, "call_ended")


def _agent(line: Line, text: str) -> Said:
    line.say("agent", text)
    return Said("Agent", text)


def _caller(line: Line, text: str) -> Said:
    line.say("user", text)
    return Said("Anruferin", text)
