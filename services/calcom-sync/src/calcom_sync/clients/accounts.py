"""Accounts and their webhooks at Cal.com over HTTP."""

from collections.abc import Sequence

from pydantic import BaseModel

from calcom_sync.clients.calcom import CalcomCalendar
from calcom_sync.clients.calcom_models import answer_of, read
from calcom_sync.domain.accounts import Hook
from calcom_sync.domain.answers import Answer, NoAnswer
from calcom_sync.domain.setup import Account


class _Me(BaseModel):
    username: str


class _OneMe(BaseModel):
    data: _Me


class _Hook(BaseModel):
    id: str | int
    subscriberUrl: str  # noqa: N815 - Cal.com's name
    active: bool = True
    triggers: list[str] = []
    secret: str | None = None
    payloadTemplate: str | None = None  # noqa: N815 - Cal.com's name

    def told(self) -> Hook:
        return Hook(
            str(self.id),
            self.subscriberUrl,
            self.active,
            tuple(self.triggers),
            self.secret or "",
            self.payloadTemplate or "",
        )


class _Hooks(BaseModel):
    data: list[_Hook]


class _OneHook(BaseModel):
    data: _Hook


class CalcomAccounts:
    """Implements the port Accounts."""

    def __init__(self, calendar: CalcomCalendar) -> None:
        self._calendar = calendar

    async def username(self, account: Account) -> str | Answer | NoAnswer:
        """Whose key it is."""
        response = await self._calendar.send(account, "GET", "/v2/me")
        if isinstance(response, NoAnswer):
            return response
        told = read(_OneMe, response)
        return told.data.username if told else answer_of(response)

    async def hooks(self, account: Account) -> Sequence[Hook] | Answer | NoAnswer:
        """Those of the account itself."""
        response = await self._calendar.send(account, "GET", "/v2/webhooks")
        if isinstance(response, NoAnswer):
            return response
        told = read(_Hooks, response)
        return [one.told() for one in told.data] if told else answer_of(response)

    async def put_hook(
        self, account: Account, body: dict[str, object], hook_id: str
    ) -> Hook | Answer | NoAnswer:
        """Register one, or correct the one with the id."""
        method, path = ("PATCH", f"/v2/webhooks/{hook_id}") if hook_id else ("POST", "/v2/webhooks")
        response = await self._calendar.send(account, method, path, json=body)
        if isinstance(response, NoAnswer):
            return response
        told = read(_OneHook, response)
        return told.data.told() if told else answer_of(response)
