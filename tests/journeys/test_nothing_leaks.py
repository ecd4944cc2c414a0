"""Secrets, names and numbers, planted in the running system and looked for in everything that it writes down or answers.

What goes well is exercised, and what fails: failures are where things leak.
"""

import asyncio
import json
import os
import signal
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from journey_world import Caller, Whole, until, weekday
from neighbours import asked
from typer.testing import CliRunner

from console.domain.accounts import Role
from rufbuch.booking.v1 import service_pb2 as booking_pb2
from rufbuch.calendarsync.v1 import accounts_pb2
from rufbuch.calendarsync.v1 import service_pb2 as sync_pb2
from rufbuch.staff.v1 import mappings_pb2, service_pb2
from rufbuch_cli.main import app
from rufbuch_cli.measure import measured_business
from rufbuch_cli.salon import _sandbox_key, import_business
from rufbuch_cli.user import put_user
from sandbox.callers.retell import Retell, signature
from staff_registry.samples import SALON
from staff_registry.wire.describing import import_request

pytestmark = [pytest.mark.processes, pytest.mark.timeout(300)]

NAME, NUMBER, EMAIL = "Wilhelmine Zwetschgenmus", "+493023125717", "wilhelmine.zwetschgenmus@example.org"
SAID, TOPIC = "Pflaumenaugust hat mir abgeraten", "Kummer mit der Schwiegermutter"
PERSONAL = ("Zwetschgenmus", "zwetschgenmus", NUMBER.removeprefix("+"), "Pflaumenaugust", "Schwiegermutter")
PASSWORD, MISTYPED = "planted-password-7f3a91", "planted-mistyped-91cc55"
WRONG_KEY, WRONG_SECRET = "cal_planted_5d0e8a77", "planted-webhook-c0ffee42"
SERVICES = ("telephony_gateway", "staff_registry", "availability", "booking", "calcom_sync", "console")


def salon_keys() -> dict[str, str]:
    """The keys at Cal.com that the salon has, by account."""
    people = import_request(SALON.read_text(encoding="utf-8")).business.people
    return {account.key: _sandbox_key(account.key) for person in people for account in person.accounts}


def secrets_of(whole: Whole) -> list[str]:
    """Those that the installation made for itself, those of the salon, and those planted here."""
    made: dict[str, str] = json.loads(whole.stack.installation.state.secrets.read_text())
    assert {"postgres", "role booking", "retell_api_key", "secrets_key"} <= made.keys()
    planted = (PASSWORD, MISTYPED, WRONG_KEY, WRONG_SECRET)
    return [*made.values(), *salon_keys().values(), _sandbox_key("webhook"), *planted]


def written(whole: Whole) -> Iterator[tuple[str, str]]:
    """What every process wrote down, and the spans: where, and a line."""
    for log in sorted(whole.stack.installation.state.logs.iterdir()):
        if log.is_file():
            yield from ((log.name, line) for line in log.read_text(errors="replace").splitlines())
    with closing(sqlite3.connect(f"file:{whole.stack.installation.state.traces}?mode=ro", uri=True)) as spans:
        for (table,) in spans.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
            yield from (("traces", str(row)) for row in spans.execute(f"SELECT * FROM {table}"))


async def shown(whole: Whole) -> list[tuple[str, str]]:
    """What every service tells whoever measures it."""
    ports = whole.stack.installation.ports
    async with httpx.AsyncClient(timeout=10) as http:
        pages = {
            name: await http.get(f"http://127.0.0.1:{getattr(ports, f'{name}_metrics')}/metrics")
            for name in SERVICES
        }
    return [(f"{name} /metrics", line) for name, page in pages.items() for line in page.text.splitlines()]


