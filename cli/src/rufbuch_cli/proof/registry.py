"""The staff registry: one human who is listed twice, found, planned, made one while callers book, killed at every step."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import ExitStack
from typing import TypeVar

from calcom_sync.migration import migrate as migrate_copies
from chassis import postgres
from chassis.settings import load
from local_stack.databases import MigratedDatabases
from local_stack.embedded import EmbeddedPostgres, EmbeddedRedis
from rufbuch_cli.proof.claims import Claim, ProofSettings, Result
from rufbuch_cli.proof.listed_twice import SERVICES, stage
from rufbuch_cli.proof.two_rows import CALLERS, GOING, STAYING, Play
from staff_registry.domain.resolution import Kind, State
from staff_registry.testing.killing import deaths

T = TypeVar("T")


def play(kind: Kind, act: Callable[[Play], Awaitable[T]]) -> T:
    """One run on servers of its own."""

    async def on_a_stage(urls: Mapping[str, str], redis_url: str) -> T:
        async with stage(urls, redis_url) as on:
            return await act(Play(on, kind, seed=load(ProofSettings).proof_seed))

    with ExitStack() as stack:
        database = stack.enter_context(EmbeddedPostgres())
        redis = stack.enter_context(EmbeddedRedis())
        return asyncio.run(on_a_stage(_migrated(stack, database.url), redis.url))


def two_accounts_are_linked() -> list[Result]:
    """The known case: two rows of one name with two accounts at Cal.com."""
    return _judged(Kind.LINK, "one name, two rows, two accounts", accounts=2)


def a_double_entry_is_merged() -> list[Result]:
    """One account, entered twice."""
    return _judged(Kind.MERGE, "one name, two rows, one account", accounts=1)


def what_was_linked_is_taken_back() -> list[Result]:
    """From the record, killed at every step of the way back."""
    came = play(Kind.LINK, Play.there_and_back)
    kills = len(deaths(State.UNDOING))
    rows = " and ".join(
        f"{appointments} appointments with {mappings} mappings" for appointments, mappings in came.after
    )
    return [
        Result(
            "taken back, killed at every step",
            f"{len(came.deaths)} deaths, {rows}, {'two' if came.are_two else 'still one'} in the exclusion",
            f"{kills} deaths, {' and '.join(map(str, came.before))}, two",
            len(came.deaths) == kills and came.after == came.before == (STAYING, GOING) and came.are_two,
        )
    ]


def _judged(kind: Kind, what: str, *, accounts: int) -> list[Result]:
    came = play(kind, Play.run)
    wanted = STAYING[0] + GOING[0], STAYING[1] + GOING[1]
    kills = len(deaths(State.APPLYING))
    return [
        Result(f"{what}: recognised", came.advice, kind.value, came.advice == kind.value),
        Result(
            f"{what}: killed at every step under {CALLERS} callers",
            f"{len(came.deaths)} deaths, {came.told_booked} told booked, {came.told_without} of them without or twice,"
            f" {came.seconds:.1f} s",
            f"{kills} deaths, 0",
            len(came.deaths) == kills and came.told_without == 0 and came.told_booked > 0,
        ),
        Result(
            f"{what}: nothing lost, nothing doubled",
            f"{came.appointments - came.told_booked} appointments and those {came.told_booked}, {came.mappings} mappings,"
            f" {came.people} person, {came.accounts} account(s)",
            f"{wanted[0]}, {wanted[1]}, 1, {accounts}",
            (came.appointments - came.told_booked, came.mappings, came.people, came.accounts)
            == (*wanted, 1, accounts),
        ),
        Result(
            f"{what}: never booked twice",
            f"{came.overlaps} overlaps, {came.overbooked} overbooked, {came.accounts_that_block} accounts block",
            "0, 0, 2",
            (came.overlaps, came.overbooked, came.accounts_that_block) == (0, 0, 2),
        ),
    ]


def _migrated(stack: ExitStack, admin_url: str) -> dict[str, str]:
    databases = MigratedDatabases(admin_url, run="proof")
    return {name: stack.enter_context(databases(name, migration(name))) for name in SERVICES}


def migration(service: str) -> Callable[[str], None]:
    """What brings the schema of a service to its newest version, for a URL."""

    def migrate(url: str) -> None:
        postgres.migrate(url, service)

    return migrate_copies if service == "calcom_sync" else migrate


CLAIMS: tuple[Claim, ...] = (
    two_accounts_are_linked,
    a_double_entry_is_merged,
    what_was_linked_is_taken_back,
)
"""Printed by ``make proof NAME=registry``."""
