"""``POST /retell/functions/{name}``: in time, always with a sentence, never more than is true."""

import asyncio
import logging
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from opentelemetry import trace
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from chassis.clock import Clock
from chassis.deadlines import deadline
from telephony_gateway.domain.answers import Answer, Status
from telephony_gateway.domain.arguments import read
from telephony_gateway.domain.envelope import (
    Caller,
    EnvelopeError,
    function_name,
    read_arguments,
    read_caller,
)
from telephony_gateway.domain.sentences import Sentence
from telephony_gateway.http_api import metrics
from telephony_gateway.http_api.admission import Door
from telephony_gateway.http_api.dispatch import Asking, Function
from telephony_gateway.storage.ledger import Answered, Asked, Heard, Ledger
from telephony_gateway.usecases.ports import Directory, NobodyDialled, OutcomeUnknownError, PeerError

DEFAULT_LANGUAGE = "de"
"""Spoken where no business is known yet."""
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class FunctionsEndpoint:
    """One function call: admitted, understood, answered, written down."""

    door: Door
    directory: Directory
    functions: Mapping[str, Function]
    ledger: Ledger
    clock: Clock
    budget_s: float
    build: str

    async def __call__(self, request: Request) -> Response:
        """Answer one request."""
        began = time.monotonic()
        body = await self.door.admit(request, once=True)
        if isinstance(body, Response):
            return body
        name = function_name(request.path_params["name"])
        request_id = str(uuid.uuid4())
        answer = await self._answer(name, request_id, body)
        duration = time.monotonic() - began
        known = name if name in self.functions else "unknown"
        metrics.answers.labels(known, answer.status.value).inc()
        metrics.seconds.labels(known).observe(duration)
        spoken = {**answer.as_json(), "request_id": request_id, "build": self.build}
        self.ledger.record(Answered(request_id, spoken, round(duration * 1000)))
        return JSONResponse(spoken)

    async def _answer(self, name: str, request_id: str, body: Mapping[str, Any]) -> Answer:
        """Whatever goes wrong, the caller hears a sentence, and it claims nothing."""
        try:
            caller, arguments = read_caller(body), read_arguments(body)
        except EnvelopeError as error:
            _log.warning("an envelope that is not Retell's", extra={"error": str(error)})
            return _failed("envelope", Sentence.NOT_UNDERSTOOD, detail=str(error))
        trace.get_current_span().set_attributes({"rufbuch.call_id": caller.call_id, "rufbuch.function": name})
        try:
            with deadline(self.budget_s):
                async with asyncio.timeout(self.budget_s):
                    return await self._served(name, request_id, caller, arguments)
        except (TimeoutError, OutcomeUnknownError):
            return _cut_off(name)
        except PeerError as error:
            _log.warning("a peer is away", extra={"error": str(error)})
            return _failed("peer", Sentence.TROUBLE)
        except Exception:  # noqa: BLE001 - the outermost boundary: no stack trace and no silence on the phone
            # A bug. It is loud for us (alarm on this counter), and for the caller it is no invented result.
            _log.exception("a bug in %s", name)
            metrics.errors.labels("bug").inc()
            return _cut_off(name)

    async def _served(
        self, name: str, request_id: str, caller: Caller, arguments: Mapping[str, Any]
    ) -> Answer:
        branch = (
            await self.directory.dialled(caller.dialled_number) if caller.dialled_number else NobodyDialled()
        )
        now, context = self.clock.now(), trace.get_current_span().get_span_context()
        tenant_id, branch_id = (
            ("", "") if isinstance(branch, NobodyDialled) else (branch.tenant_id, branch.branch_id)
        )
        self.ledger.record(
            Heard(caller, tenant_id, branch_id, at=now),
            Asked(request_id, caller.call_id, name, arguments, f"{context.trace_id:032x}", at=now),
        )
        if isinstance(branch, NobodyDialled):
            # TG-17, SE-06: no business is guessed.
            return _failed("unknown_number", Sentence.UNKNOWN_BUSINESS)
        function = self.functions.get(name)
        if function is None:
            # TG-04: loud, and no success that an agent could mistake.
            return _failed("unknown_function", Sentence.CANNOT_DO, language=branch.language)
        return await function(Asking(branch, caller, read(arguments), now))


def _failed(reason: str, sentence: Sentence, *, language: str = DEFAULT_LANGUAGE, detail: str = "") -> Answer:
    metrics.errors.labels(reason).inc()
    details = {"error": reason, "error_detail": detail} if detail else {"error": reason}
    return Answer(Status.ERROR, sentence.say(language), details=details)


def _cut_off(name: str) -> Answer:
    """The time is up and nobody knows how far it came."""
    metrics.errors.labels("timeout").inc()
    if name == "start_booking":
        return Answer(Status.PENDING, Sentence.PENDING.say(DEFAULT_LANGUAGE))
    return Answer(Status.ERROR, Sentence.SLOW.say(DEFAULT_LANGUAGE), details={"error": "timeout"})
