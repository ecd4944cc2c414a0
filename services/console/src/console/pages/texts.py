"""The words of the pages, German and English, and how dates and times are written."""

import tomllib
from datetime import date, datetime
from functools import cache
from importlib import resources
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime, format_time, format_timedelta
from google.protobuf.timestamp_pb2 import Timestamp

LANGUAGES = ("de", "en")
_FILES = resources.files("console") / "texts"


@cache
def words_of(language: str) -> dict[str, str]:
    """Key ("today.title") → words. ``de.toml`` has the common ones, ``de.people.toml`` and its like those of some pages."""
    files = [file for file in _FILES.iterdir() if file.name.split(".")[0] == language]
    tables = [tomllib.loads(file.read_text(encoding="utf-8")).items() for file in files]
    return {f"{table}.{key}": words for told in tables for table, keys in told for key, words in keys.items()}


def preferred(accept_language: str) -> str:
    """Which of ours a browser would rather have."""
    for wanted in accept_language.lower().split(","):
        language = wanted.split(";")[0].strip()[:2]
        if language in LANGUAGES:
            return language
    return LANGUAGES[0]


class Texts:
    """The words of one language, told in one zone."""

    def __init__(self, language: str, zone: ZoneInfo) -> None:
        self.language, self.zone = language, zone
        self._words = words_of(language)

    def __call__(self, key: str, **values: object) -> str:
        """The words of a key, with its gaps filled. A key that is unknown is a bug."""
        return self._words[key].format(**values)

    def state(self, enum_name: str) -> str:
        """What an enum value of a service is called ("CALL_STATE_ENDED"); as it is where we have no words for it."""
        return self._words.get(f"state.{enum_name}", enum_name.replace("_", " ").lower())

    def reason(self, name: str) -> str:
        """What a service's reason for refusing ("NOT_SETTLED") means; as it is where we have no words for it."""
        return self._words.get(f"reason.{name}", name)

    def what(self, name: str) -> str:
        """What moves when two rows become one ("appointments"); as it is where we have no words for it."""
        return self._words.get(f"what.{name}", name.replace("_", " "))

    def step(self, name: str) -> str:
        """A step of a resolution ("ANNOUNCE"); as it is where we have no words for it."""
        return self._words.get(f"step.{name}", name.lower())

    def untruth(self, kind: str) -> str:
        """What was not so ("booked_missing"); as it is where we have no words for it."""
        return self._words.get(f"untruth.{kind}", kind.replace("_", " "))

    def iso_clock(self, text: object) -> str:
        """The time of an instant that a function has answered, in the page's zone; as it is where it is none."""
        try:
            return self.clock(datetime.fromisoformat(str(text)))
        except ValueError:
            return str(text)

    def said(self, deed: str) -> str:
        """What has been done, after a deed ("resolve_callback"); "" where there is no such deed."""
        return self._words.get(f"said.{deed}", "")

    def clock(self, instant: Timestamp | datetime) -> str:
        """ "15:30"."""
        return format_time(self._local(instant), "HH:mm", locale=self.language)

    def day(self, instant: Timestamp | datetime | date) -> str:
        """ "Mittwoch, 26. November"."""
        when = instant if type(instant) is date else self._local(instant)
        pattern = "EEEE, d. MMMM" if self.language == "de" else "EEEE, d MMMM"
        return format_date(when, pattern, locale=self.language)

    def moment(self, instant: Timestamp | datetime) -> str:
        """ "26.11.2025, 15:30"."""
        return format_datetime(self._local(instant), "dd.MM.yyyy, HH:mm", locale=self.language)

    def exact(self, instant: Timestamp | datetime) -> str:
        """ "15:30:07"."""
        return format_time(self._local(instant), "HH:mm:ss", locale=self.language)

    def since(self, instant: Timestamp | datetime, now: datetime) -> str:
        """ "vor 5 Minuten"."""
        return format_timedelta(self._local(instant) - now, add_direction=True, locale=self.language)

    def _local(self, instant: Timestamp | datetime | date) -> datetime:
        if isinstance(instant, Timestamp):
            return instant.ToDatetime(tzinfo=self.zone)
        if isinstance(instant, datetime):
            return instant.astimezone(self.zone)
        raise TypeError("a day is no instant")
