"""A network of its own for some processes, on cables that can be pulled: Linux network namespaces, by iproute2.

What is reached over a cable listens on this machine's own loopback; a relay at this end of the cable passes everything on.
A pulled cable loses packets in silence, as a switch that fails does: nobody is told, unlike by a server that stops.
"""

import asyncio
import os
import secrets
import shutil
import subprocess
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass

from local_stack.ports import HOST

BLOCK = 65_536


class NamespacesError(RuntimeError):
    """This machine gives no namespaces; the message says what is missing."""


@dataclass(frozen=True)
class Cable:
    """One link between this machine (``here``) and the namespace (``there``)."""

    device: str
    here: str
    there: str

    def pull(self) -> None:
        """Nothing comes through from now on."""
        _ip("link", "set", self.device, "down")

    def plug(self) -> None:
        """It works again."""
        _ip("link", "set", self.device, "up")


@dataclass(frozen=True)
class Namespace:
    """A network in which processes can be started."""

    name: str
    cables: Mapping[str, Cable]

    def command(self, *words: str) -> list[str]:
        """The words that run a command inside."""
        return ["ip", "netns", "exec", self.name, *words]


@contextmanager
def namespace(cables: Sequence[str]) -> Iterator[Namespace]:
    """A namespace with these cables, gone at the end. Raises NamespacesError where the machine has none for us."""
    _refuse_without()
    name = f"rufbuch-{secrets.token_hex(4)}"
    with ExitStack() as cleanup:
        _ip("netns", "add", name)
        # Its devices go with it.
        cleanup.callback(_ip, "netns", "delete", name)
        _ip("-n", name, "link", "set", "lo", "up")
        yield Namespace(name, {cable: _lay(name) for cable in cables})


def _lay(name: str) -> Cable:
    """Out of a network that is meant for such (198.18.0.0/15), at a random place, since others may test beside us."""
    end, number = secrets.token_hex(4), secrets.randbelow(2**15) * 4
    net = f"198.{18 + (number >> 16)}.{(number >> 8) & 255}"
    here, there = f"{net}.{number % 256 + 1}", f"{net}.{number % 256 + 2}"
    _ip("link", "add", f"rb{end}", "type", "veth", "peer", "name", f"rn{end}")
    _ip("link", "set", f"rn{end}", "netns", name)
    _ip("addr", "add", f"{here}/30", "dev", f"rb{end}")
    _ip("link", "set", f"rb{end}", "up")
    _ip("-n", name, "addr", "add", f"{there}/30", "dev", f"rn{end}")
    _ip("-n", name, "link", "set", f"rn{end}", "up")
    return Cable(f"rb{end}", here, there)


@contextmanager
def relayed(cable: Cable, ports: Sequence[int]) -> Iterator[None]:
    """What listens at these ports of this machine's loopback is reached over the cable, at the same ports."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name=f"relay {cable.device}")
    thread.start()
    servers: list[asyncio.Server] = []
    try:
        asyncio.run_coroutine_threadsafe(_listen(cable, ports, servers), loop).result()
        yield
    finally:
        asyncio.run_coroutine_threadsafe(_end_all(servers), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


async def _listen(cable: Cable, ports: Sequence[int], servers: list[asyncio.Server]) -> None:
    for port in ports:

        async def relay(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, port: int = port) -> None:
            try:
                with suppress(OSError):
                    onward_reader, onward_writer = await asyncio.open_connection(HOST, port)
                    await asyncio.gather(_pump(reader, onward_writer), _pump(onward_reader, writer))
            finally:
                writer.close()

        servers.append(await asyncio.start_server(relay, cable.here, port))


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while block := await reader.read(BLOCK):
            writer.write(block)
            await writer.drain()
    except OSError:
        # Either end has gone; the other one is told by the end of its stream.
        pass
    finally:
        writer.close()


async def _end_all(servers: Sequence[asyncio.Server]) -> None:
    for server in servers:
        server.close()
    tasks = asyncio.all_tasks() - {asyncio.current_task()}
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    # What was closed goes at the loop's next turn.
    await asyncio.sleep(0)


def _refuse_without() -> None:
    if not shutil.which("ip"):
        raise NamespacesError("network namespaces need iproute2 (the program ip)")
    if os.geteuid() != 0:
        raise NamespacesError("network namespaces need root")


def _ip(*words: str) -> None:
    done = subprocess.run(["ip", *words], capture_output=True, text=True, check=False)
    if done.returncode:
        raise NamespacesError(f"ip {' '.join(words)}: {done.stderr.strip()}")
