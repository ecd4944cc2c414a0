"""A weekday alone, said of an appointment that is known: "der am Donnerstag" may be in three weeks."""

import re
from collections.abc import Sequence

from telephony_gateway.domain.sentence_texts import SCRIPTS
from telephony_gateway.usecases.conversation import Conversation
from telephony_gateway.usecases.ports import Appointment

_WEEKDAYS = {
    name.casefold(): number
    for script in SCRIPTS.values()
    for number, name in enumerate(script.calendar["weekdays"])
} | {"sonnabend": 5}
_ALONE = re.compile(
    rf"(?:(?:am|an|vom|für|der|den|dem|die|meine[nmr]?|termin|on|for|the|my|one|appointment)\s+)*"
    rf"({'|'.join(_WEEKDAYS)})s?(?:[- ]?(?:termin|appointment|one))?"
)


def on_that_weekday(talk: Conversation, some: Sequence[Appointment]) -> list[Appointment]:
    """Those on the weekday that is said, where it is all that is said of when they are."""
    arguments = talk.arguments
    said = _ALONE.fullmatch(arguments.date.casefold().strip(" .,?!"))
    if said is None or arguments.time:
        return []
    weekday = _WEEKDAYS[said[1]]
    zone = talk.branch.zone_of
    return [one for one in some if one.start.astimezone(zone(one.branch_id)).weekday() == weekday]
