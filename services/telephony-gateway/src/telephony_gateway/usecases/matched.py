"""Which service, and whom of the people, words name. The same words come in every call: what they name is remembered."""

from functools import lru_cache

from matching import Candidates, Match, match
from telephony_gateway.domain.business import DialledBranch

_matched = lru_cache(maxsize=1024)(match)
"""By the words and all that they may name: a business that has changed is another one."""


def matched_service(said: str, branch: DialledBranch) -> Match | Candidates:
    """One of the branch's services, or those that may be meant."""
    return _matched(said, branch.names_of_services)


def matched_person(said: str, branch: DialledBranch) -> Match | Candidates:
    """One of the branch's people, or those who may be meant."""
    return _matched(said, branch.names_of_people)
