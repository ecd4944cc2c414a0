"""One person, forgotten by the whole system: searched for in every table, in Redis, in logs and traces, also after the log was
read again from its beginning."""

import asyncio
import json
import re
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress

import httpx
import psycopg
import pytest
import redis
from journey_world import Caller, Whole, until, weekday
from privacy_page import PAGE, library_tables, page, tables
from psycopg import sql

from booking.domain.erasure import is_unchanged
from console.domain.accounts import Role
from rufbuch.booking.v1 import erasure_pb2
from rufbuch_cli.customer import erased, everything
from rufbuch_cli.user import put_user

pytestmark = pytest.mark.processes
NUMBER, NAME, EMAIL = "+493023125993", "Xaverine Quittenbaum", "xaverine.quittenbaum@example.org"
TRACKS = ("Quittenbaum", "quittenbaum", NUMBER.removeprefix("+"))
READERS = (
    "UPDATE calcom_sync.stream SET position = ''",
    "UPDATE booking.message_reader SET position = ''",
    "UPDATE booking.waitlist_stream SET position = ''",
    "UPDATE availability.consumed SET position = ''",
)
"""Every reader of booking's log, as if it were new."""


def every_table(connection: psycopg.Connection) -> list[tuple[str, str]]:
    return connection.execute(
        "SELECT schemaname, relname FROM pg_stat_user_tables WHERE schemaname <> 'public' ORDER BY 1, 2"
    ).fetchall()


def in_tables(whole: Whole, tracks: Sequence[str] = TRACKS) -> Iterator[str]:
    # Bytes are shown in hexadecimal digits.
    written = [word for track in tracks for word in (track, track.encode().hex())]
    with psycopg.connect(whole.running["DATABASE_URL"]) as connection:
        for schema, table in every_table(connection):
            query = sql.SQL("SELECT count(*) FROM {} t WHERE t::text LIKE ANY(%s)").format(
                sql.Identifier(schema, table)
            )
            found = connection.execute(query, [[f"%{word}%" for word in written]]).fetchone()
            if found and found[0]:
                yield f"{schema}.{table}: {found[0]} rows"


def in_redis(whole: Whole) -> Iterator[str]:
    with redis.Redis.from_url(whole.running["REDIS_URL"]) as client:
        for key in client.scan_iter(count=1000):
            # Whatever kind of value it is.
            held = client.dump(key) or b""
            if any(track.encode() in key + held for track in TRACKS):
                yield f"Redis: {key!r}"


def in_files(whole: Whole) -> Iterator[str]:
    # The stand-in is somebody else's service, and keeps what was sent to it.
    for log in whole.stack.installation.state.logs.glob("*"):
        if log.is_file() and not log.name.startswith("calcom.log"):
            text = log.read_text(errors="replace")
            if any(track in text for track in TRACKS):
                yield f"{log.name}: {next(line for line in text.splitlines() if any(t in line for t in TRACKS))[:200]}"
    with sqlite3.connect(f"file:{whole.stack.installation.state.traces}?mode=ro", uri=True) as spans:
        for (table,) in spans.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
            for row in spans.execute(f"SELECT * FROM {table}"):
                if any(track in str(row) for track in TRACKS):
                    yield f"traces: {str(row)[:200]}"


def whereabouts(whole: Whole) -> list[str]:
    return [*in_tables(whole), *in_redis(whole), *in_files(whole)]


async def left(tracks: Callable[[], list[str]]) -> list[str]:
    """Where somebody still is. Cal.com tells of a cancellation when it likes: that is emptied as soon as it is looked at."""

    async def is_nowhere() -> bool:
        return not await asyncio.to_thread(tracks)

    with suppress(TimeoutError):
        await until(is_nowhere, within_s=40)
    return await asyncio.to_thread(tracks)


def test_every_column_is_classified(whole: Whole) -> None:
    """SE-17: what is not in docs/privacy.toml has no owner, no end, and no way of being erased."""
    with psycopg.connect(whole.running["DATABASE_URL"]) as connection:
        stored: dict[str, set[str]] = {}
        for schema, table in every_table(connection):
            if table not in library_tables():
                columns = connection.execute(
                    "SELECT column_name FROM information_schema.columns WHERE table_schema = %s AND table_name = %s",
                    (schema, table),
                )
                stored[f"{schema}.{table}"] = {name for (name,) in columns}
    told = {name: table.columns for name, table in tables().items()}
    assert {
        name: columns - told.get(name, set()) for name, columns in stored.items() if columns != told.get(name)
    } == {}
    assert told.keys() - stored.keys() == set(), "gone from the database, and still in docs/privacy.toml"


def test_the_page_is_fresh() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "make docs"


async def known_everywhere(caller: Caller) -> None:
    """She books, asks for a call, and waits for something."""
    found = await caller.wish(weekday("Donnerstag", weeks=9), "11 Uhr", "Beratung")
    option = found.body["options"][0]["option_id"]
    booked = await caller.ask("start_booking", option_id=option, name=NAME, customer_email=EMAIL)
    assert booked.body["status"] == "booked", booked.body
    await caller.ask("request_callback", topic=f"{NAME} möchte über Farbe sprechen", name=NAME)
    await caller.ask(
        "join_waitlist",
        dienstleistung="Beratung",
        datum=weekday("Freitag", weeks=9),
        uhrzeit="11 Uhr",
        name=NAME,
    )
    await caller.hang_up()


