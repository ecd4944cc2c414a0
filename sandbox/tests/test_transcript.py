"""The recorded story of the real server, told again: runs where the recording is at hand.

The same facts are proven without it by the story in story.py.
"""

import asyncio
import json
import re
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from sandbox.calcom.app import build_app
from sandbox.calcom.clock import SettableClock
from sandbox.calcom.settings import Settings

Json = dict[str, Any]

RECORDING = Path(__file__).parents[3] / "shared" / "data" / "calcom" / "transcript.jsonl"
RECORDINGS = [RECORDING] if RECORDING.exists() else []

KEYS = {"alice": "cal_alice", "bob": "cal_bob", "bad": "cal_wrong"}
RECORDED_AT = "2026-11-22T09:16:51Z"
RACES = {55: 56, 57: 58}
HISTORY = {10, 14}
"""Lists that show what the recorded server already held: only their first row is ours as well."""

EARLIER_EVENT_TYPE: Json = {
    "method": "POST",
    "path": "/v2/event-types",
    "version": "2024-06-14",
    "auth": "alice",
    "body": {"lengthInMinutes": 30, "title": "Intro", "slug": "intro"},
}
_IDS = ("id", "uid", "reservationUid")
_MOMENT = re.compile(r"2026-11-22T[\d:.]+Z")
_THEIR_NAMES = {"http://127.0.0.1:3999": "http://127.0.0.1:8090", "work": "Working hours"}


class Retelling:
    """Sends the recorded requests, and reads the recorded answers, with our ids in the place of theirs."""

    def __init__(self, client: httpx.AsyncClient, clock: SettableClock) -> None:
        self._client, self._clock = client, clock
        self._ours = dict(_THEIR_NAMES)

    async def send(self, request: Json) -> httpx.Response:
        headers = {"cal-api-version": request["version"]} if request["version"] else {}
        if request["auth"]:
            headers["Authorization"] = f"Bearer {KEYS[request['auth']]}"
        body = None if request["body"] is None else self.translated(json.dumps(request["body"]))
        path = quote(self.translated(request["path"]), safe="/?&=[]:@-_.")
        self._clock.advance(timedelta(milliseconds=30))
        return await self._client.request(request["method"], path, content=body, headers=headers)

    def learn(self, theirs: object, ours: object) -> None:
        if isinstance(theirs, dict) and isinstance(ours, dict):
            for name in _IDS:
                if name in theirs and name in ours:
                    self._ours[str(theirs[name])] = str(ours[name])

    def translated(self, text: str) -> str:
        names = "|".join(re.escape(theirs) for theirs in self._ours)
        return re.sub(rf"(?<![\w-])({names})(?![\w-])", lambda match: self._ours[match[1]], text)

    def expected(self, body: Json) -> Json:
        expected: Json = json.loads(self.translated(timeless(body)))
        return expected


def timeless(body: Json) -> str:
    return _MOMENT.sub("<time>", json.dumps(body))


def first_row_only(body: Json) -> Json:
    """Without the booking fields: the recorded first event type was not made through this API."""
    rows = [
        {name: value for name, value in row.items() if name != "bookingFields"} for row in body["data"][:1]
    ]
    return {**body, "data": rows}


@pytest.mark.parametrize(
    "text", [recording.read_text() for recording in RECORDINGS], ids=["transcript"][: len(RECORDINGS)]
)
async def test_the_recorded_story_gets_the_recorded_answers(text: str) -> None:
    steps = [json.loads(line) for line in text.splitlines()]
    clock = SettableClock(datetime.fromisoformat(RECORDED_AT))
    app = build_app(Settings(), clock)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://calcom.test") as client:
        for name, limit in (("alice", 100_000), ("bob", 120)):
            order = {
                "name": name.title(),
                "email": f"{name}@example.com",
                "apiKey": KEYS[name],
                "rateLimit": limit,
            }
            await client.put(f"/admin/users/{name}", json=order)
        retelling = Retelling(client, clock)
        await retelling.send(EARLIER_EVENT_TYPE)
        differences = await _retell(steps, retelling)
    await app.state.world.close()
    assert not differences, "\n".join(differences)


async def _retell(steps: list[Json], retelling: Retelling) -> list[str]:
    differences: list[str] = []
    by_number = {step["n"]: step for step in steps}
    for step in steps:
        if step["n"] in RACES.values():
            continue
        told = [step] + ([by_number[RACES[step["n"]]]] if step["n"] in RACES else [])
        told.sort(key=_arrival)
        answers = await asyncio.gather(*(retelling.send(one["request"]) for one in told))
        for one, answer in zip(told, answers, strict=True):
            differences += _compare(one, answer, retelling)
    return differences


def _arrival(step: Json) -> int:
    """The rate limit's count tells in which order the recorded server saw two racing requests."""
    return -int((step["response"]["rate_headers"] or {}).get("X-RateLimit-Remaining-Default", 0))


def _compare(step: Json, answer: httpx.Response, retelling: Retelling) -> list[str]:
    theirs, ours = step["response"]["body"], answer.json()
    where = f"{step['n']} {step['name']}"
    if answer.status_code != step["response"]["status"]:
        return [f"{where}: {answer.status_code} {answer.text[:300]}"]
    if step["n"] in HISTORY:
        theirs, ours = first_row_only(theirs), first_row_only(ours)
    retelling.learn(theirs.get("data"), ours.get("data"))
    found = []
    if {name.lower() for name in step["response"]["rate_headers"] or {}} != rate_headers(answer):
        found.append(f"{where}: rate headers {sorted(rate_headers(answer))}")
    got, expected = json.loads(timeless(ours)), retelling.expected(theirs)
    if got != expected:
        found += [f"{where}: {difference}" for difference in _differences(got, expected)]
    return found


def rate_headers(answer: httpx.Response) -> set[str]:
    return {name for name in answer.headers if name.startswith("x-ratelimit")}


def _differences(got: object, expected: object, at: str = "") -> list[str]:
    if isinstance(got, dict) and isinstance(expected, dict):
        names = sorted({*got, *expected})
        return [
            text for name in names for text in _differences(got.get(name), expected.get(name), f"{at}.{name}")
        ]
    if isinstance(got, list) and isinstance(expected, list) and len(got) == len(expected):
        pairs = enumerate(zip(got, expected, strict=True))
        return [text for index, pair in pairs for text in _differences(*pair, f"{at}[{index}]")]
    return [] if got == expected else [f"{at} is {got!r}, recorded {expected!r}"]
