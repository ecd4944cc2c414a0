"""Who is calling, as far as it is known, and what is usual for her: said as a fact or asked as a question, never assumed."""

import re
from dataclasses import dataclass

from telephony_gateway.domain.business import DialledBranch
from telephony_gateway.domain.envelope import Caller
from telephony_gateway.usecases.ports import Care, KnownCustomer
from telephony_gateway.usecases.saying import spoken_appointment

_NAME_MAX = 60
_NOT_OF_A_NAME = re.compile(r"[^\w\s.'’\-]|[\d_]")
_WORDS_MAX = 5


@dataclass(frozen=True)
class Greeted:
    """What an agent may be told about a caller; "" for what is not known."""

    name: str = ""
    next_appointment: str = ""
    usual_service: str = ""
    usual_staff: str = ""


async def who_calls(branch: DialledBranch, caller: Caller, *, care: Care) -> Greeted:
    """Look the number up; a withheld one is nobody's. Raises PeerError."""
    if not caller.caller_number:
        return Greeted()
    known = await care.customer(branch, caller.caller_number)
    return _greeted(known, branch) if known else Greeted()


def _greeted(known: KnownCustomer, branch: DialledBranch) -> Greeted:
    coming = known.next_appointment
    usual = next((one.name for one in branch.services if one.service_id == known.usual_service_id), "")
    return Greeted(
        name=harmless_name(known.name),
        next_appointment=spoken_appointment(coming, branch) if coming else "",
        usual_service=usual,
        usual_staff=branch.person_name(known.usual_person_id),
    )


def harmless_name(name: str) -> str:
    """A name as it may stand in a prompt. A caller's name is a caller's text: what looks like more than a name is left
    out, so that nobody gives the agent orders by being called so."""
    is_a_name = len(name) <= _NAME_MAX and len(name.split()) <= _WORDS_MAX and name.isprintable()
    return "" if not is_a_name or _NOT_OF_A_NAME.search(name) else name
