"""A search replaces what its call holds, and with it what availability has vouched for; whatever becomes of its answer."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from telephony_gateway.domain.business import DialledBranch
from telephony_gateway.domain.envelope import Caller
from telephony_gateway.usecases.conversation import Conversation
from telephony_gateway.usecases.ports import Found, Sessions, Slots, SlotWish


class Searching:
    """The searches that go on in this process, by call."""

    def __init__(self) -> None:
        self._on = Counter[str]()
        self._crossed = set[str]()

    @contextmanager
    def one(self, call_id: str) -> Iterator[None]:
        """While it goes on."""
        if self._on[call_id]:
            self._crossed.add(call_id)
        self._on[call_id] += 1
        try:
            yield
        finally:
            self._on[call_id] -= 1
            if not self._on[call_id]:
                del self._on[call_id]
                self._crossed.discard(call_id)

    def was_alone(self, call_id: str) -> bool:
        """Whether no other one of the call has gone on beside it; to be asked while it is not over."""
        return call_id not in self._crossed


class SlotsLettingGo:
    """Implements ``Slots``: what was vouched for before is forgotten before the search is asked, since that may be all that is
    ever known of it. Of two at once nobody can say whose times are held: nothing is vouched for then."""

    def __init__(self, slots: Slots, sessions: Sessions, searching: Searching, talk: Conversation) -> None:
        self._slots, self._sessions, self._searching, self._talk = slots, sessions, searching, talk

    async def search(self, branch: DialledBranch, caller: Caller, wish: SlotWish) -> Found:
        """See ``Slots``."""
        session = self._talk.session
        if session.vouchers:
            session.vouchers = {}
            await self._sessions.keep(branch.tenant_id, caller.call_id, session)
        with self._searching.one(caller.call_id):
            found = await self._slots.search(branch, caller, replace(wish, kept=session.kept))
            if self._searching.was_alone(caller.call_id):
                return found
        return replace(found, slots=tuple(replace(slot, voucher=b"") for slot in found.slots))
