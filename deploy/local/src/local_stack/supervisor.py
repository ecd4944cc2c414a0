"""supervisord: its configuration, and the conversation with it over a unix socket."""

import json
import os
import shlex
import signal
import sys
import xmlrpc.client
from collections.abc import Collection, Iterable, Iterator
from configparser import RawConfigParser
from dataclasses import dataclass
from http.client import HTTPException
from io import StringIO
from pathlib import Path
from typing import Any

from supervisor.xmlrpc import SupervisorTransport

from local_stack import guard
from local_stack.kept_secrets import write_private
from local_stack.programs import Program, Tier
from local_stack.waiting import PATIENT_PAUSE_S, until

STOP_WITHIN_S = 15
ONCE = {"autostart": "false", "autorestart": "false", "startsecs": "0"}
# A program that keeps dying is started again after 1, 2, 3, ... seconds.
FOR_EVER = {"autorestart": "true", "startsecs": "1", "startretries": "100"}


@dataclass(frozen=True)
class ProgramState:
    """What the supervisor knows about one program."""

    state: str
    pid: int
    exit_status: int
    start: int
    """When it was last started, in seconds since 1970."""
    trouble: str
    """What the supervisor has to say about its last start."""


class Supervisor:
    """A conversation with the supervisor behind this socket; not for several threads."""

    def __init__(self, socket: Path) -> None:
        self._transport = SupervisorTransport(None, None, f"unix://{socket}")
        self._calls: Any = xmlrpc.client.ServerProxy("http://localhost", transport=self._transport).supervisor

    def answers(self) -> bool:
        """Whether it is there; while it stops it refuses every call, which is an answer too."""
        try:
            self._calls.getState()
        except xmlrpc.client.Fault:
            return True
        except (OSError, HTTPException):
            self.close()
            return False
        return True

    def start(self, program: str) -> None:
        """Start one program; its readiness is another matter."""
        wait = False
        self._calls.startProcess(program, wait)

    def stop(self, program: str) -> None:
        """Stop one program and wait until it is gone."""
        self._calls.stopProcess(program)

    def stop_all(self, programs: Collection[str]) -> None:
        """Stop several at once and wait until all are gone. Raises NotInTimeError."""
        wait = False
        for program in programs:
            self._calls.stopProcess(program, wait)
        waiting = {program.split(":")[-1] for program in programs}

        def are_gone() -> bool:
            return all(self.states()[name].state == "STOPPED" for name in waiting)

        # Whoever does not end in time is killed by the supervisor.
        until(are_gone, within_s=2 * STOP_WITHIN_S, what=f"the end of {waiting}", pause_s=PATIENT_PAUSE_S)

    def states(self) -> dict[str, ProgramState]:
        """How each program is doing, by its name without the group."""
        return {info["name"]: _state(info) for info in self._calls.getAllProcessInfo()}

    def shut_down(self) -> None:
        """Stop all in order, then end."""
        self._calls.shutdown()

    def close(self) -> None:
        """Hang up."""
        self._transport.close()


def _state(info: dict[str, Any]) -> ProgramState:
    return ProgramState(info["statename"], info["pid"], info["exitstatus"], info["start"], info["spawnerr"])


def full_name(program: Program) -> str:
    """How the supervisor calls it."""
    return f"{program.tier.name.lower()}:{program.name}"


def migration_name(program: Program) -> str:
    """How the supervisor calls the migration of this program."""
    return f"{Tier.MIGRATIONS.name.lower()}:{migration_log(program)}"


def command(configuration: Path) -> list[str]:
    """What runs the supervisor in the foreground."""
    return [
        sys.executable,
        "-m",
        "supervisor.supervisord",
        "--nodaemon",
        "--configuration",
        str(configuration),
    ]


def configure(programs: Iterable[Program], *, directory: Path, logs: Path) -> Path:
    """Write the configuration into ``directory``, which has to have a short path: the socket lies there too."""
    config = RawConfigParser()
    config["supervisord"] = {
        "logfile": _plain(str(logs / "supervisor.log")),
        "pidfile": _plain(str(directory / "supervisor.pid")),
        "nocleanup": "true",
        # Root has to say that it means to stay root.
        **({"user": "root"} if os.geteuid() == 0 else {}),
    }
    config["unix_http_server"] = {"file": _plain(str(directory / "socket")), "chmod": "0700"}
    config["rpcinterface:supervisor"] = {
        "supervisor.rpcinterface_factory": "supervisor.rpcinterface:make_main_rpcinterface"
    }
    for tier, name, section in _sections(programs, directory, logs):
        config[f"program:{name}"] = section
        group = f"group:{tier.name.lower()}"
        members = config.get(group, "programs", fallback="")
        config[group] = {"programs": f"{members},{name}".strip(","), "priority": str(tier.value)}
    text = StringIO()
    config.write(text)
    write_private(directory / "supervisor.conf", text.getvalue())
    return directory / "supervisor.conf"


def _sections(
    programs: Iterable[Program], directory: Path, logs: Path
) -> Iterator[tuple[Tier, str, dict[str, str]]]:
    for program in programs:
        # Whoever needs its schema migrated is started by us, after that.
        start = {"autostart": "false" if program.is_service else "true"} | FOR_EVER
        write_private(_environment_file(program, directory), json.dumps(dict(program.environment)))
        run = {"command": _guarded(program, program.command, directory)}
        yield program.tier, program.name, _common(program, logs / f"{program.name}.log") | start | run
        if program.migrate:
            name = migration_log(program)
            run = {"command": _guarded(program, program.migrate, directory)}
            yield Tier.MIGRATIONS, name, _common(program, logs / f"{name}.log") | ONCE | run


def _common(program: Program, log: Path) -> dict[str, str]:
    return {
        "directory": "/",
        "redirect_stderr": "true",
        "stdout_logfile": _plain(str(log)),
        "stdout_logfile_maxbytes": "5MB",
        "stdout_logfile_backups": "2",
        "stopsignal": program.stop_signal,
        "stopwaitsecs": str(STOP_WITHIN_S),
    }


def _environment_file(program: Program, directory: Path) -> Path:
    """Secrets go through a file: a command line can be seen by everybody on the machine."""
    return directory / f"{program.name}.env.json"


def _guarded(program: Program, words: tuple[str, ...], directory: Path) -> str:
    """The command, behind the guard that gives it its environment and its account."""
    number = signal.Signals[f"SIG{program.stop_signal}"].value
    before = [sys.executable, "-I", "-S", guard.__file__, "exec", "--stop-signal", str(number)]
    before += ["--environment", str(_environment_file(program, directory))]
    before += program.account.as_words() if program.account else []
    before += ["--niceness", str(program.niceness)] if program.niceness else []
    return _plain(shlex.join([*before, "--", *words]))


def migration_log(program: Program) -> str:
    """The name of the migration without its group, and of its log."""
    return f"{program.name}-migrate"


def _plain(text: str) -> str:
    """supervisord expands %(...)s in its values."""
    return text.replace("%", "%%")
