"""A tiny service for the tests of the stack: notes when it is migrated, started and stopped.

``fake_service.py NAME PORT JOURNAL [migrate]``; breaks if the file ``JOURNAL.NAME.broken`` exists.
"""

import http.server
import os
import signal
import sys
import threading
from pathlib import Path

import psycopg


class Answer(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


def main(name: str, port: str, journal: str, *mode: str) -> int:
    note = "migrated" if mode else "started"
    if Path(f"{journal}.{name}.broken").exists():
        print(f"{name} cannot be {note}", flush=True)
        return 1
    if mode:
        with psycopg.connect(os.environ["RUFBUCH_DATABASE_URL"]) as connection:  # noqa: TID251 a fake needs no settings
            connection.execute("CREATE TABLE IF NOT EXISTS visit (words text)")
            connection.execute("INSERT INTO visit VALUES ('migrated')")
    write(journal, f"{name} {note}")
    return 0 if mode else serve(name, int(port), journal)


def serve(name: str, port: int, journal: str) -> int:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", port), Answer)
    signal.signal(signal.SIGTERM, lambda *_: threading.Thread(target=server.shutdown).start())
    server.serve_forever(poll_interval=0.02)
    write(journal, f"{name} stopped")
    return 0


def write(journal: str, line: str) -> None:
    with Path(journal).open("a") as file:
        file.write(f"{line}\n")


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
