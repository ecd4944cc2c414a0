"""Two stacks that start at the same moment never choose the same ports."""

import socket

from local_stack.offsets import CANDIDATES, claimed_offset
from local_stack.ports import HOST, Ports


def test_an_offset_that_is_claimed_is_not_claimed_again() -> None:
    with claimed_offset() as mine, claimed_offset() as another:
        assert mine != another


def test_an_offset_is_free_again_when_its_claim_ends() -> None:
    with claimed_offset() as first:
        pass
    with claimed_offset() as second:
        assert first in CANDIDATES
        assert second in CANDIDATES


def test_an_offset_where_somebody_listens_is_passed_over() -> None:
    with claimed_offset() as busy:
        port = Ports().shifted(busy).gateway_http
    with socket.socket() as listener:
        listener.bind((HOST, port))
        listener.listen()
        with claimed_offset() as chosen:
            assert chosen != busy
