"""Is the process in this container ready? ``healthy.py PORT/PATH``, another port by RUFBUCH_METRICS_PORT; exit 0 or 1."""

import http.client
import os
import sys

TIMEOUT_S = 2


def main(place: str) -> int:
    """Ask, without loading anything that the service needs."""
    port, _, path = place.partition("/")
    port = os.environ.get("RUFBUCH_METRICS_PORT", port)  # noqa: TID251 - runs without the service's packages
    connection = http.client.HTTPConnection("127.0.0.1", int(port), timeout=TIMEOUT_S)
    try:
        connection.request("GET", f"/{path}")
        status = connection.getresponse().status
    except OSError as error:
        sys.exit(f"{place}: {error}")
    return 0 if status == http.client.OK else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
