"""Cal.com's API v2 over HTTP: one client for the process, a key for each request, nothing raised for what goes wrong."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, timedelta
from typing import Any
from urllib.parse import quote

import httpx
from opentelemetry import trace
from opentelemetry.instrumentation.httpx import HTTPXClientInstrumentor, RequestInfo

from calcom_sync.clients.calcom_models import address_of, answer_of, calendars_of, page_of, spans_of
from calcom_sync.domain.answers import Answer, NoAnswer, Page
from calcom_sync.domain.busy import Span
from calcom_sync.domain.request import instant_text
from calcom_sync.domain.setup import Account
from calcom_sync.usecases.ports import ConnectedCalendar, Wanted

BOOKINGS_VERSION = "2024-08-13"
"""Pinned: a server answers an absent or unknown version with another body shape, without a word."""
PAGE = 100
_AROUND = timedelta(days=1)
"""A booking of ours at another time than asked for is found as well."""
_NEVER_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol)


class CalcomCalendar:
    """Implements the port Calendar."""

    def __init__(self, http: httpx.AsyncClient, *, timeout_s: float) -> None:
        self._http, self._timeout_s = http, timeout_s

    async def create(self, account: Account, body: dict[str, Any]) -> Answer | NoAnswer:
        """POST a booking."""
        return _answer(await self.send(account, "POST", "/v2/bookings", json=body))

    async def cancel(self, account: Account, uid: str, reason: str) -> Answer | NoAnswer:
        """Cancel a booking; a host has to give a reason."""
        path = f"/v2/bookings/{quote(uid, safe='')}/cancel"
        return _answer(await self.send(account, "POST", path, json={"cancellationReason": reason}))

    async def move(self, account: Account, uid: str, body: dict[str, Any]) -> Answer | NoAnswer:
        """Reschedule a booking; the answer has another uid."""
        return _answer(
            await self.send(account, "POST", f"/v2/bookings/{quote(uid, safe='')}/reschedule", json=body)
        )

    async def find(self, account: Account, wanted: Wanted, page: int) -> Page | Answer | NoAnswer:
        """One page of the bookings of an event type and attendee around a time, in every status."""
        return await self._list(account, _filter(wanted), page)

    async def upcoming(self, account: Account, page: int) -> Page | Answer | NoAnswer:
        """One page, counted from 0, of all bookings of an account that are not over and not cancelled."""
        return await self._list(account, {"status": "upcoming", "sortStart": "asc"}, page)

    async def get(self, account: Account, uid: str) -> Answer | NoAnswer:
        """One booking by its uid; a number finds nothing."""
        return _answer(await self.send(account, "GET", f"/v2/bookings/{quote(uid, safe='')}"))

    async def address(self, account: Account) -> str | Answer | NoAnswer:
        """Under which it attends."""
        response = await self.send(account, "GET", "/v2/me")
        found = None if isinstance(response, NoAnswer) else address_of(response)
        return _answer(response) if found is None else found

    async def calendars(self, account: Account) -> Sequence[ConnectedCalendar] | Answer | NoAnswer:
        """Those that are connected."""
        response = await self.send(account, "GET", "/v2/calendars")
        found = None if isinstance(response, NoAnswer) else calendars_of(response)
        return _answer(response) if found is None else found

    async def busy_times(
        self, account: Account, calendars: Sequence[ConnectedCalendar], within: Span
    ) -> Sequence[Span] | Answer | NoAnswer:
        """What is taken in calendars; whole days."""
        params: dict[str, Any] = {
            "loggedInUsersTz": "UTC",
            "dateFrom": f"{within.start.astimezone(UTC):%Y-%m-%d}",
            "dateTo": f"{within.end.astimezone(UTC):%Y-%m-%d}",
        }
        for number, one in enumerate(calendars):
            params[f"calendarsToLoad[{number}][credentialId]"] = one.credential_id
            params[f"calendarsToLoad[{number}][externalId]"] = one.external_id
        response = await self.send(account, "GET", "/v2/calendars/busy-times", params=params)
        found = None if isinstance(response, NoAnswer) else spans_of(response)
        return _answer(response) if found is None else found

    async def _list(self, account: Account, filters: dict[str, Any], page: int) -> Page | Answer | NoAnswer:
        params = {**filters, "take": PAGE, "skip": page * PAGE}
        response = await self.send(account, "GET", "/v2/bookings", params=params)
        if isinstance(response, NoAnswer):
            return response
        return page_of(response, full=PAGE) or _answer(response)

    async def send(
        self,
        account: Account,
        method: str,
        path: str,
        *,
        json: dict[str, Any] | None = None,
        params: dict[str, Any] | None = None,
        version: str = BOOKINGS_VERSION,
        timeout_s: float | None = None,
    ) -> httpx.Response | NoAnswer:
        """One request with the key of an account, bounded as a whole."""
        headers = {"Authorization": f"Bearer {account.api_key}", "cal-api-version": version}
        try:
            # httpx bounds each step; this bounds the whole.
            async with asyncio.timeout(self._timeout_s if timeout_s is None else timeout_s):
                return await self._http.request(method, path, json=json, params=params, headers=headers)
        except _NEVER_SENT as error:
            return NoAnswer(sent=False, detail=type(error).__name__)
        except (httpx.HTTPError, TimeoutError) as error:
            return NoAnswer(sent=True, detail=type(error).__name__)


def _filter(wanted: Wanted) -> dict[str, Any]:
    return {
        "eventTypeId": wanted.event_type_id,
        "attendeeEmail": wanted.attendee_email,
        "afterStart": instant_text(wanted.start - _AROUND),
        "beforeEnd": instant_text(wanted.end + _AROUND),
    }


def _answer(response: httpx.Response | NoAnswer) -> Answer | NoAnswer:
    return response if isinstance(response, NoAnswer) else answer_of(response)


@asynccontextmanager
async def calcom_http(
    base_url: str, *, timeout_s: float, transport: httpx.AsyncBaseTransport | None = None
) -> AsyncIterator[httpx.AsyncClient]:
    """The one HTTP client of the process; each of its requests is a span. ``transport`` is the seam for tests."""
    limits = httpx.Limits(max_connections=64, max_keepalive_connections=16)
    async with httpx.AsyncClient(
        base_url=base_url, timeout=timeout_s, limits=limits, transport=transport
    ) as http:
        HTTPXClientInstrumentor.instrument_client(http, request_hook=_without_query)
        yield http


async def _without_query(span: trace.Span, request: RequestInfo) -> None:
    """An address of a person may stand in the query; traces are not the place for it."""
    bare = str(httpx.URL(str(request.url)).copy_with(query=None))
    for name in ("http.url", "url.full"):
        span.set_attribute(name, bare)
