"""Every outage in turn, on an installation of its own."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from tempfile import TemporaryDirectory

import httpx

from local_stack.waiting import until
from rufbuch_cli.beside import Installed, installed
from rufbuch_cli.outages.breaking import OUTAGES, Outage, away
from rufbuch_cli.outages.judging import Facts, Heard, fault
from rufbuch_cli.outages.playing import Asking, all_at_once, facts, prepared
from rufbuch_cli.salon import import_salon
from sandbox.callers.retell import Retell

TIMEOUT_S = 10.0
WELL_WITHIN_S = 60.0
AGAIN_MAX, AGAIN_AFTER_S = 3, 1.0
FIRST_CALLER, CALLERS_APART = 300, 20
"""The last three digits of the callers' numbers: nobody has called before."""
SETTLED = {
    "start_booking": {"booked"}, "cancel_appointment": {"cancelled"}, "reschedule_appointment": {"rescheduled", "offered"},
    "request_callback": {"callback_noted"}, "join_waitlist": {"waitlist_noted"}, "check_availability": {"available", "alternatives"},
    "get_alternatives": {"alternatives", "available"}, "get_appointments": {"ok"},
}  # fmt: skip
"""What a function that was answered with pending says when everything is back; others may say what they like."""
_WEDNESDAY = 3


@dataclass(frozen=True)
class Verdict:
    """What came of one outage."""

    outage: Outage
    asked: int
    slowest_s: float
    faults: tuple[str, ...]
    heard: tuple[str, ...]
    """Function and status."""


def verdicts(outages: tuple[Outage, ...] = OUTAGES) -> Iterator[Verdict]:
    """One after the other; about half a minute each."""
    with TemporaryDirectory(prefix="rufbuch-outages-") as scratch, installed(scratch) as ours:
        tenant_id = import_salon(ours.running).tenant_id
        for number, outage in enumerate(outages):
            yield _verdict(ours, tenant_id, outage, number)


def _day(number: int) -> date:
    """A Wednesday of its own for each, so that nothing is taken."""
    today = datetime.now(UTC).date()
    return today + timedelta(days=(_WEDNESDAY - today.isoweekday()) % 7 + 7 * (number + 1))


def _verdict(ours: Installed, tenant_id: str, outage: Outage, number: int) -> Verdict:
    askings = asyncio.run(_prepare(ours, tenant_id, number))
    with away(ours.stack, outage):
        heard = asyncio.run(_ask(ours, askings))
    _wait_until_well(ours, tenant_id, askings)
    # What is so now, before anybody asks again, is what the answers are measured by.
    known = asyncio.run(facts(ours.running["BOOKING_ADDRESS"], tenant_id, askings))
    wrong = [
        f"{a.name}: {why}" for a, h, k in zip(askings, heard, known, strict=True) if (why := fault(h, k))
    ]
    again = asyncio.run(_ask_until_told(ours, askings))
    after = asyncio.run(facts(ours.running["BOOKING_ADDRESS"], tenant_id, askings))
    wrong += [
        f"{a.name}, asked again: {why}"
        for a, first, second, k in zip(askings, heard, again, after, strict=True)
        if (why := _unsettled(first, second, k))
    ]
    return Verdict(
        outage,
        len(heard),
        max(one.seconds for one in heard),
        tuple(wrong),
        tuple(f"{one.function} {one.status}" for one in heard),
    )


def _unsettled(first: Heard, again: Heard, known: Facts) -> str:
    """Pending is no last word: asked again when everything is back, the function tells, and it is true."""
    if first.status != "pending":
        return ""
    wanted = SETTLED.get(first.function)
    if wanted and again.status not in wanted:
        return f"answers {again.status}"
    return fault(again, known)


async def _prepare(ours: Installed, tenant_id: str, number: int) -> list[Asking]:
    async with _client() as client:
        first = FIRST_CALLER + number * CALLERS_APART
        askings = await prepared(_retell(ours, client), _day(number), first_number=first)
        for asking, known in zip(
            askings, await facts(ours.running["BOOKING_ADDRESS"], tenant_id, askings), strict=True
        ):
            asking.had = known.states
        return askings


async def _ask(ours: Installed, askings: list[Asking]) -> list[Heard]:
    async with _client() as client:
        for asking in askings:
            asking.retell = _retell(ours, client)
        return await all_at_once(askings)


async def _ask_until_told(ours: Installed, askings: list[Asking]) -> list[Heard]:
    """As agents do: who hears that it takes a little longer asks again. Connections come back within a second."""
    for _ in range(AGAIN_MAX):
        heard = await _ask(ours, askings)
        if not any(one.status == "pending" for one in heard):
            break
        await asyncio.sleep(AGAIN_AFTER_S)
    return heard


def _wait_until_well(ours: Installed, tenant_id: str, askings: list[Asking]) -> None:
    """Everything answers again, also who only lost a connection."""

    def is_well() -> bool:
        try:
            asyncio.run(facts(ours.running["BOOKING_ADDRESS"], tenant_id, askings[:1]))
            return httpx.get(f"{ours.running['GATEWAY_URL']}/readyz", trust_env=False, timeout=2).is_success
        except Exception:  # noqa: BLE001 - whatever it is, it is not well yet
            return False

    until(is_well, within_s=WELL_WITHIN_S, what="everything to answer again")


def _client() -> httpx.AsyncClient:
    return httpx.AsyncClient(timeout=TIMEOUT_S, trust_env=False)


def _retell(ours: Installed, client: httpx.AsyncClient) -> Retell:
    return Retell(ours.running["GATEWAY_URL"], ours.running["RETELL_API_KEY"], client)
