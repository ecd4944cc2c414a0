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
RACES = [(55, 56), (57, 58)]
_BY_NAME = ("id", "uid", "reservationUid", "icsUid")


class Retelling:
    """Sends the recorded requests with our ids in the place of theirs."""

    def __init__(self, client: httpx.AsyncClient, clock: SettableClock) -> None:
        self._client, self._clock = client, clock
        self._ours: dict[str, str] = {}

    async def send(self, request: Json) -> httpx.Response:
        headers = {"cal-api-version": request["version"]} if request["version"] else {}
        if request["auth"]:
            headers["Authorization"] = f"Bearer {KEYS[request['auth']]}"
        body = None if request["body"] is None else self._translated(json.dumps(request["body"]))
        path = quote(self._translated(request["path"]), safe="/?&=[]:@-_.")
        self._clock.advance(timedelta(milliseconds=30))
        return await self._client.request(request["method"], path, content=body, headers=headers)

    def learn(self, theirs: Json, ours: Json) -> None:
        for name in _BY_NAME:
            if name in theirs and name in ours:
                self._ours[str(theirs[name])] = str(ours[name])

    def _translated(self, text: str) -> str:
        for theirs, ours in self._ours.items():
            text = re.sub(rf"(?<![\w-]){re.escape(theirs)}(?![\w-])", ours, text)
        return text

    def expected_message(self, theirs: Json) -> str:
        return self._translated(message_of(theirs))


def message_of(body: Json) -> str:
    error = body.get("error", body)
    text = json.dumps(error, sort_keys=True)
    return re.sub(r"\d{4}-\d\d-\d\dT[\d:.]+Z", "<time>", text)


def shape(value: object) -> object:
    """Keys all the way down; a list is as its first element."""
    if isinstance(value, dict):
        return {key: shape(inner) for key, inner in value.items() if key not in ("metadata", "data_by_day")}
    if isinstance(value, list):
        return [shape(value[0])] if value else []
    return type(value).__name__ if value is not None else None


@pytest.mark.parametrize("recording", RECORDINGS, ids=lambda path: path.name)
async def test_the_recorded_story_gets_the_recorded_answers(recording: Path) -> None:
    steps = [json.loads(line) for line in recording.read_text().splitlines()]
    clock = SettableClock(datetime.fromisoformat(RECORDED_AT))
    app = build_app(Settings(), clock)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://calcom.test") as client:
        for name, limit in (("alice", 100_000), ("bob", 120)):
            order = {"name": name.title(), "email": f"{name}@example.com", "apiKey": KEYS[name], "rateLimit": limit}
            await client.put(f"/admin/users/{name}", json=order)
        differences = await _retell(steps, Retelling(client, clock))
    await app.state.world.close()
    assert differences == []


async def _retell(steps: list[Json], retelling: Retelling) -> list[str]:
    differences: list[str] = []
    racing = {first: second for first, second in RACES}
    by_number = {step["n"]: step for step in steps}
    for step in steps:
        if step["n"] in racing.values():
            continue
        if step["n"] in racing:
            pair = [step, by_number[racing[step["n"]]]]
            answers = list(await asyncio.gather(*(retelling.send(one["request"]) for one in pair)))
            pair.sort(key=lambda one: one["response"]["status"])
            answers.sort(key=lambda answer: answer.status_code)
        else:
            pair, answers = [step], [await retelling.send(step["request"])]
        for told, answer in zip(pair, answers, strict=True):
            differences += _compare(told, answer, retelling)
    return differences


def _compare(step: Json, answer: httpx.Response, retelling: Retelling) -> list[str]:
    theirs, ours = step["response"]["body"], answer.json()
    where = f"{step['n']} {step['name']}"
    if answer.status_code != step["response"]["status"]:
        return [f"{where}: {answer.status_code} {answer.text[:300]}"]
    found = []
    if set(step["response"]["rate_headers"] or {}) != {
        "-".join(part.title() for part in name.split("-")).replace("Ratelimit", "RateLimit")
        for name in answer.headers
        if name.startswith("x-ratelimit")
    }:
        found.append(f"{where}: rate headers {dict(answer.headers)}")
    if answer.status_code >= 400:
        if message_of(ours) != retelling.expected_message(theirs):
            found.append(f"{where}: {message_of(ours)} instead of {retelling.expected_message(theirs)}")
        return found
    if shape(theirs) != shape(ours):
        found.append(f"{where}: {json.dumps(shape(ours))} instead of {json.dumps(shape(theirs))}")
    if isinstance(theirs.get("data"), dict):
        retelling.learn(theirs["data"], ours["data"])
    return found
