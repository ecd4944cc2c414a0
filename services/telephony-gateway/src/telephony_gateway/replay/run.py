"""Plays the functions of a recording in order, each at its own instant, and compares."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from telephony_gateway.clients.directory import read_branch
from telephony_gateway.domain.answers import Answer
from telephony_gateway.domain.arguments import read
from telephony_gateway.domain.sentences import Sentence
from telephony_gateway.domain.session import Session
from telephony_gateway.http_api.dispatch import Function, Peers, functions
from telephony_gateway.http_api.failures import cut_off, failed
from telephony_gateway.replay.peers import RecordedPeers
from telephony_gateway.replay.recording import RecordedFunction, Recording
from telephony_gateway.usecases.conversation import Conversation
from telephony_gateway.usecases.ports import OutcomeUnknownError, PeerError

_OF_EACH_RUN = frozenset({"request_id", "build", "error_detail", "next_appointment"})


@dataclass(frozen=True)
class Difference:
    """A function that would be answered otherwise today."""

    position: int
    """Of the function in the call, from 1."""
    function: str
    field: str
    then: Any
    now: Any


async def replay(recording: Recording) -> list[Difference]:
    """Every difference, in the order of the call."""
    branch = read_branch(recording.business, recording.branch_id)
    described = next(one for one in recording.business.branches if one.branch_id == recording.branch_id)
    peers = RecordedPeers(branch, described.min_notice_minutes)
    served = functions(Peers(peers, peers, peers, peers, peers))
    session, differences = Session(), []
    for position, asked in enumerate(recording.functions, start=1):
        peers.answer = asked.answer
        talk = Conversation.going_on(branch, recording.caller, read(asked.arguments), session, asked.at)
        answer = await _answer(asked, served.get(asked.name), talk)
        differences += _differences(position, asked, answer.as_json())
    return differences


async def _answer(asked: RecordedFunction, function: Function | None, talk: Conversation) -> Answer:
    if function is None:
        return failed("unknown_function", Sentence.CANNOT_DO, talk.language)
    try:
        return await function(talk)
    except OutcomeUnknownError:
        return cut_off(asked.name, talk.language)
    except PeerError:
        return failed("peer", Sentence.TROUBLE, talk.language)


def _differences(position: int, asked: RecordedFunction, now: Mapping[str, Any]) -> list[Difference]:
    # Through JSON, as the recording went.
    now = json.loads(json.dumps(now, default=str))
    names = (asked.answer.keys() | now.keys()) - _OF_EACH_RUN
    return [
        Difference(position, asked.name, name, asked.answer.get(name), now.get(name))
        for name in sorted(names)
        if asked.answer.get(name) != now.get(name)
    ]
