"""The door: a bounded body, a signature that holds, JSON. Whoever comes through it is Retell."""

import asyncio
import json
import logging
import uuid
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.types import Scope

from chassis.clock import Clock
from telephony_gateway.domain.sentences import Sentence
from telephony_gateway.domain.signature import HEADER, Refusal, verify
from telephony_gateway.domain.workspaces import Workspace, Workspaces
from telephony_gateway.http_api import metrics

BODY_MAX = 2 * 1024 * 1024
"""Bytes. A call object carries the transcript so far; an hour of talk stays far below."""
_SIGNATURE = HEADER.lower().encode()
_log = logging.getLogger(__name__)


class FirstSight(Protocol):
    """Remembers signatures; see clients.replay_guard."""

    def look(self, digest: str, *, now: datetime) -> "asyncio.Future[bool]":
        """Whether a signature is seen for the first time; asked at once."""
        ...


class ReplayedError(Exception):
    """The request was seen before; nothing is done for it."""


@dataclass(frozen=True)
class Admitted:
    """A body that Retell has sent."""

    body: dict[str, Any]
    workspace: Workspace
    first: "asyncio.Future[bool] | None" = None
    """Whether its signature is new, where that matters. Asked, and to be awaited before anything is done."""

    written: list[bool] = field(default_factory=list)
    """Not empty once it is in the ledger."""

    async def must_be_first(self) -> None:
        """Raises ReplayedError."""
        if self.first and not await self.first:
            raise ReplayedError


@dataclass(frozen=True)
class Door:
    """Lets in what is signed, fresh, and (for functions) new."""

    workspaces: Workspaces
    guard: FirstSight
    clock: Clock

    async def admit(self, request: Request, *, once: bool) -> Admitted | Response:
        """The body's JSON object, or the response that refuses it. ``once``: a second sight is a replay, see ``Admitted``."""
        body = await _bounded(request)
        if body is None:
            return _refusal("too_large", 413)
        now = self.clock.now()
        signed = verify(header_of(request.scope, _SIGNATURE), body, keys=self.workspaces.keys, now=now)
        if isinstance(signed, Refusal):
            return _refusal(signed.value, 401)
        workspace = self.workspaces.of_key(signed.key)
        metrics.verified.labels(workspace.name).inc()
        first = self.guard.look(signed.digest, now=now) if once else None
        if first and first.done() and not first.result():
            return replayed()
        try:
            # JSON between systems is UTF-8 (RFC 8259); left to itself, the reader guesses at others.
            value = json.loads(body.decode("utf-8"))
        except (ValueError, RecursionError):
            return _refusal("not_json", 400)
        if not isinstance(value, dict):
            return _refusal("not_an_object", 400)
        return Admitted(value, workspace, first)


async def _bounded(request: Request) -> bytes | None:
    parts, length, goes_on = list[bytes](), 0, True
    while goes_on:
        message = await request.receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        part, goes_on = message.get("body", b""), message.get("more_body", False)
        length += len(part)
        if length > BODY_MAX:
            return None
        parts.append(part)
    return parts[0] if len(parts) == 1 else b"".join(parts)


def header_of(scope: Scope, name: bytes) -> str:
    """The first of a name, which is in small letters; "" where there is none."""
    return next((value.decode("latin-1") for each, value in scope["headers"] if each == name), "")


def replayed() -> Response:
    """The refusal of a request that was seen before."""
    return _refusal(Refusal.REPLAYED.value, 401)


def _refusal(reason: str, status_code: int) -> Response:
    metrics.refused.labels(reason).inc()
    _log.warning("a request was refused", extra={"reason": reason})
    # Even a refusal is something that can be said: whoever sends rubbish may have a caller on the line.
    message = Sentence.NOT_UNDERSTOOD.say("de")
    answer = {"status": "error", "message": message, "error": reason, "request_id": str(uuid.uuid4())}
    return JSONResponse(answer, status_code=status_code)
