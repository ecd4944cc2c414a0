"""Who may be listed twice: candidates with a score and reasons. Nothing is ever resolved by itself, least of all by a name
(SR-02, SR-03): a person looks at the reasons and says merge, link or different people."""

import enum
import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

from staff_registry.domain.business import Business, Person, WeeklyHours
from staff_registry.domain.traits import Traits, alike, folded_name
from staff_registry.domain.uniting import has_two_accounts

ADVISED_FROM = 75
"""Points of 100 from which merging or linking is advised. The name gives less than this, whatever it is like."""
MENTIONED_FROM = 30
"""Points from which a pair is worth a look."""
SHARE_OF_SERVICES = 0.5


class ReasonKind(enum.Enum):
    """What two rows have in common, and how many points that gives; the names are those of the API."""

    SAME_NAME = 40
    SIMILAR_NAME = 30
    SAME_EMAIL = 60
    SIMILAR_EMAIL = 15
    SAME_NUMBER = 61
    SAME_ACCOUNT = 62
    SAME_BRANCH = 18
    OVERLAPPING_HOURS = 17
    SAME_SERVICES = 10


class Advice(enum.Enum):
    """What the facts speak for; the names are those of the API."""

    LOOK = "LOOK"
    MERGE = "MERGE"
    LINK = "LINK"


@dataclass(frozen=True)
class Reason:
    """One thing that two rows have in common."""

    kind: ReasonKind
    detail: str = ""


@dataclass(frozen=True)
class Candidate:
    """Two rows that may be one human, the one with more mappings first."""

    one: Person
    other: Person
    reasons: tuple[Reason, ...]

    @property
    def score(self) -> int:
        """0 to 100."""
        return min(100, sum(reason.kind.value for reason in self.reasons))

    @property
    def advice(self) -> Advice:
        """Two different accounts at Cal.com speak for linking."""
        if self.score < ADVISED_FROM:
            return Advice.LOOK
        return Advice.LINK if has_two_accounts(self.one, self.other) else Advice.MERGE

    @property
    def keys(self) -> tuple[str, str]:
        """Of both, in one order."""
        first, second = sorted((self.one.key, self.other.key))
        return first, second

    @property
    def facts(self) -> str:
        """Changes when what speaks for the pair does: then it is proposed again."""
        names = sorted((folded_name(self.one.name), folded_name(self.other.name)))
        reasons = sorted((reason.kind.name, reason.detail) for reason in self.reasons)
        text = json.dumps([self.keys, names, reasons, has_two_accounts(self.one, self.other)])
        return hashlib.sha256(text.encode()).hexdigest()[:32]


def candidates_in(business: Business) -> tuple[Candidate, ...]:
    """The likeliest first. Nobody is compared who is retired: nobody is offered with them."""
    mapped = {person.key: 0 for person in business.people}
    for mapping in business.mappings:
        mapped[mapping.person_key] += 1
    found = []
    for pair in alike([Traits.of(each) for each in business.people if not each.retired]):
        one, other = sorted(pair, key=lambda each: (-mapped[each.person.key], each.person.key))
        candidate = Candidate(one.person, other.person, tuple(reasons_for(one, other)))
        if is_worth_a_look(candidate):
            found.append(candidate)
    return tuple(sorted(found, key=lambda each: (-each.score, each.keys)))


def is_worth_a_look(candidate: Candidate) -> bool:
    """Colleagues share branch, hours and services; at least one reason must be about who it is."""
    of_work = {ReasonKind.SAME_BRANCH, ReasonKind.OVERLAPPING_HOURS, ReasonKind.SAME_SERVICES}
    is_personal = any(reason.kind not in of_work for reason in candidate.reasons)
    return is_personal and candidate.score >= MENTIONED_FROM


def reasons_for(first: Traits, second: Traits) -> Iterator[Reason]:
    """All that the two have in common."""
    yield from _of_name(first, second)
    yield from _of_accounts(first, second)
    one, other = first.person, second.person
    if set(one.branch_keys) & set(other.branch_keys):
        yield Reason(ReasonKind.SAME_BRANCH, ", ".join(sorted({*one.branch_keys} & {*other.branch_keys})))
    if any(_overlap(*pair) for pair in product(one.working_hours, other.working_hours)):
        yield Reason(ReasonKind.OVERLAPPING_HOURS)
    common = {*one.service_keys} & {*other.service_keys}
    if common and len(common) >= SHARE_OF_SERVICES * min(len(one.service_keys), len(other.service_keys)):
        yield Reason(ReasonKind.SAME_SERVICES, f"{len(common)} in common")


def _of_name(one: Traits, other: Traits) -> Iterator[Reason]:
    names = one.person.name, other.person.name
    if not one.name or not other.name:
        return
    if one.name == other.name:
        yield Reason(ReasonKind.SAME_NAME, names[0])
    elif one.sound == other.sound or one.is_part_of(other) or other.is_part_of(one):
        yield Reason(ReasonKind.SIMILAR_NAME, " / ".join(names))


def _of_accounts(one: Traits, other: Traits) -> Iterator[Reason]:
    """A number, and an account at Cal.com, which is known by its user; its address is the person's."""
    number = one.person.phone_number
    if number and number == other.person.phone_number:
        yield Reason(ReasonKind.SAME_NUMBER, number)
    if one.users & other.users:
        yield Reason(ReasonKind.SAME_ACCOUNT, min(one.users & other.users))
    if one.mails & other.mails:
        yield Reason(ReasonKind.SAME_EMAIL, min(one.mails & other.mails))
    elif one.boxes & other.boxes:
        yield Reason(ReasonKind.SIMILAR_EMAIL, min(one.boxes & other.boxes))


def _overlap(one: WeeklyHours, other: WeeklyHours) -> bool:
    same_day = {*one.weekdays} & {*other.weekdays}
    return bool(same_day) and one.start < other.end and other.start < one.end
