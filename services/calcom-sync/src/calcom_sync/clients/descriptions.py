"""Users, event types and schedules at Cal.com over HTTP."""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from pydantic import BaseModel

from calcom_sync.clients.calcom import BOOKINGS_VERSION, CalcomCalendar
from calcom_sync.clients.calcom_models import answer_of, read
from calcom_sync.clients.event_types import EVENT_TYPES_VERSION
from calcom_sync.domain.answers import Answer, NoAnswer
from calcom_sync.domain.description import Day, Offered, Schedule, Span, User
from calcom_sync.domain.setup import Account

SCHEDULES_VERSION = "2024-06-11"
_WEEKDAYS = {
    name: n
    for n, name in enumerate(
        ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"), start=1
    )
}
_Model = TypeVar("_Model", bound=BaseModel)
_Told = TypeVar("_Told")


class _Me(BaseModel):
    username: str
    email: str = ""
    name: str | None = None
    timeZone: str = ""  # noqa: N815 - Cal.com's name


class _OneMe(BaseModel):
    data: _Me


class _EventType(BaseModel):
    id: int
    slug: str = ""
    title: str = ""
    lengthInMinutes: int  # noqa: N815 - Cal.com's name
    lengthInMinutesOptions: list[int] | None = None  # noqa: N815 - Cal.com's name
    hidden: bool = False
    schedulingType: str | None = None  # noqa: N815 - Cal.com's name

    def told(self) -> Offered:
        return Offered(
            self.id,
            self.slug,
            self.title,
            self.lengthInMinutes,
            tuple(self.lengthInMinutesOptions or ()),
            self.hidden,
            self.schedulingType or "",
        )


class _EventTypes(BaseModel):
    data: list[_EventType]


class _Span(BaseModel):
    days: list[str]
    startTime: str  # noqa: N815 - Cal.com's name
    endTime: str  # noqa: N815 - Cal.com's name


class _Day(BaseModel):
    date: str
    startTime: str  # noqa: N815 - Cal.com's name
    endTime: str  # noqa: N815 - Cal.com's name


class _Schedule(BaseModel):
    name: str = ""
    timeZone: str = ""  # noqa: N815 - Cal.com's name
    isDefault: bool = False  # noqa: N815 - Cal.com's name
    availability: list[_Span] = []
    overrides: list[_Day] = []

    def told(self) -> Schedule:
        return Schedule(
            self.name,
            self.timeZone,
            self.isDefault,
            tuple(
                Span(
                    tuple(_WEEKDAYS[day] for day in span.days if day in _WEEKDAYS),
                    span.startTime,
                    span.endTime,
                )
                for span in self.availability
            ),
            tuple(Day(day.date[:10], day.startTime, day.endTime) for day in self.overrides),
        )


class _Schedules(BaseModel):
    data: list[_Schedule]


class CalcomDescriptions:
    """Implements the port Descriptions."""

    def __init__(self, calendar: CalcomCalendar) -> None:
        self._calendar = calendar

    async def user(self, account: Account) -> User | Answer | NoAnswer:
        """Whose key it is."""
        return await self._get(
            account,
            "/v2/me",
            BOOKINGS_VERSION,
            _OneMe,
            lambda told: User(
                told.data.username, told.data.email, told.data.name or told.data.username, told.data.timeZone
            ),
        )

    async def event_types(self, account: Account, username: str) -> Sequence[Offered] | Answer | NoAnswer:
        """All of the account, hidden ones too."""
        return await self._get(
            account,
            "/v2/event-types",
            EVENT_TYPES_VERSION,
            _EventTypes,
            lambda told: [each.told() for each in told.data],
            params={"username": username},
        )

    async def schedules(self, account: Account) -> Sequence[Schedule] | Answer | NoAnswer:
        """All of the account."""
        return await self._get(
            account,
            "/v2/schedules",
            SCHEDULES_VERSION,
            _Schedules,
            lambda told: [each.told() for each in told.data],
        )

    async def _get(
        self,
        account: Account,
        path: str,
        version: str,
        model: type[_Model],
        told: Callable[[_Model], _Told],
        params: dict[str, Any] | None = None,
    ) -> _Told | Answer | NoAnswer:
        response = await self._calendar.send(account, "GET", path, params=params, version=version)
        if isinstance(response, NoAnswer):
            return response
        found = read(model, response)
        return answer_of(response) if found is None else told(found)
