"""What stands in the name's place: a name, spelled or not, or something else by mistake."""

import re

from telephony_gateway.domain.business import DialledBranch
from telephony_gateway.domain.session import Session
from telephony_gateway.language.contact.customer_names import CustomerName, customer_name
from telephony_gateway.language.contact.heard import Certainty, Heard
from telephony_gateway.language.contact.spelled_names import spelled_name

SPELLED = "spelled"
"""The fault of a name that was spelled, but not clearly."""
IN_FULL = "in full"
"""The fault of what was asked about and said again, and is no name even so."""


def note_name(session: Session, said: str, branch: DialledBranch) -> None:
    """Keep the name that was said. What is none is remembered as doubtful, and believed when it is said again, if
    somebody can be called so: like a stylist, or August. Freitag and Acht are asked for in full (TG-24)."""
    if not said:
        return
    spelled = spelled_name(said)
    found = _named(_in_full(said, spelled), branch)
    unclear = found.unclear or spelled.certainty is Certainty.DOUBTFUL
    heard = found.value or found.heard or said
    again = heard == session.doubtful_name
    if (found.fault is None and not unclear) or (again and (found.fault is None or found.may_be_one)):
        session.name, session.doubtful_name, session.name_fault = heard, "", ""
        return
    fault = found.fault.value if found.fault else SPELLED
    session.doubtful_name, session.name_fault = heard, IN_FULL if again else fault


def _named(said: str, branch: DialledBranch) -> CustomerName:
    return customer_name(
        said,
        people=[person.name for person in branch.people],
        services=[name for service in branch.services for name in (service.name, *service.synonyms)],
    )


def _in_full(said: str, spelled: Heard) -> str:
    """ "Erika Müller, M Ü L L E R": with the first name, where the spelling only confirms what was said before it."""
    if not spelled.value or spelled.certainty is Certainty.DOUBTFUL:
        return spelled.value or said
    plainly = re.match(rf".*?\b{re.escape(spelled.value)}\b", said, re.IGNORECASE)
    if plainly and spelled_name(said[plainly.end() :]).value == spelled.value:
        return plainly[0]
    return spelled.value
