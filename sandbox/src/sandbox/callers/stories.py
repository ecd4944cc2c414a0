"""Calls in which an earlier system failed, told again: the names say which failures of the past they are."""

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any

from sandbox.callers.conversation import NAME, SERVICE, WISHES
from sandbox.callers.retell import Line, Retell
from sandbox.callers.turns import Script, Turn, asked

Step = tuple[str, Mapping[str, Any]]
_WISH = {"dienstleistung": SERVICE, "datum": WISHES[0][0], "uhrzeit": WISHES[0][1]}
_FIRST = {"option_id": "den ersten", "customer_name": NAME}
STORIES: dict[str, Sequence[Step]] = {
    # The model invents the id of the call, or cuts it short.
    "tg-01-02-ids": [
        (
            "check_availability",
            {**_WISH, "call_id": call_id},
        )
        for call_id in ("call_1", "call_001", "12345", "1", "None", "dummy_call_id", "undefined", "", f"call_{'1f' * 11}")
    ],
    # Check and commit are two functions; a flag changes neither.
    "tg-06-27-flags": [
        ("check_availability", {**_WISH, "confirm": True, "bestaetigung": "ja"}),
        ("reschedule_appointment", {"new_datum": "Freitag", "new_uhrzeit": "10 Uhr"}),
        ("reschedule_appointment", {"new_datum": "Freitag", "new_uhrzeit": "10 Uhr"}),
    ],
    # Days without a year, and years that the model made up.
    "tg-10-11-years": [
        ("check_availability", {**_WISH, "datum": day})
        for day in ("25.11.", "Dienstag, den 24. November", "2023-06-13", "2024-06-17")
    ],
    # Something is asked before anything is known.
    "tg-12-15-too-early": [("check_availability", {}), ("start_booking", {}), ("get_alternatives", {}), ("list_services", {})],
    # Another service than the usual one, and one that there is not.
    "tg-23-services": [
        ("check_availability", {**_WISH, "dienstleistung": "Herrenhaarschnitt"}),
        ("check_availability", _WISH),
        ("start_booking", _FIRST),
    ],
    # A person, a time and a placeholder in the name's place; a name where an id belongs.
    "tg-24-mixed-up": [
        ("check_availability", {**_WISH, "name": "bei Anna", "preferred_staff_id": "Anna"}),
        ("start_booking", {"option_id": "den ersten", "name": "Acht Uhr"}),
        ("start_booking", {"option_id": "den ersten", "name": "anonymous"}),
        ("start_booking", {"option_id": "den ersten", "name": NAME}),
    ],
    # Variables that nobody has set.
    "tg-25-variables": [
        ("check_availability", {**_WISH, "datum": "{{new_datum}}"}),
        ("start_booking", {"option_id": "{{option_id}}", "name": "{{customer_name}}"}),
    ],
    # German names, English names, both in one text.
    "tg-26-names-of-arguments": [
        ("check_availability", {"service_name": SERVICE, "preferred_date": WISHES[0][0], "preferred_time": WISHES[0][1]}),
        ("check_availability", {"service": SERVICE, "datetime": "Mittwoch um 15 Uhr"}),
        ("start_booking", {"option": "1", "kundename": NAME}),
    ],
    # The same booking, sent again and again with words that differ.
    "tg-31-bk-22-again": [
        ("check_availability", _WISH),
        ("start_booking", _FIRST),
        ("start_booking", {**_FIRST, "customer_name": "E. Mustermann"}),
        ("get_appointments", {}),
    ],
    # The name is asked for late and once; an address is never asked for.
    "tg-32-38-late-name": [
        ("check_availability", _WISH),
        ("start_booking", {"option_id": "den ersten"}),
        ("start_booking", {"name": NAME, "customer_email": "erika at example Punkt org", "option_id": "den ersten"}),
    ],
    # A time that was not offered is not booked; "the second" is the second.
    "bk-12-av-11-own-times": [
        ("check_availability", _WISH),
        ("start_booking", {"datetime": "2026-11-27T18:16:00", "service_name": SERVICE, "customer_name": NAME}),
        ("start_booking", {"option_id": "den zweiten", "customer_name": NAME}),
    ],
    # Who is called off and moved without there being anything; a name proves nothing.
    "se-03-bk-18-names": [
        ("get_appointments", {"name": "Max Beispiel"}),
        ("cancel_appointment", {"name": "Max Beispiel", "datum": "Mittwoch"}),
        ("reschedule_appointment", {"name": "Max Beispiel", "new_datum": "Freitag", "new_uhrzeit": "9 Uhr"}),
    ],
}  # fmt: skip


def told(steps: Sequence[Step]) -> Script:
    """A script that asks these functions, one after the other."""

    async def call(retell: Retell, line: Line) -> AsyncIterator[Turn]:
        for name, arguments in steps:
            for turn in await asked(retell, line, name, arguments):
                yield turn
        await retell.event(line, "call_ended")

    return call
