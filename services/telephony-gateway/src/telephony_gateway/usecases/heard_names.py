"""What stands in the name's place: a name, spelled or not, or something else by mistake."""

from telephony_gateway.domain.business import DialledBranch
from telephony_gateway.domain.session import Session
from telephony_gateway.language.contact.customer_names import NameFault, customer_name
from telephony_gateway.language.contact.heard import Certainty
from telephony_gateway.language.contact.spelled_names import spelled_name

SPELLED = "spelled"
"""The fault of a name that was spelled, but not clearly."""
_SPELLED_FROM = 4
"""Three words of a spelling table may be three first names."""
_BELIEVED_AGAIN = {None, NameFault.STYLIST, NameFault.TIME}


def note_name(session: Session, said: str, branch: DialledBranch) -> None:
    """Keep the name that was said. What is none is remembered as doubtful, and believed when it is said again: there
    are people who are called like a stylist or an hour (TG-24)."""
    if not said:
        return
    spelled = spelled_name(said) if _is_spelled(said) else None
    found = customer_name(
        spelled.value if spelled and spelled.value else said,
        people=[person.name for person in branch.people],
        services=[service.name for service in branch.services],
    )
    is_sure = found.fault is None and not (spelled and spelled.certainty is Certainty.DOUBTFUL)
    heard = found.value or said
    if is_sure or (heard == session.doubtful_name and found.fault in _BELIEVED_AGAIN):
        session.name, session.doubtful_name, session.name_fault = heard, "", ""
    else:
        session.doubtful_name, session.name_fault = heard, found.fault.value if found.fault else SPELLED


def _is_spelled(said: str) -> bool:
    words = said.replace(",", " ").replace("-", " ").split()
    return len(words) >= _SPELLED_FROM or sum(len(word) == 1 for word in words) > 1
