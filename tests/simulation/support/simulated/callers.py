"""Owns the playing of a call: an agent that asks as the plan says, and goes by what it is answered."""

import asyncio
import json
from dataclasses import dataclass, field
from typing import Any

import httpx
from simulated import words
from simulated.dice import generator
from simulated.plan import Entry, Step
from simulated.record import Exchange, Record
from simulated.services import RETELL_KEY
from simulated.world import World

from sandbox.callers.retell import Line, signature

TIMEOUT_S = 8.0
"""What Retell waits for a function."""
PENDING_MAX = 4


@dataclass
class Caller:
    """One call."""

    world: World
    record: Record
    entry: Entry
    client: httpx.AsyncClient
    options: list[dict[str, Any]] = field(default_factory=list)
    appointments: list[dict[str, Any]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.dice = generator(self.world.seed, "caller", self.entry.number)
        known = next(one for one in self.world.known if one.key == self.entry.business)
        call_id = f"call_{self.dice.getrandbits(128):032x}"
        self.line = Line(call_id, self.entry.who, known.dialled, self.world.wall.now())
        self.record.calls[call_id] = self.entry.number

    async def play(self) -> None:
        """From ring to end."""
        if self.dice.random() < 0.9:
            await self._event("call_started")
        if self.dice.random() < 0.3:
            await self._ask("get_context", {})
        for step in self.entry.steps:
            await asyncio.sleep(step.pause_s)
            if step.kind == "vanish":
                return
            if step.kind == "hang up":
                await self._hang_up(step)
            else:
                await self._step(step)

    async def _hang_up(self, step: Step) -> None:
        await self._event("call_ended", times=3)
        if step.how == "twice":
            await self._event("call_ended")
        await self._event("call_analyzed")

    async def _step(self, step: Step) -> None:
        arguments = self._arguments(step)
        if arguments is None:
            return
        name = "reschedule_appointment" if step.kind == "move there" else step.kind
        if self.entry.language != "de" or self.dice.random() < 0.1:
            arguments["language"] = self.entry.language
        if step.how.startswith("twin"):
            twin = (
                {**arguments, "customer_name": words.person(self.dice)}
                if "customer_name" in arguments
                else arguments
            )
            answer, _ = await asyncio.gather(
                self._until_known(name, arguments), self._ask(name, twin, after_s=0.01)
            )
        else:
            answer = await self._until_known(name, arguments)
        if step.how.startswith("again"):
            await asyncio.sleep(self.dice.choice((0.3, 1.0, 5.0)))
            await self._ask(name, arguments)
        await self._go_on(name, arguments, answer)

    def _arguments(self, step: Step) -> dict[str, str] | None:
        said = dict(step.words)
        if step.kind == "start_booking":
            option = self._choice(step.how)
            return None if option is None else {**said, "option_id": option}
        if step.kind == "move there":
            option = self._choice("first")
            return None if option is None else {"option_id": option}
        if step.kind in {"cancel_appointment", "reschedule_appointment"} and self.appointments:
            chosen = self.dice.choice(self.appointments)
            if "known" in step.how and chosen.get("appointment_id"):
                said["appointment_id"] = str(chosen["appointment_id"])
            elif step.how == "words" and chosen.get("start"):
                said["date"] = str(chosen["start"])[:10]
        return said

    def _choice(self, how: str) -> str | None:
        if not self.options:
            return None
        if how == "wrong":
            return self.dice.choice(("opt_1", "o-zzzzzzzz", "1", "undefined", ""))
        if how == "words":
            return "den ersten" if self.entry.language == "de" else "the first"
        return str(self.options[-1 if how == "last" else 0]["option_id"])

    async def _until_known(self, name: str, arguments: dict[str, str]) -> dict[str, Any]:
        """Again while it is pending, or while nobody answers."""
        answer: dict[str, Any] = {}
        for _ in range(PENDING_MAX):
            answer = await self._ask(name, arguments) or {}
            if answer and answer.get("status") != "pending":
                return answer
            await asyncio.sleep(self.dice.choice((0.5, 1.0, 2.0)))
        return answer

    async def _go_on(self, name: str, arguments: dict[str, str], answer: dict[str, Any]) -> None:
        self._note(answer)
        status = answer.get("status")
        if status == "need_name" and name == "start_booking":
            self._note(await self._until_known(name, {**arguments, "customer_name": self.entry.name}))
        elif status == "taken" and answer.get("options") and self.dice.random() < 0.7:
            chosen = {**arguments, "option_id": str(answer["options"][0]["option_id"])}
            self._note(await self._until_known(name, chosen))
        elif status == "choose" and self.appointments and self.dice.random() < 0.8:
            chosen = {**arguments, "appointment_id": str(self.appointments[0].get("appointment_id", ""))}
            self._note(await self._until_known(name, chosen))

    def _note(self, answer: dict[str, Any]) -> None:
        if answer.get("options"):
            self.options = list(answer["options"])
        if isinstance(answer.get("appointments"), list):
            self.appointments = list(answer["appointments"])
        elif answer.get("status") == "booked" and answer.get("appointment_id"):
            self.appointments = [{"appointment_id": answer["appointment_id"]}]
            self.options = []

    async def _ask(
        self, name: str, arguments: dict[str, str], *, after_s: float = 0.0
    ) -> dict[str, Any] | None:
        """One question; None where no answer was heard."""
        await asyncio.sleep(after_s)
        sent = words.renamed(self.dice, arguments)
        now = self.world.wall.now()
        exchange = Exchange(
            self.entry.number, self.line.call_id, self.entry.business, self.entry.who, name, arguments, now
        )
        if self.options and arguments.get("option_id") in {"den ersten", "the first"}:
            exchange.bound_to = str(self.options[0]["option_id"])
        self.record.exchanges.append(exchange)
        invocation = self.line.invoke(name, sent)
        body = {"name": name, "args": sent, "call": self.line.as_call()}
        response = await self._post(f"/retell/functions/{name}_v17", body, TIMEOUT_S)
        if response is None:
            return None
        exchange.http, exchange.heard_at = response.status_code, self.world.wall.now()
        if response.status_code != 200:
            return None
        answer: dict[str, Any] = response.json()
        exchange.answer = answer
        self.line.note_result(invocation, answer)
        return answer

    async def _event(self, event: str, *, times: int = 1) -> None:
        for _ in range(times):
            status = "ended" if event in {"call_ended", "call_analyzed"} else "ongoing"
            body = {"event": event, "call": self.line.as_call(status=status)}
            response = await self._post("/retell/webhook", body, 10.0)
            if response is not None and response.status_code < 300:
                return
            await asyncio.sleep(1.0)

    async def _post(self, path: str, body: dict[str, Any], patience_s: float) -> httpx.Response | None:
        raw = json.dumps(body, ensure_ascii=False).encode()
        signed = signature(raw, key=RETELL_KEY, now=self.world.wall.now())
        headers = {"Content-Type": "application/json", "X-Retell-Signature": signed}
        try:
            async with asyncio.timeout(patience_s):
                return await self.client.post(path, content=raw, headers=headers)
        except (TimeoutError, httpx.HTTPError):
            return None
