"""The number under which somebody wants to be called: the caller's own, or one that was said, in figures or words."""

from dataclasses import dataclass

import phonenumbers

from telephony_gateway.domain.business import DialledBranch
from telephony_gateway.language.contact.digits import dictated
from telephony_gateway.language.contact.heard import Certainty
from telephony_gateway.language.contact.phone_numbers import spoken_number
from telephony_gateway.language.normalise import shapes
from telephony_gateway.usecases.conversation import Conversation

_FIGURES_OF_A_NUMBER = 3
"""Whoever says so many has named a number, understood or not; "meine eigene" has none."""


@dataclass(frozen=True)
class Reachable:
    """Where somebody can be called back; it proves nothing about who calls."""

    number: str
    """E.164; "": none is known."""
    doubtful: bool = False
    """It was heard, but not surely: read it back."""


def reachable(talk: Conversation) -> Reachable:
    """A number that is said counts before the caller's own, also where it was not understood: then there is none."""
    said = talk.arguments.phone_number
    heard = spoken_number(said, region=_region(talk.branch, talk.caller.dialled_number))
    if heard.certainty is not Certainty.NONE:
        again = heard.value == talk.session.doubtful_number
        doubtful = heard.certainty is Certainty.DOUBTFUL and not again
        talk.session.doubtful_number = heard.value if doubtful else ""
        return Reachable(heard.value, doubtful)
    if len(dictated([shape.text for shape in shapes(said)])) >= _FIGURES_OF_A_NUMBER:
        return Reachable("")
    return Reachable(talk.caller.caller_number)


def spoken(number: str, talk: Conversation) -> str:
    """As people of the country that was called write it, in groups that a voice makes pauses between."""
    parsed = phonenumbers.parse(number)
    home = _region(talk.branch, talk.caller.dialled_number)
    at_home = phonenumbers.region_code_for_number(parsed) == home
    form = (
        phonenumbers.PhoneNumberFormat.NATIONAL if at_home else phonenumbers.PhoneNumberFormat.INTERNATIONAL
    )
    written = phonenumbers.format_number(parsed, form)
    # Of a number that has too few or too many figures, nobody knows how it is written.
    return _in_threes(written, home) if at_home and written.isdecimal() else written


def _in_threes(figures: str, region: str) -> str:
    """With what is dialled before a number inside of its country."""
    prefix = phonenumbers.ndd_prefix_for_region(region, strip_non_digits=True) or ""
    whole = figures if figures.startswith(prefix) else f"{prefix}{figures}"
    return " ".join(whole[at : at + 3] for at in range(0, len(whole), 3))


def _region(branch: DialledBranch, dialled_number: str) -> str:
    """The country of the branch, or else of the number that was called: what callers say is a number of there."""
    country = branch.holiday_region.partition("-")[0]
    if country:
        return country
    try:
        return phonenumbers.region_code_for_number(phonenumbers.parse(dialled_number)) or "DE"
    except phonenumbers.NumberParseException:
        return "DE"
