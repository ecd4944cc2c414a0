"""The running whole: everything started in order, ready, and stopped in order, whatever happens in between."""

import json
import threading
from collections.abc import Callable, Sequence
from contextlib import ExitStack, suppress
from datetime import UTC, datetime
from typing import Self

from local_stack.certificates import Authority
from local_stack.installation import Installation
from local_stack.interrupts import Interrupts, handled
from local_stack.kept_secrets import write_private
from local_stack.leftovers import end_leftovers
from local_stack.migration import Migrations
from local_stack.ports import HOST, refuse_taken
from local_stack.programs import Program, Tier
from local_stack.provisioning import provision
from local_stack.readiness import Readiness
from local_stack.rufbuch import rufbuch_programs
from local_stack.settings import LocalSettings
from local_stack.supervision import Supervision, supervised
from local_stack.supervisor import ProgramState, Supervisor, full_name

DATABASES_WITHIN_S = 60.0
READY_WITHIN_S = 120.0
READY_EACH_S = 15.0
"""What each of many programs may take where all start at the same time: on a busy machine that is work for the processor."""
WATCH_EVERY_S = 1.0

Table = Callable[[Installation], Sequence[Program]]


class SupervisorLostError(RuntimeError):
    """The supervisor ended although nobody asked for it."""


class Stack:
    """``with Stack(settings) as stack:`` everything is ready inside, and gone after.

    Inside, the first of Ctrl-C, SIGTERM and SIGHUP raises KeyboardInterrupt; none interrupts the
    stopping. For the main thread only.
    """

    def __init__(
        self,
        settings: LocalSettings,
        *,
        table: Table = rufbuch_programs,
        say: Callable[[str], None] = lambda _: None,
    ) -> None:
        self.installation = Installation.of(settings)
        self._offset = settings.port_offset
        self._table = table
        self._say = say
        self._cleanup = ExitStack()
        self._interrupts: Interrupts | None = None
        self._programs: Sequence[Program] = ()
        self._supervision: Supervision | None = None

    def __enter__(self) -> Self:
        self._interrupts = self._cleanup.enter_context(handled())
        try:
            self.start()
            self.wait_ready()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> None:
        """Start everything, each program as soon as what it needs is there; ready or not is for wait_ready().

        Raises AlreadyRunningError, PortsTakenError, ProvisioningError, NotReadyError (a database, or a migration).
        """
        state = self.installation.state
        self._cleanup.enter_context(state.claimed())
        ended = end_leftovers(state.path)
        if ended:
            self._say(f"ended what an earlier start had left: {', '.join(ended)}")
        if self.installation.settings.mtls:
            Authority(state.certificates, now=datetime.now(UTC)).renew()
        self._programs = self._table(self.installation)
        refuse_taken(
            {port: purpose for each in self._programs for port, purpose in each.listens.items()},
            offset=self._offset,
        )
        self._say("starting the servers")
        self._supervision = self._cleanup.enter_context(supervised(self._programs, state))
        self._prepare_database()
        self._say("starting the services")
        Migrations(self._programs, self._supervision.control, state.logs).run()
        write_private(state.environment, json.dumps(self.installation.environment(), indent=2))
        self._cleanup.callback(state.environment.unlink, missing_ok=True)

    def wait_ready(self, within_s: float = READY_WITHIN_S) -> None:
        """Return when every program is ready; NotReadyError names those that are not and shows their logs. Many programs
        have more time than ``within_s``."""
        self._await_ready(self._programs, max(within_s, READY_EACH_S * len(self._programs)))

    def wait(self) -> None:
        """Stay until Ctrl-C or SIGTERM; SupervisorLostError if the supervisor ends by itself."""
        pause = threading.Event()
        with suppress(KeyboardInterrupt):
            while self._supervision and not self._supervision.has_ended:
                pause.wait(WATCH_EVERY_S)
            raise SupervisorLostError(
                f"the supervisor has ended, see {self.installation.state.logs}/supervisor.log"
            )

    def stop(self) -> None:
        """Stop the programs in order, wait until they are gone, let others start here. Repeating it is harmless."""
        if self._interrupts:
            self._interrupts.hush()
        if self._supervision:
            self._say("stopping")
        self._supervision = None
        self._cleanup.close()

    def describe(self) -> dict[str, str]:
        """What listens where: purpose to address, in the order of the ports."""
        listens = {port: purpose for each in self._programs for port, purpose in each.listens.items()}
        return {purpose: f"{HOST}:{port}" for port, purpose in sorted(listens.items())}

    def states(self) -> dict[str, ProgramState]:
        """How each program is doing, by name; empty while nothing runs."""
        return self._supervision.control.states() if self._supervision else {}

    def environment_of(self, name: str) -> dict[str, str]:
        """What a program is started with, for those who start another of its kind."""
        return dict(self._program(name).environment)

    def stop_program(self, name: str) -> None:
        """Stop one program, for those who want to see what the others do without it."""
        self._running().stop(full_name(self._program(name)))

    def start_program(self, *names: str) -> None:
        """Start it again, or several that need each other, and return when all are ready. Raises NotReadyError."""
        programs = [self._program(name) for name in names]
        for program in programs:
            self._running().start(full_name(program))
        self._await_ready(programs, READY_WITHIN_S)

    def restart_programs(self, names: Sequence[str]) -> None:
        """Stop some at once, each in order, and return when all are ready again. Raises NotReadyError, NotInTimeError."""
        programs = [self._program(name) for name in names]
        full = [full_name(each) for each in programs]
        self._running().stop_all(full)
        for name in full:
            self._running().start(name)
        self._await_ready(programs, READY_WITHIN_S)

    def replicas(self) -> dict[str, list[str]]:
        """The names of the processes of each service, by its name."""
        found: dict[str, list[str]] = {}
        for each in self._programs:
            if each.is_service:
                found.setdefault(each.replica_of or each.name, []).append(each.name)
        return found

    def _program(self, name: str) -> Program:
        return next(program for program in self._programs if program.name == name)

    def _running(self) -> Supervisor:
        if self._supervision is None:
            raise SupervisorLostError("nothing runs")
        return self._supervision.control

    def _prepare_database(self) -> None:
        self._await_ready(
            [each for each in self._programs if each.tier is Tier.DATABASES], DATABASES_WITHIN_S
        )
        schemas = [each.schema for each in self._programs if each.schema]
        if schemas:
            passwords = {schema: self.installation.role_password(schema) for schema in schemas}
            provision(self.installation.admin_url, passwords)

    def _await_ready(self, programs: Sequence[Program], within_s: float) -> None:
        Readiness(programs, self.states, self.installation.state.logs).wait(within_s=within_s)
