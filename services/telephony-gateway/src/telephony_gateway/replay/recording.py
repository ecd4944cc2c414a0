"""A call as it was: who called whom, what was asked and answered, and the business as it was described then."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from google.protobuf.json_format import MessageToDict, ParseDict, ParseError

from rufbuch.staff.v1 import business_pb2
from rufbuch.telephony.v1 import service_pb2
from telephony_gateway.domain.envelope import Caller

FORMAT = 1


class RecordingInvalidError(ValueError):
    """The file is no recording."""


@dataclass(frozen=True)
class RecordedFunction:
    """One function call."""

    name: str
    at: datetime
    arguments: Mapping[str, Any]
    answer: Mapping[str, Any]


@dataclass(frozen=True)
class Recording:
    """One call. With personal data: keep it where the ledger may be kept."""

    caller: Caller
    branch_id: str
    business: business_pb2.Business
    functions: tuple[RecordedFunction, ...]


def recording_of(call: service_pb2.Call, business: business_pb2.Business) -> Recording:
    """From the ledger (asked for with personal data: what was masked cannot be asked again) and the registry."""
    functions = tuple(
        RecordedFunction(
            one.name,
            one.receive_time.ToDatetime(UTC),
            MessageToDict(one.arguments),
            MessageToDict(one.answer),
        )
        for one in call.functions
    )
    caller = Caller(call.call_id, call.dialled_number, call.caller_number)
    return Recording(caller, call.branch_id, business, functions)


def dump(recording: Recording) -> str:
    """As a file."""
    document = {
        "format": FORMAT,
        "call": {
            "call_id": recording.caller.call_id,
            "dialled_number": recording.caller.dialled_number,
            "caller_number": recording.caller.caller_number,
            "branch_id": recording.branch_id,
        },
        "business": MessageToDict(recording.business, preserving_proto_field_name=True),
        "functions": [
            {
                "name": one.name,
                "at": one.at.isoformat(),
                "arguments": dict(one.arguments),
                "answer": dict(one.answer),
            }
            for one in recording.functions
        ],
    }
    return json.dumps(document, ensure_ascii=False, indent=1) + "\n"


def load(text: str) -> Recording:
    """From a file. Raises RecordingInvalidError."""
    try:
        document = json.loads(text)
        call = document["call"]
        if document["format"] != FORMAT:
            raise RecordingInvalidError(f"format {document['format']} is not known")
        return Recording(
            Caller(call["call_id"], call["dialled_number"], call["caller_number"]),
            call["branch_id"],
            ParseDict(document["business"], business_pb2.Business()),
            tuple(
                RecordedFunction(
                    one["name"], datetime.fromisoformat(one["at"]), one["arguments"], one["answer"]
                )
                for one in document["functions"]
            ),
        )
    except (KeyError, TypeError, ValueError, ParseError) as error:
        raise RecordingInvalidError(f"not a recorded call: {error}") from error
