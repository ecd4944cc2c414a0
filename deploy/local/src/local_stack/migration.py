"""Bringing each service's schema up to date, and starting the service as soon as that is done."""

from collections.abc import Sequence
from pathlib import Path

from local_stack.programs import Program
from local_stack.readiness import NotReadyError
from local_stack.supervisor import Supervisor, full_name, migration_log, migration_name
from local_stack.waiting import PATIENT_PAUSE_S, NotInTimeError, until

MIGRATED_WITHIN_S = 180.0
OVER = {"EXITED", "FATAL", "BACKOFF", "STOPPED"}


class Migrations:
    """The migrations that still run, by their name at the supervisor."""

    def __init__(self, programs: Sequence[Program], control: Supervisor, logs: Path) -> None:
        self._running = {migration_log(each): each for each in programs if each.migrate}
        self._replicas = [each for each in programs if each.replica_of]
        self._control = control
        self._logs = logs

    def run(self) -> None:
        """Run all at the same time; NotReadyError shows the log of one that fails."""
        for program in self._running.values():
            self._control.start(migration_name(program))
        try:
            until(self._all_over, within_s=MIGRATED_WITHIN_S, what="the migrations", pause_s=PATIENT_PAUSE_S)
        except NotInTimeError as error:
            raise NotReadyError(dict.fromkeys(self._running, "is not over yet"), self._logs) from error

    def _all_over(self) -> bool:
        for name, state in self._control.states().items():
            if name not in self._running or state.state not in OVER:
                continue
            if state.state != "EXITED" or state.exit_status:
                raise NotReadyError({name: f"failed with status {state.exit_status}"}, self._logs)
            migrated = self._running.pop(name)
            for each in (migrated, *(one for one in self._replicas if one.replica_of == migrated.name)):
                self._control.start(full_name(each))
        return not self._running
