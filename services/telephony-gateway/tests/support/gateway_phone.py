"""Retell on the line, in tests of the gateway."""

import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import httpx

from chassis.testing import SettableClock
from telephony_gateway.assembly import Gateway
from telephony_gateway.domain.contract import contract
from telephony_gateway.domain.signature import HEADER, sign

KEY, OTHER_KEY, OLD_KEY = "key_test", "key_of_another_workspace", "key_that_is_being_rotated"
AGENT_VERSION = 17
DIALLED, CALLER = "+493023125100", "+493023125042"


@dataclass
class Phone:
    """Retell, for one call."""

    gateway: Gateway
    client: httpx.AsyncClient
    clock: SettableClock
    call: dict[str, Any] = field(
        default_factory=lambda: {
            "call_id": f"call_{uuid.uuid4().hex}",
            "to_number": DIALLED,
            "from_number": CALLER,
            "agent_version": AGENT_VERSION,
        }
    )
    key: str = KEY

    async def function(self, name: str, args: Mapping[str, Any] | None = None) -> dict[str, Any]:
        response = await self.post(
            f"/retell/functions/{name}", {"name": name, "args": args or {}, "call": self.call}
        )
        assert response.status_code == 200, response.text
        answer: dict[str, Any] = response.json()
        assert answer["message"].strip().endswith((".", "?", "!"))
        agreed = contract(name)
        assert agreed is None or answer["status"] in {status.value for status in agreed.statuses}
        return answer

    async def event(self, event: str, **call: Any) -> httpx.Response:
        return await self.post("/retell/webhook", {"event": event, "call": {**self.call, **call}})

    async def inbound(self, **call: Any) -> dict[str, Any]:
        numbers = {"to_number": self.call["to_number"], "from_number": self.call["from_number"], **call}
        response = await self.post("/retell/inbound", {"event": "call_inbound", "call_inbound": numbers})
        assert response.status_code == 200, response.text
        answer: dict[str, Any] = response.json()["call_inbound"]
        return answer

    def tick(self) -> datetime:
        """Each request is signed at its own millisecond, as Retell does: two equal ones are then no replay."""
        self.clock.advance(timedelta(milliseconds=1))
        return self.clock.now()

    async def post(self, path: str, body: object) -> httpx.Response:
        return await self.post_raw(path, json.dumps(body).encode())

    async def post_raw(self, path: str, raw: bytes, *, header: str | None = None) -> httpx.Response:
        signature = sign(raw, key=self.key, now=self.tick()) if header is None else header
        return await self.client.post(path, content=raw, headers={HEADER: signature} if signature else {})
