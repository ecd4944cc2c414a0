"""The page of all metrics, from what the services declare; see signals.metrics.

``python tests/house/metrics_page.py`` writes docs/metrics.md.
"""

import importlib
from pathlib import Path

from signals.metrics import CATALOGUE, OTHER, Capped, Described, Values

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "metrics.md"
SERVICES = ("telephony_gateway", "staff_registry", "availability", "booking", "calcom_sync", "console")
OVER_A_TRUNK = "telephony-gateway, booking"
HEAD = """# Metrics

Made by `make docs` from what the services declare; not to be edited by hand.

Every service answers `GET /metrics` on its metrics port (and on its HTTP port, where it has one) in Prometheus' format:
OpenTelemetry's instruments, read by its Prometheus exporter, and histograms of our own. Of these Prometheus sees `_bucket`, `_sum` and `_count`.

No label grows with what comes in from outside: a label takes the values below, and `other` for everything else. Where the
values cannot be known before (versions, workspaces) only so many get through. No metric has the business, a person, a
number, a call or an option as a label: such questions are answered by the console and `rufbuch trace`, and the watch of
calcom-sync names the business in its alarms. Counters whose values are known stand at zero from the start, since Prometheus
sees no increase in what first appears at one.
"""


def declared() -> dict[str, list[Described]]:
    """Metrics by the services that have them."""
    importlib.import_module("chassis.grpc_server")
    importlib.import_module("chassis.telemetry")
    common = set(CATALOGUE)
    found = {"every service": [CATALOGUE[name] for name in sorted(common)]}
    importlib.import_module("trunk.client")
    found[OVER_A_TRUNK] = [CATALOGUE[name] for name in sorted(set(CATALOGUE) - common)]
    for service in SERVICES:
        before = set(CATALOGUE)
        importlib.import_module(f"{service}.__main__")
        if set(CATALOGUE) - before:
            found[service.replace("_", "-")] = [CATALOGUE[name] for name in sorted(set(CATALOGUE) - before)]
    return found


def page() -> str:
    """The whole page."""
    lines = [HEAD.rstrip()]
    for service, metrics in declared().items():
        lines += ["", f"## {service}", "", "| name | type | unit | what | labels |", "|---|---|---|---|---|"]
        lines += [
            f"| `{one.name}` | {one.kind} | {one.unit} | {one.help} | {_labels(one)} |" for one in metrics
        ]
    return "\n".join(lines) + "\n"


def _labels(metric: Described) -> str:
    return "<br>".join(f"`{name}`: {_values(values)}" for name, values in metric.labels.items())


def _values(values: Values) -> str:
    if isinstance(values, Capped):
        return f"{values.what} (at most {values.most}, then `{OTHER}`)"
    return ", ".join(f"`{value}`" for value in values)


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
