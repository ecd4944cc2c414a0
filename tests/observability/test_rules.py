"""Alarms fire when they should and only then, are made of metrics that there are, and lead to somebody who knows what to do."""

import re
from pathlib import Path

import pytest
import yaml
from alarm_files import (
    DASHBOARDS,
    HOME,
    METRIC,
    OF_PROMETHEUS,
    ROOT,
    RULES,
    SELECTED,
    TESTS,
    alarms,
    dashboards,
    documented,
    queries,
    run,
)
from prometheus_tools import tool

from calcom_sync.domain.alarms import MEANINGS
from calcom_sync.domain.peers import GROWTHS, LEVELS


def test_there_are_alarms_and_dashboards() -> None:
    assert len(alarms()) > 30
    assert len(DASHBOARDS) == 4


def test_every_metric_of_a_rule_or_dashboard_is_exported_with_its_labels_and_values() -> None:
    known, wrong = documented(), []
    for where, query in queries():
        for name, selector in METRIC.findall(query):
            if name in OF_PROMETHEUS:
                continue
            if name not in known:
                wrong.append(f"{where}: {name}")
                continue
            for label, operator, value in SELECTED.findall(selector):
                values = known[name].get(label, set())
                words = value.split("|") if "~" in operator else [value]
                if values is not None and label not in {"job", "le"} and not set(words) <= values:
                    wrong.append(f"{where}: {name}{{{label}={value}}}")
    assert wrong == []


def test_labels_that_are_summed_by_are_exported() -> None:
    known, wrong = documented(), []
    for where, query in queries():
        names = {name for name, _ in METRIC.findall(query)}
        labels = {label for name in names for label in known.get(name, {})}
        for grouped in re.findall(r"\bby \(([^)]*)\)", query):
            asked = {label.strip() for label in grouped.split(",")}
            if names - OF_PROMETHEUS and not asked <= labels | {"le", "job", "instance", "consumer"}:
                wrong.append(f"{where}: by ({grouped})")
    assert wrong == []


def test_prometheus_accepts_the_rules() -> None:
    told = run(tool("promtool"), "check", "rules", *RULES)
    assert told.returncode == 0, told.stderr + told.stdout


def test_the_unit_tests_of_the_rules_hold() -> None:
    """OB-04: an alarm that was never seen to fire is a hope."""
    told = run(tool("promtool"), "test", "rules", *TESTS)
    assert told.returncode == 0, told.stderr + told.stdout


def test_the_unit_tests_notice_rules_that_never_fire_and_rules_that_always_do(tmp_path: Path) -> None:
    (tmp_path / "rules").mkdir()
    (tmp_path / "tests").mkdir()
    for query in ("vector(1) > 2", "vector(1)"):
        for path in (*RULES, *TESTS):
            text = path.read_text(encoding="utf-8")
            if path in RULES:
                whole = yaml.safe_load(text)
                for rule in whole["groups"][0]["rules"]:
                    rule["expr"] = query
                text = yaml.safe_dump(whole)
            (tmp_path / path.parent.name / path.name).write_text(text, encoding="utf-8")
        told = run(tool("promtool"), "test", "rules", *sorted((tmp_path / "tests").glob("*.yaml")))
        assert told.returncode != 0
        failed = set(re.findall(r'alertname=\\?"(\w+)', told.stdout + told.stderr))
        assert set(alarms()) - {"Watchdog"} <= failed


def test_every_alarm_has_a_test_in_which_it_fires_and_one_in_which_it_is_silent() -> None:
    cases = [
        case["name"] for path in TESTS for case in yaml.safe_load(path.read_text(encoding="utf-8"))["tests"]
    ]
    wanted = {f"{name} fires" for name in alarms()} | {f"{name} is silent" for name in alarms()}
    assert set(cases) == wanted - {"Watchdog is silent"}


