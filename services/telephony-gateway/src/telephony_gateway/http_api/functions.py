"""``POST /retell/functions/{name}``: in time, always with a sentence, never more than is true."""

import asyncio
import json
import logging
import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from opentelemetry import trace
from starlette.requests import Request
from starlette.responses import Response

from chassis.clock import Clock
from chassis.deadlines import deadline
from signals.subjects import tell_subjects
from telephony_gateway.domain.answers import Answer, Status
from telephony_gateway.domain.arguments import read
from telephony_gateway.domain.business import DialledBranch
from telephony_gateway.domain.contract import contract
from telephony_gateway.domain.envelope import (
    Agent,
    Caller,
    EnvelopeError,
    function_name,
    read_agent,
    read_arguments,
    read_caller,
)
from telephony_gateway.domain.limits import Limits
from telephony_gateway.domain.sentences import Sentence, Voice
from telephony_gateway.http_api import metrics
from telephony_gateway.http_api.admission import Admitted, Door, ReplayedError, replayed
from telephony_gateway.http_api.dispatch import Function
from telephony_gateway.http_api.failures import cut_off, failed
from telephony_gateway.http_api.oddities import Watchman
from telephony_gateway.http_api.patience import Patience
from telephony_gateway.http_api.reception import Reception
from telephony_gateway.http_api.tongues import Tongues
from telephony_gateway.http_api.twins import Twins, twin_key
from telephony_gateway.storage.ledger import Answered, Asked, Heard, Ledger
from telephony_gateway.usecases.conversation import Conversation
from telephony_gateway.usecases.ports import (
    Look,
    NobodyDialled,
    NotOfferedError,
    OutcomeUnknownError,
    PeerError,
    SharedNotes,
    Silence,
)

_log = logging.getLogger(__name__)
ANSWERING_S = 0.1
"""Of the budget, for the answer's own way out."""
LEAST_S = 0.05
LATE_S = 0.1
"""An execution that ends this near to its time has run out of it."""
UNHEARD_S = 10.0
"""How long a function that reads goes on when its caller has been told to wait."""
_written = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode

_SEARCHING = frozenset({"check_availability", "get_alternatives"})
"""They hold times: that the line is alive is told before."""


@dataclass(frozen=True)
class Called:
    """One function call, read as far as its envelope goes."""

    name: str
    request_id: str
    caller: Caller
    arguments: Mapping[str, Any]
    agent: Agent = Agent()  # noqa: RUF009 - frozen


