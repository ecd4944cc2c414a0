"""Turns slots into options that can be spoken."""

from collections.abc import Iterable

from telephony_gateway.domain.answers import OfferedOption
from telephony_gateway.domain.business import DialledBranch
from telephony_gateway.domain.sentences import Sentence, listing
from telephony_gateway.domain.speech import spoken_start
from telephony_gateway.usecases.ports import FoundSlot


def offered(slots: Iterable[FoundSlot], branch: DialledBranch) -> tuple[OfferedOption, ...]:
    """The slots in the branch's zone and the caller's language."""
    return tuple(_option(slot, branch) for slot in slots)


def _option(slot: FoundSlot, branch: DialledBranch) -> OfferedOption:
    start = slot.start.astimezone(branch.zone)
    return OfferedOption(
        option_id=slot.option_id,
        start=start,
        end=slot.end.astimezone(branch.zone),
        staff=branch.person_name(slot.person_id),
        service=branch.service(slot.service_id).name,
        spoken=spoken_start(start, branch.language),
        held_until=slot.held_until.astimezone(branch.zone) if slot.held_until else None,
    )


def spoken_choices(options: Iterable[OfferedOption], branch: DialledBranch, *, name_people: bool) -> str:
    """ "Mittwoch, 26. November, 15 Uhr bei Anna oder …"."""
    texts = [
        Sentence.WITH.say(branch.language, when=option.spoken, person=option.staff)
        if name_people
        else option.spoken
        for option in options
    ]
    return listing(texts, branch.language, last=Sentence.OR)
