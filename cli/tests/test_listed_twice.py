"""The claims about people who are listed twice, on the servers of the tests."""

from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from local_stack.databases import MigratedDatabases
from rufbuch_cli.proof.listed_twice import SERVICES, stage
from rufbuch_cli.proof.registry import migration
from rufbuch_cli.proof.two_rows import GOING, STAYING, Play
from staff_registry.domain.resolution import Kind, State
from staff_registry.testing.killing import deaths


@pytest.fixture
def urls(migrated_database: MigratedDatabases) -> Iterator[dict[str, str]]:
    with ExitStack() as stack:
        yield {name: stack.enter_context(migrated_database(name, migration(name))) for name in SERVICES}


@pytest.mark.parametrize("kind", Kind)
async def test_killed_at_every_step_under_callers_nothing_is_lost_doubled_or_booked_twice(
    urls: dict[str, str], redis_url: str, kind: Kind
) -> None:
    """SR-01, with the real services around."""
    async with stage(urls, redis_url) as on:
        came = await Play(on, kind, seed=3).run()
    assert came.advice == kind.value
    assert sorted(map(str, came.deaths)) == sorted(map(str, deaths(State.APPLYING)))
    assert came.told_without == came.overlaps == came.overbooked == 0
    assert came.appointments == came.booked_before + came.told_booked == 45 + came.told_booked
    assert (came.mappings, came.people, came.accounts_that_block) == (26, 1, 2)


async def test_taken_back_they_are_two_with_what_each_had(urls: dict[str, str], redis_url: str) -> None:
    async with stage(urls, redis_url) as on:
        came = await Play(on, Kind.LINK).there_and_back()
    assert came.after == came.before == (STAYING, GOING)
    assert len(came.deaths) == len(deaths(State.UNDOING))
    assert came.are_two
