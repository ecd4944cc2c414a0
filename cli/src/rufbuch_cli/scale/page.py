"""docs/scale.md, written from the model and the measurement, so that no figure in it is of yesterday."""

from rufbuch_cli.scale.costs import Costs
from rufbuch_cli.scale.model import (
    Assumptions,
    appointments_per_key_hour,
    businesses,
    calls_per_business_hour_by_calcom,
    calls_per_core_hour,
    limits,
    replicas,
    shards,
)

SIZES = (100, 1_000, 10_000, 100_000)
SERVICES = ("telephony-gateway", "availability", "booking", "staff-registry", "calcom-sync", "console")
HEAD = """# Scale

Written by `make docs` from `rufbuch_cli.scale.model` and a measurement (`python -m rufbuch_cli.scale measure`); do not edit.
What one call costs is counted on a whole installation; what follows from it is arithmetic, with its assumptions below. `make
proof NAME=deploy` plays a load and compares the processor time with what the model says.
"""


def page(costs: Costs, assumptions: Assumptions | None = None) -> str:
    """The whole page."""
    of = assumptions or Assumptions()
    return "\n".join([HEAD, *_costs(costs), *_carried(costs, of), *_assumed(of), SHARDING])


def _costs(costs: Costs) -> list[str]:
    return [
        "## What a call costs",
        "",
        f"Greeting, two searches, one booking, the hang-up; the mean of {costs.calls} calls on {costs.machine}, less what an",
        "idle installation does (0.0: not more than that varies). They come without a break, as in a busy hour, so that what follows",
        "from them is stored together; a call alone costs more statements. The business of this table copies nothing to Cal.com.",
        "",
        "| of | processor, ms | SQL statements | gRPC calls answered |",
        "|---|---|---|---|",
        *(
            f"| {name} | {costs.cpu_ms.get(name, 0):.1f} | {costs.statements.get(name.replace('-', '_'), 0):.1f}"
            f" | {costs.rpcs.get(name, 0):.1f} |"
            for name in SERVICES
        ),
        f"| PostgreSQL | {costs.postgres_ms:.1f} | | |",
        f"| Redis | {costs.redis_ms:.1f} | | |",
        f"| all services | {costs.ours_ms:.1f} | {sum(costs.statements.values()):.1f} | {sum(costs.rpcs.values()):.1f} |",
        "",
        f"PostgreSQL: {costs.commits:.1f} commits, {_bytes(costs.wal_bytes)} of log written, {_bytes(costs.stored_bytes)} more stored.",
        f"Redis: {costs.redis_commands:.1f} commands, {_bytes(costs.redis_bytes)} read and written. HTTP: {_bytes(costs.http_bytes)} of answers.",
        f"Cal.com: {costs.calcom_requests:.1f} requests for each active phase of an appointment.",
        "",
    ]


def _carried(costs: Costs, of: Assumptions) -> list[str]:
    found = limits(costs, of)
    per_core = calls_per_core_hour(costs, of)
    return [
        "## What that carries",
        "",
        f"**A core of the services carries {per_core:,.0f} calls an hour** at {of.use:.0%} use: the busiest hour of",
        f"{businesses(per_core, of):,.0f} businesses. One installation (a PostgreSQL with {of.postgres_cores:.0f} cores, one Redis) ends here, first what ends first:",
        "",
        "| limit | calls an hour | businesses | then |",
        "|---|---|---|---|",
        *(
            f"| {limit.what} | {limit.calls_per_hour:,.0f} | {businesses(limit.calls_per_hour, of):,.0f} | {limit.then} |"
            for limit in found
        ),
        "",
        f"**Cal.com** allows each key its own budget: {appointments_per_key_hour(costs, of):,.0f} new appointments an hour and key, so",
        f"{calls_per_business_hour_by_calcom(costs, of):,.0f} calls an hour of one business with {of.keys_per_business:.0f} keys. It never limits callers: copies come later.",
        "",
        "| businesses | calls an hour at the peak | installations | replicas of gateway, availability, booking |",
        "|---|---|---|---|",
        *(_size(number, costs, of) for number in SIZES),
        "",
    ]


