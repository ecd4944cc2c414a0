"""Starts what a measuring needs beside the installation: the floors, and the callers."""

import json
import os  # OpenTelemetry's own variables go by the environment; the services inherit it
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit

from benchmarks.paths.load import Round, Seen
from local_stack.embedded import free_port
from rufbuch_cli.beside import Installed, installed

_FLOORS = "benchmarks.paths.floors"
SAMPLED = "0.05"
"""The part of the calls that is traced while it is measured."""
MEASURED = {
    "OTEL_TRACES_SAMPLER": "parentbased_traceidratio", "OTEL_TRACES_SAMPLER_ARG": SAMPLED,
    # One business asks here as often in a minute as else in a week.
    "RUFBUCH_FUNCTIONS_PER_BUSINESS": "1000000",
}  # fmt: skip


class Callers:
    """The load generator's process."""

    def __init__(self, process: "subprocess.Popen[str]", key: str) -> None:
        self._process, self._key = process, key

    def run(
        self, port: int, path: str, bodies: list[str], *, callers: int = 1, rate: float | None = None
    ) -> Seen:
        """One round."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        round_ = Round(port, path, self._key, bodies, callers, rate)
        self._process.stdin.write(json.dumps(asdict(round_)) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError("the callers ended early")
        return Seen(**json.loads(line))


@dataclass(frozen=True)
class Floors:
    """Where the floors listen."""

    http: int
    bare: int


@dataclass(frozen=True)
class Bench:
    """Everything runs."""

    ours: Installed
    floors: Floors
    callers: Callers

    @property
    def gateway(self) -> int:
        """The port of ours."""
        return int(urlsplit(self.ours.running["GATEWAY_URL"]).port or 0)


@contextmanager
def bench() -> Iterator[Bench]:
    """An installation of its own, traced in one call of twenty, and the floors on the same servers."""
    with ExitStack() as stack:
        stack.enter_context(_environment(MEASURED))
        scratch = stack.enter_context(TemporaryDirectory(prefix="rufbuch-bench-"))
        ours = stack.enter_context(installed(scratch))
        redis_url, postgres_url = ours.running["REDIS_URL"], ours.running["DATABASE_URL"]
        hop = stack.enter_context(_floor("hop", redis_url, postgres_url))
        http = stack.enter_context(_floor("http", str(hop)))
        bare = stack.enter_context(_floor("bare"))
        callers = stack.enter_context(_callers(ours.running["RETELL_API_KEY"]))
        yield Bench(ours, Floors(http, bare), callers)


@contextmanager
def _environment(values: Mapping[str, str]) -> Iterator[None]:
    os.environ.update(values)  # noqa: TID251 - handed on to OpenTelemetry, which names its variables itself
    try:
        yield
    finally:
        for name in values:
            del os.environ[name]  # noqa: TID251 - as above


@contextmanager
def _floor(kind: str, *rest: str) -> Iterator[int]:
    port = free_port()
    command = [sys.executable, "-m", _FLOORS, kind, str(port), *rest]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as floor:
        assert floor.stdout is not None
        floor.stdout.readline()
        try:
            yield port
        finally:
            floor.communicate()


@contextmanager
def _callers(key: str) -> Iterator[Callers]:
    command = [sys.executable, "-m", "benchmarks.paths.load"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield Callers(process, key)
        finally:
            process.communicate()
