"""Which language a call is in, for answers that are given without its notes: when those, or a peer, could not be waited for."""

from collections.abc import Mapping
from typing import Any

from telephony_gateway.domain.arguments import read
from telephony_gateway.domain.sentences import Voice
from telephony_gateway.usecases.conversation import said_language

CALLS_MAX = 2_000


class Tongues:
    """Each replica knows of the calls that it served; of others it has the arguments, or the business's language."""

    def __init__(self) -> None:
        self._by_call: dict[str, str] = {}

    def note(self, call_id: str, tag: str) -> None:
        """``tag``: as the call's notes have it; "": the business's."""
        if self._by_call.get(call_id, "") == tag:
            return
        self._by_call[call_id] = tag
        if len(self._by_call) > CALLS_MAX:
            del self._by_call[next(iter(self._by_call))]

    def voice(self, ours: Voice, call_id: str, arguments: Mapping[str, Any]) -> Voice:
        """The business's voice in the language of the call."""
        return ours.speaking(said_language(read(arguments).language) or self._by_call.get(call_id, ""))
