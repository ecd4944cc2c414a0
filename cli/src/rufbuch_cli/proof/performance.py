"""Performance: both functions beside the floors of their shapes, how many hops they are, start-up, growth."""

import asyncio
import json
import subprocess
import sys
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import chain
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httpx

from local_stack.spans import Span, spans_of_call
from local_stack.waiting import until
from rufbuch_cli.beside import Installed, installed
from rufbuch_cli.call import FUNCTION_TIMEOUT_S, new_line
from rufbuch_cli.measure import DIALLED_NUMBER, measured_business
from rufbuch_cli.proof.claims import Claim, Result, project
from rufbuch_cli.salon import import_business
from sandbox.callers.retell import Retell

GROUPS = "paths,events,startup,growth"
WARM_CALLS = 3
SPANS_WITHIN_S = 30.0
Shape = tuple[int, int, int]
"""gRPC hops, EVALSHAs of the holds and transactions on the way of an answer."""
SHAPES: dict[str, tuple[Shape, Shape]] = {
    "check_availability": ((1, 1, 0), (1, 1, 0)), "start_booking": ((1, 0, 1), (1, 1, 1)),
}  # fmt: skip
"""The least that must be seen of each, and the most. Nobody books without a transaction."""


def beside_the_floors() -> list[Result]:
    """``make bench``: every figure that has a bound."""
    with TemporaryDirectory() as scratch:
        figures = Path(scratch) / "figures.json"
        command = [sys.executable, "-m", "benchmarks", "--only", GROUPS, "--json", str(figures)]
        ran = subprocess.run(command, cwd=project(), capture_output=True, text=True, check=False)
        if not figures.exists():
            raise RuntimeError(f"the benchmark ended early: {ran.stderr[-800:]}")
        groups: dict[str, Any] = json.loads(figures.read_text(encoding="utf-8"))["groups"]
    return [_judged(row) for group in groups.values() for row in group["figures"] if row["bound"]]


def _judged(row: dict[str, Any]) -> Result:
    beside = f", {row['ratio']:.2f} times {row['floor']:.4g} ({row['floor_is']})" if row["floor"] else ""
    return Result(row["what"], f"{row['value']:.4g} {row['unit']}{beside}", row["bound"], bool(row["holds"]))


def the_shape_of_a_warm_call() -> list[Result]:
    """What waits for what, counted in the trace of a call to a business that was called before."""
    with TemporaryDirectory(prefix="rufbuch-shape-") as scratch, installed(scratch) as ours:
        import_business(ours.running, measured_business())
        call_id = asyncio.run(_called(ours))
        return [_counted(ours, call_id, function, shape) for function, shape in SHAPES.items()]


async def _called(ours: Installed) -> str:
    """The last of some calls; returns its id."""
    async with httpx.AsyncClient(timeout=FUNCTION_TIMEOUT_S, trust_env=False) as client:
        retell = Retell(ours.running["GATEWAY_URL"], ours.running["RETELL_API_KEY"], client)
        for number in range(WARM_CALLS):
            line = new_line(caller=f"+4930231250{number:02d}", dialled=DIALLED_NUMBER)
            day = datetime.now(UTC).date() + timedelta(days=10 + number)
            wish = {"service": "Beratung", "date": day.isoformat(), "time": "10:00"}
            checked = await retell.function(line, "check_availability", wish)
            option = {
                "option_id": checked.body["options"][0]["option_id"],
                "customer_name": "Erika Mustermann",
            }
            booked = await retell.function(line, "start_booking", option)
            if booked.body["status"] != "booked":
                raise RuntimeError(f"start_booking answered {booked.body}")
    return line.call_id


def _counted(ours: Installed, call_id: str, function: str, shape: tuple[Shape, Shape]) -> Result:
    spans = _inside(ours, call_id, function)
    found = counted(spans)
    beside = [span for span in spans if span.service == "telephony-gateway" and "redis" in span.name]
    figure = "{} gRPC hops, {} scripts, {} transactions".format(*found)
    return Result(
        f"{function}, the shape of a warm call", f"{figure}; the gateway's own notes: {len(beside)} commands",
        "{} to {} gRPC hops, {} to {} scripts, {} to {} transactions".format(*chain(*zip(*shape, strict=True))),
        keeps(found, shape),
    )  # fmt: skip


def counted(spans: Sequence[Span]) -> Shape:
    """gRPC hops, scripts and transactions of one answer."""
    return (
        sum(_is_hop(span) for span in spans),
        sum(span.name.startswith("redis ") and span.service == "availability" for span in spans),
        sum(
            span.name in {"SELECT", "WITH", "INSERT", "BEGIN"} and span.service == "booking" for span in spans
        ),
    )


def keeps(found: Shape, shape: tuple[Shape, Shape]) -> bool:
    """No longer than this. Less than the least was not seen rather than not done."""
    return all(least <= one <= most for least, one, most in zip(shape[0], found, shape[1], strict=True))


def _inside(ours: Installed, call_id: str, function: str) -> Sequence[Span]:
    """The spans of one function of a call; they come behind the answers, those of each service by themselves."""

    def found() -> list[Span]:
        spans = spans_of_call(ours.running.state_dir, call_id)
        roots = {span.id.trace for span in spans if f"/functions/{function}" in span.name}
        return [span for span in spans if span.id.trace in roots]

    until(lambda: is_whole(found()), within_s=SPANS_WITHIN_S, what="the spans of the call")
    return found()


def is_whole(spans: Sequence[Span]) -> bool:
    """Whether every service on the way has told its part: whoever asked, whoever was asked, and what they did by themselves."""
    ids, answered = {span.id for span in spans}, {span.parent for span in spans}
    hops = [span for span in spans if _is_hop(span)]
    known = all(span.parent is None or span.parent in ids for span in spans)
    return bool(hops) and known and all(hop.id in answered for hop in hops)


def _is_hop(span: Span) -> bool:
    """Seen from whoever asks."""
    return span.name.startswith("rufbuch.")


CLAIMS: tuple[Claim, ...] = (the_shape_of_a_warm_call, beside_the_floors)
