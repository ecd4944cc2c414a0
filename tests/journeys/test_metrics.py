"""What docs/metrics.md says is what the running services export, and the other way round."""

import re
from pathlib import Path

import httpx
import pytest
from journey_world import Caller, Whole, weekday
from prometheus_client.parser import text_string_to_metric_families

pytestmark = pytest.mark.processes

PAGE = Path(__file__).parents[2] / "docs" / "metrics.md"
SERVICES = ("telephony-gateway", "staff-registry", "availability", "booking", "calcom-sync", "console")
_ROW = re.compile(r"^\| `(?P<name>\w+)` \| (?P<kind>\w+) \| \w+ \| [^|]* \| (?P<labels>[^|]*) \|$")
_LABEL = re.compile(r"`(\w+)`: (.*)")


class Documented:
    """One row of the page."""

    def __init__(self, kind: str, labels: str) -> None:
        self.kind, self.caps, self.values = kind, dict[str, int](), dict[str, set[str]]()
        for part in filter(None, labels.split("<br>")):
            name, words = _LABEL.fullmatch(part.strip()).groups()  # type: ignore[union-attr] # the page has one form
            cap = re.search(r"at most (\d+)", words)
            if cap:
                self.caps[name] = int(cap[1])
            else:
                self.values[name] = {*re.findall(r"`([^`]*)`", words), "other"}


def documented(service: str) -> dict[str, Documented]:
    found, heading = dict[str, Documented](), ""
    for line in PAGE.read_text(encoding="utf-8").splitlines():
        if line.startswith("## "):
            heading = line.removeprefix("## ")
        elif (row := _ROW.fullmatch(line)) and {service, "every service"} & {*heading.split(", ")}:
            found[row["name"]] = Documented(row["kind"], row["labels"])
    return found


async def exported(whole: Whole, service: str) -> dict[str, tuple[str, list[dict[str, str]]]]:
    port = getattr(whole.stack.installation.ports, f"{service.replace('-', '_')}_metrics")
    async with httpx.AsyncClient(timeout=10) as client:
        text = (await client.get(f"http://127.0.0.1:{port}/metrics")).text
    return {
        f"{family.name}_total" if family.type == "counter" else family.name: (
            family.type,
            [{k: v for k, v in sample.labels.items() if k != "le"} for sample in family.samples],
        )
        for family in text_string_to_metric_families(text)
        if family.name.startswith("rufbuch_")
    }


async def test_every_service_says_which_build_of_it_runs(whole: Whole, anna: Caller) -> None:
    """OB-02: a mend was deployed and the old code ran for hours: the build stands in every answer and in the metrics, and
    the alarm BuildsDiffer compares them."""
    answer = await anna.ask("get_context")
    builds = set()
    for service in SERVICES:
        _, samples = (await exported(whole, service))["rufbuch_build_info"]
        builds |= {(sample["service"], sample["build"]) for sample in samples}
    assert {name for name, _ in builds} == set(SERVICES)
    assert {build for _, build in builds} == {answer.body["build"]}


@pytest.mark.parametrize("service", SERVICES)
async def test_the_page_and_the_service_agree(whole: Whole, anna: Caller, service: str) -> None:
    await anna.wish(weekday("Freitag", weeks=4), "11 Uhr")
    await anna.hang_up()
    page, found = documented(service), await exported(whole, service)
    # Counters begin at zero; whatever else is exported once something of it has happened, which journeys do in any order.
    silent = {name for name, one in page.items() if one.kind != "counter"}
    assert set(found) - set(page) == set()
    assert set(page) - set(found) - silent == set()
    for name, (kind, samples) in found.items():
        assert kind == page[name].kind, name
        for label, values in page[name].values.items():
            assert {sample[label] for sample in samples} <= values, (name, label)
        for label, cap in page[name].caps.items():
            assert len({sample[label] for sample in samples}) <= cap + 1, (name, label)
        assert {label for sample in samples for label in sample} <= {*page[name].values, *page[name].caps}, (
            name
        )
