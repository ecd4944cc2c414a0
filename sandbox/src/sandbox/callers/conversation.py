"""The main story: a caller wants a perm on Wednesday at three and gets an appointment."""

from collections.abc import AsyncIterator
from typing import Any

from sandbox.callers.retell import Line, Retell
from sandbox.callers.turns import Called, Said, Turn, agent, asked, caller

__all__ = ["NAME", "SERVICE", "WISHES", "Called", "Said", "Turn", "book_a_perm"]
SERVICE = "Dauerwelle"
NAME = "Erika Mustermann"
WISHES = (
    ("kommenden Mittwoch", "15 Uhr"),
    ("Mittwoch in zwei Wochen", "15 Uhr"),
    ("Freitag in drei Wochen", "10 Uhr"),
)
"""Tried in order: a salon that has been called often enough is full."""


async def book_a_perm(retell: Retell, line: Line) -> AsyncIterator[Turn]:
    """``get_context`` → ``check_availability`` → ``start_booking`` → hang-up, as turns; the last answer is the outcome."""
    await retell.event(line, "call_started")
    context = await retell.function(line, "get_context", {})
    yield Called("get_context", context)
    yield agent(line, f"Guten Tag! {context.body.get('message', '')}")
    option: dict[str, Any] | None = None
    for day, time in WISHES:
        yield caller(line, f"Ich hätte gern eine {SERVICE}, {day} um {time}.")
        wish = {"dienstleistung": SERVICE, "datum": day, "uhrzeit": time}
        called, said = await asked(retell, line, "check_availability", wish)
        yield called
        yield said
        option = next(iter(called.reply.body.get("options", [])), None)
        if option:
            break
    if option:
        yield caller(line, f"Ja, {option['spoken']} nehme ich. Mein Name ist {NAME}.")
        chosen = {"option_id": option["option_id"], "customer_name": NAME}
        for turn in await asked(retell, line, "start_booking", chosen):
            yield turn
    await retell.event(line, "call_ended")
