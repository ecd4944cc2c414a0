"""gRPC for a command that does one thing at a time."""

import grpc

from chassis import identity


def blocking_channel(address: str) -> grpc.Channel:
    """A channel to ``host:port``, in the name that this process has."""
    who = identity.current()
    if who is None:
        return grpc.insecure_channel(address)
    return grpc.secure_channel(address, identity.client_credentials(who.read()))