class Attempts:
    """What is tried; keeps every answer to what was refused."""

    def __init__(self, whole: Whole, retell: Retell, directory: Path) -> None:
        self.whole, self.retell, self.directory = whole, retell, directory
        self.refusals: list[tuple[str, str]] = []
        self.calls: list[str] = []

    def caller(self) -> Caller:
        """She, on the phone, having said something."""
        caller = Caller(self.retell, NUMBER)
        caller.line.say("user", f"Guten Tag, {NAME}, {NUMBER}. {SAID}.")
        self.calls.append(caller.line.call_id)
        return caller

    def refused(self, by: str, status: object, text: str) -> None:
        """Something was not done, as it should be."""
        assert status not in {200, 303, "OK", 0}, (by, status, text)
        self.refusals.append((by, text))

    async def well(self) -> None:
        """A call as there are many, and a colleague who signs in."""
        caller = self.caller()
        await self.retell.inbound(caller.line)
        found = await caller.wish(weekday("Mittwoch", weeks=8), "10 Uhr", "Beratung")
        option_id = found.body["options"][0]["option_id"]
        booked = await caller.ask("start_booking", option_id=option_id, name=NAME, customer_email=EMAIL)
        assert booked.body["status"] == "booked", booked.body
        await caller.ask("request_callback", topic=TOPIC, name=NAME)
        for event in ("transcript_updated", "call_ended", "call_analyzed"):
            await self.retell.event(caller.line, event)
        running, tenants = self.whole.running, [self.whole.tenant_id]
        await asyncio.to_thread(
            put_user, running, EMAIL, tenants, name=NAME, role=Role.OWNER, password=PASSWORD
        )
        async with httpx.AsyncClient(base_url=self.whole.running["CONSOLE_URL"]) as http:
            good = await http.post("/sign-in", data={"email": EMAIL, "password": PASSWORD})
            assert good.status_code == 303
            bad = await http.post("/sign-in", data={"email": EMAIL, "password": MISTYPED})
            self.refused("sign-in", bad.status_code, bad.text)

    async def unsigned(self) -> None:
        """Requests that nobody signed, or a stranger, or that are no requests."""
        running, line = self.whole.running, self.caller().line
        body = json.dumps({"name": "get_context", "args": {"name": NAME}, "call": line.as_call()}).encode()
        now, key = datetime.now(UTC), running["RETELL_API_KEY"]
        signed = {
            "a stranger": (body, signature(body, key=WRONG_SECRET, now=now)),
            "nobody": (body, ""),
            "no JSON": (body[:-9], signature(body[:-9], key=key, now=now)),
        }
        async with httpx.AsyncClient(timeout=20) as http:
            for by, (sent, signs) in signed.items():
                for path in ("/retell/functions/get_context", "/retell/webhook", "/retell/inbound"):
                    headers = {"X-Retell-Signature": signs, "Content-Type": "application/json"}
                    answer = await http.post(f"{running['GATEWAY_URL']}{path}", content=sent, headers=headers)
                    self.refused(f"{path} by {by}", answer.status_code, answer.text)
            attendee = {"name": NAME, "email": EMAIL, "phoneNumber": NUMBER}
            hook = {
                "triggerEvent": "BOOKING_CREATED",
                "payload": {"attendees": [attendee], "secret": WRONG_SECRET},
            }
            answer = await http.post(
                f"{running['CALCOM_WEBHOOK_BASE_URL']}/calcom/webhook/{self.whole.tenant_id}",
                json=hook,
                headers={"X-Cal-Signature-256": WRONG_SECRET},
            )
            self.refused("Cal.com's webhook", answer.status_code, answer.text)

    async def invalid(self) -> None:
        """What the services refuse, with secrets and names in it."""
        tenant_id = self.whole.tenant_id
        business = measured_business()
        business.calendar_webhook_secret, business.language = WRONG_SECRET, "no language"
        account = business.people[0].accounts.add(
            key="a", username="a", email="no address", api_key=WRONG_KEY
        )
        requests = {
            "BookingService/BookAppointment": booking_pb2.BookAppointmentRequest(
                tenant_id=tenant_id,
                branch_id="none",
                customer_name=NAME,
                caller_number=NUMBER,
                option_id="none",
            ),
            "BookingService/RequestCallback": booking_pb2.RequestCallbackRequest(
                tenant_id=tenant_id, name=f"{NAME}\0", phone_number=f"{NUMBER}x", topic=f"{TOPIC}\0"
            ),
            "BookingService/FindCustomer": booking_pb2.FindCustomerRequest(
                tenant_id=tenant_id, phone_number=f"{NUMBER} oder {NAME}"
            ),
            "StaffRegistryService/ImportBusiness": service_pb2.ImportBusinessRequest(business=business),
        }
        for name, request in requests.items():
            self.refused(name, *await asked(self.whole, name, request))
        assert account.api_key == WRONG_KEY
        keys = {"a": WRONG_KEY}
        looked = {
            "CalendarSyncService/DescribeAccounts": accounts_pb2.DescribeAccountsRequest(api_keys=keys),
            "StaffRegistryService/ProposeBusiness": mappings_pb2.ProposeBusinessRequest(
                key="new", api_keys=keys
            ),
        }
        for name, request in looked.items():
            status, said = await asked(self.whole, name, request)
            self.refusals.append((name, f"{status} {said}"))
        await self.invalid_files()

    async def invalid_files(self) -> None:
        """Files of operators who wrote a secret where none belongs, or no YAML."""
        text = SALON.read_text(encoding="utf-8")
        wrongs = {
            "unknown.yaml": f"{text}\napi_key: {WRONG_KEY}\nwebhook_secret: {WRONG_SECRET}\n",
            "misplaced.yaml": text.replace("username: ", f"api_key: {WRONG_KEY}\n        username: ", 1),
            "no.yaml": f"webhook_secret: {WRONG_SECRET}\n  api_key: [{WRONG_KEY}\n",
            "list.yaml": f"- {WRONG_SECRET}\n- {WRONG_KEY}\n",
        }
        for name, wrong in wrongs.items():
            file = self.directory / name
            file.write_text(wrong, encoding="utf-8")
            told = await asyncio.to_thread(
                CliRunner().invoke, app, ["import", str(file)], env=self.whole.running.values
            )
            self.refused(name, told.exit_code, f"{told.output} {told.exception!r}")

    async def without(self, name: str) -> None:
        """The same call while one service is gone: killed, not stopped, in the middle of what it did."""
        caller = self.caller()
        asking = asyncio.create_task(
            caller.ask("check_availability", dienstleistung="Beratung", datum="morgen")
        )
        await asyncio.sleep(0)
        states = self.whole.stack.states()
        os.kill(
            next(state.pid for key, state in states.items() if key.split(":")[-1] == name), signal.SIGKILL
        )
        for function, arguments in _FUNCTIONS.items():
            reply = await caller.ask(function, **arguments)
            assert reply.status_code < 500
        await asking
        await caller.hang_up()
        await asyncio.to_thread(self.whole.stack.wait_ready)

    async def at_calcom_with(self, keys: Mapping[str, str]) -> None:
        """The salon's keys from now on."""
        text = SALON.read_text(encoding="utf-8")
        await asyncio.to_thread(
            import_business, self.whole.running, import_request(text, api_keys=keys).business
        )

    async def with_a_wrong_key(self) -> None:
        """An appointment that Cal.com does not take, because the keys are not right (any more)."""
        await self.at_calcom_with(dict.fromkeys(salon_keys(), WRONG_KEY))
        try:
            caller = self.caller()
            found = await caller.wish(weekday("Mittwoch", weeks=8), "14 Uhr", "Beratung")
            option_id = found.body["options"][0]["option_id"]
            booked = await caller.ask("start_booking", option_id=option_id, name=NAME, customer_email=EMAIL)
            await caller.hang_up()
            await until(lambda: self.is_refused_at_calcom(booked.body["appointment_id"]), within_s=60)
        finally:
            await self.at_calcom_with(salon_keys())

    async def is_refused_at_calcom(self, appointment_id: str) -> bool:
        """Whether Cal.com's word against the key is known."""
        name = "CalendarSyncService/GetSyncState"
        request = sync_pb2.GetSyncStateRequest(tenant_id=self.whole.tenant_id, appointment_id=appointment_id)
        status, said = await asked(self.whole, name, request)
        if "last_error" in said:
            self.refusals.append((name, said))
        return "last_error" in said and status == "OK"


