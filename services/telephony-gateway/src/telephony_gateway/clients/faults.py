"""Failed calls to peers → the two ways in which a peer can disappoint."""

import grpc

from chassis.grpc_client import fault_of
from telephony_gateway.usecases.ports import (
    NotOfferedError,
    OutcomeUnknownError,
    PeerError,
    PeerUnavailableError,
)

_CUT_OFF = {grpc.StatusCode.DEADLINE_EXCEEDED, grpc.StatusCode.CANCELLED}


def reason_of(error: grpc.aio.AioRpcError) -> str:
    """The reason that the peer gave; "" where it gave none."""
    return fault_of(error).reason


def peer_error(peer: str, error: grpc.aio.AioRpcError) -> PeerError:
    """The disappointment behind a failed call."""
    if error.code() is grpc.StatusCode.UNIMPLEMENTED:
        return NotOfferedError(f"{peer}: not implemented")
    kind = OutcomeUnknownError if error.code() in _CUT_OFF else PeerUnavailableError
    return kind(f"{peer}: {error.code().name} {error.details()}")
