"""``POST /retell/functions/{name}``: in time, always with a sentence, never more than is true."""

import asyncio
import logging
import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from opentelemetry import trace
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from chassis.clock import Clock
from chassis.deadlines import deadline
from telephony_gateway.domain.answers import Answer
from telephony_gateway.domain.arguments import read
from telephony_gateway.domain.business import DialledBranch
from telephony_gateway.domain.envelope import (
    Caller,
    EnvelopeError,
    function_name,
    read_arguments,
    read_caller,
)
from telephony_gateway.domain.sentences import Sentence, Voice
from telephony_gateway.http_api import metrics
from telephony_gateway.http_api.admission import Admitted, Door
from telephony_gateway.http_api.dispatch import Function
from telephony_gateway.http_api.failures import cut_off, failed
from telephony_gateway.http_api.oddities import Watchman
from telephony_gateway.http_api.reception import Reception
from telephony_gateway.http_api.twins import Twins, twin_key
from telephony_gateway.storage.ledger import Answered, Asked, Heard, Ledger
from telephony_gateway.usecases.conversation import Conversation
from telephony_gateway.usecases.ports import (
    NobodyDialled,
    NotOfferedError,
    OutcomeUnknownError,
    PeerError,
    Sessions,
)

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Called:
    """One function call, read as far as its envelope goes."""

    name: str
    request_id: str
    caller: Caller
    arguments: Mapping[str, Any]


@dataclass(frozen=True)
class FunctionsEndpoint:
    """One function call: admitted, understood, answered, written down."""

    door: Door
    reception: Reception
    functions: Mapping[str, Function]
    sessions: Sessions
    twins: Twins
    watchman: Watchman
    ledger: Ledger
    clock: Clock
    budget_s: Callable[[str], float]
    build: str

    async def __call__(self, request: Request) -> Response:
        """Answer one request."""
        began = time.monotonic()
        admitted = await self.door.admit(request, once=True)
        if isinstance(admitted, Response):
            return admitted
        name = function_name(request.path_params["name"])
        request_id = str(uuid.uuid4())
        answer = await self._answer(name, request_id, admitted)
        duration = time.monotonic() - began
        known = name if name in self.functions else "unknown"
        metrics.answers.labels(known, answer.status.value).inc()
        metrics.seconds.labels(known).observe(duration)
        spoken = {**answer.as_json(), "request_id": request_id, "build": self.build}
        self.ledger.record(Answered(request_id, spoken, round(duration * 1000)))
        return JSONResponse(spoken)

    async def _answer(self, name: str, request_id: str, admitted: Admitted) -> Answer:
        """Whatever goes wrong, the caller hears a sentence, and it claims nothing."""
        try:
            called = Called(name, request_id, read_caller(admitted.body), read_arguments(admitted.body))
        except EnvelopeError as error:
            _log.warning("an envelope that is not Retell's", extra={"error": str(error)})
            return failed("envelope", Sentence.NOT_UNDERSTOOD, "de", detail=str(error))
        trace.get_current_span().set_attributes(
            {"rufbuch.call_id": called.caller.call_id, "rufbuch.function": name}
        )
        self.watchman.look(name, admitted.body, called.arguments, called.caller)
        budget_s = self.budget_s(name)
        try:
            with deadline(budget_s):
                async with asyncio.timeout(budget_s):
                    return await self._served(called, admitted)
        except (TimeoutError, OutcomeUnknownError):
            return cut_off(called.name, self._language(called))
        except NotOfferedError:
            return failed("not_offered", Sentence.CANNOT_DO, self._language(called))
        except PeerError as error:
            _log.warning("a peer is away", extra={"error": str(error)})
            return failed("peer", Sentence.TROUBLE, self._language(called))
        except Exception:  # noqa: BLE001 - the outermost boundary: no stack trace and no silence on the phone
            # A bug. It is loud for us (alarm on this counter), and for the caller it is no invented result.
            _log.exception("a bug in %s", name)
            metrics.errors.labels("bug").inc()
            return cut_off(called.name, self._language(called))

    async def _served(self, called: Called, admitted: Admitted) -> Answer:
        caller = called.caller
        branch = await self.reception.dialled(caller.dialled_number, admitted.workspace)
        self._write_down(called, branch)
        if isinstance(branch, NobodyDialled):
            # TG-17, SE-06: no business is guessed.
            return failed("unknown_number", Sentence.UNKNOWN_BUSINESS, self._language(called))
        function = self.functions.get(called.name)
        if function is None:
            # TG-04: loud, and no success that an agent could mistake.
            return failed("unknown_function", Sentence.CANNOT_DO, branch.language)
        key = twin_key(branch.tenant_id, caller.call_id, called.name, called.arguments)
        return await self.twins.once(key, lambda: self._run(function, branch, called))

    async def _run(self, function: Function, branch: DialledBranch, called: Called) -> Answer:
        call_id = called.caller.call_id
        session = await self.sessions.of(branch.tenant_id, call_id)
        talk = Conversation.going_on(branch, called.caller, read(called.arguments), session, self.clock.now())
        answer = await function(talk)
        await self.sessions.keep(branch.tenant_id, call_id, session)
        return answer

    def _write_down(self, called: Called, branch: DialledBranch | NobodyDialled) -> None:
        now, context = self.clock.now(), trace.get_current_span().get_span_context()
        tenant_id, branch_id = (
            ("", "") if isinstance(branch, NobodyDialled) else (branch.tenant_id, branch.branch_id)
        )
        trace_id = f"{context.trace_id:032x}"
        self.ledger.record(
            Heard(called.caller, tenant_id, branch_id, at=now),
            Asked(called.request_id, called.caller.call_id, called.name, called.arguments, trace_id, at=now),
        )

    def _language(self, called: Called) -> Voice:
        return self.reception.language_of(called.caller.dialled_number)
