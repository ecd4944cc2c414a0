"""Businesses as files: what is exported imports as no change, and every fault is told with its line, all at once."""

import asyncio
import re
from datetime import UTC, datetime

from cryptography.fernet import Fernet

from chassis import postgres
from chassis.eventlog import EventLog
from local_stack.embedded import EmbeddedPostgres
from rufbuch_cli.proof.claims import Claim, Result
from staff_registry.domain.business import Business
from staff_registry.domain.ids import Ids
from staff_registry.domain.merging import Pruning
from staff_registry.samples import PHYSIOTHERAPY, SALON, WORKSHOP
from staff_registry.storage.businesses import SqlBusinesses
from staff_registry.storage.sealing import Sealer
from staff_registry.usecases.import_business import Terms, import_business
from staff_registry.yaml_file import FileInvalidError, describe, render

SAMPLES = (SALON, PHYSIOTHERAPY, WORKSHOP)
PRUNE_ALL = Terms(Pruning(left_out=True, mappings=True))
NOW = datetime(2026, 8, 3, tzinfo=UTC)


def files_come_back() -> list[Result]:
    """The samples, imported, exported, and the export imported: kept as it is, and pruned."""
    changed, events = asyncio.run(_again())
    figure = (
        f"{2 * len(SAMPLES)} imports of {len(SAMPLES)} exports: {changed} change anything, {events} events"
    )
    return [
        Result(
            "what is exported imports as no change",
            figure,
            f"0, {len(SAMPLES)}",
            (changed, events) == (0, len(SAMPLES)),
        )
    ]


async def _again() -> tuple[int, int]:
    with EmbeddedPostgres() as database:
        await asyncio.to_thread(postgres.migrate, database.url, "staff_registry")
        async with postgres.pool(database.url) as pool:
            events = EventLog(pool)
            store = SqlBusinesses(pool, events, Sealer(Fernet.generate_key().decode()))
            changed = [await _changed(store, describe(path.read_text("utf-8"))) for path in SAMPLES]
            return sum(changed), len(await events.read(""))


async def _changed(store: SqlBusinesses, business: Business) -> int:
    await import_business(business, imports=store, now=NOW)
    stored = await store.find(Ids(business.key).tenant)
    if stored is None:
        raise RuntimeError(f"{business.key} was imported and is not there")
    exported = describe(render(stored.business))
    kept = await import_business(exported, imports=store, now=NOW)
    pruned = await import_business(exported, imports=store, now=NOW, terms=PRUNE_ALL)
    return kept.changed + pruned.changed


def faults_have_lines() -> list[Result]:
    """Every length, time of the day and key in the reference salon's file spoiled at the same time."""
    lines = SALON.read_text(encoding="utf-8").splitlines()
    spoiled = [re.sub(r"minutes: \d+", "minutes: soon", line) for line in lines]
    spoiled = [re.sub(r'(start|end): "\d\d:\d\d"', r"\1: early", line) for line in spoiled]
    spoiled = [re.sub(r"^(  - key: )(\w+)$", r"\1Ä \2", line) for line in spoiled]
    wrong = {n for n, (line, was) in enumerate(zip(spoiled, lines, strict=True), start=1) if line != was}
    told = _lines_told("\n".join(spoiled))
    figure = f"{len(wrong)} lines spoiled, {len(wrong & told)} of them told at once"
    return [Result("faults of a file, with their lines", figure, "all", bool(wrong) and wrong <= told)]


def _lines_told(text: str) -> set[int]:
    try:
        describe(text)
    except FileInvalidError as error:
        return {fault.line for fault in error.faults}
    return set()


CLAIMS: tuple[Claim, ...] = (files_come_back, faults_have_lines)
