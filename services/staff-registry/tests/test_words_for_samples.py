"""What callers of the sample businesses say for their services, split and misheard as recognition does it."""

from functools import cache

import pytest

from matching import Candidates, match
from staff_registry.samples import SALON
from staff_registry.yaml_file import describe

SAID = {
    "salon": {
        "Herren Haar schnitt": "herrenhaarschnitt",
        "fürn Herrenhaarschnitt": "herrenhaarschnitt",
        "Herrenschnit": "herrenhaarschnitt",
        "Haarschnitt für Herren": "herrenhaarschnitt",
        "Damen Haar Schnitt bitte": "damenhaarschnitt",
        "Kinder Schnitt": "kinderhaarschnitt",
        "Dauer Welle": "dauerwelle",
        "Dauerwele": "dauerwelle",
        "eine Perm please": "dauerwelle",
        "Ansatz nach färben": "ansatzfaerbung",
        "Ansatz mit Längen Ausgleich": "ansatz-laengenausgleich",
        "Blondieren": "komplette-umfaerbung",
        "Glos": "gloss",
        "nur föhnen": "waschen-styling",
        "ein Beratungs Gespräch": "beratung",
        "Haarschnitt": {"damenhaarschnitt", "herrenhaarschnitt", "kinderhaarschnitt"},
        "Ansatz": {"ansatzfaerbung", "ansatz-laengenausgleich"},
        "Massage": set(),
        "Ölwechsel": set(),
    },
    "physiotherapy": {
        "Kranken Gymnastik": "krankengymnastik",
        "Krankengymnastik": "krankengymnastik",
        "Krankengymnastik am Gerät": "geraetetraining",
        "KG": "krankengymnastik",
        "manuelle Terapie": "manuelle-therapie",
        "Rücken Massage": "massage-fango",
        "Fango": "massage-fango",
        "Lymphdrainage": set(),
    },
    "workshop": {
        "Öl Wechsel": "oelwechsel",
        "Oelwechsel": "oelwechsel",
        "Reifen wechsel": "reifenwechsel",
        "Winter Reifen": "reifenwechsel",
        "Inspektion": "inspektion",
        "Dauerwelle": set(),
    },
}
CASES = [(sample, said, meant) for sample, entries in SAID.items() for said, meant in entries.items()]


@cache
def services_of(sample: str) -> tuple[tuple[str, tuple[str, ...]], ...]:
    business = describe((SALON.parent / f"{sample}.yaml").read_text(encoding="utf-8"))
    return tuple((service.key, (service.name, *service.synonyms)) for service in business.services)


@pytest.mark.parametrize(("sample", "said", "meant"), CASES)
def test_one_is_found_several_are_a_question_and_others_are_none(
    sample: str, said: str, meant: str | set[str]
) -> None:
    """TG-23: explicit words, and nothing is guessed."""
    found = match(said, services_of(sample))
    keys = set(found.keys) if isinstance(found, Candidates) else {found.key}
    assert keys == (meant if isinstance(meant, set) else {meant})
    assert isinstance(found, Candidates) == isinstance(meant, set)
