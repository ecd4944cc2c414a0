"""Cal.com's event types over HTTP."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import httpx
from pydantic import BaseModel, ValidationError

from calcom_sync.clients.calcom import CalcomCalendar
from calcom_sync.clients.calcom_models import answer_of, read
from calcom_sync.domain.answers import Answer, NoAnswer
from calcom_sync.domain.mappings import EventType
from calcom_sync.domain.setup import Account

EVENT_TYPES_VERSION = "2024-06-14"


class _User(BaseModel):
    username: str | None = None


class _Field(BaseModel):
    slug: str = ""
    required: bool = False


class _EventType(BaseModel):
    id: int
    slug: str = ""
    lengthInMinutes: int  # noqa: N815 - Cal.com's name
    lengthInMinutesOptions: list[int] | None = None  # noqa: N815 - Cal.com's name
    users: list[_User] = []
    bookingFields: list[_Field] = []  # noqa: N815 - Cal.com's name
    minimumBookingNotice: int = 0  # noqa: N815 - Cal.com's name
    confirmationPolicy: dict[str, Any] | None = None  # noqa: N815 - Cal.com's name
    schedulingType: str | None = None  # noqa: N815 - Cal.com's name

    def told(self) -> EventType:
        return EventType(
            number=self.id,
            length=timedelta(minutes=self.lengthInMinutes),
            lengths=tuple(timedelta(minutes=one) for one in self.lengthInMinutesOptions or ()),
            owners=tuple(one.username for one in self.users if one.username),
            required=tuple(one.slug for one in self.bookingFields if one.required),
            notice=timedelta(minutes=self.minimumBookingNotice),
            is_confirmed_by_hand=not (self.confirmationPolicy or {"disabled": True}).get("disabled"),
            scheduling=self.schedulingType or "",
            slug=self.slug,
        )


class _One(BaseModel):
    data: _EventType


class _Many(BaseModel):
    data: list[_EventType]


class CalcomEventTypes:
    """Implements the port EventTypes."""

    def __init__(self, calendar: CalcomCalendar) -> None:
        self._calendar = calendar

    async def event_type(self, account: Account, number: int) -> EventType | Answer | NoAnswer:
        """One by its number."""
        return _read(await self._send(account, "GET", f"/v2/event-types/{number}"))

    async def own(self, account: Account) -> Sequence[EventType] | Answer | NoAnswer:
        """All of an account, hidden ones too: its own key sees them."""
        response = await self._send(account, "GET", "/v2/event-types", params={"username": account.username})
        if isinstance(response, NoAnswer):
            return response
        told = read(_Many, response)
        return answer_of(response) if told is None else [one.told() for one in told.data]

    async def create_event_type(
        self, account: Account, body: dict[str, Any]
    ) -> EventType | Answer | NoAnswer:
        """Make one."""
        return _read(await self._send(account, "POST", "/v2/event-types", json=body))

    async def _send(
        self,
        account: Account,
        method: str,
        path: str,
        *,
        json: dict[str, Any] | None = None,
        params: dict[str, Any] | None = None,
    ) -> httpx.Response | NoAnswer:
        return await self._calendar.send(
            account, method, path, json=json, params=params, version=EVENT_TYPES_VERSION
        )


def _read(response: httpx.Response | NoAnswer) -> EventType | Answer | NoAnswer:
    if isinstance(response, NoAnswer):
        return response
    try:
        return _One.model_validate_json(response.content).data.told()
    except ValidationError:
        return answer_of(response)
