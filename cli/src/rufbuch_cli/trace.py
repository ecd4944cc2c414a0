"""``rufbuch trace CALL_ID``: the ledger of a call as a timeline, and its traces as a waterfall."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import typer
from google.protobuf.json_format import MessageToDict

from local_stack.folding import folded
from local_stack.spans import spans_of_call
from local_stack.waterfall import waterfall
from rufbuch.telephony.v1 import service_pb2
from rufbuch_cli.calls import operator_of, read_call
from rufbuch_cli.installation import Running, running

Moment = tuple[datetime, list[str]]


def run(call_id: str, *, full: bool, personal_data: bool = False, operator: str = "") -> int:
    """Print the call; 1 where nobody has heard of it."""
    installation = running()
    known = print_ledger(installation, call_id, personal_data=personal_data, operator=operator_of(operator))
    print_waterfall(installation.state_dir, call_id, full=full)
    return 0 if known else 1


def print_ledger(
    installation: Running, call_id: str, *, personal_data: bool = False, operator: str = ""
) -> bool:
    """The timeline; False where nobody has heard of the call."""
    call = read_call(installation, call_id, personal_data=personal_data, operator=operator)
    if call is None:
        return False
    for line in timeline(call):
        typer.echo(line)
    return True


def timeline(call: service_pb2.Call) -> Iterator[str]:
    """Line by line, each moment by how long after the beginning it was."""
    state = service_pb2.CallState.Name(call.state).removeprefix("CALL_STATE_").lower()
    began = call.start_time.ToDatetime(UTC)
    yield f"{call.call_id}  {state}  {call.caller_number or 'number withheld'} to {call.dialled_number}  {began:%Y-%m-%d %H:%M:%S} UTC"
    moments = [*map(_function, call.functions), *map(_event, call.events), *map(_case, call.truth_cases)]
    for at, lines in sorted(moments, key=lambda moment: moment[0]):
        first, *more = lines
        yield f"  {(at - began).total_seconds():+8.1f} s  {first}"
        yield from (f"              {line}" for line in more)
    if call.appointment_ids:
        yield f"  appointments: {', '.join(call.appointment_ids)}"
    checked = call.HasField("check_time")
    yield f"  claims {'checked' if checked else 'not checked yet'}, {len(call.truth_cases)} not so"


def _function(function: service_pb2.FunctionCall) -> Moment:
    answer = MessageToDict(function.answer)
    lines = [
        f"{function.name} → {answer.get('status', 'no answer')}  {function.duration_ms} ms  trace {function.trace_id}",
        f"asked    {json.dumps(MessageToDict(function.arguments), ensure_ascii=False)}",
        f"answered {answer.get('message', '')}",
    ]
    held = [
        f"{one.get('option_id')} {one.get('spoken')} until {one['held_until']}"
        for one in answer.get("options", ())
        if one.get("held_until")
    ]
    return function.receive_time.ToDatetime(UTC), [*lines, *(f"held     {each}" for each in held)]


def _event(event: service_pb2.CallEvent) -> Moment:
    return event.receive_time.ToDatetime(UTC), [event.name]


def _case(case: service_pb2.TruthCase) -> Moment:
    return case.find_time.ToDatetime(UTC), [f"NOT SO: {case.kind} ({case.subject})"]


def print_waterfall(state_dir: Path, call_id: str, *, full: bool = False) -> None:
    """The traces that belong to a call, and those that were caused by it; ``full``: each statement on a line."""
    spans = spans_of_call(state_dir, call_id)
    typer.echo(waterfall(spans if full else folded(spans)))