@dataclass(frozen=True)
class FunctionsEndpoint:
    """One function call: admitted, understood, answered, written down."""

    door: Door
    reception: Reception
    functions: Mapping[str, Function]
    sessions: SharedNotes
    lines: Silence
    twins: Twins
    patience: Patience
    watchman: Watchman
    limits: Limits
    ledger: Ledger
    clock: Clock
    budget_s: Callable[[str], float]
    build: str
    tongues: Tongues = field(default_factory=Tongues)

    async def __call__(self, request: Request) -> Response:
        """Answer one request."""
        began = time.monotonic()
        admitted = await self.door.admit(request, once=True)
        if isinstance(admitted, Response):
            return admitted
        name = function_name(request.path_params["name"])
        request_id = str(uuid.uuid4())
        try:
            answer = await self._answer(name, request_id, admitted, began)
            await admitted.must_be_first()
        except ReplayedError:
            return replayed()
        duration = time.monotonic() - began
        known = name if name in self.functions else metrics.UNKNOWN
        metrics.answers.labels(known, answer.status.value).inc()
        metrics.seconds.labels(known).observe(duration)
        spoken = {**answer.as_json(), "request_id": request_id, "build": self.build}
        written = _written(spoken)
        response = Response(written, media_type="application/json")
        self.ledger.record(Answered(request_id, spoken, round(duration * 1000), written))
        return response

    async def _answer(self, name: str, request_id: str, admitted: Admitted, began: float) -> Answer:
        try:
            body = admitted.body
            called = Called(name, request_id, read_caller(body), read_arguments(body), read_agent(body))
        except EnvelopeError as error:
            _log.warning("an envelope that is not Retell's", extra={"error": str(error)})
            return failed("envelope", Sentence.NOT_UNDERSTOOD, "de", detail=str(error))
        trace.get_current_span().set_attributes(
            {"rufbuch.call_id": called.caller.call_id, "rufbuch.function": name}
        )
        self.watchman.look(name, body.get("name"), called.arguments, called.caller, called.agent)
        # What the door has cost is part of what the caller waits for.
        left_s = max(LEAST_S, self.budget_s(name) - (time.monotonic() - began) - ANSWERING_S)
        answer = await self._in_time(called, admitted, left_s)
        if answer.status is not Status.PENDING:
            self.patience.settled(called.caller.call_id, name)
        elif self.patience.is_at_its_end(called.caller.call_id, name):
            return cut_off(name, self._language(called), last=True)
        return answer

    async def _in_time(self, called: Called, admitted: Admitted, left_s: float) -> Answer:
        """Whatever goes wrong, the caller hears a sentence, and it claims nothing."""
        try:
            async with asyncio.timeout(left_s):
                return await self._served(called, admitted, left_s)
        except ReplayedError:
            raise
        except (TimeoutError, OutcomeUnknownError):
            return self._late(called)
        except NotOfferedError:
            return failed("not_offered", Sentence.CANNOT_DO, self._language(called))
        except PeerError as error:
            _log.warning("a peer is away", extra={"error": str(error)})
            return failed("peer", Sentence.TROUBLE, self._language(called))
        except Exception:  # noqa: BLE001 - the outermost boundary: no stack trace and no silence on the phone
            # A bug. It is loud for us (alarm on this counter), and for the caller it is no invented result.
            _log.exception("a bug in %s", called.name)
            metrics.errors.labels("bug").inc()
            return self._late(called)

    def _late(self, called: Called) -> Answer:
        return cut_off(called.name, self._language(called))

    async def _served(self, called: Called, admitted: Admitted, left_s: float) -> Answer:
        caller, ends = called.caller, time.monotonic() + left_s
        with deadline(left_s):
            branch = await self.reception.dialled(caller.dialled_number, admitted.workspace)
        tell_subjects(branch)
        if isinstance(branch, NobodyDialled):
            # TG-17, SE-06: no business is guessed.
            await self._believed(called, admitted, branch)
            return failed("unknown_number", Sentence.UNKNOWN_BUSINESS, self._language(called))
        if not self.limits.admits(
            branch.tenant_id, number=caller.caller_number, call_id=caller.call_id, now=self.clock.now()
        ):
            return failed("too_often", Sentence.TOO_OFTEN, self._voice(branch.language, called))
        function = self.functions.get(called.name)
        if function is None:
            # TG-04: loud, and no success that an agent could mistake.
            await self._believed(called, admitted, branch)
            return failed("unknown_function", Sentence.CANNOT_DO, self._voice(branch.language, called))
        return await self._once(function, branch, called, admitted, ends)

    async def _once(
        self, function: Function, branch: DialledBranch, called: Called, admitted: Admitted, ends: float
    ) -> Answer:
        """Once for all twins. Whether the request is new, whether it runs elsewhere, and what the call has said so far is
        asked in one go; nothing is done before all three are known."""
        agreed = contract(called.name)
        changes = agreed is not None and agreed.changes
        call_id, looks = called.caller.call_id, list[Look]()

        async def run() -> Answer:
            await self._believed(called, admitted, branch)
            look = looks.pop() if looks else None
            return await self._to_its_end(function, branch, called, ends, changes=changes, look=look)

        def look() -> None:
            looks.append(self.sessions.look(branch.tenant_id, call_id))
            if called.name in _SEARCHING:
                self.lines.heard(branch.tenant_id, called.caller)

        call = f"{branch.tenant_id}:{call_id}"
        key = twin_key(branch.tenant_id, call_id, called.name, called.arguments)
        while True:
            try:
                answer = await self.twins.once(key, run, call=call, changes=changes, beside=look)
            except ReplayedError:
                # Of a twin perhaps, and not this one's.
                await self._believed(called, admitted, branch)
            else:
                await self._believed(called, admitted, branch)
                return answer

    async def _believed(
        self, called: Called, admitted: Admitted, branch: DialledBranch | NobodyDialled
    ) -> None:
        """Write down what is asked, once it is known to be no replay; the second time it is known. Raises ReplayedError."""
        await admitted.must_be_first()
        if not admitted.written:
            admitted.written.append(True)
            self._write_down(called, branch)

    async def _to_its_end(
        self,
        function: Function,
        branch: DialledBranch,
        called: Called,
        ends: float,
        *,
        changes: bool,
        look: Look | None,
    ) -> Answer:
        """Inside the time that the caller waits. What only reads goes on after that, with nobody waiting, so that a
        following call finds its answer; what changes something is asked again by that call itself, and answered by
        its request_id. Never because a peer failed: that is the channel's to repeat."""
        try:
            with deadline(ends - time.monotonic()):
                return await self._run(function, branch, called, look)
        except OutcomeUnknownError:
            if changes or time.monotonic() < ends - LATE_S:
                raise
        with deadline(UNHEARD_S):
            return await self._run(function, branch, called, None, late=True)

    async def _run(
        self,
        function: Function,
        branch: DialledBranch,
        called: Called,
        look: Look | None,
        *,
        late: bool = False,
    ) -> Answer:
        call_id = called.caller.call_id
        session = await (look or self.sessions.look(branch.tenant_id, call_id))()
        talk = Conversation.going_on(branch, called.caller, read(called.arguments), session, self.clock.now())
        self.tongues.note(call_id, session.language)
        answer = await function(talk)
        if late and (await self.sessions.of(branch.tenant_id, call_id)).as_read != session.as_read:
            # The call has gone on meanwhile: what comes now must not be taken for what was offered last.
            raise OutcomeUnknownError("overtaken")
        await self.sessions.keep(branch.tenant_id, call_id, session)
        return answer

    def _write_down(self, called: Called, branch: DialledBranch | NobodyDialled) -> None:
        now, context = self.clock.now(), trace.get_current_span().get_span_context()
        tenant_id, branch_id = (
            ("", "") if isinstance(branch, NobodyDialled) else (branch.tenant_id, branch.branch_id)
        )
        trace_id = f"{context.trace_id:032x}"
        self.ledger.record(
            Heard(called.caller, tenant_id, branch_id, at=now, agent=called.agent),
            Asked(called.request_id, called.caller.call_id, called.name, called.arguments, trace_id, at=now),
        )

    def _language(self, called: Called) -> Voice:
        return self._voice(self.reception.language_of(called.caller.dialled_number), called)

    def _voice(self, ours: Voice, called: Called) -> Voice:
        return self.tongues.voice(ours, called.caller.call_id, called.arguments)
