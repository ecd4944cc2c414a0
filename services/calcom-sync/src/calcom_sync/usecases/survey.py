"""Compare what stands at Cal.com with what is known here, both ways, and pull what takes people's time there.

One pass goes over all upcoming bookings of an account, page by page, as far as the budget allows, and goes on later where it
stopped. What it finds is repaired where that is safe, is a case for a person where it is not, and is counted either way.
"""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from calcom_sync.domain.busy import Owner
from calcom_sync.domain.survey import Task
from calcom_sync.usecases.ports import (
    Appointments,
    Budget,
    Calendar,
    Clock,
    Directory,
    SetupUnavailableError,
)
from calcom_sync.usecases.process_webhook import Copies
from calcom_sync.usecases.survey_pass import Pass
from calcom_sync.usecases.survey_ports import AT_ONCE, Calendars, Roll, Surveys

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Surveyor:
    """Goes through accounts."""

    directory: Directory
    calendar: Calendar
    budget: Budget
    appointments: Appointments
    copies: Copies
    surveys: Surveys
    busy: Calendars
    clock: Clock
    every: timedelta

    async def round(self) -> int:
        """Whatever is due, for all businesses. How many passes came to their end."""
        begun, ended = self.clock.now(), 0
        try:
            await self._register()
        except SetupUnavailableError:
            _log.warning("nobody says which businesses there are")
        while tasks := await self.surveys.due(self.clock.now(), begun):
            ended += sum(await self._all(tasks))
        return ended

    async def reconcile(self, tenant_id: UUID) -> bool:
        """All accounts of one business, now. False: at least one pass goes on later; whoever asks again joins what was asked for.
        Raises SetupUnavailableError."""
        await self._register(tenant_id)
        tasks = await self.surveys.asked(tenant_id, self.clock.now())
        for first in range(0, len(tasks), AT_ONCE):
            await self._all(tasks[first : first + AT_ONCE])
        # Not by what was taken here: somebody else may be at one, or have been.
        return not await self.surveys.is_asked(tenant_id)

    async def _all(self, tasks: Sequence[Task]) -> list[bool]:
        """Together: each has a key of its own to wait for. What goes wrong with one stops no other."""
        results = await asyncio.gather(*(self.go_on(task) for task in tasks), return_exceptions=True)
        for result in results:
            if isinstance(result, BaseException):
                raise result
        return [result is True for result in results]

    async def _register(self, only: UUID | None = None) -> None:
        owners: list[Owner] = []
        keyless: list[tuple[UUID, UUID]] = []
        silent: list[UUID] = []
        for tenant_id in [only] if only else await self.directory.tenants():
            try:
                setup = await self.directory.setup(tenant_id)
            except SetupUnavailableError:
                if only:
                    raise
                silent.append(tenant_id)
                continue
            if setup and setup.calendar_sync:
                owners += [Owner(tenant_id, one.account_id, one.person_id) for one in setup.accounts.values()]
                keyless += [(tenant_id, account_id) for account_id in setup.keyless]
        await self.surveys.register(Roll(owners, keyless, only, silent), self.clock.now())

    async def go_on(self, task: Task) -> bool:
        """Go on with a pass as far as the budget allows. Whether it came to its end."""
        try:
            setup = await self.directory.setup(task.tenant_id)
        except SetupUnavailableError:
            return False
        account = setup.accounts.get(task.account_id) if setup else None
        if setup is None or account is None:
            return False
        return await Pass(self, setup, account, task).run()