def _size(number: int, costs: Costs, of: Assumptions) -> str:
    calls = number / businesses(1.0, of)
    count = shards(calls, limits(costs, of))
    each = ", ".join(str(replicas(costs.cpu_ms.get(name, 0), calls / count, of)) for name in SERVICES[:3])
    return f"| {number:,} | {calls:,.0f} | {count} | {each} in each |"


def _assumed(of: Assumptions) -> list[str]:
    return [
        "## What is assumed",
        "",
        f"Processors at {of.use:.0%} on the average. A business is called {of.calls_per_business:.0f} times a day in {of.open_hours:.0f} hours, {of.peak:.0f} times the",
        f"average in its busiest hour; {of.booked:.0%} of the calls end with an appointment of {of.active_phases} active phases. PostgreSQL: {of.postgres_commits_per_s:,.0f}",
        f"synchronous commits and {of.postgres_wal_mb_per_s:.0f} MB of log a second, {of.disk_gb:.0f} GB for {of.stored_days:.0f} days. Redis: {of.redis_commands_per_s:,.0f} commands a second.",
        f"Cal.com: {of.calcom_per_minute:.0f} requests a minute and key, {of.calcom_share:.0%} of them for new appointments.",
        "",
    ]


def _bytes(number: float) -> str:
    return f"{number / 1000:.1f} kB"


SHARDING = """## More than one installation can carry: by tenant

Everything belongs to one business: each row carries its `tenant_id`, a hold lives in one branch, no call touches two. So
the businesses are divided, and an installation stays what it is.

**One installation for each part, not a divided database.** The logs of events (`event` in booking and in staff-registry) are
read in the order in which PostgreSQL's transactions ended, by transaction ids and snapshots of *one* server; that order is
what makes effects exactly-once. Citus has no such order across its workers, and the exclusion constraint that refuses every
overlap would need `tenant_id` as the distribution column in each of its indexes. A second PostgreSQL with its own services
needs neither: the same manifests, another namespace, other secrets.

| what | key | how it is divided |
|---|---|---|
| staff-registry: businesses, branches, people, services, numbers, files, secrets | `tenant_id` | moves with the business; a dialled number belongs to one part |
| booking: customers, appointments, phases, series, callbacks, waiting list, messages, `event` | `tenant_id` | moves with the business; the log starts anew there, readers read it from its beginning |
| availability: busy times, positions | `tenant_id` | not moved: made again from the logs |
| calcom-sync: intents, accounts' budgets, cases, external busy times | `tenant_id`, Cal.com key | moves with the business; a key is used in one part only, or its budget counts twice |
| telephony-gateway: calls, claims, sentences of calls | `tenant_id`, `call_id` | stays until it is forgotten (90 days); new calls are written in the new part |
| console: users, sessions | user, memberships by `tenant_id` | one console for each part, or one that knows several addresses |
| Redis: holds | hash tag of the branch | a Redis Cluster divides by branch within a part |
| Redis: calls, options, signatures seen | `call_id`, signature | lives as long as a call |

**Who goes where** is decided by the dialled number, before anything else: Retell's address for a number is that of its part
(`rufbuch retell export NUMBER --base-url …`), so no router of ours stands in the way of every call. Cal.com's webhook address carries
the tenant. The list of parts is data of whoever runs them: number, tenant, part.

**Moving a business**: `rufbuch export`, import in the new part with the same keys; calls to it are answered by the old one
until the number's address is changed; then its appointments and customers are copied (booking's tables by `tenant_id`), and the
logs of the new part tell them to availability and calcom-sync. It is done at night, in minutes, one business at a time.

## Several regions

A region is a part: callers, PostgreSQL, Redis and Cal.com's answers are near each other, and a function has two seconds.
Nothing is shared between regions, so the loss of one is the loss of its businesses until its standby is there: PostgreSQL's
archived log in another region (components/backups), a cluster restored from it, and the numbers' addresses at Retell changed.
What is lost is what was not archived yet: up to five minutes. A synchronous standby in another region would take that away and
adds its way there and back to each commit: a call commits several times, one after the other, and a caller waits for three of them.
"""
