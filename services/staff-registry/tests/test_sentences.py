"""A business's own sentences: refused by line where they would not fit, kept, and told with the business."""

from typing import Any

import pytest

from rufbuch.staff.v1 import service_pb2
from staff_registry.domain.ids import Ids
from staff_registry.domain.merging import Pruning, merge
from staff_registry.domain.sentences import OwnSentence
from staff_registry.samples import SALON
from staff_registry.wire.describing import request_for
from staff_registry.yaml_file import FileInvalidError, describe, render

HEAD = """key: salon
name: Salon
branches:
  - {key: mitte, name: Mitte, time_zone: Europe/Berlin}
sentences:
"""
OWN = (
    HEAD
    + """  - {name: AVAILABLE, text: "Sehr gern, {when} passt."}
  - {name: AVAILABLE, language: en, text: "Lovely, {when} is free."}
  - name: TOO_FAR
    one: Nur einen Tag im Voraus. Wann passt es vorher?
    text: Nur {count} Tage im Voraus. Wann passt es vorher?
  - {name: TOO_SOON, text: "Bitte {notice} vorher. Wann passt es sonst?"}
"""
)


def fault(entry: str) -> str:
    with pytest.raises(FileInvalidError) as caught:
        describe(f"{HEAD}  - {entry}\n")
    (found,) = caught.value.faults
    return f"{found.line} {found.path}: {found.expected}"


def test_the_file_is_read_and_written() -> None:
    business = describe(OWN)
    assert OwnSentence("AVAILABLE", "de", "Sehr gern, {when} passt.") in business.sentences
    assert describe(render(business)).canonical() == business.canonical()


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        ('{name: AVAILBLE, text: "Ja, {when}."}', "6 sentences[0].name: the name of a sentence such as AVAILABLE"),
        ('{name: AVAILABLE, text: "Ja."}', "6 sentences[0].text: a text with {when}"),
        ('{name: AVAILABLE, text: "Ja, {when} bei {person}."}', "6 sentences[0].text: no other braces than {when}"),
        ('{name: AVAILABLE, text: "Ja, {when.__class__}."}', "6 sentences[0].text: no other braces than {when}"),
        ('{name: PAST, text: "Vorbei, {}."}', "6 sentences[0].text: no braces"),
        ('{name: PAST, text: "Vorbei"}', "6 sentences[0].text: a sentence that ends with a full stop or a question mark"),
        ('{name: PAST, text: "Oh. Das ist vorbei. Wann sonst?"}', "6 sentences[0].text: at most 2 sentences"),
        ('{name: AVAILABLE, text: "Ja. Gern {when}."}', "6 sentences[0].text: one sentence"),
        ('{name: OR, text: "{first} oder {last}."}', "6 sentences[0].text: a part of a sentence, without a full stop"),
        ('{name: TOO_FAR, text: "Nur {count} Tage."}', "6 sentences[0].text_for_one: a text that is not empty"),
        ('{name: PAST, one: "Eins.", text: "Vorbei."}', "6 sentences[0].text_for_one: nothing, since no number matters in this sentence"),
        ('{name: PAST, language: fr, text: "Fini."}', "6 sentences[0].language: one of de, en"),
        (f'{{name: PAST, text: "{"a" * 250}."}}', "6 sentences[0].text: at most 250 characters"),
    ],
)  # fmt: skip
def test_a_sentence_that_would_not_fit_is_refused_with_its_line(entry: str, said: str) -> None:
    """A gap that nobody fills would be read out with its braces (TG-25)."""
    assert fault(entry) == said


def test_the_same_sentence_twice_is_refused() -> None:
    with pytest.raises(FileInvalidError, match="not used twice"):
        describe(OWN + '  - {name: AVAILABLE, text: "Ja, {when}."}\n')


def test_a_sentence_that_the_file_leaves_out_is_kept_and_ours_again_where_it_is_pruned() -> None:
    bare = describe(OWN.split("sentences:")[0])
    assert merge(describe(OWN), bare).sentences == describe(OWN).canonical().sentences
    assert merge(describe(OWN), bare, Pruning(left_out=True)).sentences == ()


async def test_whoever_answers_the_phone_is_told(registry: Any) -> None:
    await registry.stub.ImportBusiness(request_for(describe(OWN)))
    tenant_id = str(Ids("salon").tenant)
    answer = await registry.stub.GetBusiness(service_pb2.GetBusinessRequest(tenant_id=tenant_id))
    told = {(own.language, own.name): (own.text, own.text_for_one) for own in answer.business.sentences}
    assert told["de", "AVAILABLE"] == ("Sehr gern, {when} passt.", "")
    assert told["de", "TOO_FAR"][1].startswith("Nur einen Tag")


def test_the_reference_salon_says_what_everybody_says() -> None:
    assert describe(SALON.read_text(encoding="utf-8")).sentences == ()
