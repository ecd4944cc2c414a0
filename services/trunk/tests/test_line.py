"""The socket beside a trunk: who is let in, what is heard over it, and what becomes of calls when it breaks."""

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
from kettle import Kettle, asking, server_of, trunk_to

from rufbuch.trunk.v1.service_pb2 import Answer, Call, CarryRequest, CarryResponse
from trunk import client, line
from trunk.frames import FRAME_MAX
from trunk.line import Entrance, Line, dialled

pytestmark = pytest.mark.parametrize("way", ["over a line"], indirect=True)


def connected() -> int:
    """Ends of lines on this machine."""
    rows = Path("/proc/net/unix").read_text(encoding="utf-8").splitlines()
    return sum("@rufbuch-trunk-" in row and row.split()[5] == "03" for row in rows)


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not condition():  # noqa: ASYNC110 - of sockets nobody is told
            await asyncio.sleep(0.01)


@pytest.fixture
async def entrance() -> AsyncIterator[Entrance]:
    opened = Entrance()
    await opened.open()
    yield opened
    opened.close()


async def knocking(entrance: Entrance, word: bytes) -> Line:
    """As whoever has been told the word, and waits for nothing."""
    ours = await line._connected(entrance.name)
    ours.introduce(word)
    return ours


async def test_calls_of_one_machine_go_over_a_line() -> None:
    before, kettle = connected(), Kettle()
    async with trunk_to(kettle) as ask:
        assert connected() > before
        words = [f"cup {number}" for number in range(40)]
        assert await asyncio.gather(*map(ask, words)) == words
    await until(lambda: connected() == before)


async def test_whoever_has_the_word_is_let_in_and_heard(entrance: Entrance) -> None:
    come: asyncio.Queue[Line] = asyncio.Queue()
    heard: asyncio.Queue[bytes] = asyncio.Queue()
    ours = await knocking(entrance, entrance.expect(come.put_nowait))
    async with asyncio.timeout(5):
        theirs = await come.get()
        theirs.hear = heard.put_nowait
        for number in (1, 2):
            ours.tell(CarryRequest(calls=[Call(number=number)]))
            (call,) = CarryRequest.FromString(await heard.get()).calls
            assert call.number == number
    ours.end()


async def test_a_word_opens_once(entrance: Entrance) -> None:
    come: asyncio.Queue[Line] = asyncio.Queue()
    word = entrance.expect(come.put_nowait)
    first = await knocking(entrance, word)
    async with asyncio.timeout(5):
        await come.get()
    second = await knocking(entrance, word)
    await until(lambda: not second.is_open)
    assert first.is_open
    first.end()


@pytest.mark.parametrize("said", [b"", b"x" * 32, b"x" * 10_000])
async def test_whoever_has_another_word_is_hung_up_on(entrance: Entrance, said: bytes) -> None:
    come: list[Line] = []
    word = entrance.expect(come.append)
    ours = await knocking(entrance, said)
    await until(lambda: not ours.is_open)
    entrance.forget(word)
    late = await knocking(entrance, word)
    await until(lambda: not late.is_open)
    assert come == []


async def test_whoever_says_nothing_is_hung_up_on(
    entrance: Entrance, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(line, "INTRODUCED_WITHIN_S", 0.05)
    reader, writer = await asyncio.open_unix_connection(f"\0{entrance.name}")
    async with asyncio.timeout(5):
        assert await reader.read() == b""
    writer.close()


async def test_a_frame_that_nobody_would_send_ends_the_line(entrance: Entrance) -> None:
    come: asyncio.Queue[Line] = asyncio.Queue()
    word = entrance.expect(come.put_nowait)
    reader, writer = await asyncio.open_unix_connection(f"\0{entrance.name}")
    writer.write(len(word).to_bytes(4, "big") + word + (FRAME_MAX + 1).to_bytes(4, "big"))
    async with asyncio.timeout(5):
        assert await reader.read() == b""
    writer.close()


async def test_where_nobody_is_there_is_no_line(entrance: Entrance) -> None:
    """The other machine has such a name, this one has not."""
    assert await dialled(f"{entrance.name}x", b"word", b"answer") is None
    assert await dialled("", b"", b"") is None
    name = entrance.name
    entrance.close()
    assert (entrance.name, await dialled(name, b"word", b"answer")) == ("", None)


async def test_a_peer_on_another_machine_is_asked_over_the_stream(monkeypatch: pytest.MonkeyPatch) -> None:
    async def unreachable(*_: object) -> None:
        return None

    monkeypatch.setattr(client, "dialled", unreachable)
    async with trunk_to(Kettle()) as ask:
        assert await ask("way") == "trunk"


async def test_what_was_under_way_over_a_line_that_breaks_is_asked_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    lines: list[Line] = []

    async def noted(*words: Any) -> Line | None:
        made = await dialled(*words)
        assert made
        lines.append(made)
        return made

    monkeypatch.setattr(client, "dialled", noted)
    kettle = Kettle()
    async with server_of(kettle) as server, asking(server.port) as ask:
        await ask.once_it_is_there()
        kettle.came.clear()
        asked = asyncio.create_task(ask("slow"))
        async with asyncio.timeout(10):
            await kettle.begun.get()
            lines[-1]._transport.abort()
            # Not over the trunk, of which one half is gone.
            await kettle.begun.get()
            kettle.boils.set()
            assert await asked == "slow"
        assert kettle.came == {"trunk": 1, "alone": 1}
        await ask.once_it_is_there()
    assert len(lines) > 1


async def test_what_is_told_to_a_line_that_is_gone_is_lost_without_a_word(entrance: Entrance) -> None:
    ours = await knocking(entrance, b"another word")
    await until(lambda: not ours.is_open)
    ours.tell(CarryResponse(answers=[Answer(number=1)]))
    await asyncio.sleep(0)
    ours.end()
