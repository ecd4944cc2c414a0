"""What stands in the name's place: a name, spelled or not, or something else by mistake."""

from telephony_gateway.domain.business import DialledBranch
from telephony_gateway.domain.session import Session
from telephony_gateway.language.contact.customer_names import NameFault, customer_name
from telephony_gateway.language.contact.heard import Certainty
from telephony_gateway.language.contact.spelled_names import spelled_name

SPELLED = "spelled"
"""The fault of a name that was spelled, but not clearly."""
_BELIEVED_AGAIN = {None, NameFault.STYLIST, NameFault.TIME}


def note_name(session: Session, said: str, branch: DialledBranch) -> None:
    """Keep the name that was said. What is none is remembered as doubtful, and believed when it is said again: there
    are people who are called like a stylist or an hour (TG-24)."""
    if not said:
        return
    spelled = spelled_name(said)
    found = customer_name(
        spelled.value or said,
        people=[person.name for person in branch.people],
        services=[service.name for service in branch.services],
    )
    is_sure = found.fault is None and spelled.certainty is not Certainty.DOUBTFUL
    heard = found.value or said
    if is_sure or (heard == session.doubtful_name and found.fault in _BELIEVED_AGAIN):
        session.name, session.doubtful_name, session.name_fault = heard, "", ""
    else:
        session.doubtful_name, session.name_fault = heard, found.fault.value if found.fault else SPELLED