async def test_after_erasure_nothing_holds_the_person(whole: Whole, retell: object) -> None:
    """SE-05, SE-17"""
    await known_everywhere(Caller(retell, NUMBER))  # type: ignore[arg-type] # the fixture of the conftest

    async def is_everywhere() -> bool:
        found = " ".join(await asyncio.to_thread(lambda: list(in_tables(whole))))
        names = (
            "booking.customer",
            "booking.callback",
            "booking.waitlist_entry",
            "telephony_gateway.call",
            "calcom_sync.",
        )
        return all(name in found for name in names)

    await until(is_everywhere, within_s=40)
    assert await asyncio.to_thread(lambda: list(in_files(whole))) == [], "masked from the beginning"
    told = await everything(whole.running, whole.tenant_id, NUMBER, "test")
    assert NAME in json.dumps(told["booking"], ensure_ascii=False)
    assert [call["callerNumber"] for call in told["calls"]] == [NUMBER]

    request = erasure_pb2.BeginErasureRequest(
        tenant_id=whole.tenant_id, phone_number=NUMBER, operator="test", cancel_appointments=True
    )
    done = await erased(whole.running, request, within_s=60)

    assert done.state == erasure_pb2.ERASURE_STATE_DONE, done
    assert is_unchanged(done.certificate)
    assert not any(track in done.certificate for track in TRACKS)
    assert json.loads(done.certificate)["steps"][-1]["left_there"], "what Cal.com keeps is named"
    assert await left(lambda: whereabouts(whole)) == []
    await asyncio.to_thread(read_again, whole)

    async def has_read_again() -> bool:
        with psycopg.connect(whole.running["DATABASE_URL"]) as connection:
            row = connection.execute(
                "SELECT (SELECT position FROM calcom_sync.stream WHERE name = 'booking') <> ''"
                " AND EXISTS (SELECT FROM availability.consumed WHERE position <> '')"
            ).fetchone()
        return bool(row and row[0])

    await until(has_read_again, within_s=40)
    assert await left(lambda: whereabouts(whole)) == []


async def test_an_owner_takes_a_copy_and_has_a_person_forgotten_in_the_console(
    whole: Whole, retell: object
) -> None:
    """SE-17: by the page, over the services themselves."""
    number, name = "+493023125994", "Ottokar Zwetschgenstein"
    caller = Caller(retell, number)  # type: ignore[arg-type] # the fixture of the conftest
    found = await caller.wish(weekday("Donnerstag", weeks=9), "14 Uhr", "Beratung")
    option = found.body["options"][0]["option_id"]
    booked = await caller.ask("start_booking", option_id=option, name=name)
    assert booked.body["status"] == "booked", booked.body
    await caller.hang_up()
    email, password = "privacy@example.org", "correct horse battery"
    await asyncio.to_thread(
        put_user, whole.running, email, [whole.tenant_id], name="Kim", role=Role.OWNER, password=password
    )
    async with httpx.AsyncClient(base_url=whole.running["CONSOLE_URL"], timeout=30) as http:
        assert (await http.post("/sign-in", data={"email": email, "password": password})).status_code == 303
        token = _field("csrf", (await http.get("/customers")).text)
        form = {"csrf": token, "number": number}
        plan = (await http.post("/customers/plan", data=form)).text
        assert name in plan
        told = (await http.post("/customers/export", data=form)).json()
        assert (told["booking"]["customer"]["name"], len(told["calls"])) == (name, 1)
        sure = {**form, "etag": _field("etag", plan), "sure": "yes", "cancel": "yes"}
        begun = await http.post("/customers/erase", data=sure)
        assert begun.status_code == 303, begun.text
        page = begun.headers["location"].split("?")[0]

        async def is_done() -> bool:
            return (await http.get(f"{page}/certificate")).text != ""

        await until(is_done, within_s=60)
        certificate = (await http.get(f"{page}/certificate")).text
        assert is_unchanged(certificate)
        assert json.loads(certificate)["erasure_id"] in (await http.get(page)).text
    assert await left(lambda: list(in_tables(whole, ("Zwetschgenstein", number[1:])))) == []


def _field(name: str, page: str) -> str:
    found = re.search(f'name="{name}" value="([^"]+)"', page)
    assert found, f"no {name} on the page"
    return found[1]


def read_again(whole: Whole) -> None:
    """Whoever reads the log begins anew."""
    for name in ("calcom-sync", "availability", "booking"):
        whole.stack.stop_program(name)
    with psycopg.connect(whole.running["DATABASE_URL"]) as connection:
        for statement in READERS:
            connection.execute(statement)
    for name in ("booking", "availability", "calcom-sync"):
        whole.stack.start_program(name)
