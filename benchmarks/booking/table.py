"""Bookings a second beside the same rows written without our code, in the same run."""

import asyncio
import json
import uuid
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from time import perf_counter

import asyncpg

from benchmarks.booking.callers import NOW, Slots, bookings, wish
from booking.domain.appointment import Appointment
from booking.domain.booking import agree
from booking.domain.option import Span
from booking.storage.documents import to_document
from chassis import postgres
from chassis.postgres import Connection, Pool
from local_stack.embedded import EmbeddedPostgres

BOOKINGS, CONNECTIONS = 1500, 8
RATIO_AT_LEAST = 0.5
Write = Callable[[int], Awaitable[object]]


@dataclass(frozen=True, slots=True)
class Row:
    """Transactions a second; ``beside`` is the bare one's in the same run."""

    what: str
    figure: float
    unit: str = "tx/s"
    beside: float | None = None
    ratio_at_least: float | None = None

    @property
    def ratio(self) -> float | None:
        """Of the bare one's speed."""
        return self.figure / self.beside if self.beside else None

    @property
    def holds(self) -> bool:
        """Whether the bound is kept."""
        return self.ratio is None or self.ratio_at_least is None or self.ratio >= self.ratio_at_least

    def line(self) -> str:
        """For the table."""
        beside = "" if self.beside is None else f"{self.beside:.0f}"
        ratio = "" if self.ratio is None else f"{self.ratio:.2f}"
        bound = "" if self.ratio_at_least is None else f">=x{self.ratio_at_least:g}"
        verdict = "" if not bound else " ok" if self.holds else " FAILS"
        figure = f"{self.figure:.0f} {self.unit}"
        return f"{self.what:<58} {figure:>10} {beside:>10} {ratio:>6} {bound + verdict:>18}"


def rows() -> list[Row]:
    """The figures, over a PostgreSQL of their own (without fsync, for both alike)."""
    with EmbeddedPostgres() as server:
        postgres.migrate(server.url, "booking")
        ours = asyncio.run(_ours(server.url))
    with EmbeddedPostgres() as server:
        postgres.migrate(server.url, "booking")
        bare = asyncio.run(_bare(server.url))
    what = f"book: check, commit and event, {CONNECTIONS} connections"
    return [Row(what, ours, beside=bare, ratio_at_least=RATIO_AT_LEAST)]


async def _ours(database_url: str) -> float:
    async with postgres.pool(database_url, connections_max=CONNECTIONS) as pool:
        book = bookings(pool, Slots(BOOKINGS))
        return await _per_second(lambda number: book(wish(number, BOOKINGS)))


async def _bare(database_url: str) -> float:
    """The same rows in the same tables, by plain INSERTs and a COMMIT: no lock, no check, no answer to twins."""
    made = [
        agree(
            wish(number, BOOKINGS), Slots(BOOKINGS).option(number), now=NOW, new_id=uuid.uuid4,
            calendar_domain="kunden.example.org",
        )
        for number in range(BOOKINGS)
    ]  # fmt: skip
    async with postgres.pool(database_url, connections_max=CONNECTIONS) as pool:
        numbers = await _numbers(pool, made)
        payloads = [json.dumps(to_document(one)) for one in made]

        async def write(number: int) -> None:
            async with pool.acquire() as connection, connection.transaction():
                await _insert(connection, made[number], payloads[number], number, numbers)

        return await _per_second(write)


async def _per_second(write: Write) -> float:
    """By as many workers as there are connections; the first few are not counted."""
    waiting = iter(range(BOOKINGS))

    async def worker(most: int) -> int:
        done = 0
        while done < most and (number := next(waiting, None)) is not None:
            await write(number)
            done += 1
        return done

    await asyncio.gather(*(worker(10) for _ in range(CONNECTIONS)))
    began = perf_counter()
    done = sum(await asyncio.gather(*(worker(BOOKINGS) for _ in range(CONNECTIONS))))
    return done / (perf_counter() - began)


async def _numbers(pool: Pool, made: Sequence[Appointment]) -> dict[uuid.UUID, int]:
    people = sorted({one.person_id for one in made})
    found = await pool.fetch(
        "INSERT INTO occupant (tenant_id, occupant_id, kind) SELECT $1, unnest($2::uuid[]), 'person'"
        " RETURNING occupant_id, number",
        made[0].tenant_id, people,
    )  # fmt: skip
    return {row["occupant_id"]: row["number"] for row in found}


async def _insert(
    connection: Connection, one: Appointment, payload: str, number: int, numbers: dict[uuid.UUID, int]
) -> None:
    ids = (one.tenant_id, one.appointment_id)
    customer = one.customer
    await connection.execute(
        "INSERT INTO customer (tenant_id, customer_id, name, phone_number, calendar_email, created_at, booked_at)"
        " VALUES ($1, $2, $3, $4, $5, $6, $6)",
        one.tenant_id, customer.customer_id, customer.name, customer.phone_number, customer.calendar_email, NOW,
    )  # fmt: skip
    await connection.execute(
        "INSERT INTO appointment (tenant_id, appointment_id, branch_id, service_id, service_name, person_id,"
        " customer_id, name_given, state, start_time, end_time, call_id, option_id, created_at, version)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'booked', $9, $10, $11, $12, $13, 1)",
        *ids, one.branch_id, one.service_id, one.service_name, one.person_id, customer.customer_id, customer.name,
        one.span.start_time, one.span.end_time, one.call_id, f"slot-{number}", NOW,
    )  # fmt: skip
    await connection.executemany(
        "INSERT INTO phase (phase_id, tenant_id, appointment_id, position, name, kind, person_id, service_id,"
        " start_time, end_time) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        [
            (phase.phase_id, *ids, phase.position, phase.name, phase.kind.value, phase.person_id,
             phase.service_id, phase.span.start_time, phase.span.end_time)
            for phase in one.phases
        ],
    )  # fmt: skip
    await connection.executemany(
        "INSERT INTO occupancy (tenant_id, appointment_id, occupant_number, span) VALUES ($1, $2, $3, $4)",
        [(*ids, numbers[one.person_id], _span(numbers[one.person_id], taken.span)) for taken in one.occupied],
    )
    await connection.execute(
        "INSERT INTO booking_request VALUES ($1, $2, 'fingerprint', $3, $4)",
        one.tenant_id, f"request-{number}", one.appointment_id, NOW,
    )  # fmt: skip
    await connection.execute(
        "INSERT INTO event (recorded_at, traceparent, kind, payload) VALUES ($1, '', 'appointment_booked', $2)",
        NOW, payload,
    )  # fmt: skip


def _span(number: int, span: Span) -> asyncpg.Range[int]:
    minutes = [int(instant.timestamp()) // 60 for instant in (span.start_time, span.end_time)]
    return asyncpg.Range((number << 32) + minutes[0], (number << 32) + minutes[1])
