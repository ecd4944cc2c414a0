"""What ``rufbuch up`` does, with fake services: ``fake_up.py STATE_DIR PORT_OFFSET``; prints what happens."""

import sys
from pathlib import Path

from local_stack.installation import Installation
from local_stack.programs import Program, Tier, speaks_http
from local_stack.rufbuch import postgres_program, redis_program
from local_stack.settings import LocalSettings
from local_stack.stack import Stack

SERVICE = str(Path(__file__).with_name("fake_service.py"))


def fake_programs(installation: Installation) -> list[Program]:
    """PostgreSQL, Redis, and three services that stop one after the other."""
    ports = installation.ports
    return [
        postgres_program(installation),
        redis_program(installation),
        fake(installation, "booking", ports.booking, Tier.SERVICES),
        fake(installation, "calcom_sync", ports.calcom_sync, Tier.SYNC),
        fake(installation, "telephony_gateway", ports.gateway_http, Tier.EDGE),
    ]


def fake(installation: Installation, name: str, port: int, tier: Tier) -> Program:
    command = (sys.executable, SERVICE, name, str(port), str(installation.state.path / "journal"))
    return Program(
        name,
        command,
        tier,
        speaks_http(port),
        environment={"RUFBUCH_DATABASE_URL": installation.database_url(name)},
        listens={port: f"{name} HTTP"},
        migrate=(*command, "migrate"),
        schema=name,
    )


def main(state_dir: str, offset: str) -> None:
    settings = LocalSettings(state_dir=Path(state_dir), port_offset=int(offset))
    try:
        with Stack(settings, table=fake_programs, say=tell) as stack:
            tell("ready")
            stack.wait()
    except KeyboardInterrupt:
        tell("interrupted")
    tell("gone")


def tell(words: str) -> None:
    print(words, flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
