"""Owns what other people do meanwhile: the salon at Cal.com, strangers there, operators, whoever plans the staff."""

import random
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import grpc
import httpx
from simulated.businesses import Known
from simulated.dice import generator
from simulated.plan import Entry
from simulated.record import Deed, Record
from simulated.world import World

from rufbuch.booking.v1 import service_pb2 as booking_pb2
from rufbuch.booking.v1 import service_pb2_grpc as booking_grpc
from rufbuch.staff.v1 import resolution_pb2
from rufbuch.staff.v1 import service_pb2 as staff_pb2
from rufbuch.staff.v1 import service_pb2_grpc as staff_grpc

BERLIN = ZoneInfo("Europe/Berlin")
BOOKINGS = {"cal-api-version": "2024-08-13"}
OPERATOR = "operator of the simulation"


@dataclass
class Others:
    """Does one deed of the plan, and writes down what came of it."""

    world: World
    record: Record
    client: httpx.AsyncClient

    async def do(self, entry: Entry) -> None:
        """One deed. What cannot be done just now is left."""
        known = next(one for one in self.world.known if one.key == entry.business)
        dice = generator(self.world.seed, "others", entry.number)
        try:
            await self._deeds[entry.kind](self, known, dice)
        except (grpc.aio.AioRpcError, httpx.HTTPError, TimeoutError) as error:
            self.record.deeds.append(
                Deed(
                    self.world.wall.now(),
                    f"{entry.kind} (not done)",
                    entry.business,
                    {"why": str(error)[:100]},
                )
            )

    def _note(self, kind: str, known: Known, done: bool | None = True, **details: Any) -> Deed:
        deed = Deed(self.world.wall.now(), kind, known.key, details, done)
        self.record.deeds.append(deed)
        return deed

    async def _one_of_ours(self, known: Known, dice: random.Random) -> dict[str, Any] | None:
        """A booking at Cal.com that is a copy of an appointment ahead."""
        bookings = (await self.client.get("/admin/bookings")).json()
        ours = [
            one
            for one in bookings
            if one["status"] == "accepted"
            and (one.get("metadata") or {}).get("rufbuch_tenant") == known.tenant_id
            and datetime.fromisoformat(one["start"]) > self.world.wall.now() + timedelta(hours=1)
        ]
        return dice.choice(ours) if ours else None

    async def _cancel_there(self, known: Known, dice: random.Random) -> None:
        booking = await self._one_of_ours(known, dice)
        if booking is None:
            return
        # Noted before it is done: booking hears of it while the salon still waits for an answer.
        deed = self._note(
            "cancelled there",
            known,
            None,
            appointment_id=booking["metadata"]["rufbuch_appointment"],
            uid=booking["uid"],
        )
        body = {"cancellationReason": "the salon cannot"}
        answer = await self.client.post(
            f"/v2/bookings/{booking['uid']}/cancel", json=body, headers=self._headers(known, booking)
        )
        deed.done = answer.is_success

    async def _move_there(self, known: Known, dice: random.Random) -> None:
        booking = await self._one_of_ours(known, dice)
        if booking is None:
            return
        start = datetime.fromisoformat(booking["start"]) + timedelta(
            minutes=dice.choice((-30, 30, 60, 24 * 60))
        )
        deed = self._note(
            "moved there",
            known,
            None,
            appointment_id=booking["metadata"]["rufbuch_appointment"],
            uid=booking["uid"],
        )
        answer = await self.client.post(
            f"/v2/bookings/{booking['uid']}/reschedule",
            json={"start": _zulu(start), "reschedulingReason": "the salon wants it"},
            headers=self._headers(known, booking),
        )
        deed.done = answer.is_success

    def _headers(self, known: Known, booking: dict[str, Any]) -> dict[str, str]:
        account = next(one for one in known.accounts if one.username == booking["hosts"][0]["username"])
        return BOOKINGS | {"Authorization": f"Bearer {account.api_key}"}

    async def _book_there(self, known: Known, dice: random.Random) -> None:
        if not known.accounts:
            return
        account = dice.choice(known.accounts)
        kinds = await self.client.get(
            "/v2/event-types", params={"username": account.username},
            headers={"cal-api-version": "2024-06-14", "Authorization": f"Bearer {account.api_key}"},
        )  # fmt: skip
        if not kinds.is_success:
            return
        day = self.world.wall.now().astimezone(BERLIN) + timedelta(days=dice.choice((1, 1, 2, 3)))
        start = day.replace(
            hour=dice.randrange(9, 17), minute=dice.choice((0, 15, 30)), second=0, microsecond=0
        )
        body = {
            "start": _zulu(start),
            "eventTypeId": dice.choice(kinds.json()["data"])["id"],
            "attendee": {
                "name": "Stranger",
                "email": f"stranger{dice.randrange(10**6)}@example.org",
                "timeZone": "Europe/Berlin",
            },
        }
        answer = await self.client.post("/v2/bookings", json=body, headers=BOOKINGS)
        uid = answer.json()["data"]["uid"] if answer.is_success else ""
        self._note("booked there", known, answer.is_success, uid=uid)

    async def _operator_cancels(self, known: Known, dice: random.Random) -> None:
        rows = [one for one in self.record.heard("booked") if one.business == known.key]
        if not rows:
            return
        appointment_id = str(dice.choice(rows).answer["appointment_id"])  # type: ignore[index] # heard
        stub = booking_grpc.BookingServiceStub(self._channel("booking"))
        deed = self._note("operator cancels", known, None, appointment_id=appointment_id)
        await stub.CancelAppointment(
            booking_pb2.CancelAppointmentRequest(
                tenant_id=known.tenant_id, appointment_id=appointment_id, reason="ill",
                actor=booking_pb2.Actor(operator=OPERATOR),
            )
        )  # fmt: skip
        deed.done = True

    async def _absence(self, known: Known, dice: random.Random) -> None:
        person = dice.choice(known.described.people)
        day = (self.world.wall.now() + timedelta(days=dice.choice((1, 2, 3, 5)))).astimezone(BERLIN)
        begins = day.replace(hour=dice.choice((0, 12)), minute=0, second=0, microsecond=0)
        absence = person.absences.add(note="ill")
        absence.start_time.FromDatetime(begins)
        absence.end_time.FromDatetime(begins + timedelta(hours=dice.choice((6, 12, 24))))
        await self._import(known)
        self._note("absence", known, person=person.name)

    async def _retire(self, known: Known, dice: random.Random) -> None:
        service = dice.choice(known.described.services)
        service.retired = not service.retired
        await self._import(known)
        self._note("service retired" if service.retired else "service back", known, service=service.name)

    async def _import(self, known: Known) -> None:
        stub = staff_grpc.StaffRegistryServiceStub(self._channel("staff_registry"))
        await stub.ImportBusiness(staff_pb2.ImportBusinessRequest(business=known.described))

    async def _merge(self, known: Known, dice: random.Random) -> None:
        """The two rows of one human become one."""
        people = {person.key: str(person.person_id) for person in known.business.people}
        if "clara-s" not in people or any(one.kind in {"merge", "link"} for one in self.record.deeds):
            return
        kind = dice.choice(("merge", "link"))
        stub = staff_grpc.StaffRegistryServiceStub(self._channel("staff_registry"))
        two = {
            "tenant_id": known.tenant_id,
            "person_id": people["clara"],
            "alias_person_id": people["clara-s"],
        }
        apply: Any
        request: Any
        if kind == "merge":
            plan = (await stub.PlanMerge(resolution_pb2.PlanMergeRequest(**two))).plan
            apply, request = stub.ApplyMerge, resolution_pb2.ApplyMergeRequest
        else:
            plan = (await stub.PlanLink(resolution_pb2.PlanLinkRequest(**two))).plan
            apply, request = stub.ApplyLink, resolution_pb2.ApplyLinkRequest
        decisions = [
            resolution_pb2.Decision(subject=one.subject, choice=one.choices[0]) for one in plan.conflicts
        ]
        self._note(kind, known, None)
        await apply(request(**two, etag=plan.etag, operator=OPERATOR, decisions=decisions))

    def _channel(self, target: str) -> Any:
        return self.world.network.channel("operator", target, deadline_s=10.0)

    _deeds = {  # noqa: RUF012 - by the plan's words
        "cancels there": _cancel_there,
        "moves there": _move_there,
        "books there": _book_there,
        "operator cancels": _operator_cancels,
        "absence": _absence,
        "retires": _retire,
        "merges": _merge,
    }


def _zulu(instant: datetime) -> str:
    return instant.astimezone(ZoneInfo("UTC")).strftime("%Y-%m-%dT%H:%M:%SZ")
