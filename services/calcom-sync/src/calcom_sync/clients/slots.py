"""Cal.com's slots and their reservations over HTTP."""

from collections.abc import Sequence
from datetime import datetime
from urllib.parse import quote

from pydantic import AwareDatetime, BaseModel

from calcom_sync.clients.calcom import CalcomCalendar
from calcom_sync.clients.calcom_models import answer_of, read
from calcom_sync.domain.answers import Answer, NoAnswer
from calcom_sync.domain.busy import Span
from calcom_sync.domain.request import instant_text
from calcom_sync.domain.setup import Account
from calcom_sync.usecases.mirror_holds import Reserved

SLOTS_VERSION = "2024-09-04"


class _Slot(BaseModel):
    start: AwareDatetime
    end: AwareDatetime


class _Days(BaseModel):
    data: dict[str, list[_Slot]]


class _Reservation(BaseModel):
    reservationUid: str  # noqa: N815 - Cal.com's name
    reservationUntil: AwareDatetime  # noqa: N815 - Cal.com's name


class _One(BaseModel):
    data: _Reservation


class CalcomSlots:
    """Implements the ports Slots and Display."""

    def __init__(self, calendar: CalcomCalendar) -> None:
        self._calendar = calendar

    async def shown(
        self, account: Account, event_type_id: int, within: Span, *, timeout_s: float
    ) -> Sequence[Span] | Answer | NoAnswer:
        """The slots of an event type that begin in a span. Instants with a Z: a date alone would mean a UTC day, whatever
        the time zone."""
        params = {
            "eventTypeId": event_type_id,
            "start": instant_text(within.start),
            "end": instant_text(within.end),
            "format": "range",
        }
        response = await self._calendar.send(
            account, "GET", "/v2/slots", params=params, version=SLOTS_VERSION, timeout_s=timeout_s
        )
        if isinstance(response, NoAnswer):
            return response
        told = read(_Days, response)
        if told is None:
            return answer_of(response)
        return [Span(slot.start, slot.end) for day in told.data.values() for slot in day]

    async def reserve(
        self, account: Account, event_type_id: int, start: datetime, minutes: int
    ) -> Reserved | Answer | NoAnswer:
        """Hide a slot for some minutes; only the owner's key may say how many."""
        body = {
            "eventTypeId": event_type_id,
            "slotStart": instant_text(start),
            "reservationDuration": minutes,
        }
        response = await self._calendar.send(
            account, "POST", "/v2/slots/reservations", json=body, version=SLOTS_VERSION
        )
        if isinstance(response, NoAnswer):
            return response
        told = read(_One, response)
        return Reserved(told.data.reservationUid, told.data.reservationUntil) if told else answer_of(response)

    async def unreserve(self, account: Account, uid: str) -> Answer | NoAnswer:
        """Show it again; also what is gone already is answered with success."""
        path = f"/v2/slots/reservations/{quote(uid, safe='')}"
        response = await self._calendar.send(account, "DELETE", path, version=SLOTS_VERSION)
        return response if isinstance(response, NoAnswer) else answer_of(response)
