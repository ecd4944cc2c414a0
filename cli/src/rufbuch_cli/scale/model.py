"""How far an installation carries: from what a call costs to what becomes the limit, and when. Pure arithmetic."""

from collections.abc import Sequence
from dataclasses import dataclass

from rufbuch_cli.scale.costs import Costs

HOUR_S = 3600.0


@dataclass(frozen=True)
class Assumptions:
    """What the model believes of the world; change it, and the page says something else."""

    use: float = 0.6
    """How much of a processor may be in use on the average, so that the waits stay short."""
    peak: float = 4.0
    """Calls in the busiest hour over the average of the opening hours."""
    open_hours: float = 9.0
    """A day in which a business is called."""
    calls_per_business: float = 30.0
    """Calls of one business on one day."""
    booked: float = 0.5
    """Calls that end with an appointment; the measured one does, so this errs on the safe side for everything but Cal.com."""
    active_phases: float = 1.6
    """Active phases of an appointment: most have one, a perm has four."""
    keys_per_business: float = 4.0
    """People with a Cal.com account of their own."""
    calcom_per_minute: float = 100.0
    """Requests that we send for one key; Cal.com allows 120."""
    calcom_share: float = 0.5
    """Of these for new appointments; the rest looks, verifies and cancels."""
    postgres_cores: float = 8.0
    postgres_commits_per_s: float = 2500.0
    """Synchronous, with one standby in the same region; measured on cloud disks it is between 2,000 and 6,000."""
    postgres_wal_mb_per_s: float = 40.0
    redis_commands_per_s: float = 80_000.0
    """Of one Redis, which works with one thread."""
    stored_days: float = 365.0
    disk_gb: float = 500.0


@dataclass(frozen=True)
class Limit:
    """Up to so many calls an hour, and what helps then."""

    what: str
    calls_per_hour: float
    then: str


def calls_per_core_hour(costs: Costs, assumptions: Assumptions) -> float:
    """What one core of the services carries."""
    return HOUR_S * 1000 * assumptions.use / costs.ours_ms


def limits(costs: Costs, assumptions: Assumptions) -> list[Limit]:
    """What ends first comes first. Of one installation: one PostgreSQL primary, one Redis, as many services as needed."""
    of = assumptions
    a_day = of.open_hours / of.peak
    found = [
        Limit(
            "PostgreSQL: processor",
            HOUR_S * 1000 * of.postgres_cores * of.use / costs.postgres_ms,
            "more cores, then another database for some of the businesses",
        ),
        Limit(
            "PostgreSQL: commits",
            HOUR_S * of.postgres_commits_per_s * of.use / costs.commits,
            "faster disks, then another database",
        ),
        Limit(
            "PostgreSQL: log written",
            HOUR_S * of.postgres_wal_mb_per_s * 1e6 * of.use / costs.wal_bytes,
            "faster disks, then another database",
        ),
        Limit(
            "PostgreSQL: disk within a year",
            of.disk_gb * 1e9 / of.stored_days / costs.stored_bytes / a_day,
            "a larger disk; the ledger keeps 90 days, shorter if you wish",
        ),
        Limit(
            "Redis: commands",
            HOUR_S * of.redis_commands_per_s * of.use / costs.redis_commands,
            "a Redis Cluster: the keys are tagged by branch",
        ),
        Limit(
            "Redis: processor",
            HOUR_S * 1000 * of.use / costs.redis_ms,
            "a Redis Cluster: the keys are tagged by branch",
        ),
    ]
    return sorted(found, key=lambda limit: limit.calls_per_hour)


def businesses(calls_per_hour: float, assumptions: Assumptions) -> float:
    """How many businesses call so often in their busiest hour."""
    return calls_per_hour / (assumptions.calls_per_business / assumptions.open_hours * assumptions.peak)


def appointments_per_key_hour(costs: Costs, assumptions: Assumptions) -> float:
    """What the budget of one key at Cal.com carries; only that account waits when it is used up."""
    requests = costs.calcom_requests + costs.calcom_requests_per_phase * (assumptions.active_phases - 1)
    return assumptions.calcom_per_minute * 60 * assumptions.calcom_share / requests


def calls_per_business_hour_by_calcom(costs: Costs, assumptions: Assumptions) -> float:
    """Calls an hour of one business at which its keys' budgets are used up; callers notice nothing, copies come later."""
    return appointments_per_key_hour(costs, assumptions) * assumptions.keys_per_business / assumptions.booked


def replicas(service_ms: float, calls_per_hour: float, assumptions: Assumptions) -> int:
    """Of a service on one core each; never fewer than two."""
    needed = service_ms * calls_per_hour / (HOUR_S * 1000 * assumptions.use)
    return max(2, -int(-needed // 1))


def shards(calls_per_hour: float, found: Sequence[Limit]) -> int:
    """How many installations (a PostgreSQL and a Redis of their own) carry so many calls."""
    return max(1, -int(-calls_per_hour / found[0].calls_per_hour // 1))


def predicted_cpu_s(costs: Costs, calls: int) -> float:
    """Processor seconds of everything for so many calls: what a load run is compared with."""
    return costs.all_ms * calls / 1000
