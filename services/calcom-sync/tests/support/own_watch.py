"""The service's own watch, on what the tests' stage has."""

import json
import uuid
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from receivers import Hook

from calcom_sync.domain.budget import BudgetState
from calcom_sync.domain.notices import Channel
from calcom_sync.storage.alarms import SqlAlarms
from calcom_sync.storage.conditions import SqlConditions
from calcom_sync.usecases.watch import Conditions, Sender, Watch

if TYPE_CHECKING:
    from conftest import Stage


async def no_budgets(_: datetime) -> list[BudgetState]:
    return []


def watch_on(
    stage: "Stage", senders: Mapping[Channel, Sender], conditions: Conditions | None = None
) -> Watch:
    return Watch(
        conditions=conditions or SqlConditions(stage.pool), alarms=SqlAlarms(stage.pool), senders=senders, peers=[],
        pulse=None, lag_s=lambda: 0.0, budgets=no_budgets, clock=stage.cal.clock, new_id=uuid.uuid4, repeat=timedelta(hours=4),
        burst=10,
    )  # fmt: skip


def told_of(hook: Hook) -> list[tuple[str, str]]:
    bodies = [json.loads(body) for _, body in hook.came]
    return [(one["about"], one["alarm"]) for one in bodies]


async def round_of(watch: Watch) -> None:
    await watch.look()
    await watch.deliver()
