"""Read what stands in accounts at Cal.com, so that a business can be set up from it."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol, TypeVar
from uuid import NAMESPACE_OID, UUID, uuid5

from calcom_sync.domain.answers import Answer, NoAnswer
from calcom_sync.domain.budget import allowed_in
from calcom_sync.domain.description import Described, Offered, Schedule, User
from calcom_sync.domain.settling import text_of
from calcom_sync.domain.setup import Account
from calcom_sync.usecases.ports import Budget, Clock, Directory, Urgency

_T = TypeVar("_T")
_NOBODY = UUID(int=0)


class Descriptions(Protocol):
    """What Cal.com tells of an account."""

    async def user(self, account: Account) -> User | Answer | NoAnswer:
        """Whose key it is."""
        ...

    async def event_types(self, account: Account, username: str) -> Sequence[Offered] | Answer | NoAnswer:
        """All of the account, hidden ones too."""
        ...

    async def schedules(self, account: Account) -> Sequence[Schedule] | Answer | NoAnswer:
        """All of the account."""
        ...


class _UnansweredError(Exception):
    """Reading this account ends here."""

    def __init__(self, described: Described) -> None:
        self.described = described


@dataclass(frozen=True)
class AccountReader:
    """Reads account by account, inside the budget."""

    directory: Directory
    descriptions: Descriptions
    budget: Budget
    clock: Clock

    async def read(self, tenant_id: UUID | None, api_keys: Mapping[str, str]) -> list[Described] | None:
        """The accounts of a business, then those behind more keys. None: there is no such business. Raises
        SetupUnavailableError."""
        known: list[Account] = []
        if tenant_id is not None:
            self.directory.forget(tenant_id)
            setup = await self.directory.setup(tenant_id)
            if setup is None:
                return None
            known = sorted(setup.accounts.values(), key=lambda one: one.username)
        wanted = [Described(account) for account in known]
        wanted += [
            Described(Account(uuid5(NAMESPACE_OID, name), "", key, _NOBODY), name)
            for name, key in sorted(api_keys.items())
        ]
        return [await self._read(one) for one in wanted]

    async def _read(self, bare: Described) -> Described:
        account = bare.account
        try:
            user = await self._asked(bare, lambda: self.descriptions.user(account))
            event_types = await self._asked(
                bare, lambda: self.descriptions.event_types(account, user.username)
            )
            schedules = await self._asked(bare, lambda: self.descriptions.schedules(account))
        except _UnansweredError as unanswered:
            return unanswered.described
        return replace(bare, user=user, event_types=tuple(event_types), schedules=tuple(schedules))

    async def _asked(self, bare: Described, ask: Callable[[], Awaitable[_T | Answer | NoAnswer]]) -> _T:
        wait = await self.budget.take(bare.account, 1, self.clock.now(), urgency=Urgency.LOOK)
        if wait:
            text = f"not looked at: {allowed_in(wait)}"
            raise _UnansweredError(replace(bare, error=text, wait=wait))
        result = await ask()
        if not isinstance(result, Answer | NoAnswer):
            return result
        await self.budget.heed(bare.account, result, self.clock.now())
        raise _UnansweredError(replace(bare, error=f"Cal.com says: {text_of(result)}"))
