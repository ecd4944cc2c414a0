"""Tells a story to a server and says where its answers differ."""

import asyncio
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any
from urllib.parse import quote

import httpx

from sandbox.calcom.conformance.steps import ANY, Envelope, Race, Step, Story, Who

Json = dict[str, Any]

VERSIONS = {
    "bookings": "2024-08-13",
    "slots": "2024-09-04",
    "event-types": "2024-06-14",
    "schedules": "2024-06-11",
}
_PLACEHOLDER = re.compile(r"\{(\w+)\}")


@dataclass
class Teller:
    """`client` has the server's base URL. `tuesday` is a far, free Tuesday on which Berlin has summer time."""

    client: httpx.AsyncClient
    host_key: str
    other_key: str
    tuesday: date
    run: str
    kept: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        days = {"day": 0, "next_day": 1, "race_day": 2, "sunday": 5}
        self.kept = {name: (self.tuesday + timedelta(days=plus)).isoformat() for name, plus in days.items()}
        self.kept |= {"run": self.run, "email": "mia@example.org"}

    async def tell(self, story: Story) -> list[str]:
        """What was different, one sentence each; empty if nothing was."""
        differences: list[str] = []
        for step in story:
            if isinstance(step, Race):
                differences += await self._race(step)
            else:
                differences += [f"{step.name}: {what}" for what in self._check(step, await self._send(step))]
        return differences

    async def _race(self, race: Race) -> list[str]:
        answers = await asyncio.gather(*(self._send(step) for step in race.steps))
        statuses = tuple(sorted(answer.status_code for answer in answers))
        return [] if statuses == race.statuses else [f"{race.name}: {statuses}"]

    async def _send(self, step: Step) -> httpx.Response:
        path = str(self._filled(step.path))
        family = path.removeprefix("/v2/").split("?")[0].split("/")[0]
        version = VERSIONS.get(family) if step.version == "family" else step.version
        headers = {"cal-api-version": version} if version else {}
        key = self._key(step.who)
        if key is not None:
            headers["Authorization"] = f"Bearer {key}"
        body = None if step.body is None else json.dumps(self._filled(step.body))
        if body is not None:
            headers["Content-Type"] = "application/json"
        url = quote(path, safe="/?&=[]:@-_.")
        return await self.client.request(step.method, url, headers=headers, content=body)

    def _key(self, who: Who) -> str | None:
        return {"host": self.host_key, "other": self.other_key, "wrong": "cal_nobodys", "nobody": None}[who]

    def _filled(self, value: object) -> object:
        """Placeholders replaced; one that is the whole text keeps its type. `{{x}}` stays as `{x}`."""
        if isinstance(value, Mapping):
            return {self._filled(key): self._filled(inner) for key, inner in value.items()}
        if isinstance(value, list):
            return [self._filled(inner) for inner in value]
        if not isinstance(value, str):
            return value
        whole = _PLACEHOLDER.fullmatch(value)
        return self.kept[whole[1]] if whole else self._filled_text(value)

    def _filled_text(self, text: str) -> str:
        escaped = text.replace("{{", "\0").replace("}}", "\1")
        filled = _PLACEHOLDER.sub(lambda match: str(self.kept[match[1]]), escaped)
        return filled.replace("\0", "{").replace("\1", "}")

    def _check(self, step: Step, answer: httpx.Response) -> list[str]:
        if answer.status_code != step.status:
            return [f"{answer.status_code} instead of {step.status}: {answer.text[:300]}"]
        body = answer.json()
        found = []
        if envelope_of(body) is not step.envelope:
            found.append(f"the envelope is {envelope_of(body)}")
        if step.message is not None and message_of(body) != self._filled(step.message):
            found.append(f"the message is {message_of(body)!r}")
        if step.envelope is Envelope.SUCCESS:
            found += self._check_data(step, body.get("data"))
        return found

    def _check_data(self, step: Step, data: object) -> list[str]:
        row: Any = data[0] if isinstance(data, list) and data else data
        missing = step.keys - set(row if isinstance(row, dict) else ())
        found = [f"without {', '.join(sorted(missing))}"] if missing else []
        for name, key in step.keep.items():
            self.kept[name] = row[key]
        expected = self._filled(step.data)
        if not includes(data, expected):
            found.append(f"data is {str(data)[:300]}, which lacks {expected}")
        return found


def envelope_of(body: Json) -> Envelope | None:
    """None for a shape that is none of the known ones."""
    if body.get("status") == "success":
        return Envelope.SUCCESS
    if set(body) == {"statusCode", "message"}:
        return Envelope.BARE
    error = body.get("error")
    if not isinstance(error, dict) or set(body) != {"status", "timestamp", "path", "error"}:
        return None
    if "details" not in error:
        return Envelope.ZOD
    listed = isinstance(error["details"], dict) and "errors" in error["details"]
    return Envelope.LIST if listed else Envelope.NEST


def message_of(body: Json) -> object:
    return body.get("error", body).get("message")


def includes(whole: object, part: object) -> bool:
    """Dictionaries may have more keys; lists have the same length; everything else is equal."""
    if part is ANY:
        return True
    if isinstance(part, dict):
        return isinstance(whole, dict) and all(
            key in whole and includes(whole[key], value) for key, value in part.items()
        )
    if isinstance(part, list) and isinstance(whole, list):
        return len(whole) == len(part) and all(map(includes, whole, part))
    return whole == part
