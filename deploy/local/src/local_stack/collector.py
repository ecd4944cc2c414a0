"""A small trace collector: ``python -m local_stack.collector PORT FILE`` takes OTLP over gRPC into a SQLite file."""

import logging
import signal
import sqlite3
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path

import grpc
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)

from local_stack.otlp import METHOD, SERVICE, Forwarder, sender, spans_in
from local_stack.ports import HOST
from local_stack.settings import CollectorSettings
from local_stack.spans import SpanStore

GRACE_S = 2.0
_log = logging.getLogger(__name__)


class Collector:
    """Keeps what it is sent, and passes it on if there is somebody to pass it to."""

    def __init__(self, store: SpanStore, forwarder: Forwarder | None) -> None:
        self._store = store
        self._forwarder = forwarder
        self._turn = threading.Lock()

    def handler(self) -> grpc.GenericRpcHandler:
        """OpenTelemetry's one method, for a gRPC server."""
        export = grpc.unary_unary_rpc_method_handler(
            self._export,
            request_deserializer=ExportTraceServiceRequest.FromString,
            response_serializer=ExportTraceServiceResponse.SerializeToString,
        )
        return grpc.method_handlers_generic_handler(SERVICE, {METHOD: export})

    def _export(
        self, request: ExportTraceServiceRequest, _: grpc.ServicerContext
    ) -> ExportTraceServiceResponse:
        with self._turn:
            self._store.add(spans_in(request))
        if self._forwarder:
            self._forwarder.take(request)
        return ExportTraceServiceResponse()


@contextmanager
def collecting(port: int, path: Path, settings: CollectorSettings) -> Iterator[int]:
    """Serve while inside; yields the port (of use where 0 was asked for)."""
    send = sender(settings, own_port=port)
    forwarder = Forwarder(send) if send else None
    # Without SO_REUSEPORT, which would let a second collector share the port in silence.
    server = grpc.server(ThreadPoolExecutor(4), options=[("grpc.so_reuseport", 0)])
    with closing(_open(path)) as store:
        server.add_generic_rpc_handlers((Collector(store, forwarder).handler(),))
        bound = server.add_insecure_port(f"{HOST}:{port}")
        server.start()
        try:
            yield bound
        finally:
            server.stop(GRACE_S).wait()
            if forwarder:
                forwarder.close()


def _open(path: Path) -> SpanStore:
    """Old traces are worth less than a start: a file that cannot be read is put aside."""
    try:
        return SpanStore(path)
    except sqlite3.DatabaseError as error:
        _log.warning("%s: %s; starting a new one", path, error)
        path.replace(path.with_suffix(".unreadable"))
        return SpanStore(path)


def main(port: str, path: str) -> None:
    """Serve until SIGTERM or SIGINT."""
    logging.basicConfig(level="INFO", format="%(asctime)s %(levelname)s %(message)s")
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    with collecting(int(port), Path(path), CollectorSettings()):
        stop.wait()


if __name__ == "__main__":
    main(*sys.argv[1:])
