"""What makes up Rufbuch: every service gets what it needs, and nothing is started that exists already."""

from pathlib import Path

import pytest

from local_stack.installation import Installation
from local_stack.programs import Program
from local_stack.rufbuch import rufbuch_programs
from local_stack.settings import LocalSettings

GIVEN = {
    "database_url": "postgresql://admin:secret@db.example.org:5432/salon",
    "redis_url": "redis://cache.example.org:6379/3",
    "calcom_base_url": "https://api.cal.example.org",
}


def programs(state_dir: Path, **given: str | int) -> dict[str, Program]:
    """The table, by name; without preparing an embedded PostgreSQL."""
    settings = LocalSettings(state_dir=state_dir, **(GIVEN | given))  # type: ignore[arg-type] # all are strings
    return {program.name: program for program in rufbuch_programs(Installation.of(settings))}


def test_servers_whose_address_is_given_are_not_started(tmp_path: Path) -> None:
    assert set(programs(tmp_path)) == {
        "collector",
        "staff-registry",
        "availability",
        "booking",
        "calcom-sync",
        "telephony-gateway",
        "console",
    }


def test_each_service_reaches_a_given_database_as_its_own_role(tmp_path: Path) -> None:
    table = programs(tmp_path)

    urls = {name: table[name].environment["RUFBUCH_DATABASE_URL"] for name in ("booking", "calcom-sync")}

    assert urls["booking"].startswith("postgresql://booking:")
    assert urls["calcom-sync"].startswith("postgresql://calcom_sync:")
    assert all(url.endswith("@db.example.org:5432/salon") for url in urls.values())


def test_services_are_told_the_given_addresses(tmp_path: Path) -> None:
    environment = programs(tmp_path)["calcom-sync"].environment

    assert environment["RUFBUCH_REDIS_URL"] == GIVEN["redis_url"]
    assert environment["RUFBUCH_CALCOM_BASE_URL"] == GIVEN["calcom_base_url"]


@pytest.mark.parametrize(
    ("secret", "owner"),
    [("RUFBUCH_SECRETS_KEY", "staff-registry"), ("RUFBUCH_RETELL_API_KEY", "telephony-gateway")],
)
def test_a_secret_goes_to_its_owner_alone(tmp_path: Path, secret: str, owner: str) -> None:
    holders = [name for name, program in programs(tmp_path).items() if secret in program.environment]

    assert holders == [owner]


def test_a_given_key_is_used_and_a_missing_one_is_made_once(tmp_path: Path) -> None:
    def key(**given: str) -> str:
        return programs(tmp_path, **given)["telephony-gateway"].environment["RUFBUCH_RETELL_API_KEY"]

    assert key(retell_api_key="given") == "given"
    assert key() == key() != "given"


def test_everything_listens_on_a_port_of_its_own(tmp_path: Path) -> None:
    table = rufbuch_programs(
        Installation.of(LocalSettings(state_dir=tmp_path, database_url=GIVEN["database_url"]))
    )

    ports = [port for program in table for port in program.listens]

    assert len(ports) == len(set(ports)) == 17


def test_what_faces_people_stops_first_and_the_databases_last(tmp_path: Path) -> None:
    table = rufbuch_programs(
        Installation.of(LocalSettings(state_dir=tmp_path, database_url=GIVEN["database_url"]))
    )

    order = [program.name for program in sorted(table, key=lambda program: program.tier, reverse=True)]

    assert set(order[:2]) == {"telephony-gateway", "console"}
    assert order[-1] == "redis"


def test_replicas_have_ports_of_their_own_behind_the_known_addresses(tmp_path: Path) -> None:
    table = programs(tmp_path, replicas=2)

    assert {"booking", "booking-2", "console-2", "front"} <= set(table)
    ports = [port for program in table.values() for port in program.listens]
    assert len(ports) == len(set(ports))
    assert set(table["front"].listens) == {8080, 8081, 8082}
    environment = table["booking-2"].environment
    assert environment["RUFBUCH_GRPC_PORT"] == "50073"
    assert environment["RUFBUCH_AVAILABILITY_ADDRESS"] == "ipv4:127.0.0.1:50052,127.0.0.1:50072"
    assert float(environment["RUFBUCH_DRAIN_NOTICE_S"]) > 0
    assert "8080=8100,8120" in table["front"].command


def test_one_replica_needs_nothing_before_it(tmp_path: Path) -> None:
    assert "front" not in programs(tmp_path)
