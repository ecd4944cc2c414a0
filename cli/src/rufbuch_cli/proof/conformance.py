"""The conformance suite against the stand-in as a process, the way in which it is run against a real Cal.com."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx

from local_stack.embedded import free_port
from local_stack.waiting import until
from rufbuch_cli.proof.claims import Result
from sandbox.calcom.conformance.story import STORY

KEYS = {"vera": "cal_test_vera", "otto": "cal_test_otto"}
UP_WITHIN_S = 20.0


def the_story_told() -> list[Result]:
    """Statuses, envelopes and fields of each step, over a base URL and keys."""
    with _stand_in() as url:
        told = subprocess.run(
            [sys.executable, "-m", "sandbox.calcom.conformance"],
            env={
                "RUFBUCH_CALCOM_BASE_URL": url,
                "RUFBUCH_CALCOM_API_KEY": KEYS["vera"],
                "RUFBUCH_CALCOM_OTHER_API_KEY": KEYS["otto"],
            },
            capture_output=True,
            text=True,
            check=False,
        )
    lines = told.stdout.splitlines() or told.stderr.splitlines()[-1:]
    figure = f"{len(STORY)} steps told to a base URL: {'; '.join(lines[:5])}"
    return [Result("the conformance suite", figure, "no difference", told.returncode == 0)]


@contextmanager
def _stand_in() -> Iterator[str]:
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    with TemporaryDirectory(prefix="rufbuch-conformance-") as folder:
        environment = {
            "RUFBUCH_STANDIN_PORT": str(port),
            "RUFBUCH_STANDIN_STATE": str(Path(folder, "calcom.db")),
        }
        with subprocess.Popen([sys.executable, "-m", "sandbox.calcom"], env=environment) as process:
            try:
                until(lambda: _answers(url), within_s=UP_WITHIN_S, what="the stand-in answering")
                for name, key in KEYS.items():
                    order = {"name": name, "email": f"{name}@example.org", "apiKey": key}
                    httpx.put(f"{url}/admin/users/{name}", json=order, trust_env=False).raise_for_status()
                yield url
            finally:
                process.terminate()


def _answers(url: str) -> bool:
    try:
        return httpx.get(f"{url}/healthz", trust_env=False).is_success
    except httpx.TransportError:
        return False
