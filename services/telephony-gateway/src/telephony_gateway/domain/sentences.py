"""Every sentence that the gateway can say. Nothing else is ever spoken (SE-04, TG-25).

A new one gets a name here and its text in each file under ``sentences/``; then ``make sentences`` tells the registry.
"""

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property

from telephony_gateway.domain.sentence_texts import SCRIPTS, Text

IN_A_BREATH = 3
"""More than this nobody keeps in mind on the phone."""


@dataclass(frozen=True)
class Voice:
    """The language of a call, and what the business says in its own way."""

    tag: str
    """BCP 47; whatever is not German gets English."""
    own: Mapping[tuple[str, str], Text] = field(default_factory=dict)
    """Sentences of the business's own, by language ("de") and name."""
    today: date | None = None
    """The day of the call: a day of another year is said with its year."""

    @cached_property
    def code(self) -> str:
        """ "de" or "en": which of the two a call in this language is answered in."""
        return "de" if self.tag.lower().startswith("de") else "en"

    def speaking(self, tag: str) -> "Voice":
        """The same in another language; "": in the same."""
        return replace(self, tag=tag or self.tag)

    def on(self, today: date) -> "Voice":
        """The same on a day."""
        return replace(self, today=today)


class Sentence(enum.Enum):
    """The texts, with their gaps, are in the files; the gaps are filled by the use cases."""

    AVAILABLE = enum.auto()
    CHOICES = enum.auto()
    ALTERNATIVES = enum.auto()
    NOT_HELD = enum.auto()
    NOT_CHECKED = enum.auto()
    UNAVAILABLE = enum.auto()
    HOLDING_TOO_MUCH = enum.auto()
    CLOSED = enum.auto()
    CLOSED_CHOICES = enum.auto()
    TOO_SOON = enum.auto()
    TOO_SOON_CHOICES = enum.auto()
    TOO_FAR = enum.auto()
    PAST = enum.auto()
    NEED_DATE = enum.auto()
    NEED_TIME = enum.auto()
    ON_DAY = enum.auto()
    NEED_TIME_OPEN = enum.auto()
    IMPOSSIBLE = enum.auto()
    AMBIGUOUS = enum.auto()
    NEED_SERVICE = enum.auto()
    UNKNOWN_SERVICE = enum.auto()
    UNKNOWN_PERSON = enum.auto()
    PERSON_CANNOT = enum.auto()
    NOBODY_CAN = enum.auto()
    SERVICES = enum.auto()
    GREETING = enum.auto()
    USUAL_AGAIN = enum.auto()
    USUAL_AGAIN_WITH = enum.auto()
    CAME_FREE = enum.auto()
    OPEN_TODAY = enum.auto()
    CLOSED_TODAY = enum.auto()
    SPAN = enum.auto()
    BOOKED = enum.auto()
    BOOKED_UNDER = enum.auto()
    WRITTEN_BY_SMS = enum.auto()
    WRITTEN_BY_EMAIL = enum.auto()
    SERIES_BOOKED = enum.auto()
    LONG_SERIES_BOOKED = enum.auto()
    SERIES_MISSED = enum.auto()
    SERIES_MISSED_CHOICES = enum.auto()
    SERIES_HOW_OFTEN = enum.auto()
    SERIES_TOO_MUCH = enum.auto()
    EVERY_WEEKS = enum.auto()
    MISSED_TAKEN = enum.auto()
    MISSED_HOLIDAY = enum.auto()
    MISSED_ABSENCE = enum.auto()
    MISSED_CLOSED = enum.auto()
    MISSED_TOO_FAR = enum.auto()
    MISSED_NO_SUCH_TIME = enum.auto()
    MISSED_OTHERWISE = enum.auto()
    TAKEN = enum.auto()
    TAKEN_CHOICES = enum.auto()
    NEED_NAME = enum.auto()
    NEED_OPTION = enum.auto()
    OPTION_GONE = enum.auto()
    OPTION_GONE_CHOICES = enum.auto()
    PENDING = enum.auto()
    SLOW = enum.auto()
    TROUBLE = enum.auto()
    UNKNOWN_BUSINESS = enum.auto()
    NOT_UNDERSTOOD = enum.auto()
    TOO_OFTEN = enum.auto()
    CANNOT_DO = enum.auto()
    MORE_UNAVAILABLE = enum.auto()
    OFFER_WAS_ANOTHER = enum.auto()
    WAS_FOR_A_MOVE = enum.auto()
    ITEM = enum.auto()
    ITEM_PLAIN = enum.auto()
    ITEM_ELSEWHERE = enum.auto()
    APPOINTMENTS = enum.auto()
    AND_MORE = enum.auto()
    NO_APPOINTMENTS = enum.auto()
    NONE_ON_THAT_DAY = enum.auto()
    NUMBER_WITHHELD = enum.auto()
    CANCEL_COSTS = enum.auto()
    CANCEL_WHOLE = enum.auto()
    CANCELLED = enum.auto()
    ALREADY_CANCELLED = enum.auto()
    FEE = enum.auto()
    WHICH_APPOINTMENT = enum.auto()
    NONE_LIKE_THAT = enum.auto()
    NOT_YOURS = enum.auto()
    CANCEL_CUTOFF = enum.auto()
    MOVE_CUTOFF = enum.auto()
    MOVES_MAX = enum.auto()
    CANCELLATIONS_MAX = enum.auto()
    RULE_FORBIDS = enum.auto()
    NO_LONGER_CHANGED = enum.auto()
    OFFERED_MOVE = enum.auto()
    OFFERED_OTHER_MOVE = enum.auto()
    OTHER_BRANCH = enum.auto()
    NEED_NEW_TIME = enum.auto()
    MOVE_COSTS = enum.auto()
    MOVED = enum.auto()
    MOVE_TAKEN = enum.auto()
    MOVE_TAKEN_CHOICES = enum.auto()
    MOVE_GONE = enum.auto()
    MOVE_GONE_CHOICES = enum.auto()
    UNCONFIRMED = enum.auto()
    STILL_UNCONFIRMED = enum.auto()
    CALLBACK_NOTED = enum.auto()
    CALLBACK_WITHOUT_NUMBER = enum.auto()
    WAITLIST_NOTED = enum.auto()
    WAITLIST_ONE_SERVICE = enum.auto()
    BETWEEN = enum.auto()
    NEED_PHONE = enum.auto()
    NEED_WAITING_NAME = enum.auto()
    NEED_FULL_NAME = enum.auto()
    OR = enum.auto()
    AND = enum.auto()
    WITH = enum.auto()
    VISIT = enum.auto()
    WEEKDAY_AND_DATE_DISAGREE = enum.auto()
    JUST_PASSED = enum.auto()
    NOT_ALL_UNDERSTOOD = enum.auto()
    SUITS = enum.auto()
    MIDNIGHT = enum.auto()
    DAYS = enum.auto()
    HOURS = enum.auto()
    MINUTES = enum.auto()
    EURO = enum.auto()
    FRANC = enum.auto()
    CENT = enum.auto()
    CENTIME = enum.auto()
    NAME_OF_OURS = enum.auto()
    NAME_IS_A_TIME = enum.auto()
    NAME_IS_A_SERVICE = enum.auto()
    NAME_HEARD = enum.auto()
    NUMBER_HEARD = enum.auto()

    def say(self, language: Voice | str, **values: str | int) -> str:
        """The sentence with its gaps filled, in the business's own words where it has some."""
        voice = language if isinstance(language, Voice) else Voice(language)
        ours = SCRIPTS[voice.code].texts[self.name]
        own = voice.own.get((voice.code, self.name))
        # A sentence that was stored for another version of ours may have other gaps than are filled today.
        return (own if own and own.gaps() == ours.gaps() else ours).fill(values)


def tongue(language: Voice | str) -> str:
    """ "de" or "en": which of the two a call in this language is answered in."""
    return language.code if isinstance(language, Voice) else Voice(language).code


def listing(items: list[str], language: Voice | str, *, last: Sentence) -> str:
    """ "a, b oder c"; one item stands alone."""
    if len(items) < 2:
        return "".join(items)
    return last.say(language, first=", ".join(items[:-1]), last=items[-1])


def _unlike() -> set[str]:
    """What is not the same in the files and here: a sentence that would fail when it is first said."""
    names = {sentence.name for sentence in Sentence}
    gaps = [{name: text.gaps() for name, text in script.texts.items()} for script in SCRIPTS.values()]
    unlike = set().union(*(names ^ each.keys() for each in gaps))
    return unlike or {name for name in names for each in gaps if each[name] != gaps[0][name]}


if _unlike():
    raise ValueError(f"the files of sentences do not agree about {', '.join(sorted(_unlike()))}")
