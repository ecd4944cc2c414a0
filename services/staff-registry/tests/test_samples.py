"""The sample businesses, and the schema that helps to write more."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from staff_registry.domain.business import Business
from staff_registry.domain.capability import bookable_service_keys
from staff_registry.samples import PHYSIOTHERAPY, SALON, SCHEMA, WORKSHOP
from staff_registry.wire.describing import request_for
from staff_registry.wire.incoming import described_business
from staff_registry.yaml_file import describe, render
from staff_registry.yaml_file.schema import business_schema

SAMPLES = [SALON, PHYSIOTHERAPY, WORKSHOP]


def sample(path: Path) -> Business:
    return describe(path.read_text(encoding="utf-8"))


def misfits(value: Any, schema: dict[str, Any], at: str = "") -> list[str]:
    """Where a value does not fit; knows as much of JSON schema as the schema makes use of."""
    if "enum" in schema:
        return [] if value in schema["enum"] else [at]
    known = {"object": dict, "array": list, "string": str, "integer": int, "boolean": bool}
    if not isinstance(value, known[schema["type"]]):
        return [at]
    if isinstance(value, list):
        return [each for n, item in enumerate(value) for each in misfits(item, schema["items"], f"{at}[{n}]")]
    if isinstance(value, dict):
        fields = schema["properties"]
        strange = ({*schema["required"]} - {*value}) | ({*value} - {*fields})
        return [f"{at}.{name}" for name in strange] + [
            each
            for name in {*value} & {*fields}
            for each in misfits(value[name], fields[name], f"{at}.{name}")
        ]
    return [] if re.search(schema.get("pattern", ""), str(value)) else [at]


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_a_sample_is_sound_and_survives_the_wire_and_its_own_file(path: Path) -> None:
    business = sample(path)
    assert described_business(request_for(business).business) == business
    assert describe(render(business)) == business


def test_samples_can_be_imported_side_by_side() -> None:
    numbers = [n for path in SAMPLES for branch in sample(path).branches for n in branch.dialled_numbers]
    assert len(set(numbers)) == len(numbers) == len({sample(path).key for path in SAMPLES})


@pytest.mark.parametrize("path", [PHYSIOTHERAPY, WORKSHOP], ids=lambda path: path.stem)
def test_without_a_calendar_everybody_is_bookable_at_once(path: Path) -> None:
    business = sample(path)
    bookable = bookable_service_keys(business)
    assert all(set(bookable[person.key]) == set(person.service_keys) for person in business.people)


def test_the_practice_has_rooms_buffers_notice_and_a_slower_therapist() -> None:
    practice = sample(PHYSIOTHERAPY)
    therapy = practice.services[1]
    jana, malik = practice.people
    assert [resource.group for resource in practice.branches[0].resources].count("treatment-room") == 2
    assert (jana.minutes_of(therapy, 0), malik.minutes_of(therapy, 0)) == (30, 40)
    assert therapy.buffer_after_minutes == 5
    assert practice.services[4].min_notice_minutes == 1440


def test_the_practice_tells_insured_patients_what_to_bring() -> None:
    notes = {service.key: service.booking_note for service in sample(PHYSIOTHERAPY).services}
    assert notes["krankengymnastik"].startswith(
        "Bitte bringen Sie Ihre Verordnung und Ihre Versichertenkarte"
    )
    assert "\n" not in "".join(notes.values())
    assert notes["geraetetraining"] == ""


def test_the_workshop_has_more_mechanics_than_bays() -> None:
    workshop = sample(WORKSHOP)
    assert len(workshop.people) > len(workshop.branches[0].resources) == 2
    assert workshop.services[0].phases[0].resource_groups == ("bay",)


def test_the_salon_is_closed_on_christmas_eve_and_takes_no_late_cancellation() -> None:
    salon = sample(SALON)
    closed = [day.date for day in salon.branches[0].dated_hours if not day.spans]
    (policy,) = salon.policies
    assert closed == ["2025-12-24", "2026-12-24"]
    assert policy.cancel_cutoff_minutes == 24 * 60
    assert [(tier.minutes_before, tier.fee_minor) for tier in policy.fee_tiers] == [
        (48 * 60, 1000),
        (24 * 60, 1500),
    ]


def test_the_schema_is_what_the_loader_asks_for() -> None:
    """Otherwise: python -m staff_registry.yaml_file.schema, into that file."""
    assert SCHEMA.read_text(encoding="utf-8") == business_schema()


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_a_sample_fits_the_schema_also_when_it_was_rendered(path: Path) -> None:
    schema = yaml.safe_load(business_schema())
    assert misfits(yaml.safe_load(path.read_text(encoding="utf-8")), schema) == []
    assert misfits(yaml.safe_load(render(sample(path))), schema) == []


def test_what_the_loader_refuses_does_not_fit_the_schema() -> None:
    schema = yaml.safe_load(business_schema())
    text = WORKSHOP.read_text(encoding="utf-8")
    wrong = text.replace("needs: [bay]", "needs: bay", 1).replace('start: "07:30"', 'start: "7:30"', 1)
    wrong = wrong.replace("name: Tom", "nam: Tom").replace("minutes: 45", 'minutes: "45"')
    assert sorted(misfits(yaml.safe_load(wrong), schema)) == [
        ".branches[0].opening_hours[0].start",
        ".people[0].nam",
        ".people[0].name",
        ".people[2].own_minutes[0].minutes",
        ".services[0].phases[0].needs",
    ]
