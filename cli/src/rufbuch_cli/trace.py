"""``rufbuch trace CALL_ID``: the ledger of a call, and its traces as a waterfall."""

import json
from pathlib import Path

import grpc
import typer
from google.protobuf.json_format import MessageToDict

from local_stack.folding import folded
from local_stack.spans import spans_of_call
from local_stack.waterfall import waterfall
from rufbuch.telephony.v1 import service_pb2, service_pb2_grpc
from rufbuch_cli.installation import Running, running


def run(call_id: str, *, full: bool) -> int:
    """Print the call; 1 where nobody has heard of it."""
    installation = running()
    known = print_ledger(installation, call_id)
    print_waterfall(installation.state_dir, call_id, full=full)
    return 0 if known else 1


def print_ledger(installation: Running, call_id: str) -> bool:
    """What was asked and answered; False where nobody has heard of the call."""
    with grpc.insecure_channel(installation["TELEPHONY_GATEWAY_ADDRESS"]) as channel:
        stub = service_pb2_grpc.CallServiceStub(channel)
        try:
            call = stub.GetCall(service_pb2.GetCallRequest(call_id=call_id), timeout=5).call
        except grpc.RpcError as error:
            typer.echo(f"{call_id}: {error.code().name}: {error.details()}", err=True)
            return False
    typer.echo(
        f"{call.call_id}  {service_pb2.CallState.Name(call.state).removeprefix('CALL_STATE_').lower()}"
    )
    for function in call.functions:
        answer = MessageToDict(function.answer)
        typer.echo(f"  {function.name}  {function.duration_ms} ms  {answer.get('status', 'no answer')}")
        typer.echo(f"    asked    {json.dumps(MessageToDict(function.arguments), ensure_ascii=False)}")
        typer.echo(f"    answered {answer.get('message', '')}")
    return True


def print_waterfall(state_dir: Path, call_id: str, *, full: bool = False) -> None:
    """The traces that belong to a call, and those that were caused by it; ``full``: each statement on a line."""
    spans = spans_of_call(state_dir, call_id)
    typer.echo(waterfall(spans if full else folded(spans)))
