"""Who hears of which alarm, and what the collector does with what it gets."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from alarm_files import HOME, alarms, run
from prometheus_tools import tool

CONFIG = HOME / "alertmanager" / "alertmanager.yaml"


def settings() -> dict[str, Any]:
    whole: dict[str, Any] = yaml.safe_load(CONFIG.read_text(encoding="utf-8"))
    return whole


def test_alertmanager_accepts_its_settings(tmp_path: Path) -> None:
    whole = settings() | {"templates": [str(HOME / "alertmanager" / "*.tmpl")]}
    file = tmp_path / "alertmanager.yaml"
    file.write_text(yaml.safe_dump(whole), encoding="utf-8")
    told = run(tool("amtool"), "check-config", file)
    assert told.returncode == 0, told.stderr + told.stdout
    assert "1 templates" in told.stdout


@pytest.mark.parametrize(
    ("alarm", "severity", "receiver"),
    [
        ("Watchdog", "none", "heartbeat"),
        ("TruthDifference", "critical", "mail-and-webhook"),
        ("HoldsExpire", "warning", "mail"),
    ],
)
def test_alarms_go_to_whom_they_concern(alarm: str, severity: str, receiver: str) -> None:
    labels = [f"alertname={alarm}", f"severity={severity}"]
    told = run(tool("amtool"), "config", "routes", "test", f"--config.file={CONFIG}", *labels)
    assert told.stdout.strip() == receiver, told.stderr


def test_what_is_suppressed_are_alarms_that_there_are() -> None:
    for rule in settings()["inhibit_rules"]:
        for matcher in (*rule["source_matchers"], *rule["target_matchers"]):
            names = re.fullmatch(r'alertname=~?"([\w|]+)"', matcher)
            assert names, matcher
            assert set(names[1].split("|")) <= alarms().keys()


def test_the_sign_of_life_is_never_held_back() -> None:
    """An alarm that alarms when alarms stop."""
    whole = settings()
    targets = "|".join(matcher for rule in whole["inhibit_rules"] for matcher in rule["target_matchers"])
    assert "Watchdog" not in targets
    (route,) = [one for one in whole["route"]["routes"] if one["receiver"] == "heartbeat"]
    assert route["repeat_interval"] == "1m"


def collector() -> dict[str, Any]:
    whole: dict[str, Any] = yaml.safe_load(
        (HOME / "collector" / "collector.yaml").read_text(encoding="utf-8")
    )
    return whole


def test_the_collectors_pipelines_are_made_of_what_is_set_up_and_nothing_is_set_up_in_vain() -> None:
    whole = collector()
    service = whole["service"]
    assert service["pipelines"].keys() == {"traces", "metrics", "logs"}
    for part in ("receivers", "processors", "exporters"):
        used = {name for pipeline in service["pipelines"].values() for name in pipeline[part]}
        assert used == whole[part].keys(), part
    assert set(service["extensions"]) == whole["extensions"].keys()


def test_the_collector_limits_its_memory_first_and_batches_last() -> None:
    for pipeline in collector()["service"]["pipelines"].values():
        assert (pipeline["processors"][0], pipeline["processors"][-1]) == ("memory_limiter", "batch")


def test_five_of_a_hundred_traces_are_kept_and_all_in_which_something_went_wrong() -> None:
    policies = {one["type"]: one for one in collector()["processors"]["tail_sampling"]["policies"]}
    assert policies["probabilistic"]["probabilistic"]["sampling_percentage"] == 5
    assert policies["status_code"]["status_code"]["status_codes"] == ["ERROR"]
    assert "5 %" in (HOME / "README.md").read_text(encoding="utf-8")


def test_what_the_environment_has_to_say_is_explained_where_it_is_used() -> None:
    text = (HOME / "collector" / "collector.yaml").read_text(encoding="utf-8")
    head = text.split("extensions:")[0]
    assert {f"#   {name} " in head for name in re.findall(r"\$\{env:(\w+)\}", text)} == {True}


def test_prometheus_and_the_collector_scrape_the_same() -> None:
    prometheus = yaml.safe_load((HOME / "prometheus" / "prometheus.yaml").read_text(encoding="utf-8"))
    (ours,) = collector()["receivers"]["prometheus"]["config"]["scrape_configs"]
    (theirs,) = prometheus["scrape_configs"]
    assert ours["static_configs"] == theirs["static_configs"]


@pytest.mark.parametrize(
    ("secret", "is_masked"),
    [("+49 30 23125042", True), ("030/23125-042", True), ("erika@example.org", True), ("booked", False), ("0.95", False)],
)  # fmt: skip
def test_the_second_net_holds_numbers_and_addresses(secret: str, is_masked: bool) -> None:
    patterns = collector()["processors"]["redaction"]["blocked_values"]
    assert any(re.search(pattern, secret) for pattern in patterns) == is_masked
