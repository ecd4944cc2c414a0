"""Takes the figures: each service of a running installation is stopped and started again; imports in processes of their own."""

import subprocess
import sys
from collections.abc import Iterator
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter

import psutil

from benchmarks.figure import Figure
from local_stack.rufbuch import SERVICES
from rufbuch_cli.beside import Installed, installed

READY_S_MAX = 2.0
IMPORTS = 3
_IMPORT = (
    "import time; began = time.perf_counter(); import {package}.__main__; print(time.perf_counter() - began)"
)


def rows() -> list[Figure]:
    """About a minute."""
    with TemporaryDirectory(prefix="rufbuch-bench-") as scratch, installed(scratch) as ours:
        return [*_started(ours), *_memory(ours), *_imported()]


def _started(ours: Installed) -> Iterator[Figure]:
    for service in SERVICES:
        ours.stack.stop_program(service.name)
        began = perf_counter()
        ours.stack.start_program(service.name)
        yield Figure(f"{service.name}, ready after", perf_counter() - began, "s", at_most=READY_S_MAX)


def _memory(ours: Installed) -> Iterator[Figure]:
    """Of the processes as they have just started: what is their own alone."""
    for service in SERVICES:
        yield Figure(f"{service.name}, memory of a process", _mib(ours, service.package), "MiB")


def _mib(ours: Installed, package: str) -> float:
    for process in psutil.process_iter(["cmdline"]):
        if (process.info["cmdline"] or [])[-1:] == [package] and _is_ours(process, ours):
            return float(process.memory_full_info().uss) / 2**20
    raise RuntimeError(f"{package} does not run")


def _is_ours(process: psutil.Process, ours: Installed) -> bool:
    return process.environ().get("RUFBUCH_REDIS_URL") == ours.running["REDIS_URL"]


def _imported() -> Iterator[Figure]:
    for service in SERVICES:
        taken = [_import_s(service.package) for _ in range(IMPORTS)]
        yield Figure(f"{service.name}, import time", median(taken), "s")


def _import_s(package: str) -> float:
    command = [sys.executable, "-c", _IMPORT.format(package=package)]
    return float(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
