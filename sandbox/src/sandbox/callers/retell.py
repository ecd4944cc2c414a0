"""Sends what Retell sends: signed, with the whole call object, and with the junk that models fill in."""

import hashlib
import hmac
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import httpx

AGENT_VERSION = 17
JUNK_CALL_ID = "call_001"
"""What a model fills in where it is asked for the id of the call."""


@dataclass
class Line:
    """A phone call that is going on, seen from Retell's side."""

    call_id: str
    from_number: str
    to_number: str
    started_at: datetime
    transcript: list[dict[str, Any]] = field(default_factory=list)

    def say(self, role: str, content: str) -> None:
        """Add to the transcript; ``role`` is "agent" or "user"."""
        self.transcript.append({"role": role, "content": content})

    def invoke(self, name: str, arguments: Mapping[str, Any]) -> str:
        """Add a function call to the transcript, as it stands there when the function is called; its id."""
        number = sum(1 for entry in self.transcript if entry["role"] == "tool_call_invocation")
        call_id = f"tool_{number:04d}"
        call = {"tool_call_id": call_id, "name": name, "arguments": json.dumps(dict(arguments))}
        self.transcript.append({"role": "tool_call_invocation", **call})
        return call_id

    def note_result(self, call_id: str, content: Mapping[str, Any]) -> None:
        """Add what a function answered to the transcript."""
        text = json.dumps(dict(content), ensure_ascii=False)
        self.transcript.append({"role": "tool_call_result", "tool_call_id": call_id, "content": text})

    def as_call(self, *, status: str = "ongoing") -> dict[str, Any]:
        """The ``call`` object."""
        spoken = [entry for entry in self.transcript if entry["role"] in {"agent", "user"}]
        return {
            "call_type": "phone_call",
            "call_id": self.call_id,
            "agent_id": "agent_sandbox",
            "agent_version": AGENT_VERSION,
            "agent_name": "Sandbox",
            "call_status": status,
            "metadata": {},
            "retell_llm_dynamic_variables": {},
            "custom_sip_headers": {},
            "data_storage_setting": "everything",
            "opt_in_signed_url": False,
            "start_timestamp": round(self.started_at.timestamp() * 1000),
            "from_number": self.from_number,
            "to_number": self.to_number,
            "direction": "inbound",
            "telephony_identifier": {"twilio_call_sid": f"CA{self.call_id[-8:]}"},
            "transcript": "\n".join(f"{entry['role'].title()}: {entry['content']}" for entry in spoken),
            "transcript_object": spoken,
            "transcript_with_tool_calls": list(self.transcript),
            "latency": {},
        }


@dataclass(frozen=True)
class Reply:
    """What came back, and how long it took."""

    status_code: int
    body: dict[str, Any]
    seconds: float


@dataclass(frozen=True)
class Retell:
    """The platform: signs with the workspace's key and posts."""

    base_url: str
    key: str
    client: httpx.AsyncClient
    now: Callable[[], datetime] = lambda: datetime.now(UTC)

    async def function(self, line: Line, name: str, arguments: Mapping[str, Any]) -> Reply:
        """Call one of the agent's functions, named with the version that publishing adds."""
        invocation = line.invoke(name, arguments)
        filled: dict[str, Any] = {
            "call_id": JUNK_CALL_ID,
            "execution_message": "Einen Moment bitte.",
            **arguments,
        }
        body = {"name": name, "args": filled, "call": line.as_call()}
        reply = await self._post(f"/retell/functions/{name}_v{AGENT_VERSION}", body)
        line.note_result(invocation, reply.body)
        return reply

    async def event(self, line: Line, event: str) -> Reply:
        """Tell of an event in the life of the call."""
        status = "ended" if event in {"call_ended", "call_analyzed"} else "ongoing"
        return await self._post("/retell/webhook", {"event": event, "call": line.as_call(status=status)})

    async def inbound(self, line: Line) -> Reply:
        """Ask how to take the call, while it rings."""
        numbers = {"from_number": line.from_number, "to_number": line.to_number, "agent_id": "agent_sandbox"}
        return await self._post("/retell/inbound", {"event": "call_inbound", "call_inbound": numbers})

    async def _post(self, path: str, body: Mapping[str, Any]) -> Reply:
        raw = json.dumps(body, ensure_ascii=False).encode()
        headers = {
            "Content-Type": "application/json",
            "X-Retell-Signature": signature(raw, key=self.key, now=self.now()),
        }
        began = time.monotonic()
        response = await self.client.post(f"{self.base_url}{path}", content=raw, headers=headers)
        seconds = time.monotonic() - began
        return Reply(response.status_code, response.json() if response.content else {}, seconds)


def signature(raw: bytes, *, key: str, now: datetime) -> str:
    """The header for a body."""
    milliseconds = str(round(now.timestamp() * 1000))
    digest = hmac.new(key.encode(), raw + milliseconds.encode(), hashlib.sha256).hexdigest()
    return f"v={milliseconds},d={digest}"
