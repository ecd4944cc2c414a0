"""Ports: where they are, and who is in the way."""

import os
import socket
from dataclasses import astuple

import pytest

from local_stack.offsets import CANDIDATES
from local_stack.ports import PortOffsetError, Ports, PortsTakenError, refuse_taken


def test_an_offset_moves_every_port() -> None:
    moved = Ports().shifted(1000)

    assert (moved.gateway_http, moved.booking, moved.redis) == (9080, 51053, 57379)


def test_ports_of_what_comes_and_goes_are_given_to_no_outgoing_connection() -> None:
    """Else a service that is started again finds one of them on its port now and then."""
    moved = [port for offset in CANDIDATES for port in astuple(Ports().shifted(offset))]

    assert max(moved) < 32_768
    assert Ports().shifted(CANDIDATES[0]).booking == 50053 - 30_000 + 200


def test_no_two_services_share_a_port_at_any_offset() -> None:
    for offset in (0, *CANDIDATES):
        ports = astuple(Ports().shifted(offset))
        assert len(set(ports)) == len(ports)


@pytest.mark.parametrize("offset", [20_000, -9000])
def test_an_offset_beyond_the_ports_that_exist_is_refused(offset: int) -> None:
    with pytest.raises(PortOffsetError, match=f"RUFBUCH_PORT_OFFSET={offset}"):
        Ports().shifted(offset)


@pytest.mark.parametrize("address", ["127.0.0.1", "0.0.0.0"])
def test_a_taken_port_is_named_with_its_purpose_and_its_holder(address: str) -> None:
    with socket.create_server((address, 0)) as holder:
        port = holder.getsockname()[1]

        with pytest.raises(PortsTakenError) as error:
            refuse_taken({port: "Redis"})

    assert f"port {port} (Redis) is taken by process {os.getpid()} (" in str(error.value)


def test_an_offset_is_suggested_at_which_everything_is_free() -> None:
    with socket.create_server(("127.0.0.1", 0)) as holder:
        port = holder.getsockname()[1]
        beside = socket.create_server(("127.0.0.1", port + 1000)) if port + 1000 < 65536 else None

        with pytest.raises(PortsTakenError) as error:
            refuse_taken({port: "Redis"}, offset=500)

        if beside:
            beside.close()
    assert "RUFBUCH_PORT_OFFSET=1500" not in str(error.value)
    assert "RUFBUCH_PORT_OFFSET=2500" in str(error.value) or "End what listens there." in str(error.value)


def test_free_ports_and_ports_that_were_free_a_moment_ago_are_fine() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        with socket.create_connection(("127.0.0.1", port)) as client:
            server.accept()[0].close()  # this end waits in TIME_WAIT now
            client.recv(1)

    refuse_taken({port: "Redis"})
