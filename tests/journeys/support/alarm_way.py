"""Prometheus and Alertmanager as this machine runs them for a test: with our settings, this run's ports, and in a hurry."""

import re
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import yaml
from alarm_files import HOME, RULES
from journey_world import Whole
from prometheus_tools import alertmanager_in, tool
from receivers import Hook, Mailbox

SERVICES = ("staff_registry", "availability", "booking", "calcom_sync", "telephony_gateway", "console")
TOKEN = "of-the-alarms-webhook"
WINDOW = "6s"
"""Stands for every stretch of time over which a rule looks back: two looks fit in it also where a machine is busy."""


@dataclass(frozen=True)
class Watched:
    """What watches, and who hears of it."""

    prometheus_url: str
    mailbox: Mailbox
    hook: Hook

    async def answers(self, queries: Sequence[str]) -> list[list[dict[str, Any]]]:
        """The series that Prometheus answers with now, query by query. Raises HTTPError."""
        async with httpx.AsyncClient(base_url=self.prometheus_url, timeout=10) as client:
            told = [await client.get("/api/v1/query", params={"query": query}) for query in queries]
        return [one.raise_for_status().json()["data"]["result"] for one in told]

    async def scraped(self) -> float:
        """How many services answer; none while Prometheus itself is about to start."""
        with suppress(httpx.TransportError, httpx.HTTPStatusError):
            ((up,),) = await self.answers(['count(up{job="rufbuch"} == 1) or vector(0)'])
            return float(up["value"][1])
        return 0


@contextmanager
def alertmanager(folder: Path, *, port: int, mail_port: int, hook_url: str) -> Iterator[None]:
    """Ours, with the addresses of a test."""
    (folder / "token").write_text(TOKEN, encoding="utf-8")
    whole = yaml.safe_load((HOME / "alertmanager" / "alertmanager.yaml").read_text(encoding="utf-8"))
    whole["global"] = {
        "smtp_smarthost": f"127.0.0.1:{mail_port}", "smtp_from": "rufbuch@example.org", "smtp_require_tls": False,
    }  # fmt: skip
    whole["templates"] = [str(HOME / "alertmanager" / "*.tmpl")]
    for route in (whole["route"], *whole["route"]["routes"]):
        route |= {"group_wait": "0s", "group_interval": "1s"}
    for receiver in whole["receivers"]:
        for webhook in receiver.get("webhook_configs", ()):
            webhook["url"] = f"{hook_url}/{'beat' if receiver['name'] == 'heartbeat' else 'alarm'}"
            if "http_config" in webhook:
                webhook["http_config"]["authorization"]["credentials_file"] = str(folder / "token")
    (folder / "alertmanager.yaml").write_text(yaml.safe_dump(whole), encoding="utf-8")
    arguments = (
        "--config.file=alertmanager.yaml", "--storage.path=alertmanager", "--cluster.listen-address=",
        f"--web.listen-address=127.0.0.1:{port}",
    )  # fmt: skip
    with _running(folder, alertmanager_in(folder), *arguments):
        yield


@contextmanager
def prometheus(folder: Path, whole: Whole, *, port: int, alertmanager_port: int) -> Iterator[None]:
    """Ours: it scrapes the services that run, by our rules."""
    settings = yaml.safe_load((HOME / "prometheus" / "prometheus.yaml").read_text(encoding="utf-8"))
    ports = whole.stack.installation.ports
    settings["global"] = {"scrape_interval": "1s", "evaluation_interval": "1s"}
    settings["alerting"]["alertmanagers"][0]["static_configs"][0]["targets"] = [
        f"127.0.0.1:{alertmanager_port}"
    ]
    settings["scrape_configs"][0]["static_configs"][0]["targets"] = [
        f"127.0.0.1:{getattr(ports, f'{service}_metrics')}" for service in SERVICES
    ]
    (folder / "prometheus.yaml").write_text(yaml.safe_dump(settings), encoding="utf-8")
    (folder / "rules").mkdir()
    for path in RULES:
        (folder / "rules" / path.name).write_text(
            _hurried(path.read_text(encoding="utf-8")), encoding="utf-8"
        )
    arguments = (
        "--config.file=prometheus.yaml", "--storage.tsdb.path=prometheus", f"--web.listen-address=127.0.0.1:{port}",
        # What fires before Prometheus has found its Alertmanager is told the next time.
        "--rules.alert.resend-delay=1s",
    )  # fmt: skip
    with _running(folder, tool("prometheus"), *arguments):
        yield


def _hurried(rules: str) -> str:
    """The same rules; only how long they look back and how patient they are differs."""
    rules = re.sub(r"\[\d+[mh]\]", f"[{WINDOW}]", rules)
    rules = re.sub(r"\boffset \d+[mh]\b", f"offset {WINDOW}", rules)
    return re.sub(r"^(\s+for:) \d+[mh]$", r"\1 0s", rules, flags=re.MULTILINE)


@contextmanager
def _running(folder: Path, program: str, *arguments: str) -> Iterator[None]:
    with (folder / f"{Path(program).name}.log").open("ab") as log:
        process = subprocess.Popen((program, *arguments), cwd=folder, stdout=log, stderr=log)
    try:
        yield
    finally:
        ended_by_itself = process.poll() is not None
        process.terminate()
        process.wait(timeout=20)
        if ended_by_itself:
            raise RuntimeError(f"{program} ended: {Path(log.name).read_text(encoding='utf-8')[-2000:]}")
