"""Who may be listed twice: candidates with a score and reasons. Nothing is ever resolved by itself, least of all by a name
(SR-02, SR-03): a person looks at the reasons and says merge, link or different people."""

import enum
import hashlib
import json
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations, product

from matching.phonetics import cologne
from staff_registry.domain.business import Business, Person, WeeklyHours
from staff_registry.domain.uniting import has_two_accounts

ADVISED_FROM = 75
"""Points of 100 from which merging or linking is advised. The name gives less than this, whatever it is like."""
MENTIONED_FROM = 30
"""Points from which a pair is worth a look."""
SHARE_OF_SERVICES = 0.5
_LETTERS: dict[int, str] = {ord(one): two for one, two in zip("äöüß", ("ae", "oe", "ue", "ss"), strict=True)}


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
    for pair in combinations((each for each in business.people if not each.retired), 2):
        one, other = sorted(pair, key=lambda each: (-mapped[each.key], each.key))
        candidate = Candidate(one, other, tuple(_reasons(one, other)))
        if candidate.score >= MENTIONED_FROM and _is_personal(candidate):
            found.append(candidate)
    return tuple(sorted(found, key=lambda each: (-each.score, each.keys)))


def _is_personal(candidate: Candidate) -> bool:
    """Colleagues share branch, hours and services; at least one reason must be about who it is."""
    of_work = {ReasonKind.SAME_BRANCH, ReasonKind.OVERLAPPING_HOURS, ReasonKind.SAME_SERVICES}
    return any(reason.kind not in of_work for reason in candidate.reasons)


def _reasons(one: Person, other: Person) -> Iterator[Reason]:
    yield from _of_name(one, other)
    yield from _of_accounts(one, other)
    if set(one.branch_keys) & set(other.branch_keys):
        yield Reason(ReasonKind.SAME_BRANCH, ", ".join(sorted({*one.branch_keys} & {*other.branch_keys})))
    if any(_overlap(*pair) for pair in product(one.working_hours, other.working_hours)):
        yield Reason(ReasonKind.OVERLAPPING_HOURS)
    common = {*one.service_keys} & {*other.service_keys}
    if common and len(common) >= SHARE_OF_SERVICES * min(len(one.service_keys), len(other.service_keys)):
        yield Reason(ReasonKind.SAME_SERVICES, f"{len(common)} in common")


def _of_name(one: Person, other: Person) -> Iterator[Reason]:
    names = folded_name(one.name), folded_name(other.name)
    if names[0] == names[1]:
        yield Reason(ReasonKind.SAME_NAME, one.name)
    elif _sound(names[0]) == _sound(names[1]) or _is_part(*names):
        yield Reason(ReasonKind.SIMILAR_NAME, f"{one.name} / {other.name}")


def _of_accounts(one: Person, other: Person) -> Iterator[Reason]:
    """A number, and an account at Cal.com, which is known by its user; its address is the person's."""
    if one.phone_number and one.phone_number == other.phone_number:
        yield Reason(ReasonKind.SAME_NUMBER, one.phone_number)
    users, others = ({each.username.casefold() for each in person.accounts} for person in (one, other))
    if users & others:
        yield Reason(ReasonKind.SAME_ACCOUNT, min(users & others))
    mails, other_mails = ({each.email.casefold() for each in person.accounts} for person in (one, other))
    if mails & other_mails:
        yield Reason(ReasonKind.SAME_EMAIL, min(mails & other_mails))
    elif {_local(mail) for mail in mails} & {_local(mail) for mail in other_mails}:
        yield Reason(ReasonKind.SIMILAR_EMAIL, min({_local(mail) for mail in mails}))


def folded_name(name: str) -> str:
    """Without case, accents, punctuation and the order of its words."""
    spelled = name.casefold().translate(_LETTERS)
    bare = "".join(c for c in unicodedata.normalize("NFD", spelled) if not unicodedata.combining(c))
    return " ".join(sorted(re.findall(r"[a-z0-9]+", bare)))


def _sound(name: str) -> tuple[str, ...]:
    return tuple(sorted(cologne(word) or word for word in name.split()))


def _is_part(one: str, other: str) -> bool:
    """ "Anna" of "Anna Beispiel"."""
    words, others = set(one.split()), set(other.split())
    return bool(words and others) and (words <= others or others <= words)


def _local(mail: str) -> str:
    """What stands before the @ and before a plus sign, without dots."""
    return mail.partition("@")[0].partition("+")[0].replace(".", "")


def _overlap(one: WeeklyHours, other: WeeklyHours) -> bool:
    same_day = {*one.weekdays} & {*other.weekdays}
    return bool(same_day) and one.start < other.end and other.start < one.end
