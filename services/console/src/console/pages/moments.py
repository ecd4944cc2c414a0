"""All that is known of a call, in the order in which it happened."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from google.protobuf.json_format import MessageToDict

from rufbuch.telephony.v1 import service_pb2


@dataclass(frozen=True)
class Moment:
    """Something that happened in a call."""

    at: datetime
    function: service_pb2.FunctionCall | None = None
    arguments: dict[str, object] | None = None
    answer: dict[str, object] | None = None
    said: service_pb2.Utterance | None = None
    event: str = ""
    wrong: service_pb2.TruthCase | None = None


def moments_of(found: service_pb2.Call) -> list[Moment]:
    """Words of which no time is known stand behind the function that was asked before them."""
    functions = [
        Moment(
            each.receive_time.ToDatetime(tzinfo=UTC), function=each, arguments=MessageToDict(each.arguments),
            answer=MessageToDict(each.answer),
        )
        for each in found.functions
    ]  # fmt: skip
    moments = [*_words(found, functions), *functions]
    moments += [Moment(each.receive_time.ToDatetime(tzinfo=UTC), event=each.name) for each in found.events]
    moments += [Moment(each.find_time.ToDatetime(tzinfo=UTC), wrong=each) for each in found.truth_cases]
    # Sorting keeps what has one time in the order that it has here; words at the time of their function follow it.
    return sorted(moments, key=lambda moment: (moment.at, moment.said is not None))


def _words(found: service_pb2.Call, functions: Sequence[Moment]) -> Iterator[Moment]:
    start = found.start_time.ToDatetime(tzinfo=UTC)
    for each in found.utterances:
        if each.HasField("say_time"):
            yield Moment(each.say_time.ToDatetime(tzinfo=UTC), said=each)
        else:
            before = functions[: each.after_functions]
            yield Moment(before[-1].at if before else start, said=each)
