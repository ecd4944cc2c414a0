"""All of it together under trouble, small; the claims of the project run the same with full numbers."""

from proofs import drain, settle, speed
from salon import AT_ONCE


async def test_under_faults_everything_ends_right_and_nothing_was_posted_twice(
    database_url: str, redis_url: str
) -> None:
    """CS-01, CS-03, CS-05, CS-11, CS-20, CS-27, CS-29: lost answers, stale lists, webhooks in any order, killed workers."""
    told = await settle(database_url, redis_url, appointments=72, people=3, seed=7)

    assert told.phases_right > 150
    assert told.phases_wrong == 0
    assert told.bookings_without_phase == 0
    assert told.double_posts == 0
    assert told.states_wrong == 0
    assert told.manual_repairs == 0
    assert told.external_wrong == 0
    assert told.external_busy > 0
    assert told.faulted_share > 0.2


async def test_phases_together_take_hardly_longer_than_one(database_url: str, redis_url: str) -> None:
    told = await speed(database_url, redis_url, delay_ms=300, tries=3)

    # The bounds of the claim are for a machine that does nothing else; one after the other would come to 1.
    assert told.of_sequential < 0.7


async def test_an_outage_drains_oldest_first_and_never_over_the_limit(
    database_url: str, redis_url: str
) -> None:
    told = await drain(database_url, redis_url, appointments=100)

    assert (told.synced, told.called_off) == told.expected
    assert told.refused == 0
    assert told.most_in_a_minute <= 110
    assert told.overtaken_by <= AT_ONCE
    assert told.minutes < 5
