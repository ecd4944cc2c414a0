"""Makes Cal.com ready for a business: accounts at the stand-in, an event type for each active phase, a webhook."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx

from rufbuch.staff.v1 import business_pb2, service_pb2
from staff_registry.domain.business import PhaseMapping

EVENT_TYPES = {"cal-api-version": "2024-06-14"}
ALL_DAY = {"startTime": "00:00", "endTime": "23:59"}
WEEK = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]


class CalcomSetupError(Exception):
    """Cal.com did not take what it was asked to set up."""


@dataclass(frozen=True)
class Account:
    """An account of a person, and the key to it."""

    person: str
    key: str
    username: str
    email: str
    name: str
    api_key: str
    minutes: Mapping[tuple[str, int], int]
    """How long this person needs for phases, by service and position, where it is not what the service says."""


def accounts_of(business: service_pb2.BusinessDescription, api_keys: Mapping[str, str]) -> list[Account]:
    """Every account of the business, with its key."""
    return [
        Account(
            person=person.key,
            key=account.key,
            username=account.username,
            email=account.email,
            name=person.name,
            api_key=api_keys[account.key],
            minutes={(own.service_key, own.phase_position): own.minutes for own in person.phase_minutes},
        )
        for person in business.people
        for account in person.accounts
    ]


class CalcomSetup:
    """Asks for what is there, makes what is missing; doing it again changes nothing."""

    def __init__(self, client: httpx.Client) -> None:
        self._client = client

    def users(self, accounts: list[Account]) -> None:
        """Create the accounts; the stand-in alone has a route for this."""
        for account in accounts:
            body = {
                "name": account.name,
                "email": account.email,
                "apiKey": account.api_key,
                "timeZone": "Europe/Berlin",
                # Working hours are ours to judge: at Cal.com these event types are hidden and always open.
                "availability": [{"days": WEEK, **ALL_DAY}],
            }
            self._expect(self._client.put(f"/admin/users/{account.username}", json=body))

    def mappings(
        self, business: service_pb2.BusinessDescription, accounts: list[Account]
    ) -> list[PhaseMapping]:
        """One hidden event type per person, service and active phase: the mapping that the registry wants."""
        services = {service.key: service for service in business.services}
        skills = {person.key: [services[key] for key in person.service_keys] for person in business.people}
        return [
            mapping for account in accounts for mapping in self._mappings_of(account, skills[account.person])
        ]

    def webhook(self, account: Account, url: str, secret: str) -> None:
        """Have Cal.com tell us of what happens to the account's bookings."""
        hooks = self._expect(self._client.get("/v2/webhooks", headers=_key(account)))
        if any(hook["subscriberUrl"] == url for hook in hooks):
            return
        triggers = [
            "BOOKING_CREATED",
            "BOOKING_RESCHEDULED",
            "BOOKING_CANCELLED",
            "BOOKING_REJECTED",
            "BOOKING_REQUESTED",
        ]
        body = {"active": True, "subscriberUrl": url, "triggers": triggers, "secret": secret}
        self._expect(self._client.post("/v2/webhooks", json=body, headers=_key(account)))

    def _mappings_of(self, account: Account, services: list[business_pb2.Service]) -> list[PhaseMapping]:
        listing = self._client.get(
            "/v2/event-types", params={"username": account.username}, headers=_key(account) | EVENT_TYPES
        )
        there = {each["slug"]: each for each in self._expect(listing)}
        return [
            PhaseMapping(
                service_key=service.key,
                phase_position=position,
                person_key=account.person,
                account_key=account.key,
                event_type_id=self._event_type(account, service, position, there),
            )
            for service in services
            for position, phase in enumerate(service.phases)
            if phase.kind == business_pb2.PHASE_KIND_ACTIVE
        ]

    def _event_type(
        self, account: Account, service: business_pb2.Service, position: int, there: Mapping[str, Any]
    ) -> int:
        """The event type of a phase: the one that is there, with the length that this person needs, or a new one."""
        phase, slug = service.phases[position], f"{service.key}-{position}"
        minutes = account.minutes.get((service.key, position), phase.minutes)
        headers = _key(account) | EVENT_TYPES
        if slug in there:
            known = there[slug]
            if known["lengthInMinutes"] != minutes:
                body: dict[str, Any] = {"lengthInMinutes": minutes}
                self._expect(self._client.patch(f"/v2/event-types/{known['id']}", json=body, headers=headers))
            return int(known["id"])
        body = {
            "lengthInMinutes": minutes,
            "title": f"{service.name}: {phase.name}" if phase.name != service.name else service.name,
            "slug": slug,
            "hidden": True,
            "minimumBookingNotice": 0,
            "slotInterval": 5,
        }
        return int(self._expect(self._client.post("/v2/event-types", json=body, headers=headers))["id"])

    @staticmethod
    def _expect(response: httpx.Response) -> Any:  # noqa: ANN401 - JSON
        if not response.is_success:
            raise CalcomSetupError(
                f"{response.request.method} {response.request.url}: {response.status_code} {response.text[:300]}"
            )
        body = response.json()
        return body["data"] if isinstance(body, dict) and "data" in body else body


def _key(account: Account) -> dict[str, str]:
    return {"Authorization": f"Bearer {account.api_key}"}