@pytest.mark.parametrize("name", sorted(alarms()))
def test_every_alarm_says_what_it_means_and_what_to_do(name: str) -> None:
    """OB-06: whoever is woken has to know what it is about, in words that are not ours."""
    rule = alarms()[name]
    assert rule["labels"]["severity"] in {"critical", "warning", "none"}
    assert rule["annotations"].keys() == {"summary", "summary_de", "runbook_url"}
    page, anchor = rule["annotations"]["runbook_url"].split("#")
    text = (ROOT / page).read_text(encoding="utf-8")
    headings = {heading.lower(): heading for heading in re.findall(r"^### (\w+)$", text, re.MULTILINE)}
    assert anchor in headings, f"{page} needs a heading ### {name}"
    chapter = text.split(f"### {headings[anchor]}\n", 1)[1].split("\n## ")[0].split("\n### ")[0]
    assert "`" in chapter, f"{page}: what to type about {name}"


def test_the_own_watch_says_the_same_as_prometheus() -> None:
    rules = alarms()
    for kind, meaning in MEANINGS.items():
        told = rules[kind.value]
        assert told["labels"]["severity"] == meaning.severity.value, kind
        assert (told["annotations"]["summary"], told["annotations"]["summary_de"]) == (
            meaning.summary, meaning.summary_de,
        )  # fmt: skip


def test_the_own_watch_looks_at_metrics_that_there_are() -> None:
    known = documented()
    for growth in GROWTHS:
        assert growth.metric in known
        for label, value in growth.labels.items():
            assert value in (known[growth.metric][label] or {value})
    assert {level.metric for level in LEVELS} <= known.keys()


def test_prometheus_accepts_its_settings() -> None:
    told = run(tool("promtool"), "check", "config", HOME / "prometheus" / "prometheus.yaml")
    assert told.returncode == 0, told.stderr + told.stdout


def test_every_service_is_scraped_where_it_listens() -> None:
    whole = yaml.safe_load((HOME / "prometheus" / "prometheus.yaml").read_text(encoding="utf-8"))
    targets = whole["scrape_configs"][0]["static_configs"][0]["targets"]
    for name in ("staff_registry", "availability", "booking", "calcom_sync", "telephony_gateway", "console"):
        settings = (ROOT / f"services/{name.replace('_', '-')}/src/{name}/settings.py").read_text(
            encoding="utf-8"
        )
        port = re.search(r"metrics_port: int = Field\(default=(\d+)", settings)
        assert port
        assert f"{name.replace('_', '-')}:{port[1]}" in targets


def test_dashboards_are_whole() -> None:
    boards = dashboards()
    assert len({board["uid"] for board in boards.values()}) == len(boards)
    for name, board in boards.items():
        panels = board["panels"]
        assert len({panel["id"] for panel in panels}) == len(panels)
        assert all(
            panel["targets"] and panel["title"] and panel["type"] in {"stat", "timeseries"}
            for panel in panels
        )
        places = [
            (panel["gridPos"]["x"] + dx, panel["gridPos"]["y"] + dy)
            for panel in panels
            for dx in range(panel["gridPos"]["w"])
            for dy in range(panel["gridPos"]["h"])
        ]
        assert len(places) == len(set(places)), f"{name}: panels overlap"
        assert max(x for x, _ in places) < 24
        assert {one["name"] for one in board["templating"]["list"]} == {"datasource"}


def test_prometheus_can_read_every_query_of_a_dashboard(tmp_path: Path) -> None:
    rules = [
        {"record": f"dashboard:query:{number}", "expr": query}
        for number, (where, query) in enumerate(queries())
        if ".json" in where
    ]
    file = tmp_path / "queries.yaml"
    file.write_text(yaml.safe_dump({"groups": [{"name": "dashboards", "rules": rules}]}), encoding="utf-8")
    told = run(tool("promtool"), "check", "rules", file)
    assert told.returncode == 0, told.stderr + told.stdout


def test_grafana_finds_what_it_is_given() -> None:
    provisioning = HOME / "grafana" / "provisioning"
    (source,) = yaml.safe_load((provisioning / "datasources/prometheus.yaml").read_text())["datasources"]
    (provider,) = yaml.safe_load((provisioning / "dashboards/rufbuch.yaml").read_text())["providers"]
    assert (source["type"], source["url"]) == ("prometheus", "http://prometheus:9090")
    assert provider["options"]["path"] in (HOME / "README.md").read_text(encoding="utf-8")
