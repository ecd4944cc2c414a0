"""What we read of Cal.com's answers. Unknown fields are ignored, both error envelopes understood."""

from datetime import timedelta
from typing import Any, TypeVar

import httpx
from pydantic import AwareDatetime, BaseModel, ValidationError

from calcom_sync.domain.answers import Answer, Page, Remaining, RemoteBooking
from calcom_sync.domain.busy import Span
from calcom_sync.usecases.ports import ConnectedCalendar

_MESSAGE_MAX = 4000
_RESET_MAX_S = 600
_Model = TypeVar("_Model", bound=BaseModel)


class _Host(BaseModel):
    username: str | None = None


class _Attendee(BaseModel):
    email: str | None = None


class _Me(BaseModel):
    email: str


class _OneMe(BaseModel):
    data: _Me


class _Booking(BaseModel):
    id: int
    uid: str
    status: str
    start: AwareDatetime
    end: AwareDatetime
    eventTypeId: int | None = None  # noqa: N815 - Cal.com's name; a deleted one leaves its bookings without
    hosts: list[_Host] | None = None
    attendees: list[_Attendee] | None = None
    metadata: dict[str, Any] | None = None
    rescheduledFromUid: str | None = None  # noqa: N815 - Cal.com's name
    rescheduledToUid: str | None = None  # noqa: N815 - Cal.com's name

    def remote(self) -> RemoteBooking:
        return RemoteBooking(
            uid=self.uid,
            number=self.id,
            status=self.status,
            start=self.start,
            length=self.end - self.start,
            event_type_id=self.eventTypeId,
            hosts=tuple(host.username for host in self.hosts or () if host.username),
            attendees=tuple(one.email.lower() for one in self.attendees or () if one.email),
            metadata={key: str(value) for key, value in (self.metadata or {}).items()},
            moved_from=self.rescheduledFromUid or "",
            moved_to=self.rescheduledToUid or "",
        )


class _One(BaseModel):
    data: _Booking


class _Many(BaseModel):
    data: list[Any]


class _Calendar(BaseModel):
    externalId: str  # noqa: N815 - Cal.com's name
    credentialId: int  # noqa: N815 - Cal.com's name


class _Connected(BaseModel):
    calendars: list[_Calendar] | None = None


class _Connections(BaseModel):
    connectedCalendars: list[_Connected]  # noqa: N815 - Cal.com's name


class _Calendars(BaseModel):
    data: _Connections


class _Taken(BaseModel):
    start: AwareDatetime
    end: AwareDatetime


class _AllTaken(BaseModel):
    data: list[_Taken]


def answer_of(response: httpx.Response) -> Answer:
    """An answer with its booking or its message."""
    remaining = _remaining(response)
    if response.is_success:
        return Answer(response.status_code, booking=_booking(response), remaining=remaining)
    reset = _header(response, "x-ratelimit-reset")
    return Answer(
        response.status_code,
        message=_message(response),
        reset=None if reset is None else _seconds(reset),
        remaining=remaining,
    )


def page_of(response: httpx.Response, *, full: int) -> Page | None:
    """A page of bookings; None where it is none. The totals that Cal.com tells ignore some filters; a page with less than
    ``full`` rows is the last one. One that cannot be read does not hide the others."""
    told = read(_Many, response)
    if told is None:
        return None
    bookings = [booking for row in told.data if (booking := _row(row))]
    return Page(
        tuple(bookings),
        is_last=len(told.data) < full,
        remaining=_remaining(response),
        unreadable=len(told.data) - len(bookings),
    )


def _row(row: object) -> RemoteBooking | None:
    try:
        return _Booking.model_validate(row).remote()
    except ValidationError:
        return None


def address_of(response: httpx.Response) -> str | None:
    """Of the account whose key it is; None where the answer does not tell it."""
    told = read(_OneMe, response)
    return None if told is None else told.data.email.lower()


def calendars_of(response: httpx.Response) -> list[ConnectedCalendar] | None:
    """Connected calendars; None where the answer tells none."""
    told = read(_Calendars, response)
    if told is None:
        return None
    return [
        ConnectedCalendar(one.credentialId, one.externalId)
        for connected in told.data.connectedCalendars
        for one in connected.calendars or ()
    ]


def spans_of(response: httpx.Response) -> list[Span] | None:
    """What is taken; None where the answer does not tell it."""
    told = read(_AllTaken, response)
    return None if told is None else [Span(one.start, one.end) for one in told.data if one.start < one.end]


def read(model: type[_Model], response: httpx.Response) -> _Model | None:
    """What a successful answer says; None where it is none of that form."""
    if response.status_code not in {200, 201}:
        return None
    try:
        return model.model_validate_json(response.content)
    except ValidationError:
        return None


def _booking(response: httpx.Response) -> RemoteBooking | None:
    try:
        return _One.model_validate_json(response.content).data.remote()
    except ValidationError:
        return None


def _message(response: httpx.Response) -> str:
    """Nested as {"error": {"message"}}, or bare as {"message"}; anything else as it is."""
    try:
        body = response.json()
    except ValueError:
        return response.text[:_MESSAGE_MAX]
    outer = body if isinstance(body, dict) else {}
    inner = outer.get("error")
    message = inner.get("message") if isinstance(inner, dict) else outer.get("message")
    return (message if isinstance(message, str) else response.text)[:_MESSAGE_MAX]


def _remaining(response: httpx.Response) -> Remaining | None:
    requests, reset = (_header(response, f"x-ratelimit-{name}") for name in ("remaining", "reset"))
    if requests is None or reset is None:
        return None
    return Remaining(requests, _seconds(reset))


def _seconds(value: int) -> timedelta:
    """Seconds that are left, whatever the documentation says."""
    return timedelta(seconds=min(max(value, 1), _RESET_MAX_S))


def _header(response: httpx.Response, prefix: str) -> int | None:
    """The smallest number, since limits of single keys come under other names beside the common one."""
    told = [value for name, value in response.headers.items() if name.startswith(prefix)]
    return min((int(value) for value in told if value.isdecimal()), default=None)
