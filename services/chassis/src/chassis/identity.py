"""Who this process is to others, and whom it believes: mutual TLS between services, from a directory of cert-manager's form.

The directory holds ``tls.crt``, ``tls.key`` and ``ca.crt``. A certificate names its service as a URI, ``spiffe://rufbuch/booking``,
and the hosts at which it is reached. Files that change are read again: at the next handshake of a server, within RELOAD_S of a
client; nothing is restarted for a renewal. A process has one identity or none, in which case everything is in the clear.
"""

import asyncio
import logging
import time
from collections.abc import Callable, Iterable
from contextvars import ContextVar
from dataclasses import dataclass
from functools import partialmethod
from pathlib import Path
from typing import Any, ClassVar

import grpc

from chassis.errors import Kind, ServiceError

NAMES = "spiffe://rufbuch/"
RELOAD_S = 10.0
CLOSE_S = 60.0
"""How long calls under the certificate before may still take."""
_log = logging.getLogger(__name__)
_identity: ContextVar["Identity | None"] = ContextVar("identity", default=None)


class CallerNotAllowedError(ServiceError):
    """A service that shows a good certificate and may not call this."""

    kind: ClassVar[Kind] = Kind.PERMISSION_DENIED
    reason: ClassVar[str] = "CALLER_NOT_ALLOWED"


@dataclass(frozen=True)
class Pems:
    """One reading of the files."""

    certificate: bytes
    key: bytes
    authority: bytes


@dataclass(frozen=True)
class Identity:
    """A directory with a certificate, its key, and the authorities that are believed."""

    directory: Path

    def read(self) -> Pems:
        """All three, now. Raises OSError."""
        return Pems(*((self.directory / name).read_bytes() for name in ("tls.crt", "tls.key", "ca.crt")))

    def read_again(self, before: Pems) -> Pems:
        """The same, or what was read before where the files are being replaced just now."""
        try:
            return self.read()
        except OSError as error:
            _log.warning("the certificate cannot be read again", extra={"error": str(error)})
            return before


def use(directory: Path | None) -> None:
    """Be who the directory says, from now on; None: nobody in particular. Raises OSError where it cannot be read."""
    identity = Identity(directory) if directory else None
    if identity:
        identity.read()
    _identity.set(identity)


def current() -> Identity | None:
    """Who this process is."""
    return _identity.get()


def server_credentials(identity: Identity) -> grpc.ServerCredentials:
    """Shows the certificate, and hears nobody who has none of the same authority."""
    kept = identity.read()

    def renewed() -> grpc.ServerCertificateConfiguration | None:
        nonlocal kept
        fresh = identity.read_again(kept)
        if fresh == kept:
            return None
        kept = fresh
        return _configuration(fresh)

    return grpc.dynamic_ssl_server_credentials(
        _configuration(kept),
        renewed,  # type: ignore[arg-type] # None means "as before", which gRPC documents and its stub does not know
        require_client_authentication=True,
    )


def _configuration(pems: Pems) -> grpc.ServerCertificateConfiguration:
    pair = [(pems.key, pems.certificate)]
    return grpc.ssl_server_certificate_configuration(pair, root_certificates=pems.authority)


def client_credentials(pems: Pems) -> grpc.ChannelCredentials:
    """Shows the certificate, and believes a server whose certificate names the host that was asked for."""
    return grpc.ssl_channel_credentials(pems.authority, pems.key, pems.certificate)


def check_caller(context: grpc.aio.ServicerContext[Any, Any], method: str, allowed: Iterable[str]) -> None:
    """Raise CallerNotAllowedError unless the caller's certificate names one of the services."""
    sans = context.auth_context().get("x509_subject_alternative_name", ())
    names = [text.removeprefix(NAMES) for san in sans if (text := san.decode()).startswith(NAMES)]
    if not set(names) & set(allowed):
        caller = ", ".join(names) or "a certificate without a service's name"
        raise CallerNotAllowedError(f"{caller} may not call {method}", caller=caller)


class RenewingChannel:
    """A channel that is opened anew when the certificate was renewed; what is under way ends over the old one."""

    def __init__(self, identity: Identity, opened: Callable[[Pems], grpc.aio.Channel]) -> None:
        self._identity, self._open = identity, opened
        self._pems, self._looked_at = identity.read(), time.monotonic()
        self._channel = opened(self._pems)
        self._closing: set[asyncio.Task[None]] = set()

    def _now(self) -> grpc.aio.Channel:
        if time.monotonic() - self._looked_at >= RELOAD_S:
            self._looked_at = time.monotonic()
            fresh = self._identity.read_again(self._pems)
            if fresh != self._pems:
                self._close_later(self._channel)
                self._pems, self._channel = fresh, self._open(fresh)
        return self._channel

    def _close_later(self, channel: grpc.aio.Channel) -> None:
        task = asyncio.ensure_future(channel.close(CLOSE_S))
        self._closing.add(task)
        task.add_done_callback(self._closing.discard)

    def _callable(self, kind: str, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 - gRPC's own types are Any
        def call(*request: Any, **terms: Any) -> Any:  # noqa: ANN401
            return getattr(self._now(), kind)(*args, **kwargs)(*request, **terms)

        return call

    unary_unary = partialmethod(_callable, "unary_unary")
    unary_stream = partialmethod(_callable, "unary_stream")
    stream_unary = partialmethod(_callable, "stream_unary")
    stream_stream = partialmethod(_callable, "stream_stream")

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - gRPC's own types are Any
        """States and waiting for them: the present channel's."""
        return getattr(self._now(), name)

    async def close(self, grace: float | None = None) -> None:
        """Close it, and those before it at once."""
        for task in self._closing:
            task.cancel()
        await self._channel.close(grace)
