"""Callers in the middle of their calls: each asks one function while something is away, and again when it is back."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from chassis.grpc_client import channel as channel_to
from rufbuch.booking.v1 import appointment_pb2, service_pb2, service_pb2_grpc
from rufbuch_cli.call import new_line
from rufbuch_cli.outages.judging import Facts, Heard
from rufbuch_cli.salon import DIALLED_NUMBER
from sandbox.callers.retell import Line, Retell

SERVICE, NAME = "Beratung", "Kim Beispiel"
FIRST_HOUR = 9
Prepare = Callable[["Asking"], Awaitable[None]]
_STATES = {
    appointment_pb2.APPOINTMENT_STATE_BOOKED: "booked",
    appointment_pb2.APPOINTMENT_STATE_CANCELLED: "cancelled",
    appointment_pb2.APPOINTMENT_STATE_RESCHEDULED: "rescheduled",
}


class NotPreparedError(RuntimeError):
    """A call did not come as far as it has to before anything is broken."""


@dataclass
class Asking:
    """One caller, and the one function that she asks in the outage."""

    name: str
    function: str
    retell: Retell
    line: Line
    wish: dict[str, str]
    arguments: dict[str, Any] = field(default_factory=dict)
    had: tuple[str, ...] = ()

    async def ask(self) -> Heard:
        """Ask it."""
        reply = await self.retell.function(self.line, self.function, self.arguments)
        return Heard(self.function, reply.status_code, reply.seconds, reply.body)

    async def expect(self, status: set[str], function: str, **arguments: str) -> dict[str, Any]:
        """Ask something before the outage. Raises NotPreparedError."""
        reply = await self.retell.function(self.line, function, arguments)
        if reply.body.get("status") not in status:
            raise NotPreparedError(f"{self.name}: {function} answered {reply.body}")
        return reply.body


async def _nothing(_: Asking) -> None:
    """A call that has just begun."""


async def _offered(asking: Asking) -> None:
    found = await asking.expect({"available", "alternatives"}, "check_availability", **asking.wish)
    if asking.function == "start_booking":
        asking.arguments = {"option_id": found["options"][0]["option_id"], "name": NAME}


async def _booked(asking: Asking) -> None:
    found = await asking.expect({"available", "alternatives"}, "check_availability", **asking.wish)
    chosen = found["options"][0]["option_id"]
    await asking.expect({"booked"}, "start_booking", option_id=chosen, name=NAME)


async def _offered_a_move(asking: Asking) -> None:
    await _booked(asking)
    offered = await asking.expect(
        {"offered"}, "reschedule_appointment", new_date=asking.wish["date"], new_time="16 Uhr 30"
    )
    asking.arguments = {"option_id": offered["options"][0]["option_id"]}


_CALLS: tuple[tuple[str, str, Prepare], ...] = (
    ("greeting", "get_context", _nothing),
    ("services", "list_services", _nothing),
    ("search", "check_availability", _nothing),
    ("more", "get_alternatives", _offered),
    ("booking", "start_booking", _offered),
    ("reading", "get_appointments", _booked),
    ("cancelling", "cancel_appointment", _booked),
    ("asking to move", "reschedule_appointment", _booked),
    ("moving", "reschedule_appointment", _offered_a_move),
    ("callback", "request_callback", _nothing),
    ("waiting", "join_waitlist", _nothing),
)
"""Every function; moving is two."""


async def prepared(retell: Retell, day: date, *, first_number: int) -> list[Asking]:
    """Callers with numbers of their own, as far as they have to be, on one day. Raises NotPreparedError."""
    askings = []
    for number, (name, function, prepare) in enumerate(_CALLS):
        hour = FIRST_HOUR + number // 2
        wish = {
            "service": SERVICE,
            "date": day.isoformat(),
            "time": f"{hour}:{30 * (number % 2):02d}",
            "staff": "egal",
        }
        line = new_line(caller=f"+493023125{first_number + number}", dialled=DIALLED_NUMBER)
        asking = Asking(name, function, retell, line, wish, _arguments(function, wish))
        await prepare(asking)
        askings.append(asking)
    return askings


def _arguments(function: str, wish: dict[str, str]) -> dict[str, Any]:
    return {
        "check_availability": wish,
        "get_alternatives": {"time": "geht auch später?"},
        "reschedule_appointment": {"new_date": wish["date"], "new_time": "17 Uhr"},
        "request_callback": {"topic": "Farbe"},
        "join_waitlist": {**wish, "name": NAME},
    }.get(function, {})


async def all_at_once(askings: list[Asking]) -> list[Heard]:
    """What everybody hears."""
    return list(await asyncio.gather(*(asking.ask() for asking in askings)))


async def facts(address: str, tenant_id: str, askings: list[Asking]) -> list[Facts]:
    """What is so of each of the calls. Raises grpc.RpcError."""
    async with channel_to(address, default_deadline_s=30) as channel:
        stub = service_pb2_grpc.BookingServiceStub(channel)
        callbacks = await stub.ListCallbacks(
            service_pb2.ListCallbacksRequest(tenant_id=tenant_id, page_size=500)
        )
        calls = [one.call_id for one in callbacks.callbacks]
        entries = await stub.ListWaitlist(service_pb2.ListWaitlistRequest(tenant_id=tenant_id, page_size=500))
        waiting = [one.phone_number for one in entries.entries]
        return [
            replace(
                await _of_call(stub, tenant_id, asking.line.call_id),
                had=asking.had,
                callbacks=calls.count(asking.line.call_id),
                waiting=waiting.count(asking.line.from_number),
            )
            for asking in askings
        ]


async def _of_call(stub: Any, tenant_id: str, call_id: str) -> Facts:  # noqa: ANN401 - the stub's methods have no types
    request = service_pb2.ListAppointmentsRequest(tenant_id=tenant_id, call_id=call_id, page_size=100)
    request.start_time_min.FromDatetime(datetime.now(UTC) - timedelta(days=1))
    answer = await stub.ListAppointments(request, timeout=10)
    return Facts(states=tuple(sorted(_STATES.get(one.state, "over") for one in answer.appointments)))