_FUNCTIONS: dict[str, dict[str, str]] = {
    "get_context": {},
    "get_appointments": {},
    "check_availability": {"dienstleistung": "Beratung", "datum": "übermorgen", "name": NAME},
    "start_booking": {"option_id": SAID, "name": NAME, "customer_email": EMAIL},
    "request_callback": {"topic": TOPIC, "name": NAME},
    "cancel_appointment": {"appointment_id": NAME},
}


async def test_no_secret_name_or_number_is_written_down_or_told(
    whole: Whole, retell: Retell, tmp_path: Path
) -> None:
    """SE-01, SE-05: names and numbers stood in logs, and keys in errors."""
    tried = Attempts(whole, retell, tmp_path)
    await tried.well()
    await tried.unsigned()
    await tried.invalid()
    await tried.with_a_wrong_key()
    for name in ("booking", "availability"):
        await tried.without(name)

    metrics = await shown(whole)
    found = await asyncio.to_thread(lambda: list(written(whole)))
    places = {where.split(".")[0] for where, _ in found}
    assert {name.replace("_", "-") for name in SERVICES} | {"traces", "postgres"} <= places
    # What may be found is found, so that finding nothing says something.
    for call_id in (tried.calls[0], tried.calls[-1]):
        assert any(call_id in line for _, line in found)
    secrets = secrets_of(whole)
    leaks = [
        f"{where}: {word!r} in {line[:400]}"
        for where, line in [*found, *metrics, *tried.refusals]
        for word in secrets
        if word in line
    ]
    # The stand-in is Cal.com, where customers' names are kept.
    leaks += [
        f"{where}: {word!r} in {line[:400]}"
        for where, line in [*found, *metrics]
        for word in PERSONAL
        if word in line and not where.startswith("calcom.log")
    ]
    assert leaks == []
